"""An archive described in DDI-Codebook."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

DDI = "{ddi:codebook:2_5}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def ddi_of(folder):
    return fromstring((folder / "ddi-codebook.xml").read_text(encoding="utf-8"))


def variable(root, name):
    return next(var for var in root.iter(f"{DDI}var") if var.get("name") == name)


def test_ddi_gives_a_coded_variable_with_question_and_categories_in_both_languages(archive_folder):
    found = variable(ddi_of(archive_folder), "final_answer")
    assert {label.get(LANGUAGE): label.text for label in found.findall(f"{DDI}labl")} == {
        "en": "Final answer",
        "id": "Jawaban akhir",
    }
    questions = {each.get(LANGUAGE): each.text for each in found.iter(f"{DDI}qstnLit")}
    assert questions == {"en": "Is there a final answer?", "id": "Adakah jawaban akhir?"}
    values = [category.findtext(f"{DDI}catValu") for category in found.findall(f"{DDI}catgry")]
    assert values == ["explicit", "none"]


def test_ddi_says_how_the_sample_was_drawn_and_what_kind_of_data_it_is(archive_folder):
    root = ddi_of(archive_folder)
    said = " ".join(each.text for each in root.iter(f"{DDI}sampProc"))
    assert "Stratified by channel: 3 strata, 8 of 16 complaints" in said
    assert "a small seed" in said
    assert root.findtext(f".//{DDI}sampleSize") == "8"
    kinds = [each.text for each in root.iter(f"{DDI}dataKind")]
    assert [kind.partition(":")[0] for kind in kinds] == ["illustrative", "synthetic"]
    assert all("no evidence about the city" in kind for kind in kinds)


def test_ddi_tells_numbers_from_names(archive_folder):
    root = ddi_of(archive_folder)
    formats = {name: variable(root, name).find(f"{DDI}varFormat").get("type") for name in ("id", "hours_to_close")}
    assert formats == {"id": "character", "hours_to_close": "numeric"}


def test_ddi_holds_hostile_titles_as_text(archive_folder):
    root = ddi_of(archive_folder)
    assert root.findtext(f".//{DDI}titl") == "A <small> study & its limits"
