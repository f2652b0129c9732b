"""How far raters agree: coefficients and intervals from arrays of ratings, whatever was rated."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
