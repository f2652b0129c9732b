"""Responses: the coders' records of the sampled complaints, and the complaints they could not code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import ResponseError, nearest, raise_all
from cmresearch.intake.faults_in_columns import means_missing
from cmresearch.language.phrases import Phrase
from cmresearch.responses.columns import Labelled, label_column, number, read_table, spelling_hint
from cmresearch.responses.declared import SEPARATOR, DeclaredTable, check_design, units_per_row
from cmresearch.responses.records import (
    ADJUDICATED,
    DISPOSITIONS,
    Record,
    coded_names,
    not_drawn,
    not_recorded,
    read_records,
    settle,
)

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]
MissingPolicy = Literal["error", "drop"]


@dataclass(frozen=True)
class Responses:
    """A sample with its design: what is known of each unit, its stratum and its weight.

    The design travels with the data, so that no estimate can forget the weights.

    Attributes:
        table: One row per sampled unit, in any order; text columns are turned into numbers on use.
        strata: The stratum label of each row.
        sizes: Stratum label to the number of units that the stratum holds (N_h).
        weights: The design weight of each row: how many units it stands for.
        data_kind: published, real, synthetic or illustrative.
        eligible: False where a drawn complaint proved to be outside the study's question.
        dispositions: How many drawn complaints ended in each disposition.
        notes: Warnings that every estimate from this sample carries.
        counts: How many sampled units a row stands for; one, unless equal rows were put together.
        auxiliaries: The variables that the weights were calibrated on, a column each; none by default.
        base_weights: The weights before calibration.
        categories: The values that a coded variable may have, recorded or not; none known by default.

    Example:
        >>> sample = Responses(
        ...     table=pd.DataFrame({"answered": ["yes", "no", "yes"]}),
        ...     strata=np.array(["web", "web", "phone"], dtype=object),
        ...     sizes={"web": 10, "phone": 1},
        ...     weights=np.array([5.0, 5.0, 1.0]),
        ... )
        >>> len(sample)
        3
    """

    table: pd.DataFrame
    strata: Labels
    sizes: Mapping[str, int]
    weights: Floats
    data_kind: str = "real"
    eligible: NDArray[np.bool_] | None = None
    dispositions: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Phrase, ...] = ()
    counts: Floats | None = None
    auxiliaries: Floats | None = None
    base_weights: Floats | None = None
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # Sorting a column into its distinct words is the slow part of an estimate; it is done once.
    _labelled: dict[str, Labelled] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """How many units were sampled and could be classified."""
        return len(self.table) if self.counts is None else int(self.counts.sum())

    def labelled(self, variable: str) -> Labelled:
        """A variable's distinct words and the position of each row's word among them."""
        self._require(variable)
        if variable not in self._labelled:
            self._labelled[variable] = label_column(self.table[variable])
        return self._labelled[variable]

    def words(self, variable: str) -> Labels:
        """Each row's value of a variable as text; None where it is blank."""
        return self.labelled(variable).words()

    def numbers(self, variable: str) -> Floats:
        """Each row's value of a variable as a number; NaN where it is blank.

        Raises:
            ResponseError: A value is text that is no finite number.
        """
        column = self.labelled(variable)
        distinct = np.array([number(label) for label in column.labels], dtype=float)
        bad = [label for label, value in zip(column.labels, distinct, strict=True) if label and not np.isfinite(value)]
        if bad:
            rows = np.flatnonzero(np.isin(column.codes, [column.labels.index(label) for label in bad]))
            example = column.labels[column.codes[rows[0]]]
            raise ResponseError(
                f"variable {variable!r}: {len(rows)} of {len(column.codes)} values are not numbers, "
                f"such as {example!r} for sampled unit {rows[0] + 1}"
                f"{_number_hint(example)}"
            )
        found: Floats = distinct[column.codes]
        return found

    def domains(self, by: str | Sequence[str] | None, *, missing: MissingPolicy = "error") -> Labelled:
        """The domain of each row: the values of the columns joined by ' / ', or None for all.

        Args:
            by: The columns.
            missing: `error` refuses blanks in them; under `drop` a unit without a domain has None.

        Raises:
            ResponseError: A column is unknown, or blank for some row under `error`.
        """
        if by is None:
            return Labelled((None,), np.zeros(len(self.table), dtype=np.int64))
        parts = [self.labelled(name) for name in _names(by)]
        raise_all(
            ResponseError,
            [
                f"column {name!r}: blank for {self._units(part.blank)} sampled units; a unit whose domain nobody knows "
                "cannot be put in one; estimates with missing='drop' leave it out"
                for name, part in zip(_names(by), parts, strict=True)
                if part.blank.any() and missing == "error"
            ],
        )
        return parts[0] if len(parts) == 1 else _crossed(parts)

    @cached_property
    def stratum(self) -> Labelled:
        """The distinct strata and the position of each row's stratum among them."""
        return label_column(self.strata)

    def to_frame(self) -> pd.DataFrame:
        """One row per sampled unit with its stratum, population size and design weight."""
        return self.table.assign(
            stratum=self.strata,
            population_size=[self.sizes[label] for label in self.strata],
            design_weight=self.weights,
        )

    def _repr_html_(self) -> str:
        return self.to_frame().head().to_html(index=False)

    def _units(self, rows: NDArray[np.bool_]) -> int:
        return int(rows.sum() if self.counts is None else self.counts[rows].sum())

    def _require(self, variable: str) -> None:
        if variable not in self.table.columns:
            known = [str(name) for name in self.table.columns]
            raise ResponseError(
                f"the sample has no column {variable!r}{nearest(variable, known)} (it has {', '.join(known)})"
            )


