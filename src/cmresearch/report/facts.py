"""What a study's files bear out about how it was done: a sentence for each thing, and none for what was not done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from cmresearch import __version__
from cmresearch.coding.coverage import saturation
from cmresearch.report import wording
from cmresearch.report.page import MADE, kinds_of
from cmresearch.responses.records import ADJUDICATED
from cmresearch.texts import LANGUAGES, TextError, in_language, say, translate

if TYPE_CHECKING:
    from cmresearch.reproduction import Run, Words

MANY = 1  # fewer coders than two give another sentence


@dataclass(frozen=True)
class Fact:
    """Something that the study's files bear out.

    Attributes:
        key: Its key, by which chapters and checklists name it.
        text: The sentence, in the language asked for.
        kinds: The kinds of data that it speaks of; empty where it speaks of none.
    """

    key: str
    text: str
    kinds: tuple[str, ...] = ()


Facts: TypeAlias = Mapping[str, Fact]
Tell: TypeAlias = Callable[..., Fact]


def study_facts(run: Run, language: str) -> Facts:
    """Every fact that the files of a study bear out, by key.

    Args:
        run: What the study's files give.
        language: The language of the sentences.

    Returns:
        The facts in the order in which a study is done. What was not done has no fact: a study without interviews has
        none of `informants`, `coders` or `rule`.
    """
    tell = partial(_tell, language)
    parts = (_design, _frame, _sample, _records, _estimates, _sources, _coding, _reliability, _assessment, _robustness)
    facts = [fact for part in parts for fact in part(run, language, tell)]
    facts += _comparison(run, language, tell)
    return {fact.key: fact for fact in facts}


def _tell(language: str, key: str, kinds: Iterable[str] = (), /, name: str = "", **gaps: object) -> Fact:
    """A fact by its text; whole numbers are written as the language does."""
    filled = {
        gap: wording.count(value, language=language) if isinstance(value, int) else value for gap, value in gaps.items()
    }
    return Fact(name or key, say(f"fact.{key}", language, **filled), tuple(kinds))


def _listed(words: Iterable[str], language: str) -> str:
    return wording.joined(list(words), language=language)


def _kind_words(kinds: Iterable[str], language: str) -> str:
    return _listed((wording.word("data_kind", kind, language=language) for kind in kinds), language)


def _end(text: str) -> str:
    """A text that goes into a sentence: without a stop of its own."""
    return " ".join(text.split()).rstrip(".")


def _design(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    about = run.study.settings.study
    place = in_language(about.place, language)
    if about.question:
        yield tell("question", question=in_language(about.question, language))
    yield tell("setting", place=place, period=about.period)
    strands = [say(f"strand.{strand}", language) for strand in _strands(run)]
    yield tell("strands", strands=_listed(strands, language))
    kinds = kinds_of(run)
    yield tell("kinds", kinds=_kind_words(kinds, language))
    made = [kind for kind in kinds if kind in MADE]
    if made:
        yield tell("made", place=place, kinds=_kind_words(made, language))
    yield tell("plan", hash=run.study.sha256)
    if about.limits:
        yield tell("limits", n=len(about.limits))
    if about.reference:
        yield tell("reference", reference=in_language(about.reference, language))


def _strands(run: Run) -> Iterator[str]:
    """The lines of evidence that the study has."""
    yield "register"
    if run.responses is not None:
        yield "sample"
    for kind in ("interview", "document"):
        if _of_kind(run.words, kind):
            yield f"{kind}s"


def _of_kind(words: Words | None, kind: str) -> list[str]:
    return [] if words is None else [key for key, source in words.sources.items() if source.kind == kind]


def _frame(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    full_set, frame = run.study.settings.full_set, run.frame
    kind = [full_set.kind]
    yield tell("full_set", kind, n=frame.full_size, origin=_end(in_language(full_set.origin, language)))
    faults = len(run.intake.to_frame())
    yield tell("faults", kind, n=faults) if faults else tell("no_faults", kind, name="faults")
    if frame.where:
        others = frame.full_size - frame.size
        yield tell("frame_filtered", kind, name="frame", n=frame.size, condition=frame.where, others=others)
    else:
        yield tell("frame_whole", kind, name="frame", n=frame.size)
    variables = [run.study.label(name, language) for name in run.study.settings.variables]
    if variables:
        yield tell("register", kind, variables=", ".join(variables))


def _sample(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    allocation, seed, committed = run.sample.allocation, run.certificate.seed, run.certificate.commitment
    kind = [run.study.settings.full_set.kind]
    drawn = [n for n in allocation.sample_sizes.values() if n]
    by = ", ".join(run.study.label(name, language) for name in run.frame.strata)
    yield tell("strata", kind, by=by, n=sum(size > 0 for size in allocation.frame_sizes.values()))
    yield tell(
        "allocation",
        kind,
        n=len(run.sample.rows),
        method=wording.word("allocation", allocation.method, language=language),
        minimum=allocation.minimum,
        least=min(drawn, default=0),
        most=max(drawn, default=0),
    )
    yield tell("draw")
    yield tell("seed", seed=seed.text, source=_end(in_language(run.study.settings.sample.seed_source, language)))
    if committed.published:
        yield tell("committed", place=committed.published, name="commitment")
    else:
        yield tell("not_committed", name="commitment")
    weights = [wording.decimal(end(run.drawn.weights), 2, language=language) for end in (min, max)]
    yield tell("weights", least=weights[0], most=weights[1])


def _records(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    settings = run.study.settings.responses
    if settings is None or run.responses is None:
        return
    kind = [settings.kind]
    files = [path.stem for path in run.study.response_files()]
    coders = [name for name in files if name != ADJUDICATED]
    variables = ", ".join(run.study.label(name, language) for name in settings.variables)
    if len(coders) > MANY:
        yield tell("records", kind, n=len(coders), variables=variables)
    else:
        yield tell("records_one", kind, name="records", variables=variables)
    ends = ", ".join(
        f"{wording.count(n, language=language)} {wording.word('disposition', name, language=language)}"
        for name, n in run.responses.dispositions.items()
    )
    yield tell("dispositions", kind, n=len(run.sample.rows), dispositions=ends)
    if run.responses.notes:
        notes = "; ".join(_note(note, language) for note in run.responses.notes)
        yield tell("nonresponse", kind, notes=notes)
    table = run.reliability_table()
    compared = table.loc[table["subject"] == "variable", "units"]
    if len(compared) and compared.max():
        yield tell("double_records", kind, n=int(compared.max()))
    if ADJUDICATED in files:
        yield tell("adjudicated_records", kind)


def _note(note: str, language: str) -> str:
    try:
        return translate(note, language)
    except TextError:
        return note


def _estimates(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    table = run.estimates_table()
    if not len(table):
        return
    pairs = dict.fromkeys(zip(table["method"], table["statistic"], strict=True))
    methods = [
        say(
            "fact.method_of",
            language,
            method=wording.method(method, language=language),
            statistic=wording.word("statistic", statistic, language=language),
        )
        for method, statistic in pairs
    ]
    level = wording.decimal(100 * float(table["level"].iloc[0]), 0, language=language)
    yield tell("estimates", sorted(set(table["data_kind"])), level=level, methods=", ".join(methods))
    if "korn-graubard" in set(table["method"]):
        yield tell("source_korn_graubard")
    known = int(table["truth"].notna().sum())
    if known:
        yield tell("truth", [run.study.settings.full_set.kind], n=known)


def _sources(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    if run.words is None:
        return
    sources = run.words.sources
    interviews = [sources[key] for key in _of_kind(run.words, "interview")]
    documents = [sources[key] for key in _of_kind(run.words, "document")]
    kinds = sorted({each.data_kind for each in interviews})
    if interviews:
        roles = dict.fromkeys(wording.plain(each.role) for each in interviews)
        yield tell("informants", kinds, n=len(interviews), roles=", ".join(roles))
        yield from _recorded_of_interviews(interviews, kinds, tell)
        spoken = dict.fromkeys(LANGUAGES.get(each.language, each.language) for each in interviews)
        yield tell("interview_language", kinds, languages=", ".join(spoken))
        yield tell("transcripts")
    if documents:
        yield tell("documents", sorted({each.data_kind for each in documents}), n=len(documents))
    rendered = sum(bool(source.renderings) for source in sources.values())
    if rendered:
        yield tell("renderings", n=rendered)
    yield tell("masked")


def _recorded_of_interviews(interviews: Iterable[object], kinds: list[str], tell: Tell) -> Iterator[Fact]:
    """What the headers of the interviews say: dates, places and who asked."""
    dates = sorted(str(each.date) for each in interviews if each.date)  # type: ignore[attr-defined]
    if dates:
        yield tell("interview_dates", kinds, first=dates[0], last=dates[-1])
    for key, gap, name in (("interview_places", "places", "place"), ("interviewers", "names", "interviewer")):
        said = dict.fromkeys(str(getattr(each, name)) for each in interviews if getattr(each, name))
        if said:
            yield tell(key, kinds, **{gap: "; ".join(said)})


def _coding(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    if run.words is None:
        return
    codebook, coding, kind = run.words.codebook, run.words.coding, [run.study.words_kind]
    yield tell(
        "codebook",
        title=in_language(codebook.title, language),
        version=codebook.version,
        codes=len(codebook.codes),
        dimensions=len(codebook.dimensions),
    )
    if codebook.theory:
        yield tell("theory", theory=" ".join(in_language(codebook.theory, language).split()))
    names = ", ".join(coding.coders)
    if len(coding.coders) > MANY:
        yield tell("coders", kind, n=len(coding.coders), names=names)
    elif coding.coders:
        yield tell("coder_one", kind, name="coders", names=names)
    coded_by = {key: {who for who, source in coding.coded if source == key and who in coding.coders} for key in run.words.sources}
    double = sum(len(who) > MANY for who in coded_by.values())
    if double:
        yield tell("double_sources", kind, n=double, all=len(coded_by))
    yield tell("coding_unit")
    settled = len(coding.adjudicated)
    yield tell("adjudication", kind, n=settled) if settled else tell("not_adjudicated", kind, name="adjudication")
    memos = sum(bool(segment.memo) for segment in coding)
    if memos:
        yield tell("memos", kind, n=memos)
    added = saturation(coding).to_dict("records")
    if added:
        before = int(added[-1]["codes_so_far"]) - int(added[-1]["new_codes"])
        yield tell("saturation", kind, new=int(added[-1]["new_codes"]), all=before)


def _reliability(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    table = run.reliability_table()
    if not len(table):
        return
    level = wording.decimal(100 * float(table["level"].iloc[0]), 0, language=language)
    yield tell("alpha", level=level)
    for subject in dict.fromkeys(table["subject"]):
        part = table[table["subject"] == subject]
        known, kind = part["alpha"].dropna(), sorted(set(part["data_kind"]))
        named = wording.word("reliability_subject", subject, language=language)
        unit = wording.word("reliability_unit", part["unit"].iloc[0], language=language)
        if len(known):
            ends = [wording.decimal(end, 2, language=language) for end in (known.min(), known.max())]
            yield tell(
                "alpha_range", kind, name=f"alpha_{subject}", subject=named, unit=unit, least=ends[0], most=ends[1], n=len(known)
            )
        if len(known) < len(part):
            missing = len(part) - len(known)
            yield tell("alpha_undefined", kind, name=f"alpha_undefined_{subject}", subject=named, n=missing)


def _assessment(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    if run.words is None:
        return
    assessment, kind = run.words.assessment, [run.study.words_kind]
    dimensions = assessment.dimensions
    indicators = sum(len(one.indicators) for one in dimensions)
    if indicators:
        used = {each.data_kind for one in dimensions for each in one.indicators if each.data_kind}
        yield tell("indicators", sorted(used), n=indicators)
    yield tell("rule", n=assessment.rule.corroboration)
    counts = {status: sum(one.status == status for one in dimensions) for status in wording.STATUS_KEYS}
    statuses = ", ".join(
        f"{wording.count(n, language=language)} {wording.word('status', status, language=language)}"
        for status, n in counts.items()
        if n
    )
    yield tell("statuses", sorted({each for one in dimensions for each in one.data_kinds}), statuses=statuses)
    decided = assessment.decisions
    proposed = {one.dimension.key: one.status for one in dimensions}
    against = sum(one.status != proposed.get(key) for key, one in decided.items())
    if decided:
        yield tell("decisions", kind, n=len(decided), all=len(dimensions), against=against)
    else:
        yield tell("undecided", name="decisions", all=len(dimensions))
    yield from _shown(run.words, kind, tell)


def _shown(words: Words, kind: list[str], tell: Tell) -> Iterator[Fact]:
    """Which words are shown, and that those who see it otherwise are."""
    dimensions = words.assessment.dimensions
    quoted = {segment for one in dimensions for each in one.sources for segment in each.segments}
    if quoted:
        yield tell("quotations", kind, n=len(quoted))
    both = sum(bool(one.supports) and bool(one.hinders or one.absent) for one in dimensions)
    if both:
        yield tell("both_sides", kind, n=both)
    if any(one.not_counted for one in dimensions):
        yield tell("minor_themes", kind)


def _robustness(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    if run.words is None:
        return
    robustness = run.words.robustness
    kinds = dict.fromkeys(world.kind for world in robustness.worlds)
    tried = {kind: robustness.tried(kind) for kind in kinds}
    if not tried:
        return
    worlds = [say(f"worlds_tried.{kind}", language, n=wording.count(n, language=language)) for kind, n in tried.items()]
    kind = [run.study.words_kind]
    yield tell("robustness", kind, n=sum(tried.values()), worlds="; ".join(worlds))
    firm = sum(not robustness.flips(dimension) for dimension in robustness.statuses)
    yield tell("robust_dimensions", kind, n=firm, all=len(robustness.statuses))


def _comparison(run: Run, language: str, tell: Tell) -> Iterator[Fact]:
    compared = run.findings.compared
    if compared:
        results = ", ".join(
            f"{wording.count(n, language=language)} {wording.word('finding_result', result, language=language)}"
            for result, n in run.findings.counts().items()
        )
        yield tell("findings", n=len(compared), results=results)
    yield tell("software", version=__version__)
