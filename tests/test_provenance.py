"""Published figures keep their sources, and data files stay the files they were."""

from decimal import Decimal
from pathlib import Path

import pytest

from cmresearch.errors import ProvenanceError
from cmresearch.provenance import (
    DataFile,
    check_data_files,
    read_data_files,
    read_figures,
    sha256_of,
    write_hashes,
)

DATA = Path(__file__).parents[1] / "data"
# printf abc | sha256sum
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture(scope="module")
def figures():
    return read_figures(DATA / "published" / "figures.toml")


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
