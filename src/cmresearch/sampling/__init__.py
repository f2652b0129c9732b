"""The frame, how many complaints to draw from it, and drawing them so that anybody can draw them again and check."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
