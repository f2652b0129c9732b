"""The chain of evidence of a run, from its records and sentences up to its findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cmresearch.coding.coding import Segment
from cmresearch.errors import EvidenceError, raise_all
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.files.hashes import sha256_of_text
from cmresearch.language.voice import ENGLISH
from cmresearch.study.evidence.chain import Evidence, Kind, Node, link_hash
from cmresearch.study.reviews.subjects import segment_key
from cmresearch.study.run import Run, Words
from cmresearch.triangulation.assessment import IndicatorResult
from cmresearch.triangulation.convergence import JointRow
from cmresearch.triangulation.findings import names_in


@dataclass(frozen=True)
class Answer:
    """An estimate with what was asked, so that each of its figures can be traced.

    Attributes:
        asked: estimate, where study.toml asks for it, or dimension and key of the indicator it serves.
        variable: What was estimated.
        statistic: Its name in the register of statistics.
        estimates: The figures.
    """

    asked: str
    variable: str
    statistic: str
    estimates: Estimates

    def explained(self) -> Iterator[tuple[Estimate, pd.DataFrame]]:
        """Each figure with the rows of `explain` that it is the sum of, one for each stratum."""
        parts = self.estimates.explain()
        for row in self.estimates:
            yield row, parts[_are(parts["domain"], row.domain) & _are(parts["category"], row.category)]


def _are(column: pd.Series, value: str | None) -> pd.Series:
    return column.isna() if value is None else column == value


def asked_answers(run: Run) -> tuple[Answer, ...]:
    """The estimates that study.toml asks for."""
    return tuple(Answer("estimate", question.variable, question.statistic, each) for question, each in run.estimates)


def answers(run: Run) -> tuple[Answer, ...]:
    """Every estimate that a run's figures come from: those that study.toml asks for, then those of coded indicators."""
    return (*asked_answers(run), *_of_indicators(run))


def _of_indicators(run: Run) -> Iterator[Answer]:
    if run.words is None:
        return
    for result in (each for one in run.words.assessment.dimensions for each in one.indicators):
        indicator = result.indicator
        if result.estimates is not None:
            asked = f"{result.dimension}.{indicator.key}"
            yield Answer(asked, indicator.variable, indicator.statistic, result.estimates)


DIGITS = 9  # significant digits of a fraction: beyond them, versions of the numerical libraries differ


def evidence_of(run: Run) -> Evidence:
    """The chain of everything that a run says: finding, status, figure, indicator, estimate, segment, record.

    Args:
        run: What the study's files give; for a file that leaves the study, the run as it may be shown.

    Returns:
        One node for each; what a node rests on stands before it.

    Raises:
        EvidenceError: A figure or status has no evidence; all of them at once.
    """
    chain = _Chain()
    _add_sample(chain, run)
    _add_estimates(chain, run)
    _add_words(chain, run)
    _add_figures(chain, run)
    _add_findings(chain, run)
    raise_all(EvidenceError, chain.faults)
    return Evidence(nodes=list(chain.nodes.values()))


def segment_id(segment: Segment) -> str:
    """The id of a coded segment in the evidence: a passage may have one code in two directions."""
    return f"segment:{segment_key(segment)}:{segment.direction}"


