import pytest

from cmresearch.coding.sources import read_sources
from cmresearch.errors import SourceError

LABEL = "> Ilustrasi: disusun untuk contoh ini."
TEXT = f"{LABEL}\n\nPewawancara: Apa kabar?\n\nInforman: Baik 🙂, terima kasih.\n\nInforman: Selesai."
ENGLISH = "> Illustrative.\n\nInterviewer: How are you?\n\nInformant: Fine 🙂, thanks.\n\nInformant: Done."


def header(key="interview-1", **changes):
    fields = {
        "key": key,
        "kind": "interview",
        "data_kind": "illustrative",
        "title": "Wawancara 1",
        "informant": "Informan 1",
        "role": "inspectorate",
        "date": "2021-03-04",
        "place": "Jakarta",
        "language": "id",
        "interviewer": "Peneliti",
    } | changes
    return "".join(f'{name} = "{value}"\n' for name, value in fields.items() if value is not None)


def write(folder, name="interview-1.md", *, text=TEXT, **changes):
    folder.mkdir(exist_ok=True)
    changes.setdefault("key", name.partition(".")[0])
    path = folder / name
    path.write_bytes(f"+++\n{header(**changes)}+++\n{text}".encode())
    return path


def faults(folder, *more):
    """What is wrong, a sentence each, with paths seen from the first folder."""
    with pytest.raises(SourceError) as error:
        read_sources([folder, *more])
    return str(error.value).replace(f"{folder}/", "").splitlines()


def test_the_text_is_everything_after_the_header_exactly(tmp_path):
    write(tmp_path, text=TEXT + "\n  ")
    assert read_sources(tmp_path)["interview-1"].text == TEXT + "\n  "


def test_every_paragraph_is_a_turn_with_its_speaker_and_place(tmp_path):
    write(tmp_path)
    source = read_sources(tmp_path)["interview-1"]
    assert [turn.speaker for turn in source.turns] == ["label", "interviewer", "informant", "informant"]
    assert [turn.number for turn in source.turns] == [1, 2, 3, 4]
    assert [source.text_of(turn) for turn in source.answers] == TEXT.split("\n\n")[2:]


def test_a_segment_touches_each_turn_it_overlaps_and_not_the_one_it_only_borders(tmp_path):
    write(tmp_path)
    source = read_sources(tmp_path)["interview-1"]
    third, fourth = source.answers
    assert source.turns_between(third.start + 5, fourth.start) == (third,)
    assert source.turns_between(third.end - 1, fourth.start + 1) == (third, fourth)


def test_every_paragraph_of_a_document_but_its_label_is_an_answer(tmp_path):
    text = f"{LABEL}\n\n# Surat edaran\n\nAduan dijawab\ndalam enam jam."
    write(tmp_path, "document-1.md", text=text, kind="document", informant=None, role=None)
    source = read_sources(tmp_path)["document-1"]
    assert [source.text_of(turn) for turn in source.answers] == [
        "# Surat edaran",
        "Aduan dijawab\ndalam enam jam.",
    ]


def test_the_english_rendering_of_a_turn_is_the_paragraph_of_the_same_number(tmp_path):
    write(tmp_path)
    write(tmp_path, "interview-1.en.md", text=ENGLISH, language="en")
    sources = read_sources(tmp_path)
    assert list(sources) == ["interview-1"]
    source = sources["interview-1"]
    assert source.rendering_of(source.turns[3], language="en") == "Informant: Done."


def test_a_source_without_a_rendering_says_so(tmp_path):
    write(tmp_path)
    source = read_sources(tmp_path)["interview-1"]
    with pytest.raises(SourceError, match=r"^interview-1 has no rendering in language 'en'$"):
        source.rendering_of(source.turns[0], language="en")


def test_several_folders_are_read_in_their_order(tmp_path):
    write(tmp_path / "interviews")
    write(tmp_path / "documents", "document-1.md", kind="document", text=f"{LABEL}\n\nIsi.")
    (tmp_path / "documents" / "README.md").write_text("About these files.", encoding="utf-8")
    assert list(read_sources([tmp_path / "interviews", tmp_path / "documents"])) == [
        "interview-1",
        "document-1",
    ]


def test_the_hash_changes_with_one_character_of_the_text_and_not_with_the_header(tmp_path):
    hashes = []
    for changes in ({}, {"title": "Lain"}, {"text": TEXT + "."}):
        write(tmp_path, **changes)
        hashes.append(read_sources(tmp_path)["interview-1"].sha256)
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_label_goes_with_the_source(tmp_path):
    write(tmp_path)
    assert read_sources(tmp_path)["interview-1"].label == "Ilustrasi: disusun untuk contoh ini."


