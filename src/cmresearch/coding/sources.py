"""Who said what, and what was written: interviews and documents as fixed text, in turns."""

from __future__ import annotations

import datetime
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from cmresearch.coding.source_files import PLAIN, SUFFIXES, read_source_file
from cmresearch.errors import SourceError, nearest, raise_all
from cmresearch.files.links import home_of, link_faults

Speaker: TypeAlias = Literal["interviewer", "informant", "document", "label", "unmarked"]

# How a turn of an interview begins, by the language of its text.
SPEAKERS: Mapping[str, Mapping[str, Speaker]] = {
    "id": {"Pewawancara: ": "interviewer", "Informan: ": "informant"},
    "en": {"Interviewer: ": "interviewer", "Informant: ": "informant"},
}


def speaker_marks(language: str) -> Mapping[str, Speaker]:
    """How a turn of an interview in a language begins, and who speaks then; English marks where none are known.

    Example:
        >>> list(speaker_marks("id")), list(speaker_marks("pt"))
        (['Pewawancara: ', 'Informan: '], ['Interviewer: ', 'Informant: '])
    """
    return SPEAKERS.get(language, SPEAKERS["en"])


PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")


@dataclass(frozen=True)
class Turn:
    """One paragraph of a source: what one person said at a time, or a paragraph of a document.

    Attributes:
        number: Its position in the source, from 1.
        speaker: interviewer, informant, document (of a complaint too), or label for the line that says what kind of
            text this is (unmarked where an interview does not say who speaks; `read_sources` refuses it).
        start: Where it begins in the source's text, in code points from 0.
        end: Where it ends, exclusive.
    """

    number: int
    speaker: Speaker
    start: int
    end: int

    @property
    def is_answer(self) -> bool:
        """Whether the turn is evidence: what an informant said, or what a document states."""
        return self.speaker in ("informant", "document")


@dataclass(frozen=True)
class Source:
    """One interview, document or complaint: its header, its text exactly as it stands, and the turns within.

    Attributes:
        key: The name that coding files use; the file's name without its ending.
        kind: interview, document or complaint.
        data_kind: published, real, synthetic or illustrative.
        title: What it is.
        informant: Who speaks, as a label and never a name; empty for a document.
        role: The informant's role, by its key in the codebook; empty for a document.
        date: When it was made.
        place: Where it was made.
        language: The text's language, as a two-letter code.
        interviewer: Who asked; empty for a document.
        text: Everything after the header, to which all offsets refer.
        turns: Its paragraphs in order.
        source_note: What in it rests on a real source, and on which; empty where nothing does.
        renderings: The same source in other languages, by language, with the same turns.
    """

    key: str
    kind: Literal["interview", "document", "complaint"]
    data_kind: str
    title: str
    informant: str
    role: str
    date: str
    place: str
    language: str
    interviewer: str
    text: str = field(repr=False)
    turns: tuple[Turn, ...] = field(repr=False)
    source_note: str = ""
    renderings: Mapping[str, Source] = field(repr=False, default_factory=dict)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text in UTF-8, by which a changed text is known."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def label(self) -> str:
        """The sentence that says what kind of text this is, or an empty text where there is none."""
        labels = [turn for turn in self.turns if turn.speaker == "label"]
        return self.text_of(labels[0]).removeprefix("> ") if labels else ""

    @property
    def answers(self) -> tuple[Turn, ...]:
        """The turns that are evidence: the informant's, or every paragraph of a document but its label."""
        return tuple(turn for turn in self.turns if turn.is_answer)

    def text_of(self, turn: Turn) -> str:
        """The words of a turn, with the mark of who speaks."""
        return self.text[turn.start : turn.end]

    def turns_between(self, start: int, end: int) -> tuple[Turn, ...]:
        """The turns that a segment from start to end (exclusive) touches."""
        return tuple(turn for turn in self.turns if turn.start < end and start < turn.end)

    def rendering_of(self, turn: Turn, *, language: str) -> str:
        """A turn in another language: the paragraph of the same number.

        Raises:
            SourceError: The source has no rendering in this language.
        """
        if language not in self.renderings:
            raise SourceError(f"{self.key} has no rendering in language {language!r}")
        rendering = self.renderings[language]
        return rendering.text_of(rendering.turns[turn.number - 1])


