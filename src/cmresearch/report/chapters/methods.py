"""The methods chapter in words: what was done in a study, and nothing that was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cmresearch.language.voice import Voice
from cmresearch.report.chapters.fact import Fact
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.templating import environment
from cmresearch.study.provenance import KIND_MEANS

if TYPE_CHECKING:
    from cmresearch.study.run import Run

# The chapter's sections with the facts that each tells, in order; a section without any is left out.
CHAPTER: Mapping[str, tuple[str, ...]] = {
    "design": ("question", "setting", "strands", "kinds", "made", "limits", "plan", "plan_frozen"),
    "frame": ("full_set", "faults", "frame", "register"),
    "sample": (
        *(
            "strata",
            "allocation",
            "allocation_variable",
            "allocation_file",
            "at_least",
            "at_most",
            "taken_whole",
            "skipped",
        ),
        *("draw", "seed", "commitment", "weights"),
    ),
    "records": ("records", "dispositions", "nonresponse", "double_records", "adjudicated_records"),
    "estimates": ("estimates", "source_korn_graubard", "truth"),
    "sources": (
        *("informants", "interview_dates", "interview_places", "interviewers", "interview_language", "documents"),
        *("renderings", "transcripts", "masked"),
    ),
    "coding": ("codebook", "theory", "coding_unit", "coders", "double_sources", "adjudication", "memos", "saturation"),
    "reliability": (
        *("alpha", "alpha_dimension", "alpha_undefined_dimension", "alpha_code", "alpha_undefined_code"),
        *("alpha_variable", "alpha_undefined_variable"),
    ),
    "assessment": (
        *("indicators", "rule", "decisions", "statuses", "convergence", "convergence_memos"),
        *("quotations", "both_sides", "minor_themes"),
    ),
    "robustness": ("robustness", "robust_dimensions"),
    "comparison": ("reference", "findings", "software"),
}


def methods_html(run: Run, voice: Voice) -> str:
    """The methods chapter of a study in one language, as a section of its page.

    Drawn from the settings and the run: a study without interviews has no word on them. Each
    paragraph ends with the kinds of data that it speaks of.

    Args:
        run: What the study's files give.
        voice: The voice of one of the study's languages.

    Returns:
        Well-formed HTML, for the page and for every document that `read_page` feeds.
    """
    facts = study_facts(run, voice)
    told = {section: [facts[key] for key in keys if key in facts] for section, keys in CHAPTER.items()}
    sections = [(section, found, _kinds(found)) for section, found in told.items() if found]
    return environment(voice).get_template("methods.html.j2").render(sections=sections)


def _kinds(facts: Sequence[Fact]) -> list[str]:
    """The kinds of data that sentences speak of, in the order in which kinds are explained."""
    used = {kind for fact in facts for kind in fact.kinds}
    return [kind for kind in KIND_MEANS if kind in used]
