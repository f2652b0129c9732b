"""Whether departures from the standards for describing data are noticed."""

from __future__ import annotations

import pytest

from cmresearch.archive.standards import data_package_faults, ddi_faults, ro_crate_faults


@pytest.mark.parametrize(
    ("rule", "name", "change", "said"),
    [
        (ddi_faults, "ddi-codebook.xml", ("ddi:codebook:2_5", "ddi:codebook:2_6"), "no codeBook of DDI-Codebook 2.5"),
        (ddi_faults, "ddi-codebook.xml", ("stdyInfo>", "stdyAbout>"), "stdyDscr cannot hold stdyAbout"),
        (ddi_faults, "ddi-codebook.xml", ('ID="F1V1"', 'ID="F1V2"'), "an ID stands twice"),
        (ddi_faults, "ddi-codebook.xml", ('name="hours_to_close"', 'name="hours"'), "other columns than are described"),
        (data_package_faults, "datapackage.json", ('"bytes": 1', '"bytes": 2'), "another size or hash"),
        (
            data_package_faults,
            "datapackage.json",
            ('"type": "boolean"', '"type": "flag"'),
            "Table Schema does not know",
        ),
        (
            ro_crate_faults,
            "ro-crate-metadata.json",
            ('"datePublished": "2021-08-17"', '"datePublished": "x"'),
            "is no day",
        ),
        (ro_crate_faults, "ro-crate-metadata.json", ('"@id": "#cmresearch",', '"@id": "#other",'), "does not describe"),
        (
            ro_crate_faults,
            "ro-crate-metadata.json",
            ("ro/crate/1.1/context", "ro/crate/9/context"),
            "its context is not",
        ),
    ],
)
def test_a_departure_from_a_standard_is_noticed(archive_folder, rule, name, change, said):
    old, new = change
    assert not list(rule(archive_folder))
    text = (archive_folder / name).read_text(encoding="utf-8")
    assert old in text
    (archive_folder / name).write_text(text.replace(old, new), encoding="utf-8")
    assert any(said in fault for fault in rule(archive_folder)), list(rule(archive_folder))


def test_parts_of_ddi_out_of_their_order_are_noticed(archive_folder):
    path = archive_folder / "ddi-codebook.xml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("<abstract>"), text.index("<sumDscr>")
    path.write_text(text[:begin] + text[end:].replace("</stdyInfo>", text[begin:end] + "</stdyInfo>"), encoding="utf-8")
    assert list(ddi_faults(archive_folder)) == ["the parts of stdyInfo are not in the order of the standard"]
