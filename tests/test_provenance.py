"""Published figures keep their sources, and data files stay the files they were."""

from decimal import Decimal
from pathlib import Path

import pytest

from cmresearch.errors import ProvenanceError
from cmresearch.files.hashes import sha256_of
from cmresearch.language.catalogue import in_language
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.study.provenance import DataFile, check_data_files, read_data_files, read_figures, write_hashes
from cmresearch.study.study import open_study

DATA = Path(__file__).parents[1] / "data"
# printf abc | sha256sum
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture(scope="module")
def figures():
    return read_figures(DATA / "published" / "figures.toml", ("en", "id")).translated(ENGLISH)


@pytest.fixture
def data(tmp_path):
    """A folder with one kept file, one that is made, and the list of both."""
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "figures.txt").write_bytes(b"abc")
    (tmp_path / "README.md").write_text("What is what.", "utf-8")
    (tmp_path / "sources.toml").write_text(
        f"""
[[file]]
path = "published/figures.txt"
kind = "published"
origin = "a newspaper"
licence = "facts"
sha256 = "{SHA256_OF_ABC}"

[[derived]]
path = "derived/full-set.parquet"
kind = "synthetic"
origin = "made"
licence = "MIT"
made_from = ["published/figures.txt"]
""",
        "utf-8",
    )
    return tmp_path / "sources.toml"


