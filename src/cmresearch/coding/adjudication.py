"""Where two coders differ, side by side, and what was decided with its reason, apart from what they wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cmresearch.coding.coding import ADJUDICATOR, Coding, Segment
from cmresearch.coding.entries import Entry
from cmresearch.errors import CodingError, nearest

NOT_GIVEN = "not given"
COLUMNS = ("source", "turn", "code", "differ_in", "decision", "reason")


@dataclass(frozen=True)
class Difference:
    """A turn on which coders differ over a code.

    Attributes:
        source: The key of the source.
        turn: The number of the turn.
        code: The key of the code.
        differ_in: use (one gave the code and another did not) or direction.
        given: Each coder's segments with this code in this turn, by coder, in the order of their names.
        kept: What the adjudicator gave there.
        dismissed: What the adjudicator decided not to keep there.
    """

    source: str
    turn: int
    code: str
    differ_in: str
    given: dict[str, tuple[Segment, ...]]
    kept: tuple[Segment, ...]
    dismissed: tuple[Entry, ...]

    @property
    def decision(self) -> str:
        """The decision: the directions kept, not kept, or undecided."""
        if self.kept:
            return "kept: " + ", ".join(sorted({each.direction for each in self.kept}))
        return "not kept" if self.dismissed else "undecided"

    @property
    def reason(self) -> str:
        """Why, in the adjudicator's words."""
        reasons = [each.memo for each in self.kept] + [each.reason for each in self.dismissed]
        return " ".join(dict.fromkeys(each for each in reasons if each))


def find_differences(coding: Coding, *, coders: Sequence[str] | None = None) -> tuple[Difference, ...]:
    """Every turn and code on which coders differ, decided or not, in the order of the text.

    Args:
        coding: The coding of at least two coders.
        coders: Whose; by default everybody's but the adjudicator's. In a source that only one of them coded nothing is
            a difference.

    Raises:
        CodingError: There are fewer than two coders.
    """
    names = coding.coders if coders is None else tuple(coders)
    if len(names) < 2:
        raise CodingError(f"a difference needs two coders; found {', '.join(names) or 'none'}")
    by_turn: dict[tuple[str, int, str], list[Segment]] = {}
    for segment in coding:
        for turn in coding.sources[segment.source].turns_between(segment.start, segment.end):
            by_turn.setdefault((segment.source, turn.number, segment.code), []).append(segment)
    dismissed = _dismissed(coding)
    found = (
        _difference(coding, names, turn_and_code, segments, dismissed.get(turn_and_code, ()))
        for turn_and_code, segments in by_turn.items()
    )
    order = {key: number for number, key in enumerate(coding.sources)}
    differences = [each for each in found if each is not None]
    return tuple(sorted(differences, key=lambda each: (order[each.source], each.turn, each.code)))


def differences_table(differences: Iterable[Difference]) -> pd.DataFrame:
    """The differences as a table, to decide on.

    Returns:
        One row per difference: source, turn, code, differ_in, decision and reason, then for each coder what they gave:
        the direction and the words, or "not given".
    """
    rows = [
        {name: getattr(each, name) for name in COLUMNS} | {coder: _listed(given) for coder, given in each.given.items()}
        for each in differences
    ]
    return pd.DataFrame(rows, columns=None if rows else list(COLUMNS))


def decide(difference: Difference, *, keep: str, reason: str, at: str, codebook_version: str) -> tuple[Segment, ...]:
    """The segments that the adjudicator writes down for a difference; the coders' own stay as they are.

    Args:
        difference: From `find_differences`.
        keep: The coder whose segments are kept, or none.
        reason: Why.
        at: When, as an ISO time.
        codebook_version: The version of the codebook.

    Returns:
        The segments in the adjudicator's name: those kept, with the reason as their memo; or those not kept, for
        `with_dismissals`.

    Raises:
        CodingError: There is no such coder, the coder gave nothing there, or there is no reason.
    """
    if not reason.strip():
        raise CodingError("a decision needs its reason")
    if keep != "none" and keep not in difference.given:
        raise CodingError(f"nobody coded as {keep!r}{nearest(keep, [*difference.given, 'none'])}")
    chosen = difference.given[keep] if keep != "none" else next(each for each in difference.given.values() if each)
    if not chosen:
        raise CodingError(f"{keep} did not give {difference.code!r} in turn {difference.turn} of {difference.source}")
    memo = "" if keep == "none" else reason
    return tuple(
        replace(each, coder=ADJUDICATOR, at=at, memo=memo, codebook_version=codebook_version) for each in chosen
    )


def _difference(
    coding: Coding,
    names: Sequence[str],
    turn_and_code: tuple[str, int, str],
    segments: Sequence[Segment],
    dismissed: tuple[Entry, ...],
) -> Difference | None:
    present = [name for name in names if (name, turn_and_code[0]) in coding.coded]
    given = {name: tuple(each for each in segments if each.coder == name) for name in present}
    directions = {tuple(sorted({each.direction for each in own})) for own in given.values()}
    if len(directions) < 2:
        return None
    kept = tuple(each for each in segments if each.coder == ADJUDICATOR)
    differ_in = "use" if not all(given.values()) else "direction"
    return Difference(*turn_and_code, differ_in, given, kept, dismissed)


def _dismissed(coding: Coding) -> dict[tuple[str, int, str], tuple[Entry, ...]]:
    found: dict[tuple[str, int, str], tuple[Entry, ...]] = {}
    for entry in coding.entries:
        if entry.action != "dismiss" or entry.state == "replaced":
            continue
        segment = entry.segment
        code = coding.codebook.code(segment.code).key
        for turn in coding.sources[segment.source].turns_between(segment.start, segment.end):
            turn_and_code = (segment.source, turn.number, code)
            found[turn_and_code] = (*found.get(turn_and_code, ()), entry)
    return found


def _listed(given: Sequence[Segment]) -> str:
    return " | ".join(f"{each.direction}: {each.quote}" for each in given) or NOT_GIVEN
