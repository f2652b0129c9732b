"""Reporting checklists, filled from the study where its files know the answer, and a prompt where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from cmresearch.errors import ReportError, nearest, raise_all
from cmresearch.files.toml import describe_fault, read_toml_file
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import Voice
from cmresearch.report.chapters.fact import Fact, Facts
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.templating import environment

if TYPE_CHECKING:
    from cmresearch.study.run import Run

FOLDER = Path(__file__).parent / "items"
ORDER = ("coreq", "srqr", "gramms", "jars-mixed")
Needs: TypeAlias = Literal["", "words", "interviews"]
State: TypeAlias = Literal["filled", "part", "author", "none"]
STATES: tuple[str, ...] = get_args(State)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Item(_Record):
    """An item of a checklist.

    Attributes:
        number: Its number.
        section: The key of the section that it stands in.
        topic: What it is about, in each language.
        needs: What a study must have for it to apply; None for what the checklist needs.
        filled_by: The keys of the facts that answer it.
        ask: What only the author can say, in each language; empty where the facts answer it whole.
    """

    number: int
    section: str
    topic: dict[str, str]
    needs: Needs | None = None
    filled_by: list[str] = []
    ask: dict[str, str] = {}

    @model_validator(mode="after")
    def _has_something_to_say(self) -> Item:
        if not self.filled_by and not self.ask:
            raise ValueError(f"item {self.number} has neither filled_by nor ask")
        for name, translations in (("topic", self.topic), ("ask", self.ask or self.topic)):
            if set(translations) != set(LANGUAGES):
                raise ValueError(f"item {self.number}, {name}: expected a text in each of {', '.join(LANGUAGES)}")
        return self


class Checklist(_Record):
    """A reporting checklist.

    Attributes:
        key: Its key.
        name: Its name, such as COREQ.
        title: What it is for, in each language.
        source: Where it was published.
        seen: What of it was seen when it was written down here.
        needs: What a study must have for its items to apply, unless they say otherwise.
        section: The names of its sections by key, in each language.
        item: Its items, in the order of the source.
    """

    key: str
    name: str
    title: dict[str, str]
    source: str
    seen: str
    needs: Needs
    section: dict[str, dict[str, str]]
    item: list[Item]


@dataclass(frozen=True)
class Answer:
    """An item as a study answers it.

    Attributes:
        item: The item.
        state: filled, part (the author has something to add), author (nothing is known) or none (does not apply).
        facts: The facts that answer it.
        absent: Why it does not apply, or that the files do not show it; empty otherwise.
        ask: What is left for the author; empty where nothing is.
    """

    item: Item
    state: State
    facts: tuple[Fact, ...] = ()
    absent: str = ""
    ask: str = ""


@cache
def read_checklists() -> tuple[Checklist, ...]:
    """Every checklist that comes with the library.

    Raises:
        ReportError: A file is not as its record describes it.

    Example:
        >>> [(each.name, len(each.item)) for each in read_checklists()]
        [('COREQ', 32), ('SRQR', 21), ('GRAMMS', 6), ('JARS–Mixed', 16)]
    """
    return tuple(read_checklist(FOLDER / f"{key}.toml") for key in ORDER)


def read_checklist(path: Path) -> Checklist:
    """One checklist.

    Raises:
        ReportError: The file is not as the record describes it; every fault with its line.
    """
    file = read_toml_file(path, ReportError)
    try:
        checklist = Checklist.model_validate(file.data)
    except ValidationError as error:
        known = [*Checklist.model_fields, *Item.model_fields]
        faults = [file.fault(fault["loc"], describe_fault(fault, known)) for fault in error.errors()]
        raise ReportError("\n".join(faults)) from error
    unknown = [(n, item) for n, item in enumerate(checklist.item) if item.section not in checklist.section]
    raise_all(
        ReportError,
        [
            file.fault(
                ("item", n, "section"),
                f"there is no section {item.section!r}{nearest(item.section, checklist.section)}",
            )
            for n, item in unknown
        ],
    )
    return checklist


def answers(checklist: Checklist, run: Run, voice: Voice) -> tuple[Answer, ...]:
    """Every item of a checklist as the study answers it, in the order of the items."""
    return _answers(checklist, study_facts(run, voice), set(_lacking(run)), voice)


def _answers(checklist: Checklist, facts: Facts, lacks: set[str], voice: Voice) -> tuple[Answer, ...]:
    return tuple(
        _answer(item, item.needs if item.needs is not None else checklist.needs, facts, lacks, voice)
        for item in checklist.item
    )


def _lacking(run: Run) -> Iterator[str]:
    """The parts that the study does not have."""
    if run.words is None:
        yield "words"
    if run.words is None or not any(source.kind == "interview" for source in run.words.sources.values()):
        yield "interviews"


def _answer(item: Item, needs: Needs, facts: Facts, lacks: set[str], voice: Voice) -> Answer:
    if needs in lacks:
        return Answer(item, "none", absent=voice.say(f"checklist_none.{needs}"))
    found = tuple(facts[key] for key in item.filled_by if key in facts)
    ask = voice.own(item.ask) if item.ask else ""
    if found:
        return Answer(item, "part" if ask else "filled", found, ask=ask)
    return Answer(item, "author", absent=voice.say("checklist.not_shown") if item.filled_by else "", ask=ask)


def checklists_html(run: Run, voice: Voice) -> str:
    """The checklists as a section of the study's page, a table each.

    An item that the study's files answer says so in a sentence, with the kind of data that it speaks of; the others
    name what only the author can say. An item on interviews of a study without interviews says that there are none.

    Args:
        run: What the study's files give.
        voice: The voice of one of the study's languages.

    Returns:
        Well-formed HTML, for the page and for every document that `read_page` feeds.
    """
    facts, lacks = study_facts(run, voice), set(_lacking(run))
    lists = [_shown(each, _answers(each, facts, lacks, voice), voice) for each in read_checklists()]
    return environment(voice).get_template("checklists.html.j2").render(lists=lists)


def _shown(checklist: Checklist, answered: Sequence[Answer], voice: Voice) -> Mapping[str, object]:
    sections = [
        (voice.own(name), [each for each in answered if each.item.section == key])
        for key, name in checklist.section.items()
    ]
    filled = sum(each.state in {"filled", "part"} for each in answered)
    return {"about": checklist, "sections": sections, "filled": filled, "all": len(answered)}
