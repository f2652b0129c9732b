"""Figures of a plan: what each method of allocation would let be known, overall and in each domain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.plots.drawing import BLUE, GREEN, INK, ORANGE, RED, RULE, canvas_of_rows, drawing, write_beside

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Asked = Literal["share", "mean"]
LOOKS = {
    "proportional": ("o", BLUE),
    "equal": ("s", ORANGE),
    "neyman": ("D", RED),
    "cost": ("^", GREEN),
    "power": ("v", INK),
}
MOST_DOMAINS = 30
STEP = 0.13  # of a row, between two methods


@drawing()
def plot_allocations(
    table: pd.DataFrame, *, kind: str | Sequence[str], asked: Asked = "share", title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """The standard error to be expected from each method of allocation, overall and in each domain.

    Args:
        table: The comparison of `compare_allocations`. Of a method with both ways to whole numbers the exact one is
            drawn.
        kind: The kind of data, or several, for the label in the corner.
        asked: "share" shows percentage points, "mean" the unit of what is asked.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        One row for the whole and one for each domain, the largest first, thirty of them at most: a mark for each
        method, and to the right how many each method draws, in the order of the key. A star says that from some stratum
        one of several is drawn, so that no variance can be estimated there; a domain with a stratum from which nothing
        is drawn has no mark for that method.

    Example:
        >>> from cmresearch.sampling.comparison import compare_allocations
        >>> spread = {"app": 0.5, "letter": 0.3}
        >>> table = compare_allocations({"app": 900, "letter": 100}, 100, deviations=spread)
        >>> figure = plot_allocations(table, kind="synthetic")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['100 · 100 · 100', '90 · 50 · 94', '10 · 50 · 6']
    """
    methods = [method for method in LOOKS if method in set(table["method"])]
    shown = table[(table["remainders"] == "exact") | ~table["method"].isin(_with_both_ways(table))]
    domains = _domains(shown)
    drawn = domains[: MOST_DOMAINS + 1]
    rows = shown.to_dict("records")
    cells = {(row["method"], row["domain"] if isinstance(row["domain"], str) else None): row for row in rows}
    beside = [" · ".join(_size(cells[method, domain], voice) for method in methods) for domain in drawn]
    figure, axes = canvas_of_rows(
        [voice.say("figure.allocations.all") if domain is None else domain for domain in drawn],
        title=title or voice.say("figure.allocations.title"),
        kind=kind,
        voice=voice,
        key=[(*LOOKS[method], voice.say(f"figure.allocations.{method}")) for method in methods],
        right=0.4 + 0.07 * max(map(len, beside)),
    )
    scale = 100 if asked == "share" else 1
    for at, domain in enumerate(drawn):
        errors = [scale * float(cells[method, domain]["standard_error"]) for method in methods]
        known = [error for error in errors if error == error]  # noqa: PLR0124 - "not a number" differs from itself
        if known:
            axes.plot([min(known), max(known)], [at, at], color=RULE, linewidth=2.4, zorder=2)
        for number, (method, error) in enumerate(zip(methods, errors, strict=True)):
            mark, colour = LOOKS[method]
            # Methods that agree would hide each other on one line.
            height = at + STEP * (number - (len(methods) - 1) / 2)
            axes.plot(error, height, mark, color=colour, markersize=6, alpha=0.85, zorder=3, clip_on=False)
        write_beside(axes, at, beside[at])
    axes.axhline(0.5, color=RULE, linewidth=0.8)
    axes.set_xlim(left=0)
    notes = _notes(beside, domains, voice)
    axes.set_xlabel(voice.say(f"figure.allocations.axis_{asked}", notes=notes))
    return figure


def _with_both_ways(table: pd.DataFrame) -> set[str]:
    return set(table.loc[table["remainders"] == "exact", "method"])


def _domains(table: pd.DataFrame) -> list[str | None]:
    """None for the whole, then the domains, the largest first."""
    sizes = dict(zip(table["domain"], table["frame_size"], strict=True))
    named = {domain: int(size) for domain, size in sizes.items() if isinstance(domain, str)}
    return [None, *sorted(named, key=lambda domain: (-named[domain], domain))]


def _size(row: Mapping[Hashable, Any], voice: Voice) -> str:
    return voice.count(row["sample_size"]) + ("*" if row["lonely_strata"] else "")


def _notes(beside: list[str], domains: list[str | None], voice: Voice) -> str:
    star = voice.say("figure.allocations.lonely") if any("*" in text for text in beside) else ""
    if len(domains) <= MOST_DOMAINS + 1:
        return star
    return star + voice.say("figure.allocations.largest", shown=MOST_DOMAINS, of=len(domains) - 1)
