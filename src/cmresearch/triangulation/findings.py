"""The published findings, and which of them these files reproduce."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from cmresearch.errors import FindingError, nearest, raise_all
from cmresearch.language.catalogue import in_language
from cmresearch.language.translations import AsWritten, Text
from cmresearch.language.voice import Voice

Value = int | float | str
Result = Literal["recomputed", "built in", "illustrated", "differs", "not checkable"]
RESULTS: Mapping[Result, str] = {
    "recomputed": "follows from published figures or real records alone; the only kind that counts as reproduced",
    "built in": "the synthetic data were made to match it, so it proves nothing",
    "illustrated": "made words or records give the same under the rule; it shows the method and is no evidence",
    "differs": "these files give another value",
    "not checkable": "these files hold nothing to check it with",
}
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Finding(BaseModel):
    """A published finding, and how it is found again.

    Attributes:
        key: Its name.
        text: What it says, for readers; one text, or one for each language of the study.
        published: The published value, in the unit that the text names; a remark in place of one may have translations.
        tolerance: How far a recomputed number may be away (rounding in print).
        source: Where it was published.
        by: How it is found again: from published figures (arithmetic), the frame, the sample or the coding.
        compute: The expression that gives it; None where nothing can.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str
    text: Text
    published: int | float | AsWritten
    tolerance: float = 0
    source: Text
    by: Literal["arithmetic", "frame", "sample", "coding"]
    compute: str | None = None

    def translated(self, voice: Voice | None = None) -> Finding:
        """The finding with its texts in a reader's language; without a voice in the first that they have."""
        own = in_language if voice is None else voice.own
        published = self.published if isinstance(self.published, int | float) else own(self.published)
        return self.model_copy(update={"text": own(self.text), "source": own(self.source), "published": published})


@dataclass(frozen=True)
class Quantity:
    """A computed value, and the kinds of data it rests on (published, real, synthetic, illustrative)."""

    value: Value
    kinds: frozenset[str]


@dataclass(frozen=True)
class ComparedFinding:
    """A published finding beside what these files give."""

    finding: Finding
    computed: Value | None
    result: Result
    kinds: frozenset[str]


