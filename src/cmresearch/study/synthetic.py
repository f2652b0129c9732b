"""A full set made from published totals, for use where the real one is not public.

Every decision is an integer worked out from the SHA-256 of a seed, a purpose and a number, so the same parameters
and seed give the same complaints on every machine. Totals are met exactly: hashes put the complaints in an order,
the first of them get the first value, the next ones the second. No floating-point number decides anything.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import CmResearchError, raise_all
from cmresearch.files.sql import connect, literal
from cmresearch.files.writing import whole_folder
from cmresearch.study.assumptions import Family, Matter, Parameters, ReplyWords, Weights, read_parameters

__all__ = ["content_fingerprint", "make_flawless_records", "make_full_set", "read_parameters", "write_full_set"]

YEAR = 2020
COLUMNS = (
    *("id", "channel", "received", "coordinated", "closed", "status", "category", "covid_topic"),
    *("city", "kecamatan", "kelurahan", "agency", "dispositions", "text", "final_reply"),
)
CODED_COLUMNS = (
    *("id", "disposition", "topic", "final_answer"),
    *("evidence_given", "reply_addresses_case", "repeat_complaint"),
)
DISPOSITIONS = ("coded", "not_codable", "ineligible")
FINAL_ANSWERS = ("explicit", "implicit", "none")

Integers = NDArray[np.int64]
Words = NDArray[np.object_]


def make_full_set(parameters: Parameters, *, seed: str) -> pd.DataFrame:
    """A full set of the year's complaints with the published totals; synthetic, and no evidence about the city.

    Args:
        parameters: Totals, assumptions and sentences, as read by `read_parameters`.
        seed: Any text; another seed gives other complaints with the same totals.

    Returns:
        One row for each complaint in the order of arrival. Times are NaT where nothing happened yet; `covid_topic`
        is empty where a complaint is not about COVID-19, `final_reply` where it is still open.

    Raises:
        CmResearchError: COVID-19 complaints exceed the complaints of their channel or category.
    """
    return _make(parameters, seed)[list(COLUMNS)]


def make_flawless_records(parameters: Parameters, *, seed: str) -> pd.DataFrame:
    """What a coder who never errs would record for each COVID-19 complaint of the full set of that seed.

    Returns:
        One row for each COVID-19 complaint: id, disposition, topic, final_answer, evidence_given,
        reply_addresses_case and repeat_complaint, with the codebook's values, empty where the disposition is not
        coded. Known only because the complaints are made.
    """
    table = _make(parameters, seed)
    return table.loc[table["covid_topic"] != "", list(CODED_COLUMNS)].reset_index(drop=True)


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
    cases = _in_order_of_arrival(_deal_totals(parameters, seed), parameters, seed)
    cases = cases.assign(**_places(parameters, _hashes(seed, "place", len(cases))))
    cases = cases.assign(matter=_matters(cases, parameters, _hashes(seed, "matter", len(cases))[:, 0]))
    cases = cases.assign(**_handling(cases, parameters, _hashes(seed, "handling", len(cases))))
    cases = cases.assign(**_qualities(cases, parameters, _hashes(seed, "reply", len(cases))))
    words = _words(cases, parameters, _hashes(seed, "words", len(cases)), _hashes(seed, "sentences", len(cases)))
    return _named(cases.assign(**words), parameters)


def _deal_totals(parameters: Parameters, seed: str) -> pd.DataFrame:
    """Channel, COVID-19 or not, month, topic and category of each complaint; every margin exact."""
    dice = _hashes(seed, "totals", parameters.complaints.value)
    channel = np.repeat(np.arange(len(parameters.channels)), [c.complaints for c in parameters.channels])
    covid = _covid_complaints(parameters)
    month = np.zeros(len(channel), dtype=np.int64)
    for of_month, chosen in ((parameters.covid_by_month, covid), (parameters.other_by_month, ~covid)):
        month[chosen] = 1 + _deal(dice[chosen, 0], apportion(int(chosen.sum()), of_month.value))
    topic = _topics(parameters, covid, month, dice[:, 1])
    category = _categories(parameters, topic, dice[:, 2], dice[:, 3])
    families = [family.name for family in parameters.families]
    family = np.array([families.index(c.family) for c in parameters.channels])[channel]
    return pd.DataFrame({"channel": channel, "family": family, "month": month, "topic": topic, "category": category})


def _covid_complaints(parameters: Parameters) -> NDArray[np.bool_]:
    weights = [channel.covid_weight for channel in parameters.channels]
    counts = apportion(parameters.covid_complaints.value, weights)
    faults = [
        f"channel {channel.name!r}: {count:,} COVID-19 complaints, but only {channel.complaints:,} in all"
        for channel, count in zip(parameters.channels, counts, strict=True)
        if count > channel.complaints
    ]
    raise_all(CmResearchError, faults)
    pairs = zip(parameters.channels, counts, strict=True)
    return np.concatenate([np.arange(channel.complaints) < count for channel, count in pairs])


def _topics(parameters: Parameters, covid: NDArray[np.bool_], month: Integers, dice: Integers) -> Integers:
    """The index of the topic, −1 where there is none; topics that began late choose first."""
    topic = np.full(len(dice), -1)
    for index in sorted(range(len(parameters.topics)), key=lambda i: -parameters.topics[i].from_month):
        wanted = parameters.topics[index]
        free = np.flatnonzero(covid & (topic < 0) & (month >= wanted.from_month))
        topic[free[np.argsort(dice[free], kind="stable")][: wanted.complaints]] = index
    return topic


def _categories(parameters: Parameters, topic: Integers, dice: Integers, other_dice: Integers) -> Integers:
    names = [category.name for category in parameters.categories]
    category = np.full(len(topic), -1)
    for index, wanted in enumerate(parameters.topics):
        of_topic = np.flatnonzero(topic == index)
        counts = apportion(len(of_topic), list(wanted.categories.values()))
        category[of_topic] = np.array([names.index(name) for name in wanted.categories])[_deal(dice[of_topic], counts)]
    taken = np.bincount(category[category >= 0], minlength=len(names))
    left = np.array([c.complaints for c in parameters.categories]) - taken
    short = [f"category {names[i]!r}: {-left[i]:,} too few for its topics" for i in np.flatnonzero(left < 0)]
    raise_all(CmResearchError, short)
    category[topic < 0] = _deal(other_dice[topic < 0], left.tolist())
    return category


def _in_order_of_arrival(cases: pd.DataFrame, parameters: Parameters, seed: str) -> pd.DataFrame:
    dice = _hashes(seed, "arrival", len(cases))
    month = cases["month"].to_numpy()
    days = np.array([pd.Period(f"{YEAR}-{number:02d}").days_in_month for number in range(1, 13)])
    day = (np.cumsum(days) - days)[month - 1] + _pick(dice[:, 0], days[month - 1])
    face_to_face = np.array([family.name == "face_to_face" for family in parameters.families])[cases["family"]]
    hour = np.where(
        face_to_face,
        _pick_weighted(dice[:, 1], parameters.office_hour_weights.value),
        _pick_weighted(dice[:, 1], parameters.hour_weights.value),
    )
    second = day * 86_400 + hour * 3_600 + _pick(dice[:, 2], 3_600)
    order = np.argsort(second, kind="stable")
    ordered = cases.iloc[order].reset_index(drop=True)
    return ordered.assign(second=second[order], id=_ids(day[order]))


def _ids(day: Integers) -> list[str]:
    """JK, the date and the serial of the day, for days of the year in rising order."""
    dates = pd.date_range(f"{YEAR}-01-01", f"{YEAR}-12-31").strftime("%y%m%d").tolist()
    serial = np.arange(len(day)) - np.searchsorted(day, day) + 1
    return [f"JK{dates[d]}{s:04d}" for d, s in zip(day.tolist(), serial.tolist(), strict=True)]


def _places(parameters: Parameters, dice: Integers) -> dict[str, Words]:
    city = _pick_weighted(dice[:, 0], [c.weight for c in parameters.cities])
    known = [
        [(c.name, kecamatan, kelurahan) for kecamatan, inside in c.kecamatan.items() for kelurahan in inside]
        for c in parameters.cities
    ]
    indices = list(itertools.accumulate((len(places) for places in known), initial=0))
    chosen = np.array(indices[:-1])[city] + _pick(dice[:, 1], np.diff(indices)[city])
    columns = zip(*itertools.chain(*known), strict=True)
    return {
        name: np.array(column, dtype=object)[chosen]
        for name, column in zip(("city", "kecamatan", "kelurahan"), columns, strict=True)
    }


def _subjects(parameters: Parameters) -> list[tuple[Weights, tuple[Matter, ...]]]:
    """Who handles it and what is said of it: the topics first, then the categories."""
    texts = parameters.texts
    return [(topic.agencies, texts.topic[topic.key]) for topic in parameters.topics] + [
        (category.agencies, texts.category[category.name]) for category in parameters.categories
    ]


def _subject_of(cases: pd.DataFrame, parameters: Parameters) -> Integers:
    topic, category = cases["topic"].to_numpy(), cases["category"].to_numpy()
    return np.where(topic >= 0, topic, len(parameters.topics) + category)


def _matters(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> Integers:
    """The number of each complaint's matter, counted through all subjects."""
    sizes = np.array([len(matters) for _, matters in _subjects(parameters)])
    subject = _subject_of(cases, parameters)
    matter: Integers = (np.cumsum(sizes) - sizes)[subject] + _pick(dice, sizes[subject])
    return matter


