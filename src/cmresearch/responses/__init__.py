"""The coders' records of the sampled complaints, those they could not code, and how far coders agree."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
