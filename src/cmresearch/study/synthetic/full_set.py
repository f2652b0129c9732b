"""A full set made from published totals, for use where the real one is not public.

Every decision is an integer worked out from the SHA-256 of a seed, a purpose and a number, so the same parameters
and seed give the same complaints on every machine. Totals are met exactly: hashes put the complaints in an order,
the first of them get the first value, the next ones the second.
"""

from __future__ import annotations

import hashlib
import itertools
from calendar import monthrange
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import CmResearchError, raise_all
from cmresearch.files.sql import connect, literal
from cmresearch.files.writing import whole_folder
from cmresearch.study.synthetic.chance import (
    Integers,
    Words,
    along,
    apportion,
    deal,
    hashed,
    pick,
    pick_weighted,
    scaled,
)
from cmresearch.study.synthetic.parameters import Family, Parameters
from cmresearch.study.synthetic.sentences import matters, place_names, words

DISPOSITIONS = ("coded", "not_codable", "ineligible")


def make_full_set(parameters: Parameters, *, seed: str) -> pd.DataFrame:
    """A full set of a year's complaints with the given totals; synthetic, and no evidence about any place.

    Args:
        parameters: Totals, assumptions and sentences, as read by `read_parameters`.
        seed: Any text; another seed gives other complaints with the same totals.

    Returns:
        One row for each complaint in the order of arrival, with the columns that the parameters name. Times are NaT
        where nothing happened yet; the topic is empty where a complaint has none, the final reply where it is open.

    Raises:
        CmResearchError: More complaints are to have a topic, or to be still open, than there are where they may be.
    """
    cases = _make(parameters, seed)
    known = _register(cases, parameters)
    return pd.DataFrame({name: known[what] for what, name in parameters.columns.items()})


def make_flawless_records(parameters: Parameters, *, seed: str) -> pd.DataFrame:
    """The records of a coder who never errs, of the complaints under study in the full set of that seed.

    Complaints under study are those with a topic; where the parameters have no topics, all of them.

    Returns:
        One row for each of these complaints: id, disposition and the variables that the parameters name, in their
        categories, empty where the disposition is not coded. Known only because the complaints are made.
    """
    cases = _make(parameters, seed)
    disposition = cases["disposition"].to_numpy()
    records = {"id": cases["id"], "disposition": np.array(DISPOSITIONS, dtype=object)[disposition]}
    for variable in parameters.variables:
        categories = variable.categories or tuple(topic.key for topic in parameters.topics)
        shown = cases[variable.shows].to_numpy()
        number = np.where(shown, 0, 1) if shown.dtype == np.bool_ else shown
        records[variable.name] = np.array([*categories, ""], dtype=object)[np.where(disposition == 0, number, -1)]
    return pd.DataFrame(records).loc[_under_study(cases, parameters)].reset_index(drop=True)


def write_full_set(table: pd.DataFrame, path: Path | str) -> None:
    """Write a full set as Parquet, beside its place first, so that no half-written file is ever read."""
    path = Path(path)
    with whole_folder(path.parent) as beside, connect() as database:
        database.register("full_set", table)
        target = literal(str(beside / path.name))
        database.execute(f"COPY (SELECT * FROM full_set) TO {target} (FORMAT parquet, COMPRESSION zstd)")