def read_sample(
    path: str | Path,
    *,
    strata: str | Sequence[str],
    population_size: str,
    weight: str | None = None,
    columns: Sequence[str] | None = None,
    blank: str | Sequence[str] = (),
    categories: Mapping[str, Sequence[str]] | None = None,
    data_kind: str = "real",
) -> Responses:
    r"""A sample that somebody else drew, with the design that its columns declare.

    Args:
        path: Separated text, XLSX or Parquet with a header, one row per sampled unit.
        strata: Column or columns whose values make the stratum; none (an empty list) for a simple random sample.
        population_size: Column with the number of units in the row's stratum (N_h), the same in all of its rows.
        weight: Column of design weights, above zero; by default N_h / n_h.
        columns: Only these variables, rows that are equal in them put together: for samples of millions. Every row
            of the file by default.
        blank: Words that stand where there is no value, such as `NA`; only an empty cell is blank by default.
        categories: Variable to the values that it may have; one that no sampled unit has is a share of zero, with an
            interval.
        data_kind: published, real, synthetic or illustrative.

    Returns:
        One row per row of the file (or per group of equal rows), columns as text.

    Raises:
        ResponseError: A column is missing, or sizes and weights contradict the rows; all faults at once.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "sample.csv"
        ...     _ = path.write_text("channel,N,days\nweb,4,1\nweb,4,3\nphone,1,9\n")
        ...     sample = read_sample(path, strata="channel", population_size="N")
        >>> sample.weights.tolist(), dict(sample.sizes)
        ([2.0, 2.0, 1.0], {'web': 4, 'phone': 1})
    """
    names = _names(strata)
    wanted = None if columns is None else [*names, population_size, *([weight] if weight else []), *columns]
    table = read_table(Path(path), wanted)
    # Equal rows were put together by their words; two words for blank leave two rows, which are counted as ever.
    table = table.mask(table.isin(_names(blank)), None) if blank else table
    return _declared(DeclaredTable(str(path), table, tuple(names), population_size, weight), data_kind, categories)


def declare_sample(
    table: pd.DataFrame,
    *,
    strata: str | Sequence[str],
    population_size: str,
    weight: str | None = None,
    categories: Mapping[str, Sequence[str]] | None = None,
    data_kind: str = "real",
) -> Responses:
    """A sample that stands in a table, with the design that its columns declare.

    Arguments, result and errors as in `read_sample`; errors count the rows as a spreadsheet with a header would.

    Example:
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone"], "N": [4, 4, 1], "days": [1, 3, 9]})
        >>> declare_sample(table, strata="channel", population_size="N").weights.tolist()
        [2.0, 2.0, 1.0]
    """
    declared = DeclaredTable("the table", table, tuple(_names(strata)), population_size, weight)
    return _declared(declared, data_kind, categories)


def _declared(table: DeclaredTable, data_kind: str, categories: Mapping[str, Sequence[str]] | None) -> Responses:
    design = check_design(table)
    return Responses(
        table=table.table,
        strata=design.strata,
        sizes=design.sizes,
        weights=design.weights,
        data_kind=data_kind,
        dispositions={"coded": int(design.counts.sum())},
        notes=design.notes,
        counts=design.counts if table.counted else None,
        categories=dict(categories or {}),
    )


def read_responses(
    paths: Iterable[str | Path],
    sample_rows: pd.DataFrame,
    *,
    sizes: Mapping[str, int],
    variables: Mapping[str, Sequence[str]],
    data_kind: str,
    id_column: str = "id",
    strata_column: str = "stratum",
) -> Responses:
    """The responses of a sample: one record for each drawn complaint, with its weight.

    The file named `adjudicated` decides where coders differ. Complaints outside the question (ineligible) stay in
    the sample as a domain of their own. Those nobody could code are non-response: within a stratum they are taken
    to be missing at random, so the coded ones of the stratum carry its whole weight (N_h over respondents).

    Args:
        paths: The coders' CSV files: id, coder, at, disposition, one column per variable, memo.
        sample_rows: The drawn complaints, a row each, with the id and the stratum column.
        sizes: Stratum label to its number of complaints in the frame; strata without complaints may stand as 0.
        variables: Coded variable to its allowed values.
        data_kind: published, real, synthetic or illustrative.
        id_column: Column of `sample_rows` that identifies a complaint.
        strata_column: Column of `sample_rows` with the stratum label.

    Returns:
        One row per respondent in the order of `sample_rows`: its columns, `disposition` and the coded variables.

    Raises:
        ResponseError: Records contradict the draw, the codebook or each other; all faults at once, with file and row.
    """
    records, faults = read_records(paths, variables)
    drawn = [str(value) for value in sample_rows[id_column]]
    faults += not_drawn(records, set(drawn))
    final, differing = settle(records, variables)
    faults += differing
    faults += not_recorded(drawn, final)
    faults += _uncovered(sample_rows[strata_column], sizes)
    raise_all(ResponseError, faults)
    merged = _merge(sample_rows, drawn, final, variables)
    return replace(_weigh(merged, strata_column, sizes, data_kind), categories=dict(variables))


