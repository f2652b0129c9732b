"""How long complaints take to close, with those still open counted as such."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import EstimationError, ResponseError, nearest
from cmresearch.estimation.design import CellIndex, Design, Floats, LonelyPolicy, Scores, design_of, is_census_of
from cmresearch.estimation.estimates import Estimate
from cmresearch.estimation.estimators import EVERY_UNIT, ONE_UNIT, degrees_of_freedom
from cmresearch.estimation.intervals import CENSUS, Interval, Share, check_level, korn_graubard, student
from cmresearch.estimation.question import Mask, domains_of, lonely_note
from cmresearch.language.phrases import Phrase
from cmresearch.responses.responses import Labels, Responses

MOST_SHOWN = 8
NOT_REACHED = Phrase("notes.sample.not_reached")
UPPER_NOT_REACHED = Phrase("notes.sample.upper_not_reached")
DAYS, CLOSED = "follow_up_days", "follow_up_closed"


@dataclass(frozen=True)
class Curve:
    """Kaplan and Meier's curve of one domain: the share still open after each time, and how surely.

    Attributes:
        domain: The part of the full set; None for all of it.
        times: Times at which some complaint closed, rising, in the unit of the durations.
        open_share: Share of the full set still open after each time.
        at_risk: Sampled complaints still followed just before each time.
        closed: Sampled complaints that closed at each time.
        n: Sampled complaints.
        censored: How many of them are still open.
        level: Confidence level of all intervals.
        degrees_of_freedom: Units of the domain minus the strata they come from, at least 1.
        notes: Warnings that every figure of the curve carries.
        is_census: True where every complaint of the domain was read.
    """

    domain: str | None
    times: Floats
    open_share: Floats
    at_risk: Floats
    closed: Floats
    n: int
    censored: int
    level: float
    degrees_of_freedom: float
    influence: _Influence = field(repr=False, compare=False)
    notes: tuple[Phrase, ...] = ()
    is_census: bool = False

    @cached_property
    def standard_errors(self) -> Floats:
        """The linearised standard error of each point of the curve; NaN where one complaint gives none."""
        if self._is_alone:
            return np.full(len(self.times), math.nan)
        return np.array([math.sqrt(self.influence.variance_at(position)) for position in range(len(self.times))])

    def share_closed_within(self, time: float) -> Estimate:
        """The share of the full set closed within a time, with Korn and Graubard's interval.

        Raises:
            EstimationError: Nobody was followed for that long.
        """
        self._require_followed(time)
        position = self._position(time)
        share = 1 - (float(self.open_share[position]) if position >= 0 else 1.0)
        error = float(self.standard_errors[position]) if position >= 0 else 0.0
        return self._estimate(f"closed within {time:g}", share, error, self._share_interval(share, error, time))

    def median(self) -> Estimate:
        """The time by which half of the full set is closed; its interval by inverting that of the curve.

        NaN where the curve, or the end of its interval, does not come down to one half.

        Source: Brookmeyer and Crowley (1982), Biometrics 38, 29-41.
        """
        bounds = [
            self._share_interval(float(1 - s), float(e), float(t))
            for s, e, t in zip(self.open_share, self.standard_errors, self.times, strict=True)
        ]
        point = self._first(self.open_share <= 0.5 + 1e-12)
        lower = self._first(np.array([b.upper >= 0.5 for b in bounds], dtype=bool))
        upper = self._first(np.array([b.lower >= 0.5 for b in bounds], dtype=bool))
        return self._estimate("median", point, math.nan, Interval(lower, upper, "brookmeyer-crowley"))

    def restricted_mean(self, horizon: float) -> Estimate:
        """The mean time open up to a horizon: the area under the curve, with Student's t interval.

        Source: Royston and Parmar (2013), BMC Medical Research Methodology 13, 152.

        Raises:
            EstimationError: Nobody was followed for that long.
        """
        self._require_followed(horizon)
        edges = np.concatenate([[0.0], np.minimum(self.times, horizon), [horizon]])
        widths = np.diff(edges)
        area = float(widths[0] + (widths[1:] * self.open_share).sum())
        error = math.nan if self._is_alone else math.sqrt(self.influence.variance_of(widths[1:]))
        interval = student(area, error, self.degrees_of_freedom, self.level)
        return self._estimate(f"mean within {horizon:g}", area, error, interval)

    @property
    def followed_for(self) -> float:
        """The longest time for which any complaint was followed."""
        return self.influence.longest

    def at_risk_at(self, time: float) -> int:
        """How many sampled complaints were still open and followed just before a time."""
        return int(self.influence.counts[self.influence.durations >= time].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row per time: the share open with its interval, and the numbers at risk and closed."""
        bounds = [
            self._share_interval(float(1 - s), float(e), float(t))
            for s, e, t in zip(self.open_share, self.standard_errors, self.times, strict=True)
        ]
        return pd.DataFrame(
            {
                "domain": self.domain,
                "time": self.times,
                "open_share": self.open_share,
                "standard_error": self.standard_errors,
                "lower": [1 - b.upper for b in bounds],
                "upper": [1 - b.lower for b in bounds],
                "at_risk": self.at_risk.astype(int),
                "closed": self.closed.astype(int),
            }
        )

    def _repr_html_(self) -> str:
        return self.to_frame().round(4).to_html(index=False)

    @property
    def _is_alone(self) -> bool:
        return self.n <= 1 and not self.is_census

    def _position(self, time: float) -> int:
        return int(np.searchsorted(self.times, time, side="right")) - 1

    def _first(self, holds: Mask) -> float:
        return float(self.times[np.argmax(holds)]) if holds.any() else math.nan

    def _unreached(self, median: float, upper: float) -> tuple[Phrase, ...]:
        if math.isnan(median):
            return (NOT_REACHED,)
        return (UPPER_NOT_REACHED,) if math.isnan(upper) else ()

    def _require_followed(self, time: float) -> None:
        if time > self.influence.longest and self.censored:
            raise EstimationError(f"no complaint was followed for {time:g}; the longest was {self.influence.longest:g}")

    def _share_interval(self, share: float, error: float, time: float) -> Interval:
        # Where nothing or all has closed the variance is zero; then only those still followed are informative.
        known = self.n if error > 0 else max(1, self.at_risk_at(time))
        return korn_graubard(Share(share, error**2, known, self.degrees_of_freedom), self.level)

    def _estimate(self, category: str, estimate: float, error: float, interval: Interval) -> Estimate:
        unreached = self._unreached(estimate, interval.upper) if category == "median" and not self.is_census else ()
        alone = (ONE_UNIT,) if self._is_alone else ()
        still_open = Phrase("notes.sample.still_open", {"censored": str(self.censored), "n": str(self.n)})
        if self.is_census:
            interval = Interval(estimate, estimate, CENSUS)
            alone = (EVERY_UNIT,)
        return Estimate(
            domain=self.domain,
            category=category,
            estimate=estimate,
            standard_error=error,
            lower=interval.lower,
            upper=interval.upper,
            level=self.level,
            method=interval.method,
            degrees_of_freedom=self.degrees_of_freedom,
            n=self.n,
            coefficient_of_variation=error / estimate if estimate else math.nan,
            notes=(*self.notes, still_open, *unreached, *alone),
        )


