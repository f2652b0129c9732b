"""A codebook as its files say it: codes, dimensions, variables, and the nearest spelling of what is not there."""

import re

import pytest
from small_codebook import CLOSURE, HEAD, SPEED, VARIABLES

from cmresearch.codebook.book import read_codebook
from cmresearch.errors import CodebookError
from cmresearch.language.catalogue import in_language


def test_a_codebook_holds_what_its_files_say(write_codebook):
    book = read_codebook(write_codebook())
    assert (book.version, [each.key for each in book.dimensions]) == ("0.1", ["speed", "closure"])
    assert book.dimension("speed").questions[0]["id"] == "Seberapa cepat?"
    assert book.dimension("closure").can_know == ("clerk",)
    assert book.dimension("closure").provenance.name == "inferred"
    assert book.roles == ("clerk", "auditor")
    assert list(book.indicators) == ["share_answered"]
    assert book.indicators["share_answered"].defensible == (0.7, 0.9)
    assert [value.key for value in book.variable("answered").values] == ["yes", "no"]
    assert book.variable("disposition").conditional_on is None


def test_a_text_of_several_lines_is_read_as_one(write_codebook):
    assert read_codebook(write_codebook()).code("quick").definition == "Statements about time."


def test_a_remark_may_be_one_text_or_have_a_translation_in_each_language(write_codebook):
    translations = 'note = { id = "Diduga\\nsaja.", en = "Guessed." }'
    book = read_codebook(write_codebook([("02-closure.toml", 'note = "Guessed."', translations)]))
    assert book.dimension("speed").provenance.note == "Seen."
    note = book.dimension("closure").provenance.note
    assert (in_language(note), in_language(note, "id")) == ("Guessed.", "Diduga saja.")


def test_remarks_in_one_language_only_are_listed_by_field(write_codebook):
    translations = 'note = { en = "Guessed.", id = "Diduga." }'
    found = read_codebook(write_codebook([("02-closure.toml", 'note = "Guessed."', translations)])).untranslated()
    assert found["note"] == ("speed",)
    assert found["title"] == found["theory"] == ("codebook",)


def test_codes_come_in_the_order_of_the_dimensions_whatever_the_files_are_called(write_codebook):
    files = {"codebook.toml": HEAD, "variables.toml": VARIABLES, "a.toml": CLOSURE, "b.toml": SPEED}
    assert list(read_codebook(write_codebook(files=files)).codes) == ["quick", "ended"]


def test_a_code_speaks_to_every_dimension_it_names(write_codebook):
    book = read_codebook(write_codebook())
    assert [code.key for code in book.codes_of("speed")] == ["quick", "ended"]
    assert [code.key for code in book.codes_of("closure")] == ["ended"]


def test_the_table_has_a_row_for_each_code(write_codebook):
    table = read_codebook(write_codebook()).to_frame()
    assert list(table["code"]) == ["quick", "ended"]
    assert dict(table.iloc[1]) == {
        "number": 2,
        "dimension": "closure",
        "code": "ended",
        "label_en": "Ended",
        "label_id": "Berakhir",
        "brief": "That it ended.",
        "definition": "Statements about an end.",
        "use_when": "An end is named.",
        "do_not_use_when": "Time is named: use quick.",
        "example": "(made) That was that.",
        "dimensions": "closure; speed",
    }


def test_a_codebook_without_coded_variables_is_a_codebook(write_codebook):
    before, _, after = CLOSURE.partition("[[indicator]]")
    closure = before + after[after.index("[evidence]") :]
    files = {"codebook.toml": HEAD, "01-speed.toml": SPEED, "02-closure.toml": closure}
    assert read_codebook(write_codebook(files=files)).variables == ()


def test_the_fingerprint_does_not_depend_on_line_ends_and_changes_with_the_words(write_codebook):
    folder = write_codebook()
    before = read_codebook(folder).sha256
    (folder / "01-speed.toml").write_text(SPEED, "utf-8", newline="\r\n")
    assert read_codebook(folder).sha256 == before
    (folder / "01-speed.toml").write_text(SPEED.replace("It is fast.", "It is quick."), "utf-8")
    assert read_codebook(folder).sha256 != before


def test_asking_for_what_is_not_there_offers_the_nearest_spelling(write_codebook):
    book = read_codebook(write_codebook())
    with pytest.raises(CodebookError, match=re.escape("the codebook has no code 'quik'; did you mean 'quick'?")):
        book.code("quik")
    with pytest.raises(
        CodebookError, match=re.escape("the codebook has no dimension 'closre'; did you mean 'closure'?")
    ):
        book.codes_of("closre")
    with pytest.raises(CodebookError, match=re.escape("the codebook has no coded variable 'zzz'")):
        book.variable("zzz")


def test_a_record_cannot_be_changed(write_codebook):
    code = read_codebook(write_codebook()).code("quick")
    with pytest.raises(ValueError, match="frozen"):
        code.brief = "Otherwise."