def double_coded_ratings(paths: Iterable[str | Path], *, variables: Mapping[str, Sequence[str]]) -> dict[str, Floats]:
    """For each variable the ratings of complaints that several coders recorded, before adjudication.

    Args:
        paths: The coders' files; the adjudicated one is left out, since it was written with both in view.
        variables: Coded variable to its allowed values.

    Returns:
        Variable (and `disposition`) to an array, a row per complaint (by id), a column per coder (by file name). A
        number is the position of the value in its list, NaN a blank.

    Raises:
        ResponseError: A file holds an unknown value or a repeated id.
    """
    records, faults = read_records(paths, variables)
    raise_all(ResponseError, faults)
    coders = sorted(stem for stem in records if stem != ADJUDICATED)
    shared = sorted({i for a, b in combinations(coders, 2) for i in records[a].keys() & records[b].keys()})
    lists = {"disposition": DISPOSITIONS, **{name: tuple(values) for name, values in variables.items()}}

    def rating(coder: str, complaint: str, name: str, position: int) -> float:
        record = records[coder].get(complaint)
        value = "" if record is None else (record.disposition, *record.values)[position]
        return float(lists[name].index(value)) if value else float("nan")

    return {
        name: np.array([[rating(coder, i, name, position) for coder in coders] for i in shared]).reshape(
            len(shared), len(coders)
        )
        for position, name in enumerate(["disposition", *coded_names(variables)])
    }


def _number_hint(example: str | None) -> str:
    if means_missing(example or ""):
        return f"; name it with blank={example!r} if it means that there is no value"
    return spelling_hint(example) or "; for words use a proportion"


def _names(columns: str | Sequence[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns)


def _crossed(parts: Sequence[Labelled]) -> Labelled:
    rows = zip(*(part.words() for part in parts), strict=True)
    return label_column(np.array([None if None in row else SEPARATOR.join(row) for row in rows], dtype=object))


def _uncovered(strata: pd.Series, sizes: Mapping[str, int]) -> list[str]:
    found = [str(label) for label in strata]
    unknown = sorted({label for label in found if label not in sizes})
    empty = [label for label, size in sizes.items() if size > 0 and label not in found]
    counts = Counter(found)
    return [
        *(f"stratum {label!r} of the sample has no population size" for label in unknown),
        *(
            f"stratum {label!r} holds {sizes[label]} complaints and none was drawn; the sample says nothing of them"
            for label in empty
        ),
        *(
            f"stratum {label!r}: population size {sizes[label]} is below the {count} complaints drawn from it"
            for label, count in sorted(counts.items())
            if sizes.get(label, count) < count
        ),
    ]


def _merge(
    sample_rows: pd.DataFrame,
    drawn: Sequence[str],
    final: Mapping[str, Record],
    variables: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    coded = {
        name: pd.Series([final[i].values[position] or None for i in drawn], dtype=object, index=sample_rows.index)
        for position, name in enumerate(coded_names(variables))
    }
    return sample_rows.assign(disposition=[final[i].disposition for i in drawn], **coded)


def _weigh(merged: pd.DataFrame, strata_column: str, sizes: Mapping[str, int], data_kind: str) -> Responses:
    """Respondents only, weighted up to their stratum; who could not be coded is counted and named."""
    answered = (merged["disposition"] != "not_codable").to_numpy()
    labels = np.array([str(label) for label in merged[strata_column]], dtype=object)
    silent = sorted(set(labels) - set(labels[answered]))
    raise_all(
        ResponseError,
        [
            f"stratum {label!r}: none of its drawn complaints could be coded; "
            "put it together with another stratum or draw more"
            for label in silent
        ],
    )
    table = merged.loc[answered].reset_index(drop=True)
    kept = labels[answered]
    size = np.array([sizes[label] for label in kept], dtype=float)
    lost = int((~answered).sum())
    # Counts in notes are texts: a thousand stands there without a separator.
    note = Phrase("notes.sample.not_codable", {"lost": str(lost), "drawn": str(len(merged))})
    counts = merged["disposition"].value_counts()
    return Responses(
        table=table,
        strata=kept,
        sizes={label: sizes[label] for label in sizes if sizes[label] > 0},
        weights=size / units_per_row(kept, np.ones(len(kept))),
        data_kind=data_kind,
        eligible=(table["disposition"] == "coded").to_numpy(),
        dispositions={name: int(counts.get(name, 0)) for name in DISPOSITIONS},
        notes=(note,) if lost else (),
    )
