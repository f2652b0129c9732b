"""The facts that a study's files bear out about how it was done, a sentence each; none of what was not done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from cmresearch import __version__
from cmresearch.language.voice import Voice
from cmresearch.report.chapters.facts_of_coding import OF_WORDS
from cmresearch.report.chapters.telling import MANY, Fact, Facts, Tell, of_kind, tell_of
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
    tell = partial(tell_of, voice)
    parts = (_design, _frame, _sample, _records, _estimates, *OF_WORDS, _comparison)
    facts = [fact for part in parts for fact in part(run, voice, tell)]
    return {fact.key: fact for fact in facts}


def _listed(words: Iterable[str], voice: Voice) -> str:
    return voice.joined(list(words))


def _kind_words(kinds: Iterable[str], voice: Voice) -> str:
    return _listed((voice.word("data_kind", kind) for kind in kinds), voice)


def _end(text: str) -> str:
    """A text that goes into a sentence: without a stop of its own."""
    return " ".join(text.split()).rstrip(".")


def _design(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
    about = run.study.settings.study
    place = voice.own(about.place)
    if about.question:
        yield tell("question", question=voice.own(about.question))
    yield tell("setting", place=place, period=voice.own(about.period))
    strands = [voice.say(f"strand.{strand}") for strand in _strands(run)]
    yield tell("strands", strands=_listed(strands, voice))
    kinds = kinds_of(run)
    yield tell("kinds", kinds=_kind_words(kinds, voice))
    made = [kind for kind in kinds if kind in MADE]
    if made:
        yield tell("made", place=place, kinds=_kind_words(made, voice))
    yield tell("plan", hash=run.study.sha256)
    if run.plans:
        yield tell("plan_frozen", n=len(run.plans), changes=len(run.plan_changes))
    if about.limits:
        yield tell("limits", n=len(about.limits))
    if about.reference:
        yield tell("reference", reference=_end(voice.own(about.reference)))


def _strands(run: Run) -> Iterator[str]:
    """The lines of evidence that the study has."""
    yield "register"
    if run.responses is not None:
        yield "sample"
    for kind in ("interview", "document"):
        if of_kind(run.words, kind):
            yield f"{kind}s"


def _frame(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
    full_set, frame = run.study.settings.full_set, run.frame
    kind = [full_set.kind]
    yield tell("full_set", kind, n=frame.full_size, origin=_end(voice.own(full_set.origin)))
    faults = len(run.intake.to_frame())
    yield tell("faults", kind, n=faults) if faults else tell("no_faults", kind, name="faults")
    if frame.where:
        others = frame.full_size - frame.size
        yield tell("frame_filtered", kind, name="frame", n=frame.size, condition=frame.where, others=others)
    else:
        yield tell("frame_whole", kind, name="frame", n=frame.size)
    variables = [voice.label(name) for name in run.study.settings.variables]
    if variables:
        yield tell("register", kind, variables=", ".join(variables))


def _sample(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
    if run.draw is None:
        return
    certificate = run.draw.certificate
    seed, committed = certificate.seed, certificate.commitment
    yield from _allocation(run, run.draw.sample.allocation, voice, tell)
    yield tell("draw")
    yield tell("seed", seed=seed.text, source=_end(voice.own(run.study.sample_plan.seed_source)))
    if committed.published:
        yield tell("committed", place=committed.published, name="commitment")
    else:
        yield tell("not_committed", name="commitment")
    weights = [voice.decimal(end(run.draw.drawn.weights), 2) for end in (min, max)]
    yield tell("weights", least=weights[0], most=weights[1])


def _allocation(run: Run, allocation: Allocation, voice: Voice, tell: Tell) -> Iterator[Fact]:
    """How the size of the sample was divided among the strata, and what bounded it."""
    plan, kind = run.study.sample_plan, [run.study.settings.full_set.kind]
    held = [label for label, size in allocation.frame_sizes.items() if size]
    sizes = [allocation.sample_sizes[label] for label in held]
    by = ", ".join(voice.label(name) for name in run.frame.strata)
    yield tell("strata", kind, by=by, n=len(held))
    method = voice.word("allocation", allocation.method)
    yield tell("allocation", kind, n=allocation.size, method=method, least=min(sizes), most=max(sizes))
    if plan.variable:
        yield tell("allocation_variable", kind, variable=voice.label(plan.variable))
    if plan.planning:
        yield tell("allocation_file", file=plan.planning)
    if allocation.minimum:
        yield tell("at_least", n=allocation.minimum)
    if allocation.maximum is not None:
        yield tell("at_most", n=allocation.maximum)
    for key, strata in (("taken_whole", allocation.take_all), ("skipped", allocation.skipped)):
        if strata:
            yield tell(key, strata=", ".join(strata))


def _records(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
    settings = run.study.settings.responses
    if settings is None or run.responses is None or run.draw is None:
        return
    kind = [settings.kind]
    files = [path.stem for path in run.study.response_files()]
    coders = [name for name in files if name != ADJUDICATED]
    variables = ", ".join(voice.label(name) for name in settings.variables)
    if len(coders) > MANY:
        yield tell("records", kind, n=len(coders), variables=variables)
    else:
        yield tell("records_one", kind, name="records", variables=variables)
    ends = ", ".join(
        f"{voice.count(n)} {voice.word('disposition', name)}" for name, n in run.responses.dispositions.items()
    )
    yield tell("dispositions", kind, n=len(run.draw.sample.rows), dispositions=ends)
    if run.responses.notes:
        yield tell("nonresponse", kind, notes=voice.phrases(run.responses.notes))
    table = run.reliability_table(voice)
    compared = table.loc[table["subject"] == "variable", "units"]
    if len(compared) and compared.max():
        yield tell("double_records", kind, n=int(compared.max()))
    if ADJUDICATED in files:
        yield tell("adjudicated_records", kind)


def _estimates(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
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
    yield tell("estimates", sorted(set(table["data_kind"])), level=level, methods=", ".join(methods))
    if "korn-graubard" in set(table["method"]):
        yield tell("source_korn_graubard")
    known = int(table["truth"].notna().sum())
    if known:
        yield tell("truth", [run.study.settings.full_set.kind], n=known)


def _comparison(run: Run, voice: Voice, tell: Tell) -> Iterator[Fact]:
    compared = run.findings.compared
    if compared:
        results = ", ".join(
            f"{voice.count(n)} {voice.word('finding_result', result)}" for result, n in run.findings.counts().items()
        )
        yield tell("findings", n=len(compared), results=results)
    yield tell("software", version=__version__)
