"""Made texts and replies that show exactly what is known of each made complaint."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cmresearch.study.synthetic.chance import Integers, Words, choose, pick
from cmresearch.study.synthetic.parameters import Matter, Parameters, ReplyWords, Weights


def place_names(cases: pd.DataFrame, parameters: Parameters) -> dict[str, Words]:
    """The place of each complaint in words, a column for each level."""
    levels = zip(*itertools.chain(*(place.paths for place in parameters.places)), strict=True)
    named = zip(parameters.place_levels, levels, strict=True)
    return {level: np.array(names, dtype=object)[cases["place"]] for level, names in named}


def matters(cases: pd.DataFrame, parameters: Parameters, dice: Integers) -> Integers:
    """The number of each complaint's matter, counted through all subjects."""
    sizes = np.array([len(several) for _, several in _subjects(parameters)])
    subject = _subject_of(cases, parameters)
    matter: Integers = (np.cumsum(sizes) - sizes)[subject] + pick(dice, sizes[subject])
    return matter


def words(cases: pd.DataFrame, parameters: Parameters, dice: Integers, more: Integers) -> dict[str, Words]:
    """The text, the final reply and the agency of each complaint; a reply is empty while the complaint is open."""
    texts, subjects = parameters.texts, _subjects(parameters)
    every_matter, matter = [one for _, several in subjects for one in several], cases["matter"].to_numpy()
    one_list, disposition = np.zeros(len(cases), dtype=np.int64), cases["disposition"].to_numpy()
    slots = {name: choose(dice[:, n], [fill], one_list) for n, (name, fill) in enumerate(texts.slots.items())}
    slots |= place_names(cases, parameters) | {"previous": cases["previous"].to_numpy(object)}
    slots["about"] = _filled([np.array([one.about for one in every_matter], dtype=object)[matter]], slots)
    odd_entries = choose(more[:, 1], [("",), texts.shared.cut_off, texts.shared.test_entry], disposition)
    text = [
        np.where(cases["repeat"], choose(more[:, 0], [texts.shared.repeat], one_list), ""),
        choose(more[:, 1], [one.opening for one in every_matter], matter),
        np.where(cases["repeat"], "", choose(more[:, 2], [one.detail for one in every_matter], matter)),
        choose(more[:, 3], [texts.shared.request], one_list),
    ]
    agencies = [[name for name, weight in by.items() for _ in range(weight)] for by, _ in subjects]
    reply = _reply_parts(cases, texts.shared.reply, every_matter, np.hstack([more[:, 4:], dice[:, 5:]]))
    closed = cases["status"] == parameters.statuses.closed
    return {
        "text": np.where(disposition == 0, _filled(text, slots), odd_entries),
        "final_reply": np.where(closed, _filled(reply, slots), ""),
        "agency": _filled([choose(dice[:, 4], agencies, _subject_of(cases, parameters))], slots),
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


def _reply_parts(
    cases: pd.DataFrame, shared: ReplyWords, every_matter: Sequence[Matter], dice: Integers
) -> list[Words]:
    """Greeting, what came of it, the last word, the evidence, closing; each empty where a reply has none."""
    matter, answer = cases["matter"].to_numpy(), cases["answer"].to_numpy()
    addresses, one_list = cases["addresses_case"].to_numpy(), np.zeros(len(cases), dtype=np.int64)
    about_the_case = np.select(
        [answer == 0, answer == 1],
        [
            choose(dice[:, 0], [one.done for one in every_matter], matter),
            choose(dice[:, 0], [shared.implicit], one_list),
        ],
        choose(dice[:, 0], [one.pending for one in every_matter], matter),
    )
    anywhere = (shared.anywhere_explicit, shared.anywhere_implicit, shared.anywhere_none)
    return [
        choose(dice[:, 3], [shared.greeting], one_list),
        np.where(addresses, about_the_case, choose(dice[:, 1], anywhere, answer)),
        np.where(addresses & (answer == 0), choose(dice[:, 2], [shared.ending], one_list), ""),
        np.where(cases["evidence"], choose(dice[:, 4], [shared.evidence], one_list), ""),
        choose(dice[:, 5], [shared.closing], one_list),
    ]


def _filled(parts: Sequence[Words], slots: Mapping[str, Words]) -> Words:
    joined = (" ".join(filter(None, sentences)) for sentences in zip(*parts, strict=True))
    fillings = zip(*slots.values(), strict=True)
    texts = [t.format_map(dict(zip(slots, f, strict=True))) for t, f in zip(joined, fillings, strict=True)]
    return np.array(texts, dtype=object)
