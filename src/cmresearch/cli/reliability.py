"""How far coders agree, with intervals, and where they do not.

  cmresearch reliability codes                      each code, on answer turns, intervals over interviews
  cmresearch reliability dimensions --unit sentence
  cmresearch reliability codes --split pair
  cmresearch reliability boundaries                 where segments begin and end (alpha for unitizing)
  cmresearch reliability variables                  what was recorded for each complaint
  cmresearch reliability disagreements --out differences.xlsx
  cmresearch reliability ratings --file ratings.csv --raters anna,budi

The last reads any CSV file with a row for each unit and a column for each rater, and needs no study.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, show
from cmresearch.language.voice import ENGLISH

if TYPE_CHECKING:
    import pandas as pd

    from cmresearch.reliability.coefficients import Options
    from cmresearch.study.study import Study

WHAT = ("codes", "dimensions", "all", "boundaries", "variables", "disagreements", "ratings")
SHOWN = (
    *("key", "group", "units", "sources", "given", "percent_agreement", "alpha", "alpha_lower", "alpha_upper", "ac1"),
    *("variable", "coefficient", "value", "lower", "upper", "marked", "source", "unit", "code", "differ", "quotes"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("what", choices=WHAT, metavar="WHAT", help=", ".join(WHAT))
    parser.add_argument("--unit", choices=["turn", "sentence", "segment"], default="turn", help="default: turn")
    parser.add_argument("--split", choices=["none", "pair", "round"], default="none", help="each two coders, or rounds")
    parser.add_argument(
        "--coders", metavar="NAME,NAME", help="whose coding (default: everybody's but the adjudicator's)"
    )
    parser.add_argument("--interval", choices=["bootstrap", "analytic"], default="bootstrap")
    parser.add_argument("--level", type=float, default=0.95, help="the intervals' level (default: 0.95)")
    parser.add_argument("--replicates", type=int, default=1000, help="resamples (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="from which the resamples follow (default: 1)")
    parser.add_argument("--file", type=Path, help="for ratings: a CSV file, a row for each unit")
    parser.add_argument("--raters", metavar="COLUMN,COLUMN", help="for ratings: the raters' columns (default: all)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the whole table as .csv or .xlsx")
    add_study(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure and show, one row for each code, dimension, variable or difference."""
    table, note = _table(arguments)
    if arguments.out is not None:
        from cmresearch.files.sheets import write_table

        write_table(table, arguments.out, title=arguments.what, note=note)
    # One unit, and no groups, need no column.
    same = [name for name in ("group", "unit") if name in table and table[name].nunique() < 2]
    table = table if arguments.json else table.drop(columns=same)
    brief = table if arguments.json else table[[name for name in table.columns if name in SHOWN] or list(table.columns)]
    title = f"Reliability of {arguments.what}{f' ({note})' if note else ''}"
    show(arguments, brief.astype(object).where(brief.notna(), None).to_dict("records"), title=title)
    for sentence in _sentences(table) if not arguments.json else ():
        print(sentence)
    return 0


def _table(arguments: argparse.Namespace) -> tuple[pd.DataFrame, str]:
    options: Options = {
        "interval": arguments.interval,
        "level": arguments.level,
        "replicates": arguments.replicates,
        "seed": arguments.seed,
    }
    if arguments.what == "ratings":
        return _of_file(arguments, options), ""
    study = chosen_study(arguments)
    if arguments.what == "variables":
        return _of_variables(study, options)
    return _of_coding(arguments, study, options), f"{study.words_kind} data"


def _of_coding(arguments: argparse.Namespace, study: Study, options: Options) -> pd.DataFrame:
    from cmresearch.coding.coder_agreement import agreement_table, disagreements, unitizing_table

    coding = study.read_coding(study.read_codebook(), study.read_sources())
    coders = arguments.coders.split(",") if arguments.coders else None
    if arguments.what == "boundaries":
        return unitizing_table(coding, coders=coders, voice=ENGLISH, **options)
    if arguments.what == "disagreements":
        return disagreements(coding, unit=arguments.unit, coders=coders)
    subject = {"codes": "code", "dimensions": "dimension", "all": "all"}[arguments.what]
    return agreement_table(
        coding,
        subject=subject,  # type: ignore[arg-type] # one of the three words above
        unit=arguments.unit,
        split=arguments.split,
        coders=coders,
        voice=ENGLISH,
        **options,
    )


def _of_variables(study: Study, options: Options) -> tuple[pd.DataFrame, str]:
    from cmresearch.errors import StudyError
    from cmresearch.responses.record_agreement import read_coder_tables, record_agreement

    settings = study.settings.responses
    if settings is None:
        raise StudyError(f"{study.folder}: the study names no coders' records")
    values = study.coded_values(study.read_codebook())
    records = read_coder_tables(study.response_files())
    return record_agreement(records, values, voice=ENGLISH, **options), f"{settings.kind} data"


def _of_file(arguments: argparse.Namespace, options: Options) -> pd.DataFrame:
    from cmresearch.errors import ReliabilityError
    from cmresearch.responses.record_agreement import measure_file

    if arguments.file is None:
        raise ReliabilityError("ratings are read from a file; name it with --file")
    raters = arguments.raters.split(",") if arguments.raters else None
    return measure_file(arguments.file, raters=raters, voice=ENGLISH, **options)


def _sentences(table: pd.DataFrame) -> list[str]:
    """Notes on what is to be read with care, each once."""
    notes = dict.fromkeys(note for note in table.get("note", ()) if note)
    return [f"Note: {note}" for note in notes]