def _changed(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_figure_comes_with_its_source(figures):
    figure = figures["complaints_2020"]
    assert (figure.value, figure.unit, figure.seen) == (137_776, "complaints", "several")
    assert figure.sources[0].url.startswith("https://lib.ui.ac.id/")
    assert figures["mean_hours_2020"].value == Decimal("40.22")


def test_an_unknown_figure_is_answered_with_the_nearest(figures):
    with pytest.raises(ProvenanceError, match=r"there is no figure 'complaint_2020'; did you mean 'complaints_2020'\?"):
        figures["complaint_2020"]


def test_every_figure_says_where_it_was_seen(figures):
    assert len(figures) > 30
    assert all(figure.sources for figure in figures)
    assert all(figure.note for figure in figures if figure.seen == "inferred")


def test_the_inferred_figures_follow_from_the_published_ones(figures):
    value = {figure.key: figure.value for figure in figures}
    five = sum(value[f"channel_{name}_2020"] for name in ("qlue", "jaki", "twitter", "email", "facebook"))
    assert value["other_nine_channels_2020"] == value["complaints_2020"] - five
    assert value["open_2020"] == value["complaints_2020"] - value["solved_2020"]
    assert round(100 * 14_581 / 137_776, 2) == float(value["covid_share_2020"])
    assert round(100 * 989 / 14_581, 2) == float(value["sampling_fraction"])


def test_the_series_add_up_to_their_published_totals(figures):
    assert sum(figures.series["psbb_reports_by_month_2020"].values.values()) == figures["psbb_reports_2020"].value
    channels = figures.series["psbb_reports_by_channel_to_11_october_2020"].values
    assert sum(channels.values()) == figures["psbb_reports_to_11_october_2020"].value


def test_there_are_fourteen_channels_nine_of_them_online(figures):
    assert len(figures.channels) == figures["channels_2020"].value == 14
    assert sum(channel.mode == "online" for channel in figures.channels) == 9


def test_contradictions_stay_visible(figures):
    assert len(figures.contradictions) == 6
    assert all(found.one != found.other and found.reading for found in figures.contradictions)


def test_a_figures_file_raises_once_with_every_fault(tmp_path):
    path = tmp_path / "figures.toml"
    path.write_text(
        """
[sources]
press = { name = "A newspaper", url = "https://example.org/" }
[[figure]]
key = "total"
value = 10
unit = "complaints"
period = "2020"
sources = ["pres"]
seen = "twice"
note = ""
[[figure]]
key = "total"
valeu = 10
unit = "complaints"
period = "2020"
sources = ["press"]
seen = "several"
note = ""
""",
        "utf-8",
    )
    with pytest.raises(ProvenanceError) as raised:
        read_figures(path)
    assert str(raised.value).splitlines() == [
        f"{path}, figure total: the source 'pres' is not listed; did you mean 'press'?",
        f"{path}, figure total: seen is 'twice'; expected one of one source, several, inferred",
        f"{path}, figure total: value is missing",
        f"{path}, figure total: unknown field 'valeu'; did you mean 'value'?",
        f"{path}: the figure 'total' is given twice",
    ]


TWINS = """
[sources]
press = { name = { id = "Sebuah koran", en = "A newspaper" }, url = "https://example.org/" }
[[figure]]
key = "total"
value = 10
unit = { en = "complaints", id = "aduan" }
period = "2020"
sources = ["press"]
seen = "several"
note = ""
[[series]]
key = "by_month"
unit = "laporan"
period = { en = "March", id = "Maret" }
values = { "2020-03" = 10 }
sources = ["press"]
seen = "several"
note = { en = "Sums.", id = "Jumlah." }
[[contradiction]]
about = { en = "A day", id = "Suatu hari" }
one = "167"
other = { en = "129 (series)", id = "129 (deret)" }
sources = ["press"]
reading = { en = "A slip.", id = "Kekeliruan." }
"""


@pytest.fixture
def translations(tmp_path):
    """A file of figures with translations in English and Indonesian."""
    path = tmp_path / "figures.toml"
    path.write_text(TWINS, "utf-8")
    return path


def test_the_texts_of_figures_are_told_in_the_language_asked_for(translations):
    told = read_figures(translations, ("en", "id")).translated(Voice("id"))
    figure, series, contradiction = told["total"], told.series["by_month"], told.contradictions[0]
    assert (figure.unit, figure.period, figure.sources[0].name) == ("aduan", "2020", "Sebuah koran")
    assert (series.unit, series.period, series.note) == ("laporan", "Maret", "Jumlah.")
    assert (contradiction.about, contradiction.one, contradiction.other) == ("Suatu hari", "167", "129 (deret)")
    assert (contradiction.reading, contradiction.sources[0].name) == ("Kekeliruan.", "Sebuah koran")


def test_figures_speak_the_first_language_of_the_study_unless_told_otherwise(translations):
    for languages, unit, name in ((("en", "id"), "complaints", "A newspaper"), (("id", "en"), "aduan", "Sebuah koran")):
        figure = read_figures(translations, languages).translated()["total"]
        assert (figure.unit, figure.sources[0].name) == (unit, name)


def test_texts_of_figures_that_lack_a_language_are_named_at_once(translations):
    _changed(translations, 'unit = { en = "complaints", id = "aduan" }', 'unit = { en = "complaints" }')
    _changed(translations, '"A newspaper" }', '"A newspaper", fr = "Un journal" }')
    _changed(translations, 'unit = "laporan"', "unit = 3")
    _changed(translations, 'id = "Kekeliruan."', 'id = " "')
    with pytest.raises(ProvenanceError) as raised:
        read_figures(translations, ("en", "id"))
    assert str(raised.value).splitlines() == [
        f"{translations}, source press: name ('Sebuah koran') has a text in 'fr'; expected en, id",
        f"{translations}, figure total: unit ('complaints') has no text in 'id'; expected en, id",
        f"{translations}, series by_month: unit is 3; expected a text, or a text for each language",
        f"{translations}, contradiction 1: reading ('A slip.') has no text in 'id'; expected en, id",
    ]


def test_a_source_without_name_or_address_is_a_fault_and_no_crash(translations):
    _changed(
        translations, 'url = "https://example.org/" }', 'link = "https://example.org/" }\nweb = "https://example.org/"'
    )
    with pytest.raises(ProvenanceError) as raised:
        read_figures(translations)
    assert str(raised.value).splitlines() == [
        f"{translations}, source press: url is missing",
        f"{translations}, source press: unknown field 'link'",
        f"{translations}, source web: is 'https://example.org/'; expected a table with name and url",
    ]


def test_every_text_of_the_studys_figures_and_files_has_a_reader_in_both_languages():
    study = open_study(DATA.parent)
    for told, other in zip(
        study.check_data_files(), read_data_files(DATA / "sources.toml", study.languages), strict=True
    ):
        assert told == other
        assert in_language(told.origin, "id") != in_language(told.origin, "en")
    english, indonesian = (study.read_figures().translated(Voice(language)) for language in ("en", "id"))
    for one, two in zip(english, indonesian, strict=True):
        assert (one.key, one.value, one.seen) == (two.key, two.value, two.seen)
        assert one.unit != two.unit
        assert [source.url for source in one.sources] == [source.url for source in two.sources]


def test_the_origin_of_a_data_file_may_have_translations(data):
    _changed(data, 'origin = "a newspaper"', 'origin = { en = "a newspaper", id = "sebuah koran" }')
    kept, made = read_data_files(data, ("en", "id"))
    assert (in_language(kept.origin, "id"), in_language(kept.origin)) == ("sebuah koran", "a newspaper")
    assert (in_language(made.origin, "id"), in_language(made.licence, "id")) == ("made", "MIT")


def test_an_origin_that_lacks_a_language_of_the_study_is_refused(data):
    _changed(data, 'origin = "a newspaper"', 'origin = { en = "a newspaper" }')
    with pytest.raises(ProvenanceError) as raised:
        check_data_files(data, ("en", "id"))
    expected = "entry published/figures.txt: origin ('a newspaper') has no text in 'id'; expected en, id"
    assert str(raised.value) == f"{data}, {expected}"


def test_a_hash_is_the_one_that_sha256sum_prints(data):
    assert sha256_of(data.parent / "published" / "figures.txt") == SHA256_OF_ABC


def test_data_files_are_read_with_their_kind(data):
    kept, made = read_data_files(data)
    assert kept == DataFile("published/figures.txt", "published", "a newspaper", "facts", SHA256_OF_ABC)
    assert (made.kind, made.sha256, made.made_from) == ("synthetic", None, ("published/figures.txt",))


def test_files_as_declared_pass(data):
    (data.parent / "derived").mkdir()
    (data.parent / "derived" / "full-set.parquet").write_bytes(b"made anew each time")
    assert check_data_files(data) == read_data_files(data)


def test_every_changed_missing_and_undeclared_file_is_named_at_once(data):
    (data.parent / "published" / "figures.txt").write_bytes(b"abd")
    (data.parent / "published" / "extra.txt").write_bytes(b"")
    _changed(
        data,
        "[[derived]]",
        f"""[[file]]
path = "gone.csv"
kind = "real"
origin = "a city"
licence = "open"
sha256 = "{SHA256_OF_ABC}"

[[derived]]""",
    )
    with pytest.raises(ProvenanceError) as raised:
        check_data_files(data)
    changed, gone, extra = str(raised.value).splitlines()
    found = sha256_of(data.parent / "published" / "figures.txt")
    assert changed.endswith(f"figures.txt: has changed; its SHA-256 is {found}, declared is {SHA256_OF_ABC}")
    assert gone == f"{data.parent / 'gone.csv'}: declared, but there is no such file"
    assert extra.startswith(f"{data.parent / 'published' / 'extra.txt'}: not declared in sources.toml")


def test_an_unknown_kind_is_refused(data):
    _changed(data, '"published"\norigin', '"publishd"\norigin')
    expected = (
        "entry published/figures.txt: the kind is 'publishd'; "
        "expected one of published, real, synthetic, illustrative; did you mean 'published'?"
    )
    with pytest.raises(ProvenanceError) as raised:
        read_data_files(data)
    assert str(raised.value) == f"{data}, {expected}"


def test_a_path_listed_twice_is_refused(data):
    _changed(data, "derived/full-set.parquet", "published/figures.txt")
    with pytest.raises(ProvenanceError, match=r"'published/figures\.txt' is listed twice"):
        read_data_files(data)


def test_hashes_are_brought_up_to_date_and_nothing_else(data):
    before = data.read_text("utf-8")
    assert write_hashes(data) == 0
    (data.parent / "published" / "figures.txt").write_bytes(b"abd")
    assert write_hashes(data) == 1
    check_data_files(data)
    after = data.read_text("utf-8")
    assert after.replace(sha256_of(data.parent / "published" / "figures.txt"), SHA256_OF_ABC) == before.rstrip() + "\n"


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ProvenanceError, match=r"sources\.toml: no such file"):
        read_data_files(tmp_path / "sources.toml")


def test_the_studys_own_data_files_are_the_declared_ones():
    check_data_files(DATA / "sources.toml")
