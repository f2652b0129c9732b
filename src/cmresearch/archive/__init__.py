"""One file for a journal or a repository: what a study may share, described in the standards' words, and its check.

`archiving` packs, `checking` checks, both over the same files: `gathering` says what goes in, `masking` in which form,
`description` what it is, and `ddi`, `data_package`, `ro_crate` and `readme` say it for their readers.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
