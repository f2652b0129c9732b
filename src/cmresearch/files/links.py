"""Links that lead out of a study: they are named, and neither read nor packed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

SETTINGS = "study.toml"


def link_faults(paths: Iterable[Path], home: Path) -> Iterator[str]:
    """A sentence for each path that a link leads out of a folder; links within it are followed.

    A path that stands outside by its own name, as settings may give it, is no link and is passed over.

    Args:
        paths: What is about to be read.
        home: The folder out of which no link may lead.
    """
    inside, named = home.resolve(), Path(os.path.abspath(home))  # noqa: PTH100 - `absolute` would keep the ".."
    for path in paths:
        lies_here = Path(os.path.abspath(path)).is_relative_to(named)  # noqa: PTH100
        if lies_here and not path.resolve().is_relative_to(inside):
            yield f"{path}: is a link that leads out of {home}, or lies behind one; put the file itself there"


def home_of(folder: Path) -> Path:
    """The study that a folder belongs to: the nearest folder, from this one upwards, with a `study.toml`; or itself."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100
    return next((each for each in (here, *here.parents) if (each / SETTINGS).is_file()), here)
