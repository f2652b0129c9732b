"""One file for a journal or a repository: what a study may share, described in the standards' words, and its check.

`archiving` packs, `checking` checks, both over the same files: `gathering` says what goes in, `masking` in which form,
`description` what it is, and `ddi`, `data_package`, `ro_crate`, `citation` and `readme` say it for their readers.
"""
