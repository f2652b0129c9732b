"""A run of a study as a page, a PDF, a workbook, figures, and the documents of a thesis."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