def content_fingerprint(table: pd.DataFrame) -> str:
    """The SHA-256 of a full set's rows as text: fields joined by U+001F, a newline after each row, UTF-8.

    Times are written as 2020-03-01T09:30:00, missing ones as nothing; the rows stand as they are.
    """
    columns = [_as_text(table[name]) for name in table.columns]
    lines = ("\x1f".join(row) + "\n" for row in zip(*columns, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _make(parameters: Parameters, seed: str) -> pd.DataFrame:
    """All that is known of each complaint: channel, category, topic and place by number, times in minutes."""
    cases = _in_order_of_arrival(_deal_totals(parameters, seed), parameters, seed)
    cases = cases.assign(place=_places(parameters, hashed(seed, "place", len(cases))))
    cases = cases.assign(matter=matters(cases, parameters, hashed(seed, "matter", len(cases))[:, 0]))
    cases = cases.assign(**_handling(cases, parameters, hashed(seed, "handling", len(cases))))
    cases = cases.assign(**_qualities(cases, parameters, hashed(seed, "reply", len(cases))))
    more = (hashed(seed, purpose, len(cases)) for purpose in ("words", "sentences"))
    return cases.assign(**words(cases, parameters, *more))


def _deal_totals(parameters: Parameters, seed: str) -> pd.DataFrame:
    """Channel, month, category and topic, if any, of each complaint; every margin exact."""
    dice = hashed(seed, "totals", parameters.complaints.value)
    channel = np.repeat(np.arange(len(parameters.channels)), [c.complaints for c in parameters.channels])
    with_topic = _with_topic(parameters)
    month = np.zeros(len(channel), dtype=np.int64)
    for of_month, chosen in ((parameters.topic_by_month, with_topic), (parameters.other_by_month, ~with_topic)):
        if of_month is not None:
            month[chosen] = 1 + deal(dice[chosen, 0], apportion(int(chosen.sum()), of_month.value))
    topic = _topics(parameters, with_topic, month, dice[:, 1])
    category = _categories(parameters, topic, dice[:, 2], dice[:, 3])
    families = [family.name for family in parameters.families]
    family = np.array([families.index(c.family) for c in parameters.channels])[channel]
    return pd.DataFrame({"channel": channel, "family": family, "month": month, "topic": topic, "category": category})


def _with_topic(parameters: Parameters) -> NDArray[np.bool_]:
    if parameters.topic_complaints is None:
        return np.zeros(parameters.complaints.value, dtype=np.bool_)
    counts = apportion(parameters.topic_complaints.value, [channel.topic_weight for channel in parameters.channels])
    faults = [
        f"channel {channel.name!r}: {count:,} complaints with a topic, but only {channel.complaints:,} in all"
        for channel, count in zip(parameters.channels, counts, strict=True)
        if count > channel.complaints
    ]
    raise_all(CmResearchError, faults)
    pairs = zip(parameters.channels, counts, strict=True)
    return np.concatenate([np.arange(channel.complaints) < count for channel, count in pairs])


def _topics(parameters: Parameters, with_topic: NDArray[np.bool_], month: Integers, dice: Integers) -> Integers:
    """The index of the topic, −1 where there is none; topics that began late choose first."""
    topic = np.full(len(dice), -1)
    faults = []
    for index in sorted(range(len(parameters.topics)), key=lambda i: -parameters.topics[i].from_month):
        wanted = parameters.topics[index]
        free = np.flatnonzero(with_topic & (topic < 0) & (month >= wanted.from_month))
        topic[free[np.argsort(dice[free], kind="stable")][: wanted.complaints]] = index
        if len(free) < wanted.complaints:
            left = f"only {len(free):,} are left from month {wanted.from_month} on"
            faults.append(f"topic {wanted.key!r}: {wanted.complaints:,} complaints, but {left}")
    raise_all(CmResearchError, faults)
    return topic


def _categories(parameters: Parameters, topic: Integers, dice: Integers, other_dice: Integers) -> Integers:
    names = [category.name for category in parameters.categories]
    category = np.full(len(topic), -1)
    for index, wanted in enumerate(parameters.topics):
        of_topic = np.flatnonzero(topic == index)
        counts = apportion(len(of_topic), list(wanted.categories.values()))
        category[of_topic] = np.array([names.index(name) for name in wanted.categories])[deal(dice[of_topic], counts)]
    taken = np.bincount(category[category >= 0], minlength=len(names))
    left = np.array([c.complaints for c in parameters.categories]) - taken
    short = [f"category {names[i]!r}: {-left[i]:,} too few for its topics" for i in np.flatnonzero(left < 0)]
    raise_all(CmResearchError, short)
    category[topic < 0] = deal(other_dice[topic < 0], left.tolist())
    return category


def _in_order_of_arrival(cases: pd.DataFrame, parameters: Parameters, seed: str) -> pd.DataFrame:
    dice = hashed(seed, "arrival", len(cases))
    month = cases["month"].to_numpy()
    days = np.array([monthrange(parameters.year, number)[1] for number in range(1, 13)])
    day = (np.cumsum(days) - days)[month - 1] + pick(dice[:, 0], days[month - 1])
    hour = _hours(cases["family"].to_numpy(), parameters, dice[:, 1])
    second = day * 86_400 + hour * 3_600 + pick(dice[:, 2], 3_600)
    order = np.argsort(second, kind="stable")
    ordered = cases.iloc[order].reset_index(drop=True)
    return ordered.assign(second=second[order], id=_ids(day[order], parameters))


def _hours(family: Integers, parameters: Parameters, dice: Integers) -> Integers:
    hour = np.zeros(len(dice), dtype=np.int64)
    for index, wanted in enumerate(parameters.families):
        here = family == index
        hour[here] = pick_weighted(dice[here], parameters.hours[wanted.hours].value)
    return hour


def _ids(day: Integers, parameters: Parameters) -> list[str]:
    """The id pattern with the date and the serial of the day, for days of the year in rising order."""
    patterns = [date.strftime(parameters.id_pattern) for date in parameters.dates]
    serial = np.arange(len(day)) - np.searchsorted(day, day) + 1
    return [patterns[d].format(serial=s) for d, s in zip(day.tolist(), serial.tolist(), strict=True)]


def _places(parameters: Parameters, dice: Integers) -> Integers:
    """The number of each complaint's smallest place, counted through all places."""
    largest = pick_weighted(dice[:, 0], [place.weight for place in parameters.places])
    starts = np.array(list(itertools.accumulate((len(place.paths) for place in parameters.places), initial=0)))
    chosen: Integers = starts[:-1][largest] + pick(dice[:, 1], np.diff(starts)[largest])
    return chosen


def _handling(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> dict[str, Any]:
    """Status, dispositions, and the minutes to coordination and closing; −1 where it did not happen."""
    status = _statuses(cases, parameters, dice[:, 0])
    solved, waiting = status == parameters.statuses.closed, np.isin(status, parameters.statuses.waiting)
    coordinate, close, dispositions = (np.zeros(len(cases), dtype=np.int64) for _ in range(3))
    for index, family in enumerate(parameters.families):
        here = cases["family"].to_numpy() == index
        coordinate[here] = along(dice[here, 1], family.coordinate_minutes)
        close[here] = along(dice[here, 2], family.close_minutes)
        dispositions[here] = 1 + pick_weighted(dice[here, 3], family.dispositions)
    hours = parameters.mean_hours.value * int(solved.sum())
    close[solved] = scaled(close[solved], int((hours * 60).to_integral_value()), dice[solved, 4])
    unlogged = solved & (pick(dice[:, 5], 1_000) < parameters.unlogged_coordination_per_mille.value)
    coordinate[solved] = np.minimum(coordinate, close)[solved]
    return {
        "status": status,
        "dispositions": np.where(waiting, 0, dispositions),
        "coordinate": np.where(waiting | unlogged, -1, coordinate),
        "close": np.where(solved, close, -1),
    }


def _statuses(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> Words:
    late = np.flatnonzero(cases["month"].to_numpy() >= parameters.open_from_month.value)
    still_open = parameters.complaints.value - parameters.solved.value
    if len(late) < still_open:
        came = f"only {len(late):,} came in from month {parameters.open_from_month.value} on"
        raise CmResearchError(f"open_from_month: {still_open:,} complaints are still open, but {came}")
    chosen = late[np.argsort(dice[late], kind="stable")][:still_open]
    weights = parameters.open_status_weights.value
    status = np.full(len(cases), parameters.statuses.closed, dtype=object)
    status[chosen] = np.repeat(list(weights), apportion(still_open, list(weights.values())))
    return status


def _under_study(cases: pd.DataFrame, parameters: Parameters) -> NDArray[np.bool_]:
    """Complaints with a topic; where there are no topics, all."""
    return (cases["topic"].to_numpy() >= 0) | (not parameters.topics)


def _qualities(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> dict[str, Any]:
    """Disposition, answer, evidence, and whether the complaint is a repeat, as a flawless coder would see them."""
    of_family = {
        name: np.array([getattr(family, name) for family in parameters.families])[cases["family"]]
        for name in Family.model_fields
        if name.endswith("_per_mille")
    }
    mille = pick(dice[:, :5], 1_000)
    unclear, tests = parameters.not_codable_per_mille.value, parameters.ineligible_per_mille.value
    lot = np.where(_under_study(cases, parameters), mille[:, 4], 1_000)
    disposition = np.where(lot < unclear, 1, np.where(lot < unclear + tests, 2, 0))
    earlier = cases.groupby(["matter", "place"])["id"].shift(1).fillna("").to_numpy(object)
    replied = (cases["status"] == parameters.statuses.closed).to_numpy() & (disposition == 0)
    explicit = mille[:, 0] < of_family["explicit_answer_per_mille"]
    answered = mille[:, 0] < of_family["explicit_answer_per_mille"] + of_family["implicit_answer_per_mille"]
    return {
        "disposition": disposition,
        "answer": np.where(replied & explicit, 0, np.where(replied & answered, 1, 2)),
        "evidence": replied & (mille[:, 1] < of_family["evidence_per_mille"]),
        "addresses_case": replied & (mille[:, 2] < of_family["addresses_case_per_mille"]),
        "repeat": (disposition == 0) & (earlier != "") & (mille[:, 3] < of_family["repeat_per_mille"]),
        "previous": earlier,
    }


def _register(cases: pd.DataFrame, parameters: Parameters) -> dict[str, Any]:
    """Each thing that an export may hold of the complaints, in words and moments."""
    start = np.datetime64(f"{parameters.year}-01-01T00:00:00", "s")
    received = start + cases["second"].to_numpy().astype("timedelta64[s]")
    as_it_is = ("id", "status", "agency", "dispositions", "text", "final_reply")
    return {
        **{name: cases[name] for name in as_it_is},
        **place_names(cases, parameters),
        "channel": _in_words([channel.name for channel in parameters.channels], cases["channel"]),
        "category": _in_words([category.name for category in parameters.categories], cases["category"]),
        "topic": _in_words([*(topic.label for topic in parameters.topics), ""], cases["topic"]),
        "received": received.astype("datetime64[us]"),
        "coordinated": _moments(received, cases["coordinate"].to_numpy()),
        "closed": _moments(received, cases["close"].to_numpy()),
    }


def _in_words(names: Sequence[str], numbers: pd.Series[int]) -> Words:
    named: Words = np.array(names, dtype=object)[numbers]
    return named


def _moments(received: NDArray[np.datetime64], minutes: Integers) -> NDArray[np.datetime64]:
    moments = received + (minutes * 60).astype("timedelta64[s]")
    return np.where(minutes < 0, np.datetime64("NaT"), moments).astype("datetime64[us]")


def _as_text(column: pd.Series[Any]) -> list[str]:
    if column.dtype.kind == "M":
        moments = np.datetime_as_string(column.to_numpy(), unit="s")
        return ["" if moment == "NaT" else moment for moment in moments.tolist()]
    return [str(value) for value in column.tolist()]
