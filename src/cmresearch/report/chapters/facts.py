"""The facts that a study's files bear out about how it was done, a sentence each; none of what was not done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from cmresearch import __version__
from cmresearch.language.voice import Voice
from cmresearch.report.chapters.fact import MANY, Fact, Facts, StateFact, of_kind, state_fact
from cmresearch.report.chapters.facts_of_coding import OF_WORDS
from cmresearch.report.page.figures import MADE, kinds_of
from cmresearch.responses.records import ADJUDICATED

if TYPE_CHECKING:
    from cmresearch.sampling.allocation import Allocation
    from cmresearch.study.run import Run


def study_facts(run: Run, voice: Voice) -> Facts:
    """Every fact that the files of a study bear out, by key.

    Args:
        run: What the study's files give.
        voice: Says the sentences.

    Returns:
        The facts in the order in which a study is done. What was not done has no fact: a study without interviews has
        none of `informants`, `coders` or `rule`.
    """
    state = partial(state_fact, voice)
    parts = (_design, _frame, _sample, _records, _estimates, *OF_WORDS, _comparison)
    facts = [fact for part in parts for fact in part(run, voice, state)]
    return {fact.key: fact for fact in facts}


def _listed(words: Iterable[str], voice: Voice) -> str:
    return voice.joined(list(words))


def _kind_words(kinds: Iterable[str], voice: Voice) -> str:
    return _listed((voice.word("data_kind", kind) for kind in kinds), voice)


def _end(text: str) -> str:
    """A text that goes into a sentence: without a stop of its own."""
    return " ".join(text.split()).rstrip(".")


def _design(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    about = run.study.settings.study
    place = voice.own(about.place)
    if about.question:
        yield state("question", question=voice.own(about.question))
    yield state("setting", place=place, period=voice.own(about.period))
    strands = [voice.say(f"strand.{strand}") for strand in _strands(run)]
    yield state("strands", strands=_listed(strands, voice))
    kinds = kinds_of(run)
    yield state("kinds", kinds=_kind_words(kinds, voice))
    made = [kind for kind in kinds if kind in MADE]
    if made:
        yield state("made", place=place, kinds=_kind_words(made, voice))
    yield state("plan", hash=run.study.sha256)
    if run.plans:
        yield state("plan_frozen", n=len(run.plans), changes=len(run.plan_changes))
    if about.limits:
        yield state("limits", n=len(about.limits))
    if about.reference:
        yield state("reference", reference=_end(voice.own(about.reference)))


def _strands(run: Run) -> Iterator[str]:
    """The lines of evidence that the study has."""
    yield "register"
    if run.responses is not None:
        yield "sample"
    for kind in ("interview", "document"):
        if of_kind(run.words, kind):
            yield f"{kind}s"


def _frame(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    full_set, frame = run.study.settings.full_set, run.frame
    kind = [full_set.kind]
    yield state("full_set", kind, n=frame.full_size, origin=_end(voice.own(full_set.origin)))
    faults = len(run.intake.to_frame())
    yield state("faults", kind, n=faults) if faults else state("no_faults", kind, name="faults")
    if frame.where:
        others = frame.full_size - frame.size
        yield state("frame_filtered", kind, name="frame", n=frame.size, condition=frame.where, others=others)
    else:
        yield state("frame_whole", kind, name="frame", n=frame.size)
    variables = [voice.label(name) for name in run.study.settings.variables]
    if variables:
        yield state("register", kind, variables=", ".join(variables))


def _sample(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    if run.draw is None:
        return
    certificate = run.draw.certificate
    seed, committed = certificate.seed, certificate.commitment
    yield from _allocation(run, run.draw.sample.allocation, voice, state)
    yield state("draw")
    yield state("seed", seed=seed.text, source=_end(voice.own(run.study.sample_plan.seed_source)))
    if committed.published:
        yield state("committed", place=committed.published, name="commitment")
    else:
        yield state("not_committed", name="commitment")
    weights = [voice.decimal(end(run.draw.drawn.weights), 2) for end in (min, max)]
    yield state("weights", least=weights[0], most=weights[1])


def _allocation(run: Run, allocation: Allocation, voice: Voice, state: StateFact) -> Iterator[Fact]:
    """How the size of the sample was divided among the strata, and what bounded it."""
    plan, kind = run.study.sample_plan, [run.study.settings.full_set.kind]
    held = [label for label, size in allocation.frame_sizes.items() if size]
    sizes = [allocation.sample_sizes[label] for label in held]
    by = ", ".join(voice.label(name) for name in run.frame.strata)
    yield state("strata", kind, by=by, n=len(held))
    method = voice.word("allocation", allocation.method)
    yield state("allocation", kind, n=allocation.size, method=method, least=min(sizes), most=max(sizes))
    if plan.variable:
        yield state("allocation_variable", kind, variable=voice.label(plan.variable))
    if plan.planning:
        yield state("allocation_file", file=plan.planning)
    if allocation.minimum:
        yield state("at_least", n=allocation.minimum)
    if allocation.maximum is not None:
        yield state("at_most", n=allocation.maximum)
    for key, strata in (("taken_whole", allocation.take_all), ("skipped", allocation.skipped)):
        if strata:
            yield state(key, strata=", ".join(strata))


def _records(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    settings = run.study.settings.responses
    if settings is None or run.responses is None or run.draw is None:
        return
    kind = [settings.kind]
    files = [path.stem for path in run.study.response_files()]
    coders = [name for name in files if name != ADJUDICATED]
    variables = ", ".join(voice.label(name) for name in settings.variables)
    if len(coders) > MANY:
        yield state("records", kind, n=len(coders), variables=variables)
    else:
        yield state("records_one", kind, name="records", variables=variables)
    ends = ", ".join(
        f"{voice.count(n)} {voice.word('disposition', name)}" for name, n in run.responses.dispositions.items()
    )
    yield state("dispositions", kind, n=len(run.draw.sample.rows), dispositions=ends)
    if run.responses.notes:
        yield state("nonresponse", kind, notes=voice.phrases(run.responses.notes))
    table = run.reliability_table(voice)
    compared = table.loc[table["subject"] == "variable", "units"]
    if len(compared) and compared.max():
        yield state("double_records", kind, n=int(compared.max()))
    if ADJUDICATED in files:
        yield state("adjudicated_records", kind)


def _estimates(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    table = run.estimates_table(voice)
    if not len(table):
        return
    pairs = dict.fromkeys(zip(table["method"], table["statistic"], strict=True))
    methods = [
        voice.say(
            "fact.method_of",
            method=voice.method(method),
            statistic=voice.word("statistic", statistic),
        )
        for method, statistic in pairs
    ]
    level = voice.decimal(100 * float(table["level"].iloc[0]), 0)
    yield state("estimates", sorted(set(table["data_kind"])), level=level, methods=", ".join(methods))
    if "korn-graubard" in set(table["method"]):
        yield state("source_korn_graubard")
    known = int(table["truth"].notna().sum())
    if known:
        yield state("truth", [run.study.settings.full_set.kind], n=known)


def _comparison(run: Run, voice: Voice, state: StateFact) -> Iterator[Fact]:
    compared = run.findings.compared
    if compared:
        results = ", ".join(
            f"{voice.count(n)} {voice.word('finding_result', result)}" for result, n in run.findings.counts().items()
        )
        yield state("findings", n=len(compared), results=results)
    yield state("software", version=__version__)
