"""Personal data in complaint text: finding it and masking it.

`find_personal_data` says what is there, `mask` and `mask_all` put stable placeholders in its place, and the
private `MaskTable` remembers which placeholder stands for what. `check_folder` looks through
what is about to be shared.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
