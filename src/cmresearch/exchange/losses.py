"""Losses in exchange: everything that a file of another program could not hold or that was not taken from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from cmresearch.errors import ExchangeError
from cmresearch.files.sheets import Sheet, save_sheets

FIRST_NAMES = 8


@dataclass(frozen=True)
class Loss:
    """One kind of thing that did not cross over as it was.

    Attributes:
        what: The kind, and what became of it, in words.
        names: The name of each.
    """

    what: str
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.names)

    def __str__(self) -> str:
        first = ", ".join(name for name in self.names[:FIRST_NAMES] if name)
        more = f", and {self.count - FIRST_NAMES} more" if self.count > FIRST_NAMES else ""
        return f"{self.count} {self.what}" + (f" ({first}{more})" if first else "")


@dataclass(frozen=True)
class LossReport:
    """The losses of one exchange: what a file of another program could not hold, or what was not taken from one.

    Attributes:
        file: The name of the file.
        format: REFI-QDA codebook, REFI-QDA project, Taguette codebook or Taguette highlights.
        direction: out, or in.
        losses: What did not cross over, by kind.
        remarks: What was decided on the way, such as how positions in the texts were counted.
    """

    file: str
    format: str
    direction: Literal["out", "in"]
    losses: tuple[Loss, ...] = ()
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        way = {"out": "written as", "in": "read as"}[self.direction]
        head = f"{self.file}: {way} {self.format}; {'nothing was lost' if not self.losses else 'not held:'}"
        return "\n".join([head, *(f"  {loss}" for loss in self.losses), *(f"  note: {each}" for each in self.remarks)])

    def to_frame(self) -> pd.DataFrame:
        """One row for each thing that did not cross over: file, direction, what, count of its kind, and name."""
        rows = [
            {"file": self.file, "direction": self.direction, "what": loss.what, "count": loss.count, "name": name}
            for loss in self.losses
            for name in loss.names
        ]
        return pd.DataFrame(rows, columns=["file", "direction", "what", "count", "name"])

    def to_record(self) -> dict[str, object]:
        """The report as plain values."""
        losses = [{"what": loss.what, "count": loss.count, "names": list(loss.names)} for loss in self.losses]
        return {
            "file": self.file,
            "format": self.format,
            "direction": self.direction,
            "losses": losses,
            "remarks": list(self.remarks),
        }


@dataclass
class Tally:
    """Losses as they are met; `report` puts them together.

    Example:
        >>> tally = Tally()
        >>> tally.lose("graphs left out", "Network")
        >>> tally.lose("graphs left out", "Map")
        >>> print(tally.report("a.qdpx", "REFI-QDA project", "in"))
        a.qdpx: read as REFI-QDA project; not held:
          2 graphs left out (Network, Map)
    """

    found: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def lose(self, what: str, *names: str) -> None:
        """Note that things of a kind did not cross over; without a name nothing is noted."""
        if names:
            self.found.setdefault(what, []).extend(names)

    def remark(self, sentence: str) -> None:
        """Note a decision."""
        self.remarks.append(sentence)

    def report(self, file: str, format: str, direction: Literal["out", "in"]) -> LossReport:
        """Everything that was noted, by kind in order of first mention."""
        losses = tuple(Loss(what, tuple(names)) for what, names in self.found.items())
        return LossReport(file, format, direction, losses, tuple(self.remarks))


def write_loss_sheet(path: str | Path, report: LossReport) -> None:
    """Write a loss report as a workbook: a sheet of counts, and a sheet with every name.

    No cell is a formula, whatever its text begins with.

    Args:
        path: The .xlsx file; its folder must be there.
        report: The report.

    Raises:
        ExchangeError: The folder is not there.
        ReportError: The file cannot be written.
    """
    if not Path(path).parent.is_dir():
        raise ExchangeError(f"cannot write {path}: there is no folder {Path(path).parent}")
    rows: list[list[object]] = [["what", "count"], [f"{report.format}, {report.direction}: {report.file}", ""]]
    rows += [[loss.what, loss.count] for loss in report.losses] + [[f"note: {each}", ""] for each in report.remarks]
    frame = report.to_frame()
    listed = [list(frame.columns), *(list(row) for row in frame.itertuples(index=False))]
    counts = Sheet(title="Counts", rows=rows, widths=(100, 10))
    save_sheets([counts, Sheet(title="Names", rows=listed, widths=(24, 10, 70, 8, 60))], path)
