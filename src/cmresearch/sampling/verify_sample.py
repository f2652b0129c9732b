#!/usr/bin/env python3
"""Check a drawn sample without the library that drew it: nothing is needed but this file and Python 3.9 or newer.

  python3 verify_sample.py frame.csv certificate.json [sample.csv]

The frame is a CSV file in UTF-8 that holds every complaint that could be drawn (a study's frame.csv, or the export
itself where the certificate names no filter). The sample is drawn from it again by the certificate's rule:

  ticket = SHA-256 of "seed|id"; in each stratum the sample_size complaints with the smallest tickets are drawn

and compared with the certificate and, if it is named, with sample.csv. Exit status 0 when all holds, 1 when anything
differs, 2 when a file cannot be read. The script is short so that it can be read before it is trusted.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

RULE = "sha256(seed|id); in each stratum the sample_size complaints with the smallest tickets"
JOINT = " / "
BUCKETS = [f"{number:03x}" for number in range(4096)]


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_csv(path: str) -> list[dict[str, str]]:
    """The rows of a CSV file, every cell as text; the delimiter is the one that the header holds most of."""
    csv.field_size_limit(2**31 - 1)
    with open(path, encoding="utf-8-sig", newline="") as lines:  # noqa: PTH123 - nothing more to import
        header = lines.readline()
        delimiter = max(",;\t|", key=header.count)
        lines.seek(0)
        return list(csv.DictReader(lines, delimiter=delimiter))


def by_stratum(rows: list[dict[str, str]], frame: dict[str, Any]) -> dict[str, list[str]]:
    """The ids of each stratum."""
    strata: dict[str, list[str]] = {}
    for row in rows:
        label = JOINT.join(row[name] for name in frame["strata"])
        strata.setdefault(label, []).append(row[frame["id"]])
    return strata


def draw(strata: dict[str, list[str]], certificate: dict[str, Any]) -> tuple[list[str], dict[str, str | None]]:
    """The drawn ids by the rule, in the order of sample.csv, and the last ticket of each stratum."""
    seed, earlier = certificate["seed"]["text"], certificate.get("earlier") or {}
    avoided = set(earlier.get("ids", ()))
    drawn: list[str] = []
    cut_offs: dict[str, str | None] = {}
    for part in certificate["strata"]:
        ids = [id for id in strata.get(part["stratum"], ()) if id not in avoided]
        tickets = sorted((sha256(f"{seed}|{id}"), id) for id in ids)[: part["sample_size"]]
        drawn += [id for _, id in tickets]
        cut_offs[part["stratum"]] = tickets[-1][0] if tickets else None
    return drawn, cut_offs


def fingerprint(rows: list[dict[str, str]], frame: dict[str, Any], columns: list[str]) -> str:
    """The SHA-256 of the 4,096 bucket hashes; a bucket is the SHA-256 of its lines sorted by bytes."""
    buckets: dict[str, list[bytes]] = {name: [] for name in BUCKETS}
    for row in rows:
        line = "\x1f".join(row[name] for name in columns) + "\n"
        buckets[sha256(row[frame["id"]])[:3]].append(line.encode("utf-8"))
    hashes = [hashlib.sha256(b"".join(sorted(lines))).hexdigest() for lines in buckets.values()]
    return sha256("".join(hashes))


def commitment(certificate: dict[str, Any]) -> str:
    """The hash of frame and allocation, which can be made public before the seed is known."""
    earlier = certificate.get("earlier") or {}
    content = {
        "frame": certificate["frame"],
        "allocation": certificate["allocation"],
        "strata": [[part["stratum"], part["frame_size"], part["sample_size"]] for part in certificate["strata"]],
        "avoided": earlier.get("ids", []) if earlier.get("relation") == "avoided" else [],
    }
    return sha256(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def contradictions(certificate: dict[str, Any]) -> Iterator[str]:
    """What the certificate says of itself that does not hold, whatever the frame."""
    if certificate["rule"] != RULE:
        yield f"the certificate's rule is {certificate['rule']!r}, not {RULE!r}"
    if not isinstance(certificate["seed"]["text"], str):
        yield f"the seed is the number {certificate['seed']['text']}, not text"
    drawn = sum(part["sample_size"] for part in certificate["strata"])
    if drawn != certificate["allocation"]["size"]:
        yield f"the certificate's strata draw {drawn} complaints, its allocation {certificate['allocation']['size']}"
    if certificate["commitment"]["sha256"] != commitment(certificate):
        yield "the certificate's commitment is not the hash of its frame and allocation"


def differences(
    rows: list[dict[str, str]], certificate: dict[str, Any], sample: list[dict[str, str]] | None
) -> Iterator[str]:
    """Everything that does not hold, a sentence each."""
    yield from contradictions(certificate)
    frame = certificate["frame"]
    members = [frame["id"], *frame["strata"]]
    lacking = [name for name in members if rows and name not in rows[0]]
    if lacking or not rows:
        yield f"the frame's file lacks the columns {lacking}{made(frame, lacking)}" if rows else "its file is empty"
        return
    if len(rows) != frame["rows"]:
        yield f"the frame has {len(rows)} complaints, the certificate says {frame['rows']} (filter: {frame['filter']})"
    if len({row[frame["id"]] for row in rows}) != len(rows):
        yield "an id stands in the frame more than once"
    if fingerprint(rows, frame, members) != frame["membership"]:
        yield "the frame's membership (its ids and strata) has changed"
    elif any(name not in rows[0] for name in frame["content_columns"]):
        yield "the frame's file lacks columns of the content fingerprint"
    elif fingerprint(rows, frame, list(dict.fromkeys(members + frame["content_columns"]))) != frame["content"]:
        yield "the frame's content has changed"
    strata = by_stratum(rows, frame)
    drawn, cut_offs = draw(strata, certificate)
    for part in certificate["strata"]:
        label = part["stratum"]
        if len(strata.get(label, ())) != part["frame_size"]:
            yield f"stratum {label!r} holds {len(strata.get(label, ()))} complaints, not {part['frame_size']}"
        if cut_offs[label] != part["cut_off"]:
            yield f"stratum {label!r}: the last ticket drawn is {cut_offs[label]}, not {part['cut_off']}"
    certified = [record["id"] for record in certificate["records"]]
    yield from compared("the certificate", certified, drawn)
    if sample is not None:
        yield from compared("the sample", [row.get(frame["id"], "") for row in sample], drawn)
        yield from changed_records(sample, certificate)
        yield from changed_weights(sample, certificate, strata)


def made(frame: dict[str, Any], names: list[str]) -> str:
    """How strata that are not columns of the export were made: whoever adds them as columns can check."""
    return "".join(f"; add {name!r} as {frame['strata_made'][name]}" for name in names if name in frame["strata_made"])


def compared(what: str, found: list[str], drawn: list[str]) -> Iterator[str]:
    """How a list of ids differs from the ids that the rule draws."""
    missing, foreign = sorted(set(drawn) - set(found)), sorted(set(found) - set(drawn))
    if missing or foreign:
        yield f"{what} lacks {len(missing)} drawn complaints {missing[:3]} and has {len(foreign)} others {foreign[:3]}"
    elif found != drawn:
        yield f"{what} lists the drawn complaints in another order, or one twice"


def changed_records(sample: list[dict[str, str]], certificate: dict[str, Any]) -> Iterator[str]:
    """Drawn complaints whose words or fields are not those that were drawn."""
    fingerprints = {record["id"]: record["fingerprint"] for record in certificate["records"]}
    for row in sample:
        id = row.get(certificate["frame"]["id"], "")
        line = "\x1f".join(row.get(name) or "" for name in certificate["record_columns"]) + "\n"
        if id in fingerprints and sha256(line) != fingerprints[id]:
            yield f"the drawn complaint {id!r} differs from its fingerprint"


def changed_weights(
    sample: list[dict[str, str]], certificate: dict[str, Any], strata: dict[str, list[str]]
) -> Iterator[str]:
    """Drawn complaints whose stratum, ticket, probability or weight, as the sample's file has them, are others."""
    label_of = {id: label for label, ids in strata.items() for id in ids}
    sizes = {part["stratum"]: (part["sample_size"], part["frame_size"]) for part in certificate["strata"]}
    for row in sample:
        id = row.get(certificate["frame"]["id"], "")
        drawn, held = sizes.get(label_of.get(id, ""), (0, 0))
        if not drawn:
            continue
        expected = {
            "stratum": label_of[id],
            "ticket": sha256(f"{certificate['seed']['text']}|{id}"),
            "inclusion_probability": str(drawn / held),
            "design_weight": str(held / drawn),
        }
        for name, value in expected.items():
            if row.get(name, value) != value:
                yield f"the drawn complaint {id!r} has the {name} {row[name]!r}, the rule gives {value!r}"


def main(arguments: list[str]) -> int:
    """Compare, say what was found, and return the exit status."""
    if len(arguments) not in {2, 3}:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        rows = read_csv(arguments[0])
        with open(arguments[1], encoding="utf-8") as lines:  # noqa: PTH123 - nothing more to import
            certificate = json.load(lines)
        sample = read_csv(arguments[2]) if len(arguments) == 3 else None
        found = list(differences(rows, certificate, sample))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        print(f"cannot read the files: {type(error).__name__} {error}", file=sys.stderr)
        return 2
    for sentence in found:
        print(sentence)
    if not found:
        print(f"all holds: {len(certificate['records'])} drawn complaints of a frame of {len(rows)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
