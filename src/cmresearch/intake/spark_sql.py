"""The library's SQL, written for DuckDB, said again for Apache Spark so that both give the same answer.

Only what is known to mean the same in both engines passes. Everything else is refused by name: two engines that answer
one question differently would draw two samples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cmresearch.errors import IntakeError

if TYPE_CHECKING:
    from sqlglot.exp import Expression

KNOWN = """
Select From Where Group Having Order Ordered Subquery Table TableAlias Join Values Tuple Alias Column
Identifier Star Literal Boolean Null Paren Filter And Or Not EQ NEQ GT GTE LT LTE Is In Between NullSafeEQ
NullSafeNEQ Case If Coalesce Nullif Greatest Least DPipe Contains StartsWith EndsWith Concat Replace SHA2 Add
Sub Mul Mod Neg Abs Count Distinct Sum Avg Min Max Median ArrayAgg ArrayToString Transform Lambda Interval Var
DataType DataTypeParam Year Month Day Hour Minute Quarter
"""
SAME = frozenset(KNOWN.split())
WHOLE_NUMBERS = re.compile(r"^(BOOLEAN|VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$")
PURE_FRACTION = re.compile(r"^DECIMAL\((\d+),\1\)$")
INEXACT = re.compile(r"^(FLOAT|DOUBLE|DECIMAL|INTERVAL|BLOB)|WITH TIME ZONE$")
UNITS = {"YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}
TIME_PARTS = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss"}
# RE2 and Java read other patterns differently: `.` and `$` at line ends, letter case, classes within classes.
PATTERN = re.compile(
    r"^(?!.*(\(\?|\[[^\]]*\[))"
    r"([\w \-|()\[\]^?*+{},;:/@#%=!'\"~<>]|\\[d.]|\\x[0-9a-f]{2}|\\p\{Cc\})*$",
    re.ASCII | re.DOTALL,
)
TEXT_OF_DOUBLE, TEXT_OF_FLOAT = "cmresearch_text_of_double", "cmresearch_text_of_float"


def spark_sql(
    sql: str,
    columns: Mapping[str, str],
    parameters: Mapping[str, object] | None = None,
    *,
    kind_of: Callable[[str], str],
) -> str:
    r"""The same query in Spark's SQL.

    Args:
        sql: A query over the table `complaints` in DuckDB's SQL, which DuckDB has found valid.
        columns: The DuckDB type of each column.
        parameters: Values of the query's `$name` parameters: a text, or a list of texts to be unnested.
        kind_of: The DuckDB type of an expression on the table's columns; an empty text where nobody can say.

    Returns:
        The query; every column and literal quoted as Spark wants it.

    Raises:
        IntakeError: A part of the query is not known to mean the same in Spark; the part is named.

    Example:
        `SELECT count(*) FILTER ("a" > 1)` becomes ``SELECT COUNT(*) FILTER(WHERE `a` > 1)``.
    """
    import sqlglot  # comes with the extra

    tree = sqlglot.parse_one(sql, read="duckdb")
    _refuse_inexact_texts(tree, kind_of)
    rules = _rules(columns, parameters or {})
    # From the leaves up, so that a rule sees its parts as they will stand in Spark, and never its own work.
    for node in reversed(list(tree.walk(bfs=True))):
        name = type(node).__name__
        if name in rules:
            made = rules[name](node)
            tree = made if node is tree else tree
            if made is not node:
                node.replace(made)
        elif name not in SAME:
            raise _unknown(node)
    return str(tree.sql("spark", identify=True))


def _refuse_inexact_texts(tree: Expression, kind_of: Callable[[str], str]) -> None:
    """Refuse the text of a computed number that is not whole: the engines count its digits differently."""
    casts = [node for node in tree.walk() if node.key == "cast" and node.to.sql("duckdb") == "TEXT"]
    for node in casts:
        if node.this.key not in ("column", "literal") and INEXACT.search(kind_of(node.this.sql("duckdb"))):
            raise _unknown(node)


def _unknown(node: Expression) -> IntakeError:
    return IntakeError(
        f"the expression {node.sql('duckdb')} is not known to mean the same in Spark; make it a column of the export "
        "beforehand"
    )


def _rules(
    columns: Mapping[str, str], parameters: Mapping[str, object]
) -> dict[str, Callable[[Expression], Expression]]:
    """The translation of each kind of expression that the engines read differently."""
    return {
        "Anonymous": _function,
        "ArraySort": lambda node: _call("sort_array", node.this),
        "Cast": lambda node: _cast(node, columns),
        "Chr": lambda node: _word(chr(int(node.expressions[0].name))),
        "DateDiff": _difference,
        # Division gives a floating-point number in DuckDB, and may give a decimal in Spark.
        "Div": lambda node: _node("Div", this=_double(node.this), expression=_double(node.expression)),
        "Explode": lambda node: _unnested(node, parameters),
        "Extract": lambda node: _allowed(node, str(node.this).upper() in UNITS - {"SECOND"}),
        "ILike": _like,
        "Length": _length,
        "Like": _like,
        "Lower": lambda node: _lower(node.this),
        "Placeholder": lambda node: _parameter(node, parameters),
        "RegexpExtract": lambda node: _allowed(node, _is_pattern(node.expression) and node.args["group"].name == "0"),
        "RegexpLike": lambda node: _allowed(node, _is_pattern(node.expression)),
        "Substring": lambda node: _allowed(node, all(_is_positive(node.args.get(one)) for one in ("start", "length"))),
        "TimeToStr": _time_text,
        "Trim": lambda node: _allowed(node, not node.args.get("expression")),
    }


def _node(kind: str, **parts: Expression) -> Expression:
    from sqlglot import exp

    return getattr(exp, kind)(**{name: part.copy() for name, part in parts.items()})


def _call(name: str, *parts: Expression) -> Expression:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[part.copy() for part in parts])


def _word(text: str) -> Expression:
    from sqlglot import exp

    return exp.Literal.string(text)


def _double(node: Expression) -> Expression:
    from sqlglot import exp

    return exp.cast(node.copy(), exp.DataType.build("DOUBLE"))


def _allowed(node: Expression, condition: object) -> Expression:
    if not condition:
        raise _unknown(node)
    return node


def _is_literal(node: Expression | None) -> bool:
    return bool(node is not None and node.key == "literal" and node.is_string)


def _is_pattern(node: Expression) -> bool:
    return _is_literal(node) and PATTERN.match(node.name) is not None


def _is_positive(node: Expression | None) -> bool:
    return node is None or (node.key == "literal" and node.name.isdigit() and int(node.name) > 0)


def _function(node: Expression) -> Expression:
    """The functions that DuckDB has a name of its own for."""
    from sqlglot import exp

    name = node.name.lower()
    _allowed(node, name in ("hash", "strlen"))
    if name == "strlen":
        return _call("octet_length", *node.expressions)
    # Spark's own hash may be negative, and no remainder of a negative number is looked for.
    return exp.paren(exp.BitwiseAnd(this=node.copy(), expression=exp.Literal.number(2**31 - 1)), copy=False)


def _length(node: Expression) -> Expression:
    """The length of a text; of a list that an inner query made, Spark has another word for it."""
    inner = node.this.name if node.this.key == "column" else None
    lists = {part.parent.alias for part in node.root().walk() if part.parent and _makes_list(part)}
    return _call("size", node.this) if inner in lists else node


def _makes_list(node: Expression) -> bool:
    return node.key in ("arraysort", "arrayagg") or (node.key == "anonymous" and node.name == "sort_array")


def _cast(node: Expression, columns: Mapping[str, str]) -> Expression:
    target = node.to.sql("duckdb").upper()
    column = node.this.unnest()
    known = columns.get(column.name, "") if column.key == "column" else ""
    if target == "TEXT":
        return _text(node, known)
    if WHOLE_NUMBERS.match(target) and target != "BOOLEAN":
        # DuckDB rounds, Spark cuts off; whole numbers and truth values need neither.
        return _allowed(node, WHOLE_NUMBERS.match(column.to.sql("duckdb").upper() if column.key == "cast" else known))
    return _allowed(node, target in ("BOOLEAN", "DATE", "DOUBLE", "TIMESTAMP"))


def _text(node: Expression, kind: str) -> Expression:
    """A value's text as DuckDB writes it."""
    if PURE_FRACTION.match(kind):  # DuckDB leaves out the 0 before the point
        return _call("regexp_replace", node, _word("^(-?)0\\."), _word("$1."))
    if kind in ("FLOAT", "DOUBLE"):
        return _call(TEXT_OF_FLOAT if kind == "FLOAT" else TEXT_OF_DOUBLE, node.this)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return _node("DPipe", this=node, expression=_word("+00"))
    return node


