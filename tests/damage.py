"""Files damaged as a bad disk, a broken download or somebody's ill will would damage them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

SEED = 20210704


def flipped(content: bytes, *, times: int) -> Iterator[bytes]:
    """The file with one bit turned over, at places that the seed settles."""
    chance = random.Random(SEED)
    for _ in range(times):
        damaged = bytearray(content)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        yield bytes(damaged)


def flipped_within(content: bytes, *, times: int) -> Iterator[bytes]:
    """A zip file that is whole, with a bit turned over in one of its parts, so that no checksum shows it."""
    chance = random.Random(SEED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    filled = [name for name, part in parts.items() if part]
    for _ in range(times):
        chosen = chance.choice(filled)
        damaged = bytearray(parts[chosen])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        yield zipped({**parts, chosen: bytes(damaged)})


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """Parts as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()
