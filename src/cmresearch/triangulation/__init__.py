"""Both strands side by side: a status for each dimension, its convergence and robustness, and the findings."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
