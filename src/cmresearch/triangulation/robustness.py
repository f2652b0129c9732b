"""How easily a status would change: the sample drawn again, one source less, another defensible threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.codebook.book import Codebook, Indicator
from cmresearch.coding.coding import ADJUDICATOR, Coding, Segment
from cmresearch.estimation.replicates import make_replicates
from cmresearch.language.catalogue import Translations
from cmresearch.language.phrases import Figure, Name, Own, Phrase, Series
from cmresearch.language.voice import Voice, in_words
from cmresearch.responses.responses import Responses
from cmresearch.triangulation.assessment import IndicatorResult, assess
from cmresearch.triangulation.rule import Rule, judge

Floats = NDArray[np.float64]
Kind = Literal["sample", "records", "source", "coder", "disagreement", "threshold", "corroboration"]
MEANING: Mapping[Kind, str] = {
    "sample": "the coded sample resampled within its strata",
    "records": "records of a single coder given the errors that double-coded ones show",
    "source": "one interview or document left out",
    "coder": "one coder's coding alone in the place of the adjudicated one",
    "disagreement": "the coders' disagreements resolved all one way",
    "threshold": "one threshold moved over the range that the codebook calls defensible",
    "corroboration": "one source more or fewer needed before a statement counts",
}
RANDOM: tuple[Kind, ...] = ("sample", "records")  # kinds of which many worlds are drawn


@dataclass(frozen=True)
class World:
    """The statuses as they would be if one thing were otherwise.

    Attributes:
        kind: What kind of thing.
        change: What is otherwise.
        times: How many of the random worlds of this kind came out like this; 1 for a single change.
        statuses: The proposed status of each dimension.
    """

    kind: Kind
    change: Phrase
    times: int
    statuses: Mapping[str, str]


@dataclass(frozen=True)
class Robustness:
    """How the statuses fare in all worlds that were tried.

    Attributes:
        statuses: The proposed status of each dimension as things are.
        worlds: The worlds, those of one kind together.
        names: The name of each dimension, by language.
        margins: How far each indicator's interval is from its threshold, in the indicator's unit; below zero where
            the interval straddles it.
        sampled: The dimensions with an indicator that was estimated from the coded sample.
    """

    statuses: Mapping[str, str]
    worlds: tuple[World, ...]
    names: Mapping[str, Translations]
    margins: Mapping[str, Mapping[str, float]]
    sampled: frozenset[str]

    def share(self, dimension: str, kind: Kind | None = None) -> float | None:
        """In what share of the worlds (of one kind) the dimension keeps its status; None where none was tried."""
        worlds = [world for world in self.worlds if kind in {None, world.kind}]
        stands = sum(world.times for world in worlds if world.statuses[dimension] == self.statuses[dimension])
        total = sum(world.times for world in worlds)
        return stands / total if total else None

    def flips(self, dimension: str) -> tuple[World, ...]:
        """The single changes that alone give the dimension another status."""
        return tuple(
            world
            for world in self.worlds
            if world.kind not in RANDOM and world.statuses[dimension] != self.statuses[dimension]
        )

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each dimension.

        Args:
            voice: Says the changes in a reader's language; without one they stand as keys.

        Returns:
            Columns dimension, status, a share for each kind of world tried (stands_sample and so on), flips (the
            single changes that alone flip it, with the status they give), nearest_margin (of its indicators) and
            in_words.
        """
        kinds = [kind for kind in MEANING if any(world.kind == kind for world in self.worlds)]
        return pd.DataFrame([self._row(dimension, kinds, voice) for dimension in self.statuses])

    def _row(self, dimension: str, kinds: Sequence[Kind], voice: Voice | None) -> dict[str, object]:
        flips = [
            Phrase("world.flips_to", {"change": world.change, "status": world.statuses[dimension]})
            for world in self.flips(dimension)
        ]
        return {
            "dimension": dimension,
            "status": self.statuses[dimension],
            **{f"stands_{kind}": self.share(dimension, kind) for kind in kinds},
            "flips": in_words(flips, voice),
            "nearest_margin": min(self.margins[dimension].values(), default=None),
            "in_words": in_words(self.summary(dimension), voice),
        }

    def summary(self, dimension: str) -> Phrase:
        """How the dimension fares, in one sentence."""
        status = Phrase(f"status.{self.statuses[dimension]}")
        shares = [
            Phrase(f"world.stands_{kind}", {"share": Figure(share, 1, "share"), "tried": self.tried(kind)})
            for kind in RANDOM
            if dimension in self.sampled and (share := self.share(dimension, kind)) is not None
        ]
        flips = Series(tuple(_flip(world, dimension) for world in self.flips(dimension)))
        stands = Phrase("world.stays", {"status": status, "shares": _both(shares)}) if shares else None
        firm = Phrase("world.flipped", {"flips": flips}) if flips.parts else Phrase("world.firm")
        parts = Series((stands or Phrase("world.is", {"status": status}), firm))
        return Phrase("world.summary", {"dimension": Own(self.names[dimension]), "parts": parts})

    def tried(self, kind: Kind) -> int:
        """How many worlds of a kind were tried."""
        return sum(world.times for world in self.worlds if world.kind == kind)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def _both(shares: Sequence[Phrase]) -> Phrase:
    return shares[0] if len(shares) == 1 else Phrase("world.both", {"one": shares[0], "other": shares[1]})