@dataclass(frozen=True)
class Sources(Mapping[str, Source]):
    """The interviews and documents of a study, each under its key, in the order of folders and file names."""

    by_key: Mapping[str, Source]

    def __getitem__(self, key: str) -> Source:
        if key not in self.by_key:
            raise SourceError(f"there is no source {key!r}{nearest(key, self.by_key)}")
        return self.by_key[key]

    def __contains__(self, key: object) -> bool:
        return key in self.by_key

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)

    def to_frame(self) -> pd.DataFrame:
        """One row per source: its header, its number of answer turns and words, and its text's hash."""
        columns = ["kind", "data_kind", "title", "informant", "role", "date", "place", "language"]
        rows = [
            {"source": source.key}
            | {column: getattr(source, column) for column in columns}
            | {"answers": len(source.answers), "words": len(source.text.split()), "sha256": source.sha256}
            for source in self.values()
        ]
        return pd.DataFrame(rows, columns=["source", *columns, "answers", "words", "sha256"])

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def read_sources(folders: str | Path | Sequence[str | Path]) -> Sources:
    r"""The interviews and documents of one folder or several, with every turn and its position in the text.

    A source is a file in Markdown or plain text, or a document (.docx, .odt): a header in TOML between two lines `+++`
    (key, kind, data_kind, title, language, and for an interview informant and role; date, place, interviewer,
    source_note), then paragraphs with a blank line between. A paragraph of an interview begins with who speaks.
    `<key>.en.md` beside `<key>.md` is its English rendering, paragraph by paragraph. An illustrative source begins with
    a paragraph `> …` that says so.

    Args:
        folders: A folder, or several; README.md in them is not read.

    Returns:
        The sources by key, in the order of the folders and of the file names.

    Raises:
        SourceError: A folder is missing, or a file cannot be used; every fault of every file, a line each.

    Example:
        >>> import tempfile
        >>> header = 'key = "i-1"\nkind = "interview"\ndata_kind = "real"\ntitle = "First"\n'
        >>> header += 'informant = "Informant 1"\nrole = "inspectorate"\nlanguage = "en"\n'
        >>> text = "Interviewer: Who closes it?\n\nInformant: The agency."
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "i-1.md").write_text(f"+++\n{header}+++\n{text}", encoding="utf-8")
        >>> source = read_sources(folder)["i-1"]
        >>> source.text_of(source.answers[0])
        'Informant: The agency.'
    """
    listed = [folders] if isinstance(folders, str | Path) else folders
    faults: list[str] = []
    originals: dict[str, tuple[Path, Source]] = {}
    renderings: list[tuple[Path, Source]] = []
    files = _files([Path(folder) for folder in listed], faults)
    for path in files:
        source = _read_source(path, faults)
        if source is None:
            continue
        if "." in path.stem:
            renderings.append((path, source))
        elif source.key in originals:
            faults.append(f"{path}: the key {source.key!r} is that of {originals[source.key][0]} too")
        else:
            originals[source.key] = (path, source)
    stems = {path.stem for path in files}
    for path, rendering in renderings:
        if rendering.key in originals:
            faults.extend(_faults_of_rendering(path, rendering, originals[rendering.key][1]))
        elif rendering.key not in stems:
            faults.append(f"{path}: there is no {rendering.key}.md that it could render")
    raise_all(SourceError, faults)
    return _joined([source for _, source in originals.values()], [source for _, source in renderings])


def _joined(originals: list[Source], renderings: list[Source]) -> Sources:
    by_key = {}
    for source in originals:
        own = {rendering.language: rendering for rendering in renderings if rendering.key == source.key}
        by_key[source.key] = replace(source, renderings=own)
    return Sources(by_key)


def _files(folders: list[Path], faults: list[str]) -> list[Path]:
    faults.extend(f"{folder}: there is no such folder" for folder in folders if not folder.is_dir())
    found = [sorted(folder.iterdir(), key=lambda path: path.name) for folder in folders if folder.is_dir()]
    # "~$…" and ".~lock…" stand beside a document that is open in a word processor.
    wanted = [
        path
        for files in found
        for path in files
        if path.suffix in SUFFIXES and path.name != "README.md" and not path.name.startswith(("~$", "."))
    ]
    raise_all(SourceError, [fault for path in wanted for fault in link_faults([path], home_of(path.parent))])
    return wanted


