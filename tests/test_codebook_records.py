"""The records of a codebook, and the schemas published of them, which editors check by."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.templates import make_schemas, published_schemas, schema_line, write_template
from cmresearch.errors import CodebookError

SHIPPED = Path(__file__).parents[1] / "codebook"


def schema_of(path):
    """The schema that a file's first line names, as the editor finds it."""
    line = path.read_text("utf-8").splitlines()[0]
    return json.loads((path.parent / line.removeprefix("#:schema ")).read_text("utf-8"))


def test_the_published_schemas_are_those_of_the_records():
    assert published_schemas() == make_schemas()


def test_every_shipped_file_names_its_schema_and_agrees_with_it():
    for path in SHIPPED.glob("*.toml"):
        assert path.read_text("utf-8").splitlines()[0] == schema_line(path.name, "../src/cmresearch/schemas")
        jsonschema.validate(tomllib.loads(path.read_text("utf-8")), schema_of(path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('key = "final_answer"', 'key = "Final answer"'),
        ('kind = "coded"', 'kind = "codet"'),
        ("number = 2", 'number = "2"'),
        ('brief = "The complainant is told how the matter ended."', 'breif = "x"'),
        ('dimensions = ["create_closure"]', "dimensions = []"),
        ('change = "created"', 'change = "made"'),
        ('date = "2021-06-14"', 'date = "14 June 2021"'),
    ],
)
def test_what_a_schema_refuses_the_library_refuses_too(tmp_path, old, new):
    write_template(tmp_path / "book", "complaint-management")
    path = tmp_path / "book" / "02-create-closure.toml"
    text = (SHIPPED / path.name).read_text("utf-8").replace(old, new, 1)
    assert new in text
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema_of(SHIPPED / path.name))
    path.write_text(text, "utf-8")
    with pytest.raises(CodebookError):
        read_codebook(path.parent)
