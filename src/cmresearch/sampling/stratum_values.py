"""Values of each stratum to plan a sample with: standard deviations, means and costs, known or assumed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from pathlib import Path

import pandas as pd

from cmresearch.errors import AllocationError, nearest, raise_all
from cmresearch.sampling.frame import Frame

STRATUM, COLUMNS = "stratum", ("deviation", "mean", "share", "cost")
FIRST_ROW = 2  # as a spreadsheet shows it: the header is row 1
ByStratum = Mapping[str, float]


@dataclass(frozen=True)
class StratumValues:
    """The planning values of each stratum, by its label; None where they are not known.

    Attributes:
        deviations: The standard deviation of what is asked.
        means: Its mean.
        costs: What one complaint costs.
    """

    deviations: ByStratum | None = None
    means: ByStratum | None = None
    costs: ByStratum | None = None


def share_values(sizes: Mapping[str, int], shares: float | ByStratum) -> StratumValues:
    """The standard deviations of a share: sqrt(p (1 - p) N / (N - 1)) in a stratum of N complaints.

    Args:
        sizes: How many complaints each stratum holds.
        shares: The share that is expected, one for all or by label.

    Returns:
        The deviations, and the shares as means.

    Raises:
        AllocationError: A share is below 0 or above 1.

    Example:
        >>> share_values({"app": 100, "letter": 1}, 0.5).deviations["app"]  # sqrt(0.25 * 100 / 99)
        0.502518907629606
    """
    given = dict.fromkeys(sizes, shares) if isinstance(shares, int | float) else dict(shares)
    wrong = {label: share for label, share in given.items() if not 0 <= share <= 1}
    raise_all(
        AllocationError, [f"the share of stratum {label!r} is {p}; expected 0 to 1" for label, p in wrong.items()]
    )
    return StratumValues({label: _share_deviation(share, sizes[label]) for label, share in given.items()}, given)


def _share_deviation(share: float, total: int) -> float:
    return sqrt(share * (1 - share) * total / (total - 1)) if total > 1 else 0.0


def stratum_spread(frame: Frame, variable: str) -> pd.DataFrame:
    """The mean and the standard deviation of a register variable in each stratum, exact: what to plan with.

    Args:
        frame: The frame.
        variable: A register variable, or a column of the export that holds numbers or truth values.

    Returns:
        One row for each stratum that holds complaints: stratum, frame_size, mean, deviation (0 where one is known).
    """
    return frame.complaints.table(
        "SELECT s AS stratum, count(*) AS frame_size, avg(x) AS mean, coalesce(stddev_samp(x), 0) AS deviation "
        f"FROM (SELECT {frame.label} AS s, CAST(({frame.expression(variable)}) AS DOUBLE) AS x FROM complaints "
        f"WHERE {frame.condition}) GROUP BY s ORDER BY s"
    )


def register_values(frame: Frame, variable: str) -> StratumValues:
    """The planning values of each stratum from a register variable that stands in for the one coders will record.

    Args:
        frame: The frame.
        variable: A register variable, or a column of the export that holds numbers or truth values.

    Returns:
        Deviations and means; a stratum in which the variable is never known has no mean.
    """
    table = stratum_spread(frame, variable)
    means = {label: mean for label, mean in zip(table["stratum"], table["mean"], strict=True) if isfinite(mean)}
    return StratumValues(dict(zip(table["stratum"], table["deviation"], strict=True)), means)


def read_stratum_values(path: str | Path, sizes: Mapping[str, int]) -> StratumValues:
    r"""The planning values of each stratum from a CSV file, such as the results of a pilot study or the cost of coding.

    Args:
        path: A CSV file with a column `stratum` that holds labels, and one or several of `deviation`, `mean`, `share`
            (instead of the two: the share that is expected) and `cost`. An empty cell is a value that is not known.
        sizes: How many complaints each stratum holds.

    Returns:
        The values of the file.

    Raises:
        AllocationError: The file cannot be read, has other columns, names a stratum that is not there or one twice, or
            holds what is no number; all faults at once, each with its row.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "pilot.csv"
        >>> _ = file.write_text("stratum,deviation,cost\napp,1.5,1\nletter,4,3\n", encoding="utf-8")
        >>> read_stratum_values(file, {"app": 90, "letter": 10}).costs
        {'app': 1.0, 'letter': 3.0}
    """
    path = Path(path)
    rows, faults = _rows(path), []
    for where, row in rows.items():
        faults += [f"{where}: {fault}" for fault in _row_faults(row, sizes)]
    labels = [row[STRATUM] for row in rows.values()]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    faults += [f"{path.name}: stratum {label!r} stands in the file more than once" for label in twice]
    raise_all(AllocationError, faults)
    found = {name: {row[STRATUM]: float(row[name]) for row in rows.values() if row.get(name, "")} for name in COLUMNS}
    values = share_values(sizes, found["share"]) if found["share"] else StratumValues()
    given = {"deviations": found["deviation"], "means": found["mean"], "costs": found["cost"]}
    return replace(values, **{name: each for name, each in given.items() if each})


def known_values(frame: Frame, *, variable: str | None = None, planning: str | Path | None = None) -> StratumValues:
    """The planning values of each stratum from the register and from a file; where both have one, the file's counts.

    Args:
        frame: The frame.
        variable: A register variable (`register_values`); None for none.
        planning: A file (`read_stratum_values`); None for none.

    Returns:
        The values; each is None where neither has it.
    """
    found = StratumValues() if variable is None else register_values(frame, variable)
    given = StratumValues() if planning is None else read_stratum_values(planning, frame.sizes)
    return StratumValues(
        deviations=given.deviations or found.deviations,
        means=given.means or found.means,
        costs=given.costs,
    )


def _row_faults(row: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    label = row[STRATUM]
    faults = [] if label in sizes else [f"the frame has no stratum {label!r}{nearest(label, sizes)}"]
    return faults + [
        f"the {name} of stratum {label!r} is {row[name]!r}; expected a number"
        for name in COLUMNS
        if row.get(name, "") and not _is_number(row[name])
    ]


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows by where they stand in the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            read, names = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AllocationError(f"cannot read {path}: {error}") from error
    known = (STRATUM, *COLUMNS)
    faults = [f"{path.name} has a column {name!r}{nearest(name, known)}" for name in names if name not in known]
    if faults or STRATUM not in names or not set(names) & set(COLUMNS):
        faults.append(f"{path.name}: expected a column 'stratum' and one or several of {', '.join(COLUMNS)}")
        raise AllocationError("\n".join(faults))
    # A row may have fewer cells than the header.
    return {
        f"{path.name}, row {number}": {name: (row[name] or "").strip() for name in names}
        for number, row in enumerate(read, start=FIRST_ROW)
    }
