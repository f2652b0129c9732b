"""The report as one HTML file: what its templates are filled with, and how they are put together."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
