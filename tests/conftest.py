"""What several test files share: the repository's own study, and the folder of real data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("CMRESEARCH_REAL_DATA", PROJECT.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of the tests' own, so that their locks do not lie among the user's."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the repository, which is the Jakarta study's."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data():
    """A function that gives the path of a real file, or skips the test where the file is absent."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.is_file():
            pytest.skip(f"no real data: {path} is absent (the folder is named by CMRESEARCH_REAL_DATA)")
        return path

    return find


@pytest.fixture(scope="session")
def jakarta():
    """The Jakarta study, run once for all tests that look at what it gives."""
    from cmresearch.study.run import run_study
    from cmresearch.study.study import open_study

    return run_study(open_study(PROJECT))