def _flip(world: World, dimension: str) -> Phrase:
    return Phrase("world.flip", {"change": world.change, "status": Phrase(f"status.{world.statuses[dimension]}")})


@dataclass(frozen=True)
class _Evidence:
    """The evidence that a status follows from; a world is this with one thing replaced."""

    codebook: Codebook
    coding: Coding
    indicators: tuple[IndicatorResult, ...]
    rule: Rule

    def statuses(self) -> dict[str, str]:
        made = assess(self.codebook, coding=self.coding, indicators=self.indicators, rule=self.rule)
        return {each.dimension.key: each.status for each in made.dimensions}


def measure_robustness(
    codebook: Codebook,
    *,
    coding: Coding,
    indicators: Sequence[IndicatorResult],
    responses: Responses | None = None,
    records: pd.DataFrame | None = None,
    rule: Rule | None = None,
    replicates: int = 1000,
    seed: int = 1,
) -> Robustness:
    """How easily each dimension's status would change.

    Random worlds: the coded sample resampled by the rescaled bootstrap, the interval of each coded indicator moving
    with its estimate; and the records of a single coder redrawn with the errors that the double-coded ones show.
    Single changes: each source left out, each coder alone, disagreements resolved all one way, each threshold at either
    end of its defensible range, one source more or fewer needed for corroboration.

    Args:
        codebook: The codebook.
        coding: The coding, with the coders' own beside the adjudicated one.
        indicators: What the indicators show.
        responses: The coded sample; without it there are no random worlds.
        records: What each coder recorded before adjudication: one row for each record, with id, coder and the coded
            variables.
        rule: The decision rule.
        replicates: How many random worlds of each kind.
        seed: Whole number from which the random worlds follow, the same on every machine.

    Returns:
        The worlds and what they do to each dimension.

    Source:
        Rescaled bootstrap: Rao and Wu (1988); Preston (2009) for its form without replacement.
    """
    now = _Evidence(codebook, coding, tuple(indicators), rule or Rule())
    worlds = [*_resampled(now, responses, replicates, seed), *_erring(now, responses, records, replicates, seed)]
    worlds += [
        *_without_a_source(now),
        *_of_one_coder(now),
        *_one_way(now),
        *_other_thresholds(now),
        *_other_rules(now),
    ]
    names = {dimension.key: dimension.name for dimension in codebook.dimensions}
    margins = {key: _margins(now.indicators, key) for key in names}
    sampled = frozenset(result.dimension for result in _estimated(now))
    return Robustness(now.statuses(), tuple(worlds), names, margins, sampled)


def _estimated(now: _Evidence) -> list[IndicatorResult]:
    return [each for each in now.indicators if each.indicator.kind == "coded" and each.estimate is not None]