def _as_text(value: object) -> object:
    # TOML has dates of its own; a header may give either form.
    return value.isoformat() if isinstance(value, datetime.date) else value


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    key: str
    kind: Literal["interview", "document", "complaint"]
    data_kind: Literal["published", "real", "synthetic", "illustrative"]
    title: str
    language: str
    informant: str = ""
    role: str = ""
    date: Annotated[str, BeforeValidator(_as_text)] = ""
    place: str = ""
    interviewer: str = ""
    source_note: str = ""


def _read_source(path: Path, faults: list[str]) -> Source | None:
    try:
        header, text = read_source_file(path)
        fields = _Header.model_validate(tomllib.loads(header))
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: the header is no TOML: {error}")
    except ValidationError as error:
        faults.extend(f"{path}: the header, {_in_words(fault)}" for fault in error.errors())
    except SourceError as error:
        faults.append(f"{path}: {error}")
    else:
        source = Source(text=text, turns=_turns(text, fields), **fields.model_dump())
        found = _faults_of_source(path, source, first_line=header.count("\n") + 3)
        faults.extend(found)
        return None if found else source
    return None


def _in_words(fault: Mapping[str, object]) -> str:
    key = ".".join(str(part) for part in fault["loc"])  # type: ignore[attr-defined]
    known = list(_Header.model_fields)
    if fault["type"] == "extra_forbidden":
        return f"{key!r}: unknown; expected {', '.join(known)}{nearest(key, known)}"
    if fault["type"] == "missing":
        return f"{key!r}: missing"
    message = str(fault["msg"])
    return f"{key!r}: found {fault['input']!r}; {message[0].lower()}{message[1:]}"


def _turns(text: str, header: _Header) -> tuple[Turn, ...]:
    matches = enumerate(PARAGRAPH.finditer(text), start=1)
    return tuple(
        Turn(number, _speaker(match.group(), number, header), match.start(), match.end()) for number, match in matches
    )


def _speaker(paragraph: str, number: int, header: _Header) -> Speaker:
    if number == 1 and paragraph.startswith("> "):
        return "label"
    if header.kind != "interview":
        return "document"
    marks = speaker_marks(header.language)
    return next((speaker for mark, speaker in marks.items() if paragraph.startswith(mark)), "unmarked")


def _faults_of_source(path: Path, source: Source, *, first_line: int) -> list[str]:
    faults = []
    stem = path.stem.partition(".")[0]
    if source.key != stem:
        faults.append(f"{path}: the key is {source.key!r}; expected {stem!r}, after the file's name")
    if not source.answers:
        faults.append(f"{path}: the text has no answer and no paragraph that could be coded")
    if source.data_kind == "illustrative" and not source.label:
        faults.append(f"{path}: no label; an illustrative source begins with a paragraph '> …' that says so")
    if source.kind == "interview":
        faults.extend(_faults_of_interview(path, source, first_line))
    return faults


def _faults_of_interview(path: Path, source: Source, first_line: int) -> list[str]:
    missing = [name for name in ("informant", "role") if not getattr(source, name)]
    faults = [f"{path}: the header names no {name}, which an interview needs" for name in missing]
    marks = " or ".join(repr(mark) for mark in speaker_marks(source.language))
    for turn in source.turns:
        if turn.speaker == "unmarked":
            line = first_line + source.text.count("\n", 0, turn.start)
            where = f"line {line}" if path.suffix in PLAIN else f"paragraph {turn.number}"
            begins = source.text_of(turn)[:30]
            faults.append(f"{path}, {where}: the paragraph {begins!r} does not begin with {marks}")
    return faults


def _faults_of_rendering(path: Path, rendering: Source, original: Source) -> list[str]:
    language = path.stem.partition(".")[2]
    if rendering.language != language or rendering.language == original.language:
        return [f"{path}: language {rendering.language!r}; expected {language!r}, and another than the original's"]
    if [turn.speaker for turn in rendering.turns] != [turn.speaker for turn in original.turns]:
        return [
            f"{path}: {len(rendering.turns)} paragraphs that do not follow the {len(original.turns)} of "
            f"{original.key}.md; expected the same speakers in the same order"
        ]
    return []
