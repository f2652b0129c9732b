"""Coverage of the coding: codes nobody uses, questions nobody asks, interviews that are silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import pandas as pd

from cmresearch.codebook.book import Dimension
from cmresearch.coding.coding import Coding, Segment
from cmresearch.coding.sources import Source
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import Voice, in_words

NEVER_GIVEN = Phrase("notes.coverage.never_given")
NOT_KEPT = Phrase("notes.coverage.not_kept")
NO_QUESTION = Phrase("notes.coverage.no_question")
NO_CODE = Phrase("notes.coverage.no_code")
NO_SOURCE = Phrase("notes.coverage.no_source")


def code_coverage(coding: Coding, *, voice: Voice | None = None) -> pd.DataFrame:
    """How often each code in use was given, by coders and in the adjudicated coding.

    A code without use is no fault: it may be what nobody spoke of. It is a reason to read its definition again.

    Args:
        coding: The coding.
        voice: Says the notes in a reader's language; without one they stand as keys.

    Returns:
        One row per code, in the order of the codebook: code, dimensions (joined by "; "), status, coded (segments of
        all coders), adjudicated (segments), sources (that hold an adjudicated one), and note, which says where it is
        without use.
    """
    return pd.DataFrame([_code_row(coding, key, voice) for key in coding.codebook.codes])


def _code_row(coding: Coding, key: str, voice: Voice | None) -> dict[str, object]:
    code = coding.codebook.code(key)
    given = coding.of_code(key)
    kept = given.adjudicated
    coded = sum(each.coder in coding.coders for each in given)
    notes = (NOT_KEPT if len(given) else NEVER_GIVEN,) if not len(kept) else ()
    return {
        "code": key,
        "dimensions": "; ".join(code.dimensions),
        "status": code.status,
        "coded": coded,
        "adjudicated": len(kept),
        "sources": len({each.source for each in kept}),
        "note": in_words(notes, voice),
    }


def dimension_coverage(coding: Coding, *, voice: Voice | None = None) -> pd.DataFrame:
    """The evidence there is for each dimension: questions, codes, indicators, and sources that speak of it.

    Args:
        coding: The coding.
        voice: Says the notes in a reader's language; without one they stand as keys.

    Returns:
        One row per dimension, in the order of the codebook: dimension, number, questions, codes, indicators,
        interviews and documents (with an adjudicated segment), could_know (interviews whose informant could know),
        silent (those of them that say nothing), and note.
    """
    return pd.DataFrame([_dimension_row(coding, each, voice) for each in coding.codebook.dimensions])


def _dimension_row(coding: Coding, dimension: Dimension, voice: Voice | None) -> dict[str, object]:
    spoken = {each.source for each in coding.adjudicated.of_dimension(dimension.key)}
    interviews = {source.key for source in _interviews(coding)}
    able = {source.key for source in _interviews(coding) if source.role in dimension.can_know}
    codes = coding.codebook.codes_of(dimension.key)
    there = {NO_QUESTION: dimension.questions, NO_CODE: codes, NO_SOURCE: spoken}
    return {
        "dimension": dimension.key,
        "number": dimension.number,
        "questions": len(dimension.questions),
        "codes": len(codes),
        "indicators": len(dimension.indicators),
        "interviews": len(spoken & interviews),
        "documents": len(spoken - interviews),
        "could_know": len(able),
        "silent": len(able - spoken),
        "note": in_words(_joined([lack for lack, found in there.items() if not found]), voice),
    }


def _joined(lacks: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """All that lacks in one phrase, or none where nothing does."""
    return (reduce(_both, lacks),) if lacks else ()


def _both(one: Phrase, other: Phrase) -> Phrase:
    return Phrase("notes.coverage.both", {"one": one, "other": other})


def silent_interviews(coding: Coding) -> pd.DataFrame:
    """The interviews that say nothing of a dimension, those that could know first of all to be asked again.

    Returns:
        One row per dimension and interview without an adjudicated segment, in the order of codebook and sources:
        dimension, source, informant, role, and standing (could know, or could not know).
    """
    spoken = _spoken(coding, coding.adjudicated)
    rows = [
        {
            "dimension": dimension.key,
            "source": source.key,
            "informant": source.informant,
            "role": source.role,
            "standing": "could know" if source.role in dimension.can_know else "could not know",
        }
        for dimension in coding.codebook.dimensions
        for source in _interviews(coding)
        if (source.key, dimension.key) not in spoken
    ]
    return pd.DataFrame(rows, columns=["dimension", "source", "informant", "role", "standing"])


def informant_table(coding: Coding) -> pd.DataFrame:
    """How many adjudicated segments each source has for each dimension.

    Returns:
        One row per source (indexed by its key, in the order of the sources), one column per dimension in the order of
        the codebook. A segment of a code that speaks to two dimensions counts for both.
    """
    spoken = _spoken(coding, coding.adjudicated)
    dimensions = [each.key for each in coding.codebook.dimensions]
    rows = [[spoken.get((source, dimension), 0) for dimension in dimensions] for source in coding.sources]
    return pd.DataFrame(rows, index=pd.Index(list(coding.sources), name="source"), columns=dimensions)


def saturation(coding: Coding) -> pd.DataFrame:
    """How many codes each interview adds to those heard before it.

    Few new codes in the last interviews are a sign, and no proof, that another interview would add little: the order
    plays a part, and so does how fine the codes are.

    Args:
        coding: The coding; where it is adjudicated, the adjudicated segments count, otherwise all.

    Returns:
        One row per interview by its date (by its key where dates are the same): number, source, date, segments, codes
        (different ones), new_codes, new (their keys, joined by ", "), codes_so_far, and share_so_far (of the codes in
        use).

    Source:
        Guest, Bunce and Johnson (2006), How many interviews are enough? Field Methods 18(1).
    """
    chosen = coding.adjudicated if len(coding.adjudicated) else coding
    heard: dict[str, None] = {}
    rows = []
    for number, source in enumerate(sorted(_interviews(coding), key=lambda each: (each.date, each.key)), start=1):
        segments = [each for each in chosen if each.source == source.key]
        new = [key for key in _codes_of(segments) if key not in heard]
        heard |= dict.fromkeys(new)
        rows.append(
            {
                "number": number,
                "source": source.key,
                "date": source.date,
                "segments": len(segments),
                "codes": len(_codes_of(segments)),
                "new_codes": len(new),
                "new": ", ".join(new),
                "codes_so_far": len(heard),
                "share_so_far": len(heard) / len(coding.codebook.codes),
            }
        )
    return pd.DataFrame(rows)


def _interviews(coding: Coding) -> list[Source]:
    return [source for source in coding.sources.values() if source.kind == "interview"]


def _codes_of(segments: Iterable[Segment]) -> list[str]:
    return list(dict.fromkeys(each.code for each in segments))


def _spoken(coding: Coding, segments: Iterable[Segment]) -> dict[tuple[str, str], int]:
    """How many segments a source has for a dimension."""
    counts: dict[tuple[str, str], int] = {}
    for each in segments:
        for dimension in coding.codebook.code(each.code).dimensions:
            counts[each.source, dimension] = counts.get((each.source, dimension), 0) + 1
    return counts
