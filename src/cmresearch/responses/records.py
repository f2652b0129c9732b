"""Each coder's record of each complaint, and the one that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmresearch.errors import nearest
from cmresearch.responses.columns import read_table, word

DISPOSITIONS = ("coded", "not_codable", "ineligible")
ADJUDICATED = "adjudicated"
FIRST_ROW = 2  # rows are numbered as a spreadsheet shows them: the header is row 1


@dataclass(frozen=True)
class Record:
    """One coder's row on one complaint, and where it stands."""

    id: str
    where: str
    disposition: str
    values: tuple[str, ...]


def coded_names(variables: Mapping[str, Sequence[str]]) -> list[str]:
    """The variables that coders fill in; the disposition has its own place in a record."""
    return [name for name in variables if name != "disposition"]


def read_records(
    paths: Iterable[str | Path], variables: Mapping[str, Sequence[str]]
) -> tuple[dict[str, dict[str, Record]], list[str]]:
    """Each file's records by id (by the file's stem), and every fault found on the way."""
    files: dict[str, dict[str, Record]] = {}
    faults: list[str] = []
    for path in map(Path, paths):
        table = read_table(path)
        expected = ["id", "disposition", *coded_names(variables)]
        missing = [name for name in expected if name not in table.columns]
        if missing:
            known = [str(name) for name in table.columns]
            faults += [f"{path}: no column {name!r}{nearest(name, known)}" for name in missing]
            continue
        files[path.stem] = {}
        for row, cells in enumerate(table[expected].itertuples(index=False), FIRST_ROW):
            words = [word(cell) or "" for cell in cells]
            record = Record(words[0], f"{path}, row {row}", words[1], tuple(words[2:]))
            if record.id in files[path.stem]:
                faults.append(f"{record.where}: complaint {record.id!r} stands here a second time")
            faults += _value_faults(record, variables)
            files[path.stem][record.id] = record
    return files, faults


def _value_faults(record: Record, variables: Mapping[str, Sequence[str]]) -> list[str]:
    if record.disposition not in DISPOSITIONS:
        return [
            f"{record.where}: disposition {record.disposition!r}; "
            f"expected {', '.join(DISPOSITIONS)}{nearest(record.disposition, DISPOSITIONS)}"
        ]
    faults = []
    for name, value in zip(coded_names(variables), record.values, strict=True):
        if not value and record.disposition == "coded":
            faults.append(f"{record.where}: no {name!r} although the complaint is coded")
        elif value and value not in variables[name]:
            faults.append(
                f"{record.where}: {name!r} is {value!r}{nearest(value, variables[name])} "
                f"(allowed: {', '.join(variables[name])})"
            )
    return faults


def not_drawn(records: Mapping[str, Mapping[str, Record]], drawn: set[str]) -> list[str]:
    """A fault for each record of a complaint that is not in the sample."""
    return [
        f"{record.where}: complaint {record.id!r} was not drawn"
        for file in records.values()
        for record in file.values()
        if record.id not in drawn
    ]


def settle(
    records: Mapping[str, Mapping[str, Record]], variables: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Record], list[str]]:
    """The one record that counts for each complaint, and a fault wherever coders differ without a ruling."""
    final: dict[str, Record] = {}
    faults: list[str] = []
    names = ("disposition", *coded_names(variables))
    for stem in sorted(stem for stem in records if stem != ADJUDICATED):
        for record in records[stem].values():
            first = final.setdefault(record.id, record)
            if record.id in records.get(ADJUDICATED, {}):
                continue
            pairs = zip(names, (first.disposition, *first.values), (record.disposition, *record.values), strict=True)
            differing = [f"{name} ({a!r} and {b!r})" for name, a, b in pairs if a != b]
            if differing:
                faults.append(
                    f"{first.where} and {record.where}: the coders differ on complaint {record.id!r} in "
                    f"{', '.join(differing)}, and no adjudicated record decides"
                )
    return {**final, **records.get(ADJUDICATED, {})}, faults


def not_recorded(drawn: Sequence[str], final: Mapping[str, Record]) -> list[str]:
    """A fault where drawn complaints have no record: their number, and three of them."""
    open_ids = [i for i in drawn if i not in final]
    if not open_ids:
        return []
    return [
        f"{len(open_ids)} of {len(drawn)} drawn complaints are not coded, such as {', '.join(open_ids[:3])}; "
        "each needs a record, if only with the disposition not_codable"
    ]
