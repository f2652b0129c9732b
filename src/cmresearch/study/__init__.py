"""One study: its settings and files, where its data come from, its run, its frozen plan, reviews and evidence."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
