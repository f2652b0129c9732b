"""The chain of evidence as a file: nodes, each with the hash of what it says and of all it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cmresearch.errors import EvidenceError, nearest, raise_all
from cmresearch.files.hashes import sha256_of_text
from cmresearch.files.writing import json_text

SCHEMA = Path(__file__).parents[2] / "schemas" / "evidence-1.json"
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Kind = Literal["finding", "status", "figure", "estimate", "indicator", "segment", "code", "source", "stratum", "record"]


class Node(BaseModel):
    """One link of the chain.

    Attributes:
        id: Its kind, a colon and its key, such as `status:create_closure`.
        kind: What it is.
        says: What it says, by name.
        rests_on: The ids of what it rests on.
        sha256: The hash of kind, what it says, and the hashes of all it rests on: a change below is a change here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    kind: Kind
    says: dict[str, Any]
    rests_on: list[str]
    sha256: Digest


class Evidence(BaseModel):
    """The whole chain of a study, for machines; what a node rests on stands before it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    evidence: Literal["cmresearch-evidence"] = "cmresearch-evidence"
    version: Literal[1] = 1
    nodes: list[Node]

    def to_json(self) -> str:
        """The chain as JSON text; the same study gives the same bytes."""
        return json_text(self.model_dump())

    def node(self, id: str) -> Node:
        """One node.

        Raises:
            EvidenceError: There is none of this id; the nearest spelling is offered.
        """
        if id not in self._by_id:
            raise EvidenceError(f"the evidence has no {id!r}{nearest(id, self._by_id)}")
        return self._by_id[id]

    def below(self, id: str) -> tuple[Node, ...]:
        """The nodes that a node rests on, one step down."""
        return tuple(self.node(each) for each in self.node(id).rests_on)

    def above(self, id: str) -> tuple[Node, ...]:
        """The nodes that rest on a node, one step up."""
        asked = self.node(id).id
        return tuple(node for node in self.nodes if asked in node.rests_on)

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}


def link_hash(kind: str, says: Mapping[str, object], sums: list[str]) -> str:
    """The hash of a node: its kind, what it says, and the hashes of all it rests on."""
    return sha256_of_text(json_text([kind, says, sums]))


def check_evidence(evidence: Evidence) -> tuple[str, ...]:
    """The faults of a chain: references to nothing, hashes that are not those of what stands below.

    Returns:
        A sentence for each fault; none where the whole chain holds.
    """
    seen: dict[str, str] = {}
    faults = []
    for node in evidence.nodes:
        if node.id in seen:
            faults.append(f"{node.id} stands twice")
        faults += [
            f"{node.id} rests on {each}, which does not stand before it" for each in node.rests_on if each not in seen
        ]
        if link_hash(node.kind, node.says, [seen.get(each, "") for each in node.rests_on]) != node.sha256:
            faults.append(f"{node.id}: its hash is not that of what it says and rests on")
        seen[node.id] = node.sha256
    return tuple(faults)


def read_evidence(path: str | Path) -> Evidence:
    """The evidence file of a study.

    Raises:
        EvidenceError: There is no such file, it is no evidence file, or its chain does not hold; all faults at once.
    """
    if not Path(path).is_file():
        raise EvidenceError(f"there is no file {path}")
    try:
        evidence = Evidence.model_validate_json(Path(path).read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path} is not an evidence file: {error}") from error
    raise_all(EvidenceError, [f"{path}: {fault}" for fault in check_evidence(evidence)])
    return evidence


def schema_text() -> str:
    """The JSON Schema of evidence files, as published in `schemas/evidence-1.json`."""
    schema = Evidence.model_json_schema()
    return json_text({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
