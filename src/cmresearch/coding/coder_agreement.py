"""How far coders agree, code by code, and where they do not, one step from the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, TypeAlias, Unpack, get_args

import numpy as np
import pandas as pd

from cmresearch.coding.coding import Coding
from cmresearch.coding.units import Decisions, UnitKind, coders_of, decide
from cmresearch.errors import ReliabilityError, nearest
from cmresearch.language.voice import Voice, in_words
from cmresearch.reliability.coefficients import (
    Options,
    explain_difference,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from cmresearch.reliability.unitizing import Continuum, Stretch, unitizing_alpha

Subject: TypeAlias = Literal["code", "dimension", "all"]
Split: TypeAlias = Literal["none", "pair", "round"]

COLUMNS = (
    *("subject", "key", "group", "unit", "units", "sources", "given", "percent_agreement"),
    *("alpha", "alpha_lower", "alpha_upper", "ac1", "ac1_lower", "ac1_upper", "level", "method", "note", "why_differ"),
)


def agreement_table(
    coding: Coding,
    *,
    subject: Subject = "code",
    unit: UnitKind = "turn",
    split: Split = "none",
    coders: Sequence[str] | None = None,
    rounds: Mapping[str, str] | None = None,
    voice: Voice | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """How far coders agree before adjudication, with intervals over sources.

    What one interview holds hangs together, so whole sources are resampled; seven are few, and the note says so. For
    rare codes read alpha and AC1 side by side, and `why_differ`.

    Args:
        coding: The coding of at least two coders.
        subject: code (a row for each), dimension (whether any of its codes was given), or all (all codes taken
            together, each a decision of its own).
        unit: turn, sentence or segment, as in `decide`.
        split: none, pair (each two coders apart) or round (each round of coding apart).
        coders: Whose coding; by default everybody's but the adjudicator's.
        rounds: Source to the round it was coded in. By default the version of the codebook it was coded under.
        voice: Says note and why_differ in a reader's language; without one they stand as keys.
        options: How the intervals are found (see `reliability.Options`). Name clusters to have other ones than sources.

    Returns:
        One row for each subject and group, in the order of the codebook: subject, key, group, unit, units (that two
        coders coded), sources, given (units to which at least one gave it), percent_agreement, alpha and ac1 with
        their intervals, level, method, note and why_differ.

    Raises:
        ReliabilityError: There are fewer than two coders, or a word is unknown.
    """
    _known("subject", subject, get_args(Subject))
    _known("split", split, get_args(Split))
    decisions = decide(coding, unit=unit, coders=coders)
    subjects = _subjects(coding, subject)
    rows = [
        {"subject": subject, "key": key, "group": group, "unit": unit, **_row(decisions, codes, chosen, options, voice)}
        for key, codes in subjects.items()
        for group, chosen in _groups(coding, decisions, split, rounds)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _known(what: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise ReliabilityError(f"there is no {what} {word!r}; expected one of {', '.join(known)}{nearest(word, known)}")


def _subjects(coding: Coding, subject: Subject) -> dict[str, list[list[str]]]:
    """Each row's name, and the decisions it holds: codes of which any counts."""
    codes = list(coding.codebook.codes)
    if subject == "code":
        return {code: [[code]] for code in codes}
    if subject == "dimension":
        found = {
            each.key: [code.key for code in coding.codebook.codes_of(each.key)] for each in coding.codebook.dimensions
        }
        return {key: [keys] for key, keys in found.items() if keys}
    return {"all codes": [[code] for code in codes]}


Chosen: TypeAlias = tuple[list[int], list[int]]  # positions of units, positions of coders


def _groups(
    coding: Coding, decisions: Decisions, split: Split, rounds: Mapping[str, str] | None
) -> Iterator[tuple[str, Chosen]]:
    units, coders = list(range(len(decisions.units))), list(range(len(decisions.coders)))
    if split == "pair":
        for pair in combinations(coders, 2):
            yield " and ".join(decisions.coders[position] for position in pair), (units, list(pair))
    elif split == "round":
        named = rounds_of(coding) if rounds is None else rounds
        for name in sorted({named[each.source] for each in decisions.units if each.source in named}):
            yield (
                name,
                ([position for position in units if named.get(decisions.units[position].source) == name], coders),
            )
    else:
        yield "", (units, coders)


