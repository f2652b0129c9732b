"""A plan of analysis as a text to read: what was fixed before the draw, and what was left open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmresearch import __version__
from cmresearch.codebook.book import Codebook, Indicator
from cmresearch.language.voice import ENGLISH
from cmresearch.study.settings import Settings
from cmresearch.study.study import Study
from cmresearch.triangulation.rule import Rule

NO_TIME = (
    "This text names no time: one that we wrote ourselves would prove nothing. Only a public place that showed the "
    "hash of this version before the draw shows that the plan came first."
)
NOT_DRAWN = (
    "No certificate of a sample lay in the study's results when this version was frozen. That is what the program saw; "
    "it cannot know of a sample that was drawn elsewhere."
)
DRAWN = (
    "**A sample had been drawn already** when this version was frozen (certificate with SHA-256 {sha256}). This "
    "version does not show what was decided before the draw."
)
RULE = """
The statuses follow from the first of these steps that holds; sources count where they are documents, or interviews with
an informant whose role could know:

{steps}

A researcher who decides otherwise says why in a memo; both stand in the report.
"""


@dataclass(frozen=True)
class Heading:
    """The heading of a version of the plan.

    Attributes:
        version: Its number, from 1.
        study_sha256: The hash of its `study.toml`.
        sample_sha256: The hash of the certificate that lay in the results when it was frozen; None where none did.
        reason: Why it amends the version before; empty for the first.
        follows: The hash of the version before; empty for the first.
    """

    version: int
    study_sha256: str
    sample_sha256: str | None
    reason: str
    follows: str


def plan_text(study: Study, codebook: Codebook | None, heading: Heading) -> str:
    """The plan as Markdown: question, frame, sample, variables, estimates, indicators, rule, findings, what is open.

    Args:
        study: The study, of whose settings alone this is made.
        codebook: Its codebook; None for a study without one.
        heading: What the version says of itself.

    Returns:
        The text. Everything that the settings say is escaped, so that none of it is read as markup.
    """
    settings = study.settings
    sections = {
        "Question": _question(settings),
        "Full set and frame": _frame(settings),
        "Sample": _sample(settings),
        "Variables": _variables(settings),
        "Estimates": _estimates(settings),
        "Indicators and their thresholds": _indicators(codebook),
        "Decision rule": [_rule(study.rule)] if codebook else ["No codebook, no rule."],
        "Findings to compare": _findings(settings),
        "Left open": _bullets(_open(study, codebook)),
    }
    title = settings.study.title
    lines = [f"# Plan of analysis: {escaped(title.get('en') or next(iter(title.values()), ''))}", ""]
    lines += _heading(heading, codebook)
    for name, body in sections.items():
        lines += ["", f"## {name}", "", *body]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> str:
    steps = (f"{number}. {ENGLISH.phrase(step)}" for number, step in enumerate(rule.described(), start=1))
    return RULE.strip().format(steps="\n".join(steps))


def escaped(text: object) -> str:
    r"""A text on one line that Markdown shows as it stands, whatever signs are in it; of translations the English one.

    Example:
        >>> escaped("<b> a|b *c*")
        '\\<b\\> a\\|b \\*c\\*'
    """
    if isinstance(text, Mapping):
        text = text.get("en") or next(iter(text.values()))
    return re.sub(r"([\\`*_{}\[\]<>#|~&!$])", r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    r"""An expression as Markdown shows code, within a table too.

    Example:
        >>> code("a | b"), code("x `y`")
        ('`a \\| b`', '`` x `y` ``')
    """
    line = " ".join(str(text).split()).replace("|", "\\|")
    ticks = max((len(run) for run in re.findall("`+", line)), default=0)
    return f"`{line}`" if not ticks else f"{'`' * (ticks + 1)} {line} {'`' * (ticks + 1)}"


def _heading(heading: Heading, codebook: Codebook | None) -> list[str]:
    facts = [f"Version {heading.version} of the plan."]
    if heading.version > 1:
        facts.append(f"It amends version {heading.version - 1} (SHA-256 {code(heading.follows)}).")
        facts.append(f"Reason: {escaped(heading.reason)}")
    facts.append(f"SHA-256 of `study.toml`: {code(heading.study_sha256)}")
    if codebook:
        named = f"version {escaped(codebook.version)}, fingerprint {code(codebook.sha256)}"
        facts.append(f"Codebook: {escaped(codebook.title)}, {named}")
    facts.append(NOT_DRAWN if heading.sample_sha256 is None else DRAWN.format(sha256=code(heading.sample_sha256)))
    facts.append(NO_TIME)
    return [*_bullets(facts), "", f"Written by cmresearch {__version__} from `study.toml`, which is the plan itself."]


def _question(settings: Settings) -> list[str]:
    about = settings.study
    setting = f"{escaped(about.place)}, {escaped(about.period)}"
    limits = [f"Limit: {escaped(limit)}" for limit in about.limits]
    return [escaped(about.question or "No question is stated."), "", *_bullets([setting, *limits])]


def _frame(settings: Settings) -> list[str]:
    full, frame = settings.full_set, settings.frame
    file = code(full.file or "a file given at the command line")
    return _bullets(
        [
            f"Full set: {file}, {full.kind} data ({escaped(full.origin)})",
            "The export is read through the mapping in `[intake]`."
            if settings.intake
            else "The export is read as it is.",
            f"A complaint is named by {code(frame.id)}.",
            f"Filter: {code(frame.where)}" if frame.where else "No filter: every complaint can be drawn.",
            f"Strata: {_listed(frame.strata)}",
        ]
    )


def _sample(settings: Settings) -> list[str]:
    plan = settings.sample
    if plan is None:
        return ["No sample is drawn: the study rests on the whole frame and on words."]
    published = f"made public: {escaped(plan.published)}" if plan.published else "no place named where it was public"
    return _bullets(
        [
            f"Size: {plan.size}",
            f"Allocation: {escaped(plan.method)}, {plan.minimum} per stratum at least (all of a smaller one)",
            f"Seed: {code(plan.seed)}",
            f"Where the seed is from: {escaped(plan.seed_source)}",
            f"Commitment of frame and sizes: {published}",
            "In each stratum the complaints with the smallest SHA-256 of `seed|id` are drawn.",
        ]
    )


def _variables(settings: Settings) -> list[str]:
    responses = settings.responses
    register = [f"{code(name)}: {code(sql)}" for name, sql in settings.expressions.items()]
    coded = [code(name) for name in responses.variables] if responses else []
    twice = f" {responses.double_coded} of the sample are read by two coders." if responses else ""
    return [
        "Register variables, known for every complaint and counted exactly on the whole frame:",
        "",
        *_bullets(register or ["none"]),
        "",
        f"Coded variables, recorded by those who read the sampled complaints.{twice}",
        "",
        *_bullets(coded or ["none"]),
    ]


def _estimates(settings: Settings) -> list[str]:
    rows = [
        [code(each.variable), each.statistic, escaped(each.value or "every value"), _listed(each.by) or "all"]
        for each in settings.estimate
    ]
    return _table(["variable", "statistic", "value", "domains"], rows) if rows else ["No estimate is planned."]


def _indicators(codebook: Codebook | None) -> list[str]:
    rows = [
        [code(dimension.key), code(each.key), each.kind, _measured(each), _threshold(each)]
        for dimension in (codebook.dimensions if codebook else ())
        for each in dimension.indicators
    ]
    columns = ["dimension", "indicator", "kind", "what is measured", "threshold (defensible range)"]
    return _table(columns, rows) if rows else ["No indicator is planned."]


def _measured(indicator: Indicator) -> str:
    value = f" = {code(indicator.value)}" if indicator.value is not None else ""
    return f"{indicator.statistic} of {code(indicator.variable)}{value}"


def _threshold(indicator: Indicator) -> str:
    low, high = indicator.defensible
    return f"{indicator.direction.replace('_', ' ')} {indicator.threshold:g} ({low:g} to {high:g})"


def _findings(settings: Settings) -> list[str]:
    rows = [
        [
            code(each.key),
            escaped(each.text),
            escaped(each.published),
            f"{each.tolerance:g}",
            code(each.compute) if each.compute else "not checkable",
        ]
        for each in settings.finding
    ]
    columns = ["finding", "what it says", "published", "tolerance", "found again by"]
    return _table(columns, rows) if rows else ["No published finding is compared."]


def _open(study: Study, codebook: Codebook | None) -> Iterator[str]:
    """The choices that the settings leave open, as far as they themselves show it."""
    settings = study.settings
    if settings.sample is not None and not settings.sample.published:
        yield "No place is named where the hash of frame and sizes was public before the seed was known."
    planned = {each.variable for each in settings.estimate}
    coded = settings.responses.variables if settings.responses else []
    if without := [name for name in coded if name not in planned]:
        yield f"Coded variables for which no estimate is planned: {_listed(without)}"
    compared = {each.variable for each in settings.estimate if each.by}
    if whole := [each.variable for each in settings.estimate if each.variable not in compared]:
        yield f"Estimated for the whole frame only, comparisons left open: {_listed(list(dict.fromkeys(whole)))}"
    if codebook and (bare := [each.key for each in codebook.dimensions if not each.indicators]):
        yield f"Dimensions without an indicator, decided by interviews and documents alone: {_listed(bare)}"
    yield (
        f"The methods of intervals and their level are those of cmresearch {__version__}; they stand beside "
        "each figure."
    )
    yield "Whatever is not named above was not fixed by this plan."


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(code(word) for word in texts)


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = ["---"] * len(columns)
    return [f"| {' | '.join(cells)} |" for cells in (columns, ruled, *rows)]
