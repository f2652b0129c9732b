"""Raw exports, as cities really write them, opened as complaints, with a list of every fault found."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
