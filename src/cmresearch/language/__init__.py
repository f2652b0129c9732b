"""The texts that readers read, in each of their languages: catalogues, phrases, and translations in a study's files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