def rounds_of(coding: Coding) -> dict[str, str]:
    """The round each source was coded in: the versions of the codebook that its coders used, joined by " and "."""
    found: dict[str, set[str]] = {}
    for each in coding:
        if each.coder in coding.coders:
            found.setdefault(each.source, set()).add(each.codebook_version)
    return {source: "codebook " + " and ".join(sorted(versions)) for source, versions in found.items()}


def _row(
    decisions: Decisions, codes: Sequence[Sequence[str]], chosen: Chosen, options: Options, voice: Voice | None
) -> dict[str, object]:
    units, coders = chosen
    stacked = [decisions.ratings(each)[np.ix_(units, coders)] for each in codes]
    ratings = np.concatenate(stacked)
    sources = [decisions.units[position].source for position in units] * len(codes)
    settings: Options = {"clusters": sources, "clusters_are": "sources", **options}
    alpha = krippendorff_alpha(ratings, **settings)
    ac1 = gwet_ac(ratings, categories=[0, 1], **settings)
    paired = (~np.isnan(ratings)).sum(axis=1) >= 2
    return {
        "units": alpha.units,
        "sources": len({source for source, two in zip(sources, paired, strict=True) if two}),
        "given": int((ratings[paired] == 1).any(axis=1).sum()),
        "percent_agreement": percent_agreement(ratings, replicates=1).value,
        **{"alpha": alpha.value, "alpha_lower": alpha.lower, "alpha_upper": alpha.upper},
        **{"ac1": ac1.value, "ac1_lower": ac1.lower, "ac1_upper": ac1.upper},
        "level": alpha.level,
        "method": alpha.method,
        "note": in_words(alpha.notes, voice),
        "why_differ": in_words(explain_difference(ratings, alpha, ac1), voice),
    }