def test_the_table_holds_one_row_per_source(tmp_path):
    write(tmp_path)
    row = read_sources(tmp_path).to_frame().iloc[0]
    assert row[["source", "data_kind", "role", "answers"]].tolist() == [
        "interview-1",
        "illustrative",
        "inspectorate",
        2,
    ]


def test_a_date_may_be_written_as_a_date(tmp_path):
    path = write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"2021-03-04"', "2021-03-04"), encoding="utf-8")
    assert read_sources(tmp_path)["interview-1"].date == "2021-03-04"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_sources(tmp_path)["interview-1"].text == TEXT


def test_an_unknown_source_is_answered_with_the_nearest_key(tmp_path):
    write(tmp_path)
    with pytest.raises(SourceError, match=r"^there is no source 'interview-2'; did you mean 'interview-1'\?$"):
        read_sources(tmp_path)["interview-2"]


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    write(tmp_path, "interview-1.md", role=None, key="other")
    write(tmp_path, "interview-2.md", data_kind="invented")
    write(tmp_path, "interview-3.md", text=f"{LABEL}\n\nTeman: Halo.\n\nInforman: Ya.")
    write(tmp_path, "interview-4.md", roles="x")
    write(tmp_path, "interview-5.md", text="Informan: Ya.")
    write(tmp_path, "interview-6.md", language="fr")
    (tmp_path / "interview-7.md").write_bytes(b"+++\nkey = \xff\n+++\n")
    (tmp_path / "interview-8.md").write_text("Informan: Ya.", encoding="utf-8")
    (tmp_path / "interview-9.md").write_bytes(b"+++\r\n+++\r\nInforman: Ya.")
    assert faults(tmp_path, tmp_path / "documents") == [
        "documents: there is no such folder",
        "interview-1.md: the key is 'other'; expected 'interview-1', after the file's name",
        "interview-1.md: the header names no role, which an interview needs",
        "interview-2.md: the header, 'data_kind': found 'invented'; "
        "input should be 'published', 'real', 'synthetic' or 'illustrative'",
        "interview-3.md, line 15: the paragraph 'Teman: Halo.' does not begin with 'Pewawancara: ' or 'Informan: '",
        "interview-4.md: the header, 'roles': unknown; expected key, kind, data_kind, title, language, "
        "informant, role, date, place, interviewer, source_note; did you mean 'role'?",
        "interview-5.md: no label; an illustrative source begins with a paragraph '> …' that says so",
        "interview-6.md: the text has no answer and no paragraph that could be coded",
        *(
            f"interview-6.md, line {line}: the paragraph {begins!r} "
            "does not begin with 'Interviewer: ' or 'Informant: '"
            for line, begins in (
                (15, "Pewawancara: Apa kabar?"),
                (17, "Informan: Baik 🙂, terima kasih"),
                (19, "Informan: Selesai."),
            )
        ),
        "interview-7.md: byte 11 is not UTF-8; save the file as UTF-8",
        "interview-8.md: no header; expected TOML between two lines '+++' at the top",
        "interview-9.md: the lines end with a carriage return; save the file with LF line ends",
    ]


def test_the_line_of_a_fault_is_the_line_an_editor_shows(tmp_path):
    path = write(tmp_path, text=f"{LABEL}\n\nTeman: Halo.\n\nInforman: Ya.")
    number = int(faults(tmp_path)[0].split("line ")[1].split(":")[0])
    assert path.read_text(encoding="utf-8").splitlines()[number - 1] == "Teman: Halo."


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        (
            "interview-1.en.md",
            {"text": ENGLISH + "\n\nInformant: More.", "language": "en"},
            "5 paragraphs that do not follow the 4 of interview-1.md; expected the same speakers in the same order",
        ),
        ("interview-1.en.md", {}, "language 'id'; expected 'en', and another than the original's"),
        (
            "interview-2.en.md",
            {"text": ENGLISH, "language": "en"},
            "there is no interview-2.md that it could render",
        ),
    ],
)
def test_a_rendering_that_does_not_follow_its_original_is_refused(tmp_path, name, changes, sentence):
    write(tmp_path)
    write(tmp_path, name, **changes)
    assert faults(tmp_path) == [f"{name}: {sentence}"]


def test_one_key_in_two_folders_is_refused(tmp_path):
    write(tmp_path / "a")
    write(tmp_path / "b")
    assert faults(tmp_path / "a", tmp_path / "b") == [
        f"{tmp_path}/b/interview-1.md: the key 'interview-1' is that of interview-1.md too"
    ]
