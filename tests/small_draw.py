"""Twenty complaints in two strata, drawn and certified: what several test files begin with."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify, write_sample
from cmresearch.sampling.drawing import Sample, draw
from cmresearch.sampling.frame import Frame, read_frame

SEED = "lottery of 1 May"
ROWS = [
    (f"JK{number:02d}", "JAKI" if number % 3 else "Qlue", f"2020-03-{number:02d}", f"words {number}\nand é")
    for number in range(1, 21)
]
HEADER = ("id", "channel", "received", "words")


def as_csv(rows: list[tuple[str, ...]] | None = None, header: tuple[str, ...] = HEADER) -> str:
    """The complaints as a CSV file's text."""
    lines = [",".join(f'"{cell}"' for cell in row) for row in (ROWS if rows is None else rows)]
    return ",".join(header) + "\n" + "\n".join(lines) + "\n"


def changed(rows: list[tuple[str, ...]], id: str, column: str, value: str) -> list[tuple[str, ...]]:
    """The same complaints, one cell of one of them changed."""
    place = HEADER.index(column)
    return [(*row[:place], value, *row[place + 1 :]) if row[0] == id else row for row in rows]


def export(folder: Path, text: str | None = None, name: str = "export.csv") -> Path:
    """The complaints as a file."""
    path = folder / name
    path.write_text(as_csv() if text is None else text, encoding="utf-8", newline="")
    return path


def small_frame(folder: Path, text: str | None = None, where: str | None = None) -> Frame:
    """The frame of the twenty complaints."""
    return read_frame(export(folder, text), id="id", strata="channel", where=where)


def drawn(folder: Path, *, size: int = 8, out: str = "drawn", where: str | None = None) -> tuple[Path, Sample, Frame]:
    """A written sample of some of the complaints: its folder, the sample and the frame."""
    frame = small_frame(folder, where=where)
    sample = draw(frame, allocate(frame, size), seed=SEED)
    write_sample(folder / out, sample, *certify(sample, frame))
    return folder / out, sample, frame


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def by_hand(rows, places):
    buckets = {f"{number:03x}": [] for number in range(4096)}
    for row in rows:
        line = "\x1f".join(row[place] for place in places) + "\n"
        buckets[sha256(row[0])[:3]].append(line.encode())
    hashes = [hashlib.sha256(b"".join(sorted(lines))).hexdigest() for lines in buckets.values()]
    return sha256("".join(hashes))
