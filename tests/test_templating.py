"""Templates that speak one language and take no text of a study for markup."""

import pytest
from jinja2 import UndefinedError

from cmresearch.errors import TextError
from cmresearch.language.voice import Voice
from cmresearch.report.templating import environment


def filled(template, language="en", **context):
    return environment(Voice(language)).from_string(template).render(**context)


def test_one_template_writes_numbers_as_each_language_does():
    assert filled("{{ n | count }}; {{ n | decimal }}", n=1234.56) == "1,235; 1,234.6"
    assert filled("{{ n | count }}; {{ n | decimal }}", "id", n=1234.56) == "1.235; 1.234,6"


def test_a_text_of_the_study_is_said_in_the_language_of_the_page():
    label = {"en": "Closed", "id": "Ditutup"}
    assert filled("{{ label | own }}", "en", label=label) == "Closed"
    assert filled("{{ label | own }}", "id", label=label) == "Ditutup"


def test_text_of_a_file_is_no_markup():
    assert filled("{{ quote }}", quote="<b>said</b>") == "&lt;b&gt;said&lt;/b&gt;"


def test_what_a_template_was_not_given_is_an_error_and_no_gap_in_the_report():
    with pytest.raises(UndefinedError, match="'quote' is undefined"):
        filled("{{ quote }}")


def test_a_text_that_no_catalogue_has_is_an_error():
    with pytest.raises(TextError, match="no\\.such\\.text"):
        filled("{{ t('no.such.text') }}")
