"""The SHA-256 of files and of texts."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of_text(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits.

    Example:
        >>> sha256_of_text("2026|R2003020001")[:8]
        '18c9000c'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path | str) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
