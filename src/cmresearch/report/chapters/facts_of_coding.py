"""The facts that a study's files bear out about its sources and coding, and about what was made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cmresearch.coding.coverage import saturation
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import Voice
from cmresearch.report.chapters.fact import MANY, Fact, StateFact, of_kind
from cmresearch.triangulation.rule import STATUSES

if TYPE_CHECKING:
    from pandas import DataFrame

    from cmresearch.study.run import Run, Words


def sources_facts(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """The facts on interviews and documents."""
    if run.words is None:
        return
    sources = run.words.sources
    interviews = [sources[key] for key in of_kind(run.words, "interview")]
    documents = [sources[key] for key in of_kind(run.words, "document")]
    kinds = sorted({each.data_kind for each in interviews})
    if interviews:
        roles = dict.fromkeys(voice.label(each.role) for each in interviews)
        yield state("informants", kinds, n=len(interviews), roles=", ".join(roles))
        yield from _recorded_of_interviews(interviews, kinds, state)
        spoken = dict.fromkeys(LANGUAGES.get(each.language, each.language) for each in interviews)
        yield state("interview_language", kinds, languages=", ".join(spoken))
        yield state("transcripts")
    if documents:
        yield state("documents", sorted({each.data_kind for each in documents}), n=len(documents))
    rendered = sum(bool(source.renderings) for source in sources.values())
    if rendered:
        yield state("renderings", n=rendered)
    yield state("masked")


def _recorded_of_interviews(interviews: Iterable[object], kinds: list[str], state: StateFact) -> Iterator[Fact]:
    """The facts in the headers of the interviews: dates, places and who asked."""
    dates = sorted(str(each.date) for each in interviews if each.date)  # type: ignore[attr-defined]
    if dates and dates[0] == dates[-1]:
        yield state("interview_date", kinds, name="interview_dates", first=dates[0])
    elif dates:
        yield state("interview_dates", kinds, first=dates[0], last=dates[-1])
    for key, placeholder, name in (("interview_places", "places", "place"), ("interviewers", "names", "interviewer")):
        stated = dict.fromkeys(str(getattr(each, name)) for each in interviews if getattr(each, name))
        if stated:
            yield state(key, kinds, **{placeholder: "; ".join(stated)})


def coding_facts(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """The facts on the codebook and on who coded what."""
    if run.words is None:
        return
    codebook, coding, kind = run.words.codebook, run.words.coding, [run.study.words_kind]
    yield state(
        "codebook",
        title=voice.own(codebook.title),
        version=codebook.version,
        codes=len(codebook.codes),
        dimensions=len(codebook.dimensions),
    )
    if codebook.theory:
        yield state("theory", theory=" ".join(voice.own(codebook.theory).split()))
    names = ", ".join(coding.coders)
    if len(coding.coders) > MANY:
        yield state("coders", kind, n=len(coding.coders), names=names)
    elif coding.coders:
        yield state("coder_one", kind, name="coders", names=names)
    coded_by = {
        key: {who for who, source in coding.coded if source == key and who in coding.coders}
        for key in run.words.sources
    }
    double = sum(len(who) > MANY for who in coded_by.values())
    if double:
        yield state("double_sources", kind, n=double, all=len(coded_by))
    yield state("coding_unit")
    yield state("adjudication", kind, n=len(coding.adjudicated))
    memos = sum(bool(segment.memo) for segment in coding)
    if memos:
        yield state("memos", kind, n=memos)
    added = saturation(coding).to_dict("records")
    if added:
        before = int(added[-1]["codes_so_far"]) - int(added[-1]["new_codes"])
        yield state("saturation", kind, new=int(added[-1]["new_codes"]), all=before)


def reliability_facts(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """How far the coders agreed."""
    table = run.reliability_table(voice)
    if not len(table):
        return
    level = voice.decimal(100 * float(table["level"].iloc[0]), 0)
    yield state("alpha", level=level)
    for subject in dict.fromkeys(table["subject"]):
        yield from _alpha_of(subject, table[table["subject"] == subject], voice, state)


def _alpha_of(subject: str, part: DataFrame, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """Between which values alpha lies for one subject, and how many have none."""
    known, kind = sorted(part["alpha"].dropna()), sorted(set(part["data_kind"]))
    named = voice.word("reliability_subject", subject)
    unit = voice.word("reliability_unit", part["unit"].iloc[0])
    stated = [voice.decimal(alpha, 2) for alpha in known]
    place = {"name": f"alpha_{subject}", "subject": named, "unit": unit}
    if len(known) == 1:
        yield state("alpha_one", kind, alpha=stated[0], **place)
    elif known:
        yield state("alpha_range", kind, least=stated[0], most=stated[-1], n=len(known), **place)
    missing = len(part) - len(known)
    if missing:
        yield state("alpha_undefined", kind, name=f"alpha_undefined_{subject}", subject=named, n=missing)


def assessment_facts(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """How evidence became a status, and what was decided."""
    if run.words is None:
        return
    assessment, kind = run.words.assessment, [str(run.study.words_kind)]
    dimensions = assessment.dimensions
    measured = [each.data_kind for one in dimensions for each in one.indicators if each.estimate is not None]
    if measured:
        yield state("indicators", sorted(set(measured)), n=len(measured))
    yield state("rule", n=assessment.rule.corroboration)
    counts = {status: sum(one.status == status for one in dimensions) for status in STATUSES}
    statuses = ", ".join(f"{voice.count(n)} {voice.word('status', status)}" for status, n in counts.items() if n)
    yield state("statuses", sorted({each for one in dimensions for each in one.data_kinds}), statuses=statuses)
    decided = assessment.decisions
    proposed = {one.dimension.key: one.status for one in dimensions}
    against = sum(one.status != proposed.get(key) for key, one in decided.items())
    if decided:
        yield state("decisions", kind, n=len(decided), all=len(dimensions), against=against)
    else:
        yield state("undecided", name="decisions", all=len(dimensions))
    yield from _converging(run.words, voice, state)
    yield from _shown(run.words, kind, state)


def _converging(words: Words, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """How the lines of evidence converge, as decided or else as the rule proposes."""
    found = Counter(row.researcher_convergence or row.convergence for row in words.joint_display)
    stated = [f"{voice.count(n)} {voice.say(f'convergence.{key}')}" for key, n in found.items()]
    yield state(
        "convergence",
        sorted({each for row in words.joint_display for each in row.assessed.data_kinds}),
        convergences=", ".join(stated),
    )
    explained = sum(bool(row.is_explained) for row in words.joint_display)
    if explained:
        yield state("convergence_memos", n=explained)


def _shown(words: Words, kind: list[str], state: StateFact) -> Iterator[Fact]:
    """Which words are shown, and that those who see it otherwise are."""
    dimensions = words.assessment.dimensions
    quoted = {segment for one in dimensions for each in one.sources for segment in each.segments}
    if quoted:
        yield state("quotations", kind, n=len(quoted))
    both = sum(bool(one.supports) and bool(one.hinders or one.absent) for one in dimensions)
    if both:
        yield state("both_sides", kind, n=both)
    if any(one.not_counted for one in dimensions):
        yield state("minor_themes", kind)


def robustness_facts(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """How firmly the statuses stand."""
    if run.words is None:
        return
    robustness = run.words.robustness
    kinds = dict.fromkeys(world.kind for world in robustness.worlds)
    tried = {kind: robustness.tried(kind) for kind in kinds}
    if not tried:
        return
    worlds = [voice.say(f"worlds_tried.{kind}", n=voice.count(n)) for kind, n in tried.items()]
    kind = [run.study.words_kind]
    yield state("robustness", kind, n=sum(tried.values()), worlds="; ".join(worlds))
    firm = sum(not robustness.flips(dimension) for dimension in robustness.statuses)
    yield state("robust_dimensions", kind, n=firm, all=len(robustness.statuses))


OF_WORDS = (sources_facts, coding_facts, reliability_facts, assessment_facts, robustness_facts)
