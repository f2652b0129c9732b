"""The register of statistics: an entry for each, which command line, study, report, workbook and documentation read.

A new statistic is a function that gives `Estimates`, and an entry here. Its name gets a text in the catalogues
(`statistic.<name>`) and a row in the table of `docs/estimates.md`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from cmresearch.errors import EstimationError, nearest
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import Unit

Values = Literal["number", "category", "number or category"]


@dataclass(frozen=True)
class FromSums:
    """How a statistic follows from the sums of its strata, for a sheet and for whoever reads it without computing.

    Attributes:
        text: The sheet's formula, with the placeholders weighted_sum and base_sum.
        value: The same of the two sums.
    """

    text: str
    value: Callable[[float, float], float]


@dataclass(frozen=True)
class Statistic:
    """What is to be known of a statistic wherever it is asked for, computed, said or computed again.

    Attributes:
        name: Its name at the command line, in `study.toml` and in every table.
        meaning: What it is, in a few words.
        function: The module of this part and the function in it; named and not imported, so that whoever only asks
            which statistics there are does not load the libraries that compute them.
        values: What the values of its variable are.
        unit: In what it is counted: in the unit of its variable, in percent, as a count, or in none.
        options: The keywords of its function besides by, level, missing and lonely; `categories`, which says what a
            variable may be, goes to the reading of the sample instead.
        needs: The options without which it means nothing, each with the sentence that asks for it.
        apart: Two of its options that exclude each other, with the sentence that says so.
        formula: How it follows from the sums of its strata; None where those sums do not give it.
        explained_unit: The unit of the mean of a stratum in the explanation by stratum; None where that has scores
            alone, and no sums and means of values.
        phrase: What readers are told beside that explanation, where its mean is not that of the values.
        is_total: Whether it is a sum over units; one unit alone varies it, since another might have been drawn.
        is_smooth: Whether it moves little when a unit is left out, as the jackknife supposes.
        has_contrasts: Whether its figures in two domains may be set against each other.
        is_understood: Whether readers take a figure of the variable for it where no name of a statistic stands.
        frame: The column of `Frame.summary` that is its exact value in the whole frame; None where none is.

    Example:
        >>> entry_of("ratio").options, entry_of("ratio").unit
        (('denominator', 'deff'), 'none')
    """

    name: str
    meaning: str
    function: str
    values: Values
    unit: Unit
    options: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[tuple[str, str], str] = field(default_factory=dict)
    formula: FromSums | None = None
    explained_unit: Unit | None = "variable"
    phrase: Phrase | None = None
    is_total: bool = False
    is_smooth: bool = True
    has_contrasts: bool = True
    is_understood: bool = False
    frame: Literal["mean"] | None = None

    @property
    def estimate(self) -> Callable[..., Any]:
        """Its function, which makes `Estimates` of a sample, the variable, and keywords."""
        module, _, name = self.function.partition(".")
        found: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), name)
        return found

    @property
    def is_of_a_study(self) -> bool:
        """Whether `study.toml` can ask for it: a workbook can compute it again, and it needs no option beyond value."""
        return self.formula is not None and not self.needs


SUM = FromSums("={weighted_sum}", lambda weighted, _base: weighted)
MEAN = FromSums("={weighted_sum}/{base_sum}", lambda weighted, base: weighted / base)
ROOT = FromSums("=SQRT({weighted_sum}/{base_sum})", lambda weighted, base: math.sqrt(weighted / base))
CATEGORIES = ("value", "categories")

STATISTICS = (
    Statistic(
        name="mean",
        meaning="the mean of a number",
        function="estimators.estimate_mean",
        values="number",
        unit="variable",
        options=("deff",),
        formula=MEAN,
        is_understood=True,
        frame="mean",
    ),
    Statistic(
        name="total",
        meaning="the total of a number",
        function="estimators.estimate_total",
        values="number",
        unit="count",
        options=("deff",),
        formula=SUM,
        is_total=True,
    ),
    Statistic(
        name="proportion",
        meaning="the share of each category",
        function="estimators.estimate_proportion",
        values="category",
        unit="percent",
        options=(*CATEGORIES, "method", "deff"),
        formula=MEAN,
        explained_unit="percent",
        is_understood=True,
        frame="mean",
    ),
    Statistic(
        name="count",
        meaning="how many units are in each category",
        function="estimators.estimate_count",
        values="category",
        unit="count",
        options=(*CATEGORIES, "deff"),
        formula=SUM,
        explained_unit="percent",
        is_total=True,
    ),
    Statistic(
        name="ratio",
        meaning="the total of one number over that of another",
        function="estimators.estimate_ratio",
        values="number",
        unit="none",
        options=("denominator", "deff"),
        needs={"denominator": "a ratio needs a denominator: name its column"},
        formula=MEAN,
    ),
    Statistic(
        name="standard_deviation",
        meaning="how far a number spreads about its mean",
        function="spread.estimate_standard_deviation",
        values="number",
        unit="variable",
        options=("deff",),
        formula=ROOT,
        explained_unit="none",
        phrase=Phrase("report.traces.squared_distances"),
    ),
    Statistic(
        name="quantile",
        meaning="the median, or other quantiles, of a number",
        function="quantiles.estimate_quantile",
        values="number",
        unit="variable",
        options=("probabilities", "rule"),
        explained_unit="percent",
        is_smooth=False,
        has_contrasts=False,
    ),
    Statistic(
        name="contrast",
        meaning="the difference between every two domains: of means, of shares with a value, of ratios with a "
        "denominator",
        function="contrasts.estimate_domain_contrasts",
        values="number or category",
        unit="none",
        options=(*CATEGORIES, "denominator", "coefficients"),
        needs={"by": "a contrast compares domains: name the columns that make them"},
        apart={("value", "denominator"): "{} makes a contrast of shares, {} one of ratios: give one of them"},
        explained_unit=None,
        has_contrasts=False,
    ),
)
NAMES = tuple(each.name for each in STATISTICS)
OF_A_STUDY = tuple(each.name for each in STATISTICS if each.is_of_a_study)


def entry_of(name: str) -> Statistic:
    """The entry of a statistic.

    Raises:
        EstimationError: There is none of that name.

    Example:
        >>> entry_of("mean").meaning
        'the mean of a number'
    """
    for entry in STATISTICS:
        if entry.name == name:
            return entry
    raise EstimationError(f"statistic {name!r}; expected {', '.join(NAMES)}{nearest(name, NAMES)}")


def unit_of(name: str) -> Unit:
    """In what a figure is counted: as its statistic says; in the unit of its variable where the register has none.

    An indicator's median is a word of the codebook, and is counted as its variable.

    Example:
        >>> unit_of("proportion"), unit_of("median")
        ('percent', 'variable')
    """
    return entry_of(name).unit if name in NAMES else "variable"