class _Chain:
    """A chain that grows from below: what a new node rests on must be there."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.faults: list[str] = []

    def add(self, kind: Kind, key: str, says: Mapping[str, object], rests_on: Iterable[str] = ()) -> None:
        id, below = f"{kind}:{key}", list(dict.fromkeys(rests_on))
        self.faults += [
            f"{id} rests on {each}, of which there is no evidence" for each in below if each not in self.nodes
        ]
        if not below and kind in {"status", "estimate", "finding"} and says.get("result") != "not checkable":
            self.faults.append(f"{id} has no evidence")
        plain = {name: _plain(value) for name, value in says.items()}
        sums = [self.nodes[each].sha256 for each in below if each in self.nodes]
        self.nodes[id] = Node(id=id, kind=kind, says=plain, rests_on=below, sha256=link_hash(kind, plain, sums))


def _plain(value: object) -> object:
    """A value as JSON holds it, fractions rounded so that every machine writes the same."""
    if isinstance(value, float):
        return None if pd.isna(value) else float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def _add_sample(chain: _Chain, run: Run) -> None:
    """Every drawn complaint with its fingerprint and what was recorded of it, then the strata."""
    if run.draw is None:
        return
    sample, certificate = run.draw.sample, run.draw.certificate
    prints = {record.id: record.fingerprint for record in certificate.records}
    recorded = _recorded(run)
    strata: dict[str, list[str]] = {part.stratum: [] for part in certificate.strata}
    for id, stratum in zip(sample.ids, sample.rows["stratum"], strict=True):
        chain.add("record", id, {"stratum": stratum, "fingerprint": prints[id], "recorded": recorded.get(id, {})})
        strata[stratum].append(f"record:{id}")
    for part in certificate.strata:
        sizes = {"frame_size": part.frame_size, "sample_size": part.sample_size, "cut_off": part.cut_off}
        chain.add("stratum", part.stratum, sizes, strata[part.stratum])


def _recorded(run: Run) -> dict[str, dict[str, object]]:
    settings = run.study.settings.responses
    if settings is None or run.responses is None:
        return {}
    table = run.responses.table.set_index(run.frame.id)[["disposition", *settings.variables]]
    rows = table.astype(object).where(table.notna(), None).to_dict("index")
    return {str(id): {str(name): value for name, value in row.items()} for id, row in rows.items()}


def _add_estimates(chain: _Chain, run: Run) -> None:
    for answer in asked_answers(run):
        for row, parts in answer.explained():
            says = {name: getattr(row, name) for name in ("estimate", "lower", "upper", "level", "method", "n")}
            says |= {"note": ENGLISH.phrases(row.notes), "standard_error": row.standard_error}
            says["data_kind"] = run.data_kind(answer.variable)
            key = ":".join([answer.variable, answer.statistic, row.category or "all", row.domain or "all"])
            chain.add("estimate", key, says, [f"stratum:{label}" for label in parts["stratum"]])


def _add_words(chain: _Chain, run: Run) -> None:
    if run.words is None:
        return
    words = run.words
    for key, source in words.sources.items():
        chain.add(
            "source",
            key,
            {"kind": source.kind, "role": source.role, "data_kind": source.data_kind, "sha256": source.sha256},
        )
    for key, code in words.codebook.codes.items():
        chain.add(
            "code",
            key,
            {"id": str(code.id), "dimensions": list(code.dimensions), "definition": sha256_of_text(code.definition)},
        )
    for segment in words.coding.adjudicated:
        says = {
            "direction": segment.direction,
            "start": segment.start,
            "end": segment.end,
            "quote": sha256_of_text(segment.quote),
        }
        below = [f"source:{segment.source}", f"code:{segment.code}"]
        chain.add("segment", segment_id(segment).removeprefix("segment:"), says, below)
    for row in words.joint_display:
        for result in row.assessed.indicators:
            _add_indicator(chain, run, result)
        _add_status(chain, words, row)


def _add_indicator(chain: _Chain, run: Run, result: IndicatorResult) -> None:
    indicator = result.indicator
    says: dict[str, object] = {
        **{name: getattr(result, name) for name in ("estimate", "lower", "upper", "n", "outcome", "data_kind")},
        **{name: getattr(indicator, name) for name in ("variable", "statistic", "direction", "threshold")},
    }
    counted = result.estimate is None or indicator.kind == "register"
    if indicator.kind == "register":
        says["frame"] = run.fingerprint.content
        says["expression"] = run.study.settings.expressions.get(indicator.variable, indicator.variable)
    drawn = [part for part in run.draw.certificate.strata if part.sample_size] if run.draw else []
    strata = [] if counted else [f"stratum:{part.stratum}" for part in drawn]
    chain.add("indicator", f"{result.dimension}.{indicator.key}", says, strata)


def _add_status(chain: _Chain, words: Words, row: JointRow) -> None:
    key = row.dimension.key
    says = {
        "proposed": row.status,
        "decided": row.researcher_status or None,
        "convergence": row.convergence,
        "decided_convergence": row.researcher_convergence or None,
        "lines": {line.name: line.standing for line in row.lines},
        "steps": [
            {"number": step.number, "holds": step.holds, "because": ENGLISH.phrases(step.reasons)}
            for step in row.assessed.steps
        ],
    }
    indicators = [f"indicator:{each.dimension}.{each.indicator.key}" for each in row.assessed.indicators]
    below = [*map(segment_id, row.assessed.segments), *indicators]
    # A dimension of which nobody speaks rests on the codes that nobody used.
    unused = [f"code:{each}" for each, code in words.codebook.codes.items() if key in code.dimensions]
    chain.add("status", key, says, below or unused)


def _add_figures(chain: _Chain, run: Run) -> None:
    """The quantities that findings are computed from, by name."""
    statuses = [id for id in chain.nodes if id.startswith("status:")]
    sources = [id for id in chain.nodes if id.startswith("source:")]
    strata = [id for id in chain.nodes if id.startswith("stratum:")]
    file = run.frame.complaints.sha256()
    for name, quantity in run.quantities.items():
        family = name.partition(".")[0]
        below = {"status": statuses, "words": sources, "sample": strata}.get(family, [])
        if family == "status" and f"status:{name.removeprefix('status.')}" in chain.nodes:
            below = [f"status:{name.removeprefix('status.')}"]
        says: dict[str, object] = {"value": quantity.value, "data_kinds": sorted(quantity.kinds)}
        if family in {"frame", "full_set"}:
            says["frame"] = run.fingerprint.content
            says["file"] = file
        chain.add("figure", name, says, below)


def _add_findings(chain: _Chain, run: Run) -> None:
    for each in run.findings.compared:
        finding = each.finding
        says = {
            "published": finding.published,
            "computed": each.computed,
            "result": each.result,
            "compute": finding.compute,
        }
        names = [] if each.computed is None or finding.compute is None else names_in(finding.compute)
        chain.add("finding", finding.key, says, [f"figure:{name}" for name in names])
