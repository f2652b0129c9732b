"""What coders recorded for each sampled complaint, which complaints they could not code, and how far they agree."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
