"""Parameter files read and checked: every fault at once, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cmresearch.errors import CmResearchError, nearest, raise_all
from cmresearch.files.toml import KeyPath, TomlFile, describe_fault, read_toml_file
from cmresearch.study.synthetic.parameters import Matter, Parameters, Strict

Record = TypeVar("Record", bound=BaseModel)
Fault = tuple[KeyPath, str]

# What a register may hold of each complaint, beside the levels of its place.
COLUMNS = (
    *("id", "channel", "received", "coordinated", "closed", "status", "category", "topic"),
    *("agency", "dispositions", "text", "final_reply"),
)
REPEAT_SLOTS = ("previous", "about")  # filled from an earlier complaint and from the matter


def read_parameters(path: Path | str) -> Parameters:
    """The parameters of a synthetic full set, each number with its basis.

    Args:
        path: The parameter file; its key `texts` names the file of sentences, seen from the parameter file's folder.

    Raises:
        CmResearchError: A number has no basis, parts do not add up to their total, a name or a key is unknown, or a
            slot of a sentence cannot be filled; every fault, a line each, with file and line.
    """
    file = read_file(path)
    texts = read_file(Path(path).parent / str(file.data.get("texts", "")))
    parameters = checked(Parameters, file, texts=texts)
    faults = [file.fault(place, text) for place, text in _parameter_faults(parameters)]
    faults += [texts.fault(place, text) for place, text in _sentence_faults(parameters)]
    raise_all(CmResearchError, faults)
    return parameters


def read_file(path: Path | str) -> TomlFile:
    """A parameter file as it was read.

    Raises:
        CmResearchError: There is no such file, or it is not TOML.
    """
    path = Path(path)
    if not path.is_file():
        raise CmResearchError(f"{path}: no such file")
    return read_toml_file(path, CmResearchError)


def checked(record: type[Record], file: TomlFile, **named: TomlFile) -> Record:
    """The record that a file makes with the files that it names, each under the key that names it.

    Raises:
        CmResearchError: Keys are unknown or missing, or values of another kind; every fault in each of the files.
    """
    known = {
        name
        for each in Strict.__subclasses__()
        for field, i in each.model_fields.items()
        for name in (field, i.alias)
        if name
    }
    try:
        return record.model_validate({**file.data, **{key: each.data for key, each in named.items()}})
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            first, *rest = fault["loc"] or ("",)
            where, place = (named[str(first)], tuple(rest)) if first in named else (file, fault["loc"])
            faults.append(where.fault(place, describe_fault(fault, sorted(known))))
        raise CmResearchError("\n".join(faults)) from error


def _parameter_faults(parameters: Parameters) -> Iterator[Fault]:
    yield from _sum_faults(parameters)
    yield from _topic_faults(parameters)
    yield from _name_faults(parameters)
    yield from _column_faults(parameters)
    yield from _place_faults(parameters)
    yield from _id_faults(parameters)


def _sum_faults(parameters: Parameters) -> Iterator[Fault]:
    total = parameters.complaints.value
    with_topic = parameters.topic_complaints.value if parameters.topic_complaints else 0
    sums = [
        ("complaints", "channels", sum(each.complaints for each in parameters.channels), total),
        ("complaints", "categories", sum(each.complaints for each in parameters.categories), total),
        ("topic_complaints", "topics", sum(each.complaints for each in parameters.topics), with_topic),
    ]
    for key, parts, found, expected in sums:
        if found != expected:
            yield (key,), f"the {parts} add up to {found:,} complaints; expected {expected:,}"
    if parameters.solved.value > total:
        yield ("solved",), f"{parameters.solved.value:,} of {total:,} complaints are solved; expected no more than all"


def _topic_faults(parameters: Parameters) -> Iterator[Fault]:
    """Where there are topics, the totals and weights that they are dealt by; where there are none, none of these."""
    weighted = [n for n, channel in enumerate(parameters.channels) if channel.topic_weight]
    dealt_by: list[tuple[KeyPath, bool]] = [
        (("topic_complaints",), parameters.topic_complaints is not None),
        (("topic_by_month",), parameters.topic_by_month is not None),
        (("channel", *weighted[:1], "topic_weight"), bool(weighted)),
    ]
    for place, is_there in dealt_by:
        if parameters.topics and not is_there:
            yield ("topic", 0), f"there are topics, and no {place[-1]}"
        elif is_there and not parameters.topics:
            yield place, f"there is a {place[-1]}, and no topic"
    shown: list[KeyPath] = [("columns", "topic")] if "topic" in parameters.columns else []
    shown += [("variable", n, "shows") for n, variable in enumerate(parameters.variables) if variable.shows == "topic"]
    yield from ((place, "there is no topic to show") for place in shown if not parameters.topics)


def _name_faults(parameters: Parameters) -> Iterator[Fault]:
    families, hours = [family.name for family in parameters.families], list(parameters.hours)
    categories, texts = [category.name for category in parameters.categories], parameters.texts
    for n, channel in enumerate(parameters.channels):
        yield from _unknown("family", [channel.family], families, ("channel", n, "family"))
    for n, family in enumerate(parameters.families):
        yield from _unknown("table of hours", [family.hours], hours, ("family", n, "hours"))
    for n, topic in enumerate(parameters.topics):
        yield from _unknown("category", topic.categories, categories, ("topic", n, "categories"))
        yield from _unknown("list of sentences for the topic", [topic.key], texts.topic, ("topic", n, "key"))
    for n, name in enumerate(categories):
        yield from _unknown("list of sentences for the category", [name], texts.category, ("category", n, "name"))
    still_open = parameters.open_status_weights.value
    yield from _unknown("open status", parameters.statuses.waiting, still_open, ("statuses", "waiting"))
    if parameters.statuses.closed in still_open:
        yield ("statuses", "closed"), f"{parameters.statuses.closed!r} is also a status of open complaints"


def _column_faults(parameters: Parameters) -> Iterator[Fault]:
    known = (*COLUMNS, *parameters.place_levels)
    yield from _unknown("column for", parameters.columns, known, ("columns",))
    yield from _twice("column", parameters.columns.values(), ("columns",))
    for n, variable in enumerate(parameters.variables):
        names = ["id", "disposition", *(earlier.name for earlier in parameters.variables[:n])]
        if variable.name in names:
            yield ("variable", n, "name"), f"the variable {variable.name!r} is used twice"
    if "id" not in parameters.columns:
        yield ("columns",), "there is no column for 'id'"


def _place_faults(parameters: Parameters) -> Iterator[Fault]:
    levels = parameters.place_levels
    taken = [*COLUMNS, *REPEAT_SLOTS, *parameters.texts.slots, *levels]
    yield from _twice("name", taken, ("place_levels",))
    for n, place in enumerate(parameters.places):
        if len(place.paths[0]) != len(levels):
            found = f"{place.name} has places on {len(place.paths[0])} levels"
            yield ("place", n), f"{found}; expected {len(levels)}: {', '.join(levels)}"
    if not sum(place.weight for place in parameters.places):
        yield ("place", 0), "no place has a weight"


def _id_faults(parameters: Parameters) -> Iterator[Fault]:
    dates = parameters.dates
    try:
        ids = {day.strftime(parameters.id_pattern).format(serial=serial) for day in dates for serial in (1, 2)}
    except (ValueError, LookupError):
        ids = set()
    if len(ids) != 2 * len(dates):
        expected = "codes for the date and one {serial}, as in 'R%y%m%d-{serial:04d}'"
        yield ("id_pattern",), f"{parameters.id_pattern!r} does not give each complaint its own id; expected {expected}"


def _sentence_faults(parameters: Parameters) -> Iterator[Fault]:
    """Slots of sentences that nothing fills."""
    texts, about = parameters.texts, [*parameters.texts.slots, *parameters.place_levels, "previous"]
    known = [*about, "about"]
    shared = texts.shared
    for above, record in ((("shared",), shared), (("shared", "reply"), shared.reply)):
        for name, sentences in _sentences(record):
            yield from _unfilled(sentences, known, (*above, name))
    for table, by_name in (("topic", texts.topic), ("category", texts.category)):
        for key, matters in by_name.items():
            for n, matter in enumerate(matters):
                yield from _unfilled([matter.about], about, (table, key, n, "about"))
                for name, sentences in _sentences(matter):
                    yield from _unfilled(sentences, known, (table, key, n, name))


def _sentences(record: Strict | Matter) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The lists of sentences of a record, with their names."""
    return ((name, value) for name, value in record if isinstance(value, tuple))


def _unfilled(sentences: Iterable[str], known: Iterable[str], place: KeyPath) -> Iterator[Fault]:
    for sentence in sentences:
        try:
            slots = [slot for _, slot, _, _ in Formatter().parse(sentence) if slot is not None]
        except ValueError as fault:
            yield place, f"{sentence!r}: {fault}"
        else:
            yield from _unknown("slot", slots, known, place)


def _unknown(what: str, names: Iterable[str], known: Iterable[str], place: KeyPath) -> Iterator[Fault]:
    known = list(known)
    return ((place, f"there is no {what} {name!r}{nearest(name, known)}") for name in names if name not in known)


def _twice(what: str, names: Iterable[str], place: KeyPath) -> Iterator[Fault]:
    names = list(names)
    return ((place, f"the {what} {name!r} is used twice") for name in dict.fromkeys(names) if names.count(name) > 1)