@dataclass(frozen=True)
class _Influence:
    """How much each sampled complaint moves the curve of its domain."""

    design: Design
    inside: Mask
    durations: Floats
    counts: Floats
    jumps: Floats
    drift: Floats
    positions: Floats
    open_share: Floats
    longest: float

    def variance_at(self, position: int) -> float:
        """The variance of one point of the curve."""
        return self._variance(self._scores(position))

    def variance_of(self, widths: Floats) -> float:
        """The variance of a weighted sum of the points of the curve."""
        total = np.zeros(len(self.inside))
        for position in np.flatnonzero(widths):
            total += widths[position] * self._scores(int(position))
        return self._variance(total)

    def _scores(self, position: int) -> Floats:
        """w_i dS(t)/dw_i: a closing pulls the curve down by a jump, being at risk before pushes it up."""
        closed = np.where(self.positions <= position, self.jumps, 0.0)
        risked = self.drift[np.minimum(self.positions, position).astype(int) + 1]
        found: Floats = self.design.weights * self.open_share[position] * (risked - closed)
        return found

    def _variance(self, scores: Floats) -> float:
        values = np.where(self.inside, scores, 0.0)[:, None]
        return float(Scores(self.design, np.where(self.inside, 0, -1), 1, values).variances[0, 0])


