"""How far coders agree on what they recorded for each complaint, and on which complaints they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from cmresearch.errors import ReliabilityError, nearest, raise_all
from cmresearch.language.voice import Voice
from cmresearch.reliability.agreement import Floats
from cmresearch.reliability.coefficients import (
    Metric,
    Options,
    Reliability,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)


def rating_table(
    records: pd.DataFrame, variable: str, values: Sequence[str], *, id_column: str = "id", coders: Sequence[str] = ()
) -> pd.DataFrame:
    """Ratings of each complaint by each coder, as the position of the value in its list.

    Args:
        records: A row for each complaint and coder: the id, the column `coder`, and a column per variable.
        variable: The variable.
        values: Its values, in their order.
        id_column: The column that names the complaint.
        coders: Whose records; by default everybody's.

    Returns:
        A row per complaint that two coders recorded (by id), a column per coder (by name); NaN where blank.

    Raises:
        ReliabilityError: A column is missing, a value is none of the list, or a coder recorded a complaint twice.

    Example:
        >>> rows = [("1", "a", "yes"), ("1", "b", "no"), ("2", "a", "yes")]
        >>> records = pd.DataFrame(rows, columns=["id", "coder", "answered"])
        >>> rating_table(records, "answered", ["yes", "no"]).loc["1"].tolist()
        [0.0, 1.0]
    """
    for column in (id_column, "coder", variable):
        if column not in records:
            known = [str(name) for name in records.columns]
            raise ReliabilityError(f"the records have no column {column!r}{nearest(column, known)}")
    chosen = records[records["coder"].isin(list(coders))] if coders else records
    rating_of = {value: float(number) for number, value in enumerate(values)}
    words = [str(word) if isinstance(word, str) and word else "" for word in chosen[variable]]
    raise_all(
        ReliabilityError,
        [
            f"{variable!r} is {word!r}; expected one of {', '.join(values)}{nearest(word, values)}"
            for word in dict.fromkeys(words)
            if word and word not in rating_of
        ],
    )
    long = chosen[[id_column, "coder"]].assign(rating=[rating_of.get(word, np.nan) for word in words])
    twice = long[long.duplicated([id_column, "coder"])]
    if len(twice):
        first = twice.iloc[0]
        raise ReliabilityError(f"{first['coder']} recorded the complaint {first[id_column]!r} twice; expected once")
    table = long.pivot_table(index=id_column, columns="coder", values="rating", dropna=False, aggfunc="first")
    table = table.reindex(columns=sorted(set(chosen["coder"]))).sort_index()
    return table[table.notna().sum(axis=1) >= 2]


def record_agreement(
    records: pd.DataFrame,
    variables: Mapping[str, Sequence[str]],
    *,
    id_column: str = "id",
    metrics: Mapping[str, Metric] | None = None,
    voice: Voice | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """How far coders agree on each coded variable, before adjudication, with intervals over complaints.

    Args:
        records: A row for each complaint and coder: the id, the column `coder`, and a column per variable.
        variables: Variable to its values, in their order.
        id_column: The column that names the complaint.
        metrics: Variable to how far two of its values differ for alpha; nominal where none is named.
        voice: Says the notes in a reader's language; without one they stand as keys.
        options: How the intervals are found.

    Returns:
        One row per variable and coefficient (percent agreement, alpha, AC1, Fleiss' and Conger's kappa): variable,
        coefficient, value, lower, upper, level, units, raters, method and note.

    Raises:
        ReliabilityError: As `rating_table`.
    """
    rows = []
    for variable, values in variables.items():
        ratings = rating_table(records, variable, values, id_column=id_column)
        table = ratings.to_numpy(dtype=float) if len(ratings.columns) > 1 else np.full((0, 2), np.nan)
        metric = (metrics or {}).get(variable, "nominal")
        rows += [
            {"variable": variable, **found.to_record(voice)} for found in _all(table, len(values), metric, options)
        ]
    columns = ["variable", "coefficient", "value", "lower", "upper", "level", "units", "raters", "method", "note"]
    return pd.DataFrame(rows, columns=columns)


def _all(table: Floats, size: int | None, metric: Metric, options: Options) -> list[Reliability]:
    categories = None if size is None else np.arange(size)
    return [
        percent_agreement(table, **options),
        krippendorff_alpha(table, metric, **options),
        gwet_ac(table, categories=categories, **options),
        fleiss_kappa(table, **options),
        conger_kappa(table, **options),
    ]


def record_disagreements(
    records: pd.DataFrame, variables: Mapping[str, Sequence[str]], *, id_column: str = "id"
) -> pd.DataFrame:
    """Every complaint on which coders recorded different values, one row for each variable.

    Args:
        records: A row for each complaint and coder: the id, the column `coder`, and a column per variable.
        variables: Variable to its values.
        id_column: The column that names the complaint.

    Returns:
        The id, variable, and a column per coder with the value recorded (empty where none was), by variable and id.

    Raises:
        ReliabilityError: As `rating_table`.
    """
    rows: list[dict[str, object]] = []
    for variable, values in variables.items():
        table = rating_table(records, variable, values, id_column=id_column)
        for complaint, row in table[table.nunique(axis=1) > 1].iterrows():
            words = {coder: "" if np.isnan(position) else values[int(position)] for coder, position in row.items()}
            rows.append(
                {id_column: complaint, "variable": variable, **{str(coder): word for coder, word in words.items()}}
            )
    coders = sorted({str(coder) for coder in records["coder"]}) if "coder" in records else []
    return pd.DataFrame(rows, columns=[id_column, "variable", *coders])


def read_coder_tables(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The coders' CSV files as one table, without the adjudicated one; each coder has the name of the file.

    Raises:
        ReliabilityError: A file is missing or no CSV in UTF-8.
    """
    tables = [_read(Path(path)).assign(coder=Path(path).stem) for path in paths if Path(path).stem != "adjudicated"]
    if not tables:
        raise ReliabilityError("there is no coder's file; expected two or more")
    return pd.concat(tables, ignore_index=True)