def _margins(indicators: Sequence[IndicatorResult], dimension: str) -> dict[str, float]:
    found = {}
    for result in indicators:
        if result.dimension == dimension and result.lower is not None and result.upper is not None:
            threshold = result.indicator.threshold
            above, below = result.lower - threshold, threshold - result.upper
            found[result.indicator.key] = max(above, below)
    return found


def _resampled(now: _Evidence, responses: Responses | None, replicates: int, seed: int) -> list[World]:
    coded = _estimated(now)
    if responses is None or not coded:
        return []
    weights = make_replicates(responses, method="bootstrap", replicates=replicates, seed=seed).weights
    estimates = {result.indicator.key: _shares(_holds(responses, result), weights) for result in coded}
    return _by_outcome(now, "sample", estimates)


def _holds(responses: Responses, result: IndicatorResult) -> Floats:
    """1 where the indicator's value was recorded, 0 where another was, NaN where the complaint does not count."""
    words = responses.words(result.indicator.variable)
    eligible = np.ones(len(words), dtype=bool) if responses.eligible is None else responses.eligible
    known = np.array([word is not None for word in words]) & eligible
    return np.where(known, words == result.indicator.value, np.nan).astype(float)


def _shares(holds: Floats, weights: Floats) -> Floats:
    """The weighted share of each replicate; both are arrays of units by replicates, or of units alone."""
    known = ~np.isnan(holds)
    columns = np.nan_to_num(holds) if holds.ndim > 1 else np.nan_to_num(holds)[:, None]
    counted = known if holds.ndim > 1 else known[:, None]
    spread = weights if weights.ndim > 1 else weights[:, None]
    return np.asarray((spread * columns).sum(axis=0) / (spread * counted).sum(axis=0))


def _by_outcome(now: _Evidence, kind: Kind, estimates: Mapping[str, Floats]) -> list[World]:
    """Worlds with the same outcomes of all indicators have the same statuses, so each kind is assessed once."""
    outcomes = Counter(zip(*(_outcomes(now, key, values) for key, values in estimates.items()), strict=True))
    worlds = []
    for combination, times in sorted(outcomes.items()):
        changed = dict(zip(estimates, combination, strict=True))
        indicators = tuple(
            replace(each, outcome=changed.get(each.indicator.key, each.outcome)) for each in now.indicators
        )
        differing = [
            Phrase(
                "world.outcome", {"indicator": Name(each.indicator.key), "outcome": Phrase(f"outcome.{new.outcome}")}
            )
            for each, new in zip(now.indicators, indicators, strict=True)
            if each.outcome != new.outcome
        ]
        change = Phrase("world.outcomes", {"outcomes": tuple(differing)}) if differing else Phrase("world.as_it_is")
        worlds.append(World(kind, change, times, replace(now, indicators=indicators).statuses()))
    return worlds


def _outcome(indicator: Indicator, outcome: str) -> Phrase:
    return Phrase("world.outcome", {"indicator": Name(indicator.key), "outcome": Phrase(f"outcome.{outcome}")})


def _outcomes(now: _Evidence, key: str, values: Floats) -> list[str]:
    """How the indicator is judged when its interval moves with its estimate."""
    (result,) = (each for each in now.indicators if each.indicator.key == key)
    estimate, lower, upper = (float(end or 0) for end in (result.estimate, result.lower, result.upper))
    down, up = estimate - lower, upper - estimate
    return [judge(result.indicator, value - down, value + up) for value in values]


def _erring(
    now: _Evidence, responses: Responses | None, records: pd.DataFrame | None, replicates: int, seed: int
) -> list[World]:
    coded = _estimated(now)
    if responses is None or records is None or not coded:
        return []
    double = records["id"].duplicated(keep=False)
    ids = responses.table[records.attrs["id_column"]].astype(str)
    single = ~ids.isin(records.loc[double, "id"]).to_numpy()
    estimates = {}
    for number, result in enumerate(coded):
        holds = _holds(responses, result)
        chance = _chance_of_truth(records[double], result, dict(zip(ids, holds, strict=True)))
        # Raw numbers of the generator, whose stream is fixed for all versions; 53 bits make a fraction below 1.
        raw = np.random.PCG64([seed, number]).random_raw(len(holds) * replicates).reshape(len(holds), replicates)
        drawn = (raw >> np.uint64(11)) * 2.0**-53
        redrawn = (drawn < np.where(holds == 1, chance[True], chance[False])[:, None]).astype(float)
        redrawn[np.isnan(holds)] = np.nan
        estimates[result.indicator.key] = _shares(np.where(single[:, None], redrawn, holds[:, None]), responses.weights)
    return _by_outcome(now, "records", estimates)