def estimate_survival(
    responses: Responses,
    duration: str = DAYS,
    closed: str = CLOSED,
    *,
    closed_value: str = "yes",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    lonely: LonelyPolicy = "error",
) -> tuple[Curve, ...]:
    """The share still open after each time, for the full set or domains of it, open complaints counted as censored.

    Kaplan and Meier's curve with design weights; the mean of those already closed would leave out the slow ones.
    The variance is that of the linearised curve under the design, because weights taken for numbers of cases (as in a
    weighted fit by common software) would make the sample look as large as the full set.

    Args:
        responses: The sample with its design.
        duration: Column with the time to closing, or to the end of the follow-up for those still open; zero or more.
        closed: Column that says whether the complaint closed.
        closed_value: Its value for those that did.
        by: Column or columns that make domains.
        level: Confidence level.
        lonely: Policy for strata with one unit drawn of several.

    Returns:
        One curve per domain, in code-point order; where all of a domain are still open it has no time, and stays at 1.

    Raises:
        EstimationError: A blank or negative duration, a blank in `closed`, or no closed complaint in the sample.

    Source: Kaplan and Meier (1958), JASA 53, 457-481; linearised as in Williams (1995), Biometrics 51, 1540-1545.

    Example:
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [50] * 4, "days": [1, 2, 2, 5], "done": ["yes", "yes", "no", "yes"]})
        >>> curve = estimate_survival(declare_sample(table, strata=[], population_size="N"), "days", "done")[0]
        >>> curve.times.tolist(), curve.open_share.tolist()
        ([1.0, 2.0, 5.0], [0.75, 0.5, 0.0])
        >>> curve.median().estimate
        2.0
    """
    check_level(level)
    design = design_of(responses, lonely=lonely)
    times, events = responses.numbers(duration), responses.words(closed)
    _check(duration, closed, times, [str(event) if event is not None else None for event in events])
    labels, domain = domains_of(responses, by)
    _check_closed(closed, closed_value, events)
    happened = np.array([event == closed_value for event in events], dtype=bool)
    notes = (*responses.notes, *lonely_note(design))
    return tuple(
        replace(_curve(design, domain == d, times, happened, level), domain=label, notes=notes)
        for d, label in enumerate(labels)
    )


def follow_up(responses: Responses, *, opened: str, closed: str, until: str) -> Responses:
    """The sample with each complaint's days from opening to closing, or to the day the export was made.

    Args:
        responses: The sample; times as ISO text.
        opened: Column with the time of opening.
        closed: Column with the time of closing; blank where still open.
        until: Time at which the register was exported; a closing after it counts as still open then.

    Returns:
        The same rows with the columns `follow_up_days` and `follow_up_closed` (yes or no).

    Raises:
        ResponseError: A time that cannot be read, a complaint closed before it was opened or opened after the export.

    Example:
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [9, 9], "from": ["2022-01-01", "2022-01-02"], "to": ["2022-01-03", None]})
        >>> found = follow_up(
        ...     declare_sample(table, strata=[], population_size="N"), opened="from", closed="to", until="2022-01-31"
        ... )
        >>> found.table["follow_up_days"].tolist(), found.table["follow_up_closed"].tolist()
        ([2.0, 29.0], ['yes', 'no'])
    """
    start, end = _times(responses, opened), _times(responses, closed)
    limit = pd.Timestamp(until)
    if start.isna().any():
        raise ResponseError(f"column {opened!r}: blank for {int(start.isna().sum())} sampled units")
    over = (end.notna() & (end <= limit)).to_numpy()
    days = (end.where(over, limit) - start).dt.total_seconds().to_numpy(dtype=float) / 86400
    if (days < 0).any():
        position = int(np.argmax(days < 0))
        raise ResponseError(
            f"{int((days < 0).sum())} sampled units end before they begin, such as sampled unit {position + 1}: "
            f"{opened!r} {start.iloc[position]}, {closed!r} {end.iloc[position]}, register of {limit}"
        )
    done = np.where(over, "yes", "no")
    return replace(responses, table=responses.table.assign(**{DAYS: days, CLOSED: done}))