def unitizing_table(
    coding: Coding,
    *,
    subject: Subject = "code",
    coders: Sequence[str] | None = None,
    voice: Voice | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """How far coders agree on where segments begin and end: alpha for unitizing, with intervals over sources.

    Every answer turn is text that can be marked; a coder's segments of one subject that overlap or touch are one
    stretch. Only sources that all coders coded count.

    Args:
        coding: The coding of at least two coders.
        subject: code, dimension, or all (marked at all, by whatever code).
        coders: Whose coding; by default everybody's but the adjudicator's.
        voice: Says the notes in a reader's language; without one they stand as keys.
        options: How the intervals are found.

    Returns:
        One row for each subject: subject, key, sources, marked (share of the text marked by at least one coder), alpha,
        alpha_lower, alpha_upper, level, method and note.

    Raises:
        ReliabilityError: There are fewer than two coders, or no source that all of them coded.
    """
    _known("subject", subject, get_args(Subject))
    names = coders_of(coding, coders)
    shared = [key for key in coding.sources if all((coder, key) in coding.coded for coder in names)]
    if not shared:
        raise ReliabilityError(f"no source was coded by all of {', '.join(names)}; expected one or more")
    settings: Options = {"clusters_are": "sources", **options}
    rows = []
    for key, parts in _subjects(coding, subject).items():
        codes = {code for part in parts for code in part}
        continua = [_continuum(coding, source, names, codes) for source in shared]
        alpha = unitizing_alpha(continua, **settings)
        length = sum(each.length for each in continua)
        rows.append(
            {
                "subject": subject,
                "key": key,
                "sources": len(shared),
                "marked": sum(_covered(each) for each in continua) / length if length else None,
                **{"alpha": alpha.value, "alpha_lower": alpha.lower, "alpha_upper": alpha.upper},
                "level": alpha.level,
                "method": alpha.method,
                "note": in_words(alpha.notes, voice),
            }
        )
    return pd.DataFrame(rows)


def _continuum(coding: Coding, source: str, coders: Sequence[str], codes: set[str]) -> Continuum:
    turns = coding.sources[source].answers
    begins = np.concatenate([[0], np.cumsum([turn.end - turn.start for turn in turns])]).astype(int).tolist()
    marked: dict[str, list[tuple[int, int]]] = {coder: [] for coder in coders}
    for each in coding.of_source(source):
        if each.coder in marked and each.code in codes:
            for turn, begin in zip(turns, begins, strict=False):
                start, end = max(each.start, turn.start), min(each.end, turn.end)
                if start < end:
                    marked[each.coder].append((begin + start - turn.start, begin + end - turn.start))
    joined = {coder: [Stretch(start, end) for start, end in _joined(spans)] for coder, spans in marked.items()}
    return Continuum(begins[-1], joined)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _covered(text: Continuum) -> int:
    spans = [(each.start, each.end) for marked in text.marked.values() for each in marked]
    return sum(end - start for start, end in _joined(spans))


def disagreements(
    coding: Coding, *, unit: UnitKind = "turn", coders: Sequence[str] | None = None, code: str | None = None
) -> pd.DataFrame:
    """Every unit where coders differ on a code, with their quotes and the unit's own words.

    Args:
        coding: The coding of at least two coders.
        unit: turn, sentence or segment.
        coders: Whose coding; by default everybody's but the adjudicator's.
        code: Only this code.

    Returns:
        One row per unit and code that some coders gave and some did not, or gave with another direction: source, unit
        (its kind and number), code, differ ("given" or "direction"), given_by, not_given_by, directions, quotes (each
        with its coder), memos, text (the unit's words) and label (what kind of text it is).

    Raises:
        ReliabilityError: There are fewer than two coders, or a word is unknown.
        CodebookError: There is no such code.
    """
    decisions = decide(coding, unit=unit, coders=coders)
    wanted = list(coding.codebook.codes) if code is None else [coding.codebook.code(code).key]
    rows = [row for key in wanted for row in _differing(coding, decisions, unit, key)]
    columns = ["source", "unit", "code", "differ", "given_by", "not_given_by", "directions"]
    table = pd.DataFrame(rows, columns=[*columns, "quotes", "memos", "text", "label"])
    order = {source: position for position, source in enumerate(coding.sources)}
    return table.sort_values("source", key=lambda column: column.map(order), kind="stable", ignore_index=True)


def _differing(coding: Coding, decisions: Decisions, unit: UnitKind, code: str) -> Iterator[dict[str, object]]:
    ratings = decisions.ratings([code])
    segments = [each for each in coding.of_code(code) if each.coder in decisions.coders]
    for position, row in enumerate(ratings):
        here = decisions.units[position]
        given = [coder for coder, value in zip(decisions.coders, row, strict=True) if value == 1]
        missing = [coder for coder, value in zip(decisions.coders, row, strict=True) if value == 0]
        if not given or len(given) + len(missing) < 2:
            continue
        found = [
            each for each in segments if each.source == here.source and each.start < here.end and here.start < each.end
        ]
        directions = {coder: sorted({each.direction for each in found if each.coder == coder}) for coder in given}
        if not missing and len({tuple(each) for each in directions.values()}) == 1:
            continue
        source = coding.sources[here.source]
        yield {
            "source": here.source,
            "unit": f"{unit} {here.number}",
            "code": code,
            "differ": "given" if missing else "direction",
            "given_by": ", ".join(given),
            "not_given_by": ", ".join(missing),
            "directions": "; ".join(f"{coder}: {', '.join(words)}" for coder, words in directions.items()),
            "quotes": " | ".join(f"{each.coder}: {each.quote}" for each in found),
            "memos": " | ".join(f"{each.coder}: {each.memo}" for each in found if each.memo),
            "text": source.text[here.start : here.end],
            "label": source.label,
        }
