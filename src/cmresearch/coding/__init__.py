"""Who said what, which coder gave which code to which words of it, and every correction since."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