def _times(responses: Responses, column: str) -> pd.Series:
    words = pd.Series(responses.words(column), dtype=object)
    try:
        return pd.to_datetime(words, format="ISO8601")
    except ValueError as error:
        raise ResponseError(f"column {column!r} holds a time that is not in ISO form: {error}") from error


def _check(duration: str, closed: str, times: Floats, events: list[str | None]) -> None:
    lost = int(np.isnan(times).sum())
    if lost:
        raise EstimationError(f"column {duration!r}: {lost} sampled units have no duration")
    if (times < 0).any():
        raise EstimationError(f"column {duration!r}: {int((times < 0).sum())} sampled units have a duration below zero")
    if None in events:
        raise EstimationError(f"column {closed!r}: blank for {events.count(None)} sampled units")


def _check_closed(column: str, wanted: str, events: Labels) -> None:
    """Refuse spellings of "closed" that would be counted as open."""
    known = sorted(set(events))
    alike = [word for word in known if word != wanted and word.casefold() == wanted.casefold()]
    hint = f", and {alike[0]!r} would count as open" if alike else ""
    if wanted not in known:
        hint = nearest(wanted, known) or ", which no sampled unit has; there is no curve to draw"
    if hint:
        raise EstimationError(f"column {column!r} has {', '.join(known[:MOST_SHOWN])}; closed is {wanted!r}{hint}")


def _curve(design: Design, inside: Mask, durations: Floats, happened: Mask, level: float) -> Curve:
    weights = np.where(inside, design.weights * design.counts, 0.0)
    events = inside & happened
    times = np.unique(durations[events])
    at_risk, heads = _risk(weights, durations, times), _risk(design.counts * inside, durations, times)
    positions = np.searchsorted(times, durations, side="right") - 1
    exact = np.minimum(np.searchsorted(times, durations), max(len(times) - 1, 0))
    closed = np.bincount(exact[events], weights=weights[events], minlength=len(times))
    hazard = closed / at_risk
    open_share: Floats = np.cumprod(1 - hazard).astype(float)
    # After the last closing of all nothing is at risk; the curve is zero there whatever the weights.
    left = np.where(at_risk - closed > 1e-12 * at_risk, at_risk - closed, np.inf)
    drift = np.concatenate([[0.0], np.cumsum(hazard / left)])
    units = CellIndex(design, np.where(inside, 0, -1), 1).units[:, 0]
    influence = _Influence(
        design=design,
        inside=inside,
        durations=durations[inside],
        counts=design.counts[inside],
        jumps=_at_closings(1 / left, exact, events),
        drift=drift,
        positions=positions.astype(float),
        open_share=open_share,
        longest=float(durations[inside].max()),
    )
    return Curve(
        domain=None,
        times=times,
        open_share=np.where(open_share < 1e-12, 0.0, open_share),
        at_risk=heads,
        closed=np.bincount(exact[events], weights=design.counts[events], minlength=len(times)).astype(float),
        n=int(units.sum()),
        censored=int(units.sum() - design.counts[events].sum()),
        level=level,
        degrees_of_freedom=degrees_of_freedom(units),
        influence=influence,
        is_census=bool(is_census_of(design, units[:, None])[0]),
    )


def _at_closings(values: Floats, positions: NDArray[np.int64], events: Mask) -> Floats:
    """For each unit that closed the value at its time, zero for the others; there is no time where none has."""
    found = np.zeros(len(events))
    found[events] = values[positions[events]]
    return found


def _risk(weights: Floats, durations: Floats, times: Floats) -> Floats:
    """Weight still followed just before each time."""
    order = np.argsort(durations, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(weights[order])])
    found: Floats = running[-1] - running[np.searchsorted(durations[order], times, side="left")]
    return found