def _handling(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> dict[str, Any]:
    """Status, dispositions, and the minutes to coordination and closing; −1 where it did not happen."""
    status = _statuses(cases, parameters, dice[:, 0])
    solved, waiting = status == "Selesai", status == "Menunggu"
    coordinate, close, dispositions = (np.zeros(len(cases), dtype=np.int64) for _ in range(3))
    for index, family in enumerate(parameters.families):
        here = cases["family"].to_numpy() == index
        coordinate[here] = _along(dice[here, 1], family.coordinate_minutes)
        close[here] = _along(dice[here, 2], family.close_minutes)
        dispositions[here] = 1 + _pick_weighted(dice[here, 3], family.dispositions)
    hours = parameters.mean_hours.value * int(solved.sum())
    close[solved] = _scaled(close[solved], int((hours * 60).to_integral_value()), dice[solved, 4])
    unlogged = solved & (_pick(dice[:, 5], 1_000) < parameters.unlogged_coordination_per_mille.value)
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
    chosen = late[np.argsort(dice[late], kind="stable")][:still_open]
    weights = parameters.open_status_weights.value
    status = np.full(len(cases), "Selesai", dtype=object)
    status[chosen] = np.repeat(list(weights), apportion(still_open, list(weights.values())))
    return status


def _qualities(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> dict[str, Any]:
    """What a flawless coder would record: disposition, answer, evidence, and whether the complaint is a repeat."""
    of_family = {
        name: np.array([getattr(family, name) for family in parameters.families])[cases["family"]]
        for name in Family.model_fields
        if name.endswith("_per_mille")
    }
    mille = _pick(dice[:, :5], 1_000)
    unclear, tests = parameters.not_codable_per_mille.value, parameters.ineligible_per_mille.value
    lot = np.where(cases["topic"] >= 0, mille[:, 4], 1_000)
    disposition = np.where(lot < unclear, 1, np.where(lot < unclear + tests, 2, 0))
    earlier = cases.groupby(["matter", "kelurahan"])["id"].shift(1).fillna("").to_numpy(object)
    replied = (cases["status"] == "Selesai").to_numpy() & (disposition == 0)
    explicit = mille[:, 0] < of_family["explicit_answer_per_mille"]
    answered = mille[:, 0] < of_family["explicit_answer_per_mille"] + of_family["implicit_answer_per_mille"]
    return {
        "disposition": disposition,
        "answer": np.where(replied & explicit, 0, np.where(replied & answered, 1, 2)),
        "evidence": replied & (mille[:, 1] < of_family["evidence_per_mille"]),
        "addresses": replied & (mille[:, 2] < of_family["addresses_case_per_mille"]),
        "repeats": (disposition == 0) & (earlier != "") & (mille[:, 3] < of_family["repeat_per_mille"]),
        "previous": earlier,
    }


def _words(cases: pd.DataFrame, parameters: Parameters, dice: Integers, more: Integers) -> dict[str, Words]:
    texts, subjects = parameters.texts, _subjects(parameters)
    matters, matter = [one for _, several in subjects for one in several], cases["matter"].to_numpy()
    one_list, disposition = np.zeros(len(cases), dtype=np.int64), cases["disposition"].to_numpy()
    gaps = {name: _choose(dice[:, n], [words], one_list) for n, (name, words) in enumerate(texts.slots.items())}
    gaps |= {name: cases[name].to_numpy(object) for name in ("kelurahan", "kecamatan", "city", "previous")}
    gaps["about"] = _filled([np.array([one.about for one in matters], dtype=object)[matter]], gaps)
    odd_entries = _choose(more[:, 1], [("",), texts.shared.cut_off, texts.shared.test_entry], disposition)
    text = [
        np.where(cases["repeats"], _choose(more[:, 0], [texts.shared.repeat], one_list), ""),
        _choose(more[:, 1], [one.opening for one in matters], matter),
        np.where(cases["repeats"], "", _choose(more[:, 2], [one.detail for one in matters], matter)),
        _choose(more[:, 3], [texts.shared.request], one_list),
    ]
    agencies = [[name for name, weight in by.items() for _ in range(weight)] for by, _ in subjects]
    reply = _reply_parts(cases, texts.shared.reply, matters, np.hstack([more[:, 4:], dice[:, 5:]]))
    return {
        "text": np.where(disposition == 0, _filled(text, gaps), odd_entries),
        "final_reply": np.where(cases["status"] == "Selesai", _filled(reply, gaps), ""),
        "agency": _filled([_choose(dice[:, 4], agencies, _subject_of(cases, parameters))], gaps),
    }


def _reply_parts(cases: pd.DataFrame, shared: ReplyWords, matters: Sequence[Matter], dice: Integers) -> list[Words]:
    """Greeting, what came of it, the last word, the evidence, closing; each empty where a reply has none."""
    matter, answer = cases["matter"].to_numpy(), cases["answer"].to_numpy()
    addresses, one_list = cases["addresses"].to_numpy(), np.zeros(len(cases), dtype=np.int64)
    about_the_case = np.select(
        [answer == 0, answer == 1],
        [
            _choose(dice[:, 0], [one.done for one in matters], matter),
            _choose(dice[:, 0], [shared.implicit], one_list),
        ],
        _choose(dice[:, 0], [one.pending for one in matters], matter),
    )
    anywhere = (shared.anywhere_explicit, shared.anywhere_implicit, shared.anywhere_none)
    return [
        _choose(dice[:, 3], [shared.greeting], one_list),
        np.where(addresses, about_the_case, _choose(dice[:, 1], anywhere, answer)),
        np.where(addresses & (answer == 0), _choose(dice[:, 2], [shared.ending], one_list), ""),
        np.where(cases["evidence"], _choose(dice[:, 4], [shared.evidence], one_list), ""),
        _choose(dice[:, 5], [shared.closing], one_list),
    ]


def _named(cases: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The cases with words for numbers and moments for minutes, under the names of the export."""
    start = np.datetime64(f"{YEAR}-01-01T00:00:00", "s")
    received = start + cases["second"].to_numpy().astype("timedelta64[s]")
    topic, codable = cases["topic"].to_numpy(), (cases["disposition"] == 0).to_numpy()
    yes = {"evidence_given": "evidence", "reply_addresses_case": "addresses", "repeat_complaint": "repeats"}
    return cases.assign(
        channel=np.array([c.name for c in parameters.channels], dtype=object)[cases["channel"]],
        category=np.array([c.name for c in parameters.categories], dtype=object)[cases["category"]],
        covid_topic=np.array([*(t.label for t in parameters.topics), ""], dtype=object)[topic],
        disposition=np.array(DISPOSITIONS, dtype=object)[cases["disposition"]],
        topic=np.array([*(t.key for t in parameters.topics), ""], dtype=object)[np.where(codable, topic, -1)],
        final_answer=np.array([*FINAL_ANSWERS, ""], dtype=object)[np.where(codable, cases["answer"], -1)],
        received=received.astype("datetime64[us]"),
        coordinated=_moments(received, cases["coordinate"].to_numpy()),
        closed=_moments(received, cases["close"].to_numpy()),
        **{name: np.where(codable, np.where(cases[column], "yes", "no"), "") for name, column in yes.items()},
    )


def _moments(received: NDArray[np.datetime64], minutes: Integers) -> NDArray[np.datetime64]:
    moments = received + (minutes * 60).astype("timedelta64[s]")
    return np.where(minutes < 0, np.datetime64("NaT"), moments).astype("datetime64[us]")


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to weights that add up to the total, by largest remainders, ties to the first.

    Example:
        >>> apportion(10, [1, 1, 1])
        [4, 3, 3]
        >>> apportion(10, [2, 0, 1])
        [7, 0, 3]
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _hashes(seed: str, purpose: str, count: int) -> Integers:
    """Eight whole numbers below 2³² for each of `count` complaints: the SHA-256 of "seed|purpose|number"."""
    start = f"{seed}|{purpose}|".encode()
    digests = b"".join(hashlib.sha256(b"%b%d" % (start, i)).digest() for i in range(count))
    return np.frombuffer(digests, dtype=">u4").reshape(count, 8).astype(np.int64)


def _pick(dice: Integers, choices: int | Integers) -> Integers:
    """A whole number from 0 to choices − 1, evenly."""
    picked: Integers = (dice * choices) >> 32
    return picked


def _pick_weighted(dice: Integers, weights: Sequence[int]) -> Integers:
    return np.searchsorted(np.cumsum(weights), _pick(dice, sum(weights)), side="right").astype(np.int64)


def _deal(dice: Integers, counts: Sequence[int]) -> Integers:
    """Exactly counts[0] zeros, counts[1] ones and so on, in the order of the hashes."""
    dealt = np.empty(len(dice), dtype=np.int64)
    dealt[np.argsort(dice, kind="stable")] = np.repeat(np.arange(len(counts)), counts)
    return dealt


def _along(dice: Integers, points: Sequence[tuple[int, int]]) -> Integers:
    """Whole minutes along the straight lines that join the points (per mille, minutes)."""
    mille, minutes = (np.array(side) for side in zip(*points, strict=True))
    position, mille = _pick(dice, 1_000_000), mille * 1_000
    line = np.searchsorted(mille[1:], position, side="right")
    rise, run = np.diff(minutes)[line], np.diff(mille)[line]
    along: Integers = minutes[line] + (position - mille[line]) * rise // run
    return along


def _scaled(minutes: Integers, total: int, dice: Integers) -> Integers:
    """The minutes, all stretched alike, so that they add up to the total exactly."""
    scaled = minutes * total // int(minutes.sum())
    scaled[np.argsort(dice, kind="stable")[: total - int(scaled.sum())]] += 1
    return scaled


def _choose(dice: Integers, lists: Sequence[Sequence[str]], which: Integers) -> Words:
    """For each complaint one text of the list that is its own."""
    sizes = np.array([len(words) for words in lists])
    every = np.array([text for words in lists for text in words], dtype=object)
    chosen: Words = every[(np.cumsum(sizes) - sizes)[which] + _pick(dice, sizes[which])]
    return chosen


def _filled(parts: Sequence[Words], gaps: Mapping[str, Words]) -> Words:
    joined = (" ".join(filter(None, sentences)) for sentences in zip(*parts, strict=True))
    fillings = zip(*gaps.values(), strict=True)
    texts = [t.format(**dict(zip(gaps, f, strict=True))) for t, f in zip(joined, fillings, strict=True)]
    return np.array(texts, dtype=object)


def _as_text(column: pd.Series[Any]) -> list[str]:
    if column.dtype.kind == "M":
        moments = np.datetime_as_string(column.to_numpy(), unit="s")
        return ["" if moment == "NaT" else moment for moment in moments.tolist()]
    return [str(value) for value in column.tolist()]