def _chance_of_truth(double: pd.DataFrame, result: IndicatorResult, settled: Mapping[str, float]) -> dict[bool, float]:
    """How often the indicator's value was settled on where one coder recorded it, and where one did not."""
    gave = (double[result.indicator.variable] == result.indicator.value).to_numpy()
    truth = np.array([settled.get(id, np.nan) for id in double["id"]])
    return {
        answer: float(np.nanmean(truth[gave == answer])) if np.any(~np.isnan(truth[gave == answer])) else float(answer)
        for answer in (True, False)
    }


def _without_a_source(now: _Evidence) -> Iterator[World]:
    for key in now.coding.sources:
        segments = tuple(each for each in now.coding.adjudicated if each.source != key)
        yield _single(now, "source", Phrase("world.without", {"source": Name(key)}), segments=segments)


def _of_one_coder(now: _Evidence) -> Iterator[World]:
    for coder in now.coding.coders:
        own = (each for each in now.coding.segments if each.coder == coder)
        yield _single(now, "coder", Phrase("world.alone", {"coder": coder}), segments=_settled(own))


def _one_way(now: _Evidence) -> Iterator[World]:
    own = [each for each in now.coding.segments if each.coder != ADJUDICATOR]
    found_by: dict[tuple[str, str, str], set[str]] = {}
    for each in own:
        found_by.setdefault((each.source, each.code, each.direction), set()).add(each.coder)
    agreed = (each for each in own if len(found_by[each.source, each.code, each.direction]) > 1)
    if len(now.coding.coders) > 1:
        yield _single(now, "disagreement", Phrase("world.agreed_only"), segments=_settled(agreed))
        yield _single(now, "disagreement", Phrase("world.all_found"), segments=_settled(own))


def _other_thresholds(now: _Evidence) -> Iterator[World]:
    for position, result in enumerate(now.indicators):
        if result.lower is None or result.upper is None:
            continue
        for threshold in _thresholds(result):
            moved = result.indicator.model_copy(update={"threshold": threshold})
            judged = replace(result, indicator=moved, outcome=judge(moved, result.lower, result.upper))
            indicators = (*now.indicators[:position], judged, *now.indicators[position + 1 :])
            change = Phrase(
                "world.threshold", {"indicator": Name(moved.key), "threshold": _in_its_unit(moved, threshold)}
            )
            yield World("threshold", change, 1, replace(now, indicators=indicators).statuses())


def _in_its_unit(indicator: Indicator, threshold: float) -> Phrase | float:
    """A threshold as tables write it: that of a share in percent."""
    return Phrase("world.share", {"percent": 100 * threshold}) if indicator.statistic == "proportion" else threshold


def _thresholds(result: IndicatorResult) -> list[float]:
    """The ends of the defensible range, and where within it the indicator would be inconclusive.

    Between them no other outcome is possible: an outcome changes only where the threshold passes an end of the
    interval, and the end named here lies on the inconclusive side.
    """
    low, high = result.indicator.defensible
    edge = result.upper if result.indicator.direction == "at_least" else result.lower
    straddles = edge is not None and result.lower != result.upper and low < edge < high
    return [low, *([edge] if straddles and edge is not None else []), high]


def _other_rules(now: _Evidence) -> Iterator[World]:
    for change, rule in now.rule.neighbours():
        yield World("corroboration", change, 1, replace(now, rule=rule).statuses())


def _settled(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """A coder's own segments in the place of the adjudicated ones."""
    return tuple(replace(each, coder=ADJUDICATOR) for each in segments)


def _single(now: _Evidence, kind: Kind, change: Phrase, *, segments: tuple[Segment, ...]) -> World:
    return World(kind, change, 1, replace(now, coding=replace(now.coding, segments=segments)).statuses())
