"""Every code, what it means, the dimension of the theory it speaks to, and how it came to be so."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