@dataclass(frozen=True)
class Findings:
    """Every published finding beside what these files give."""

    compared: tuple[ComparedFinding, ...]

    def counts(self) -> dict[Result, int]:
        """How many findings came out each way; only "recomputed" counts as reproduced."""
        return {result: sum(one.result == result for one in self.compared) for result in RESULTS}

    def translated(self, voice: Voice | None = None) -> Findings:
        """The same with the findings' texts in a reader's language; without a voice in the first that they have."""
        return Findings(tuple(replace(one, finding=one.finding.translated(voice)) for one in self.compared))

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each finding: finding, text, published, computed, result, data_kind, by, compute, source.

        Args:
            voice: Says the findings' texts in a reader's language; without one they stand in the study's first.
        """
        rows = [
            {
                "finding": one.finding.key,
                "text": one.finding.text,
                "published": one.finding.published,
                "computed": one.computed,
                "result": one.result,
                "data_kind": ", ".join(sorted(one.kinds)),
                "by": one.finding.by,
                "compute": one.finding.compute,
                "source": one.finding.source,
            }
            for one in self.translated(voice).compared
        ]
        columns = [
            "finding",
            "text",
            "published",
            "computed",
            "result",
            "data_kind",
            "by",
            "compute",
            "source",
        ]
        return pd.DataFrame(rows, columns=columns, dtype=object)

    def _repr_html_(self) -> str:
        shown: str = self.to_frame()[["text", "published", "computed", "result", "data_kind"]].to_html(index=False)
        return shown


def compare_findings(findings: Sequence[Finding], quantities: Mapping[str, Quantity]) -> Findings:
    """Each published finding beside the value that these files give, and what the match is worth.

    Args:
        findings: The published findings.
        quantities: What was computed, by dotted name, such as `frame.rows`.

    Returns:
        One entry for each finding, in the same order.

    Raises:
        FindingError: An expression is no arithmetic, divides by zero or names an unknown quantity; all faults at once.

    Example:
        >>> finding = Finding(key="share", text="Solved, in percent", published=99.9, tolerance=0.05, source="press",
        ...                   by="arithmetic", compute="100 * figure.solved / figure.all")
        >>> published = frozenset({"published"})
        >>> known = {"figure.solved": Quantity(999, published), "figure.all": Quantity(1000, published)}
        >>> compare_findings([finding], known).compared[0].result
        'recomputed'
    """
    compared, faults = [], []
    for finding in findings:
        try:
            compared.append(_compare(finding, quantities))
        except FindingError as error:
            faults.append(f"finding {finding.key!r}: {error}")
    raise_all(FindingError, faults)
    return Findings(tuple(compared))


def _compare(finding: Finding, quantities: Mapping[str, Quantity]) -> ComparedFinding:
    found = None if finding.compute is None else evaluate(finding.compute, quantities)
    if found is None:
        return ComparedFinding(finding, None, "not checkable", frozenset())
    if not _agrees(finding, found.value):
        return ComparedFinding(finding, found.value, "differs", found.kinds)
    return ComparedFinding(finding, found.value, _worth(found.kinds), found.kinds)


def _agrees(finding: Finding, value: Value) -> bool:
    if isinstance(value, str) or isinstance(finding.published, str | dict):
        return value == finding.published
    # Half a unit of the last printed digit may fall either side of a binary fraction.
    return abs(value - finding.published) <= finding.tolerance * (1 + 1e-9)


def _worth(kinds: frozenset[str]) -> Result:
    if "illustrative" in kinds:
        return "illustrated"
    return "built in" if "synthetic" in kinds else "recomputed"


def evaluate(expression: str, quantities: Mapping[str, Quantity]) -> Quantity | None:
    """The value of an arithmetic expression over named quantities, with the kinds of data it rests on.

    Args:
        expression: Numbers, dotted names, `+ - * /` and brackets; nothing else is read.
        quantities: The values by name. A name that a study of another shape would have (words without interviews)
            may be missing with its whole family; then the value is None.

    Returns:
        The value, or None when it needs a family of quantities that this study lacks.

    Raises:
        FindingError: The expression is no arithmetic, divides by zero, or names something unknown.
    """
    tree, whole = _read(expression), names_in(expression)
    families = {name.partition(".")[0] for name in quantities}
    if any(name.partition(".")[0] not in families for name in whole):
        return None
    unknown = [name for name in whole if name not in quantities]
    raise_all(FindingError, [f"there is no quantity {name!r}{nearest(name, quantities)}" for name in unknown])
    kinds = frozenset[str]().union(*(quantities[name].kinds for name in whole))
    return Quantity(_value(tree, quantities), kinds)


def names_in(expression: str) -> list[str]:
    """The named quantities of an arithmetic expression, in no particular order.

    Example:
        >>> sorted(names_in("100 * figure.solved / figure.all"))
        ['figure.all', 'figure.solved']
    """
    names = [_dotted(node) for node in ast.walk(_read(expression)) if isinstance(node, ast.Attribute | ast.Name)]
    return [name for name in names if not any(other.startswith(f"{name}.") for other in names)]


def _read(expression: str) -> ast.expr:
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise FindingError(f"{expression!r} is not an expression: {error.msg}") from error
    _refuse_other_than_arithmetic(tree)
    return tree


def _refuse_other_than_arithmetic(node: ast.expr) -> None:
    match node:
        case ast.Attribute(value=ast.Name() | ast.Attribute()):
            _refuse_other_than_arithmetic(node.value)
        case ast.Name() | ast.Constant(value=int() | float()):
            pass
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            _refuse_other_than_arithmetic(node.left)
            _refuse_other_than_arithmetic(node.right)
        case _:
            raise FindingError(f"{ast.unparse(node)!r} is not arithmetic over named quantities")


def _dotted(node: ast.expr) -> str:
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ast.unparse(node)


def _value(node: ast.expr, quantities: Mapping[str, Quantity]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp():
            left, right = _number(node.left, quantities), _number(node.right, quantities)
            if isinstance(node.op, ast.Div) and right == 0:
                raise FindingError(f"{ast.unparse(node)} divides by zero")
            return OPERATORS[type(node.op)](left, right)
    return quantities[_dotted(node)].value


def _number(node: ast.expr, quantities: Mapping[str, Quantity]) -> float:
    value = _value(node, quantities)
    if isinstance(value, str):
        raise FindingError(f"{ast.unparse(node)!r} is the text {value!r}, not a number")
    return value
