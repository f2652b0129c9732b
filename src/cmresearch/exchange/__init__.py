"""Codebooks and codings to and from NVivo, ATLAS.ti, MAXQDA, QualCoder and Taguette; workbooks for coders."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