def measure_file(
    path: str | Path, *, raters: Sequence[str] | None = None, voice: Voice | None = None, **options: Unpack[Options]
) -> pd.DataFrame:
    r"""Every coefficient for the ratings in a CSV file: a row per unit, a column per rater, blank where none.

    Words are compared as they stand; where all ratings are numbers, alpha is also given on the metrics for numbers.

    Args:
        path: The file.
        raters: The raters' columns; by default all but one named id or unit.
        voice: Says the notes in a reader's language; without one they stand as keys.
        options: How the intervals are found.

    Returns:
        One row per coefficient, as `record_agreement`, without the variable.

    Raises:
        ReliabilityError: The file cannot be read, a column is missing, or there are fewer than two raters.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "ratings.csv"
        >>> _ = file.write_text("unit,anna,budi\n1,yes,yes\n2,no,no\n3,yes,no\n4,no,no\n")
        >>> measure_file(file).set_index("coefficient").loc["Gwet's AC1", "value"]  # doctest: +ELLIPSIS
        np.float64(0.529...)
    """
    table = _read(Path(path))
    known = [str(name) for name in table.columns]
    names = [name for name in known if name not in ("id", "unit")] if raters is None else list(raters)
    raise_all(
        ReliabilityError, [f"{path}: no column {name!r}{nearest(name, known)}" for name in names if name not in known]
    )
    words = table[names]
    values = sorted({str(word) for word in words.to_numpy().ravel() if word})
    numeric = bool(values) and all(_is_number(word) for word in values)
    rating_of = {word: float(word) if numeric else float(number) for number, word in enumerate(values)}
    ratings = words.map(lambda word: rating_of.get(word, np.nan)).to_numpy(dtype=float)
    found = [*_all(ratings, None, "nominal", options)]
    metrics: tuple[Metric, ...] = ("ordinal", "interval")
    found += [krippendorff_alpha(ratings, metric, **options) for metric in metrics if numeric]
    return pd.DataFrame([each.to_record(voice) for each in found])


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise ReliabilityError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ReliabilityError(f"{path}: is no CSV file in UTF-8: {error}") from None
