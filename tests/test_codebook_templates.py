import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.templates import TEMPLATES, read_crosswalk, write_template
from cmresearch.errors import CodebookError

SHIPPED = Path(__file__).parents[1] / "codebook"


def schema_of(path):
    """The schema that a file's first line names, as the editor finds it."""
    line = path.read_text("utf-8").splitlines()[0]
    return json.loads((path.parent / line.removeprefix("#:schema ")).read_text("utf-8"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_codebook_begun_from_a_template_has_no_faults_and_names_its_schemas(tmp_path, template):
    book = write_template(tmp_path / "book", template)
    assert (book.version, len(book.variables)) == ("0.1.0", 0)
    for path in (tmp_path / "book").glob("*.toml"):
        jsonschema.validate(tomllib.loads(path.read_text("utf-8")), schema_of(path))


def test_the_codes_of_the_template_are_those_of_the_shipped_codebook_word_for_word(tmp_path):
    template, shipped = write_template(tmp_path / "book", "complaint-management"), read_codebook(SHIPPED)
    texts = {
        "label",
        "brief",
        "definition",
        "use_when",
        "do_not_use_when",
        "example",
        "atypical_example",
        "close_but_not",
    }
    assert list(template.codes) == list(shipped.codes)
    for key, code in template.codes.items():
        assert code.model_dump(include=texts) == shipped.codes[key].model_dump(include=texts)


def test_a_template_does_not_write_over_what_is_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CodebookError, match="holds something already; expected an empty folder, or none"):
        write_template(tmp_path, "blank")
    with pytest.raises(CodebookError, match=r"there is no template 'blanc'; did you mean 'blank'\?"):
        write_template(tmp_path / "book", "blanc")


def test_the_cross_walk_covers_every_dimension_and_marks_every_entry():
    table = read_crosswalk()
    assert list(dict.fromkeys(table["dimension"])) == [each.key for each in read_codebook(SHIPPED).dimensions]
    assert set(table["element_is"]) == {"verified", "from memory"}
    assert set(table["match"]) == {"inferred"}
    named = table[table["element"].str.contains("clause|principle")]
    assert set(named["element_is"]) == {"from memory"}