def _difference(node: Expression) -> Expression:
    """DuckDB counts the turns of a unit that lie between two times, Spark the whole units that went by."""
    from sqlglot import exp

    unit = str(node.args["unit"].name).upper()
    _allowed(node, unit in UNITS)
    first, last = (_call("date_trunc", _word(unit), part) for part in (node.expression, node.this))
    return _call("timestampdiff", exp.var(unit), first, last)


def _time_text(node: Expression) -> Expression:
    pieces = re.split(r"(%.)", node.args["format"].name) if _is_literal(node.args["format"]) else ["%?"]
    _allowed(node, all(piece in TIME_PARTS or "%" not in piece for piece in pieces))
    made = [TIME_PARTS.get(one) or re.sub(r"([A-Za-z]+)", r"'\1'", one.replace("'", "''")) for one in pieces]
    return _call("date_format", node.this, _word("".join(made)))


def _like(node: Expression) -> Expression:
    _allowed(node, _is_literal(node.expression))
    # A backslash is a letter like any other in DuckDB's patterns, and an escape in Spark's.
    subject, pattern = node.this, _word(node.expression.name.replace("\\", "\\\\"))
    if node.key == "ilike":
        subject, pattern = _lower(subject), _lower(pattern)
    return _node("Like", this=subject, expression=pattern)


def _lower(text: Expression) -> Expression:
    """Lower case letter by letter: the two letters that Java makes something else of are put in beforehand."""
    return _node("Lower", this=_call("translate", text, _word("İΣ"), _word("iσ")))


def _unnested(node: Expression, parameters: Mapping[str, object]) -> Expression:
    """The texts of a list parameter, handed over as one literal however many they are."""
    _allowed(node, node.this.key == "placeholder")
    listed = _word(json.dumps(parameters[node.this.name]))
    return _node("Explode", this=_call("from_json", listed, _word("array<string>")))


def _parameter(node: Expression, parameters: Mapping[str, object]) -> Expression:
    value = parameters.get(node.name)
    # A list stands inside an unnest, which puts it in.
    return _word(value) if isinstance(value, str) else node
