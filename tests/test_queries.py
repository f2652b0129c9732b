import pytest
from small_coding import coding_of, row

from cmresearch.coding.queries import co_occurrence, code_case_matrix, find_segments, framework_matrix
from cmresearch.errors import CodebookError, CodingError, SourceError


@pytest.fixture
def coding(tmp_path):
    """Settled: in interview 1 `final` and `quick` overlap in turn 3, in interview 2 `asked` stands in turn 5."""
    return coding_of(
        tmp_path,
        row("answer within a day"),
        row("answer within a day", coder="adjudicator"),
        row("within a day. Not always", "quick", "adjudicator", direction="hinders"),
        row("Nobody asks", "asked", "adjudicator", "interview-2", direction="absent"),
    )


def test_segments_are_found_by_code_dimension_informant_and_direction(coding):
    def quotes(**asked):
        return find_segments(coding, **asked)["quote"].tolist()

    assert quotes() == ["answer within a day", "within a day. Not always", "Nobody asks"]
    assert quotes(code="final") == ["answer within a day"]
    assert quotes(dimension="speed") == ["answer within a day", "within a day. Not always"]
    assert quotes(dimension="speed", direction="hinders") == ["within a day. Not always"]
    assert quotes(informant="Informant 2") == quotes(informant="kelurahan") == quotes(source="interview-2")
    assert quotes(coder="coder-a") == ["answer within a day"]


def test_a_found_segment_says_who_where_and_what_kind_of_text(coding):
    found = find_segments(coding, code="asked").to_dict("records")[0]
    assert (found["informant"], found["role"], found["turn"], found["dimensions"]) == (
        "Informant 2",
        "kelurahan",
        5,
        "closure",
    )
    assert (found["data_kind"], found["label"]) == ("illustrative", "Illustrative: composed.")


def test_nothing_found_is_a_table_without_rows(coding):
    assert list(find_segments(coding, code="asked", direction="supports").columns)[:2] == ["source", "informant"]


def test_without_adjudication_everybodys_segments_count(tmp_path):
    coding = coding_of(tmp_path, row("agency"), row("agency", coder="coder-b"))
    assert len(find_segments(coding)) == 2


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({"code": "finall"}, CodebookError, "the codebook has no code 'finall'; did you mean 'final'?"),
        ({"source": "interview-3"}, SourceError, "there is no source 'interview-3'"),
        ({"informant": "kelurahn"}, CodingError, "there is no informant or role 'kelurahn'; did you mean 'kelurahan'?"),
        (
            {"direction": "suports"},
            CodingError,
            "there is no direction 'suports'; expected one of supports, hinders, absent, context; did you mean 'supp",
        ),
        ({"coder": "coder-z"}, CodingError, "nobody coded as 'coder-z'; did you mean 'coder-a'?"),
    ],
)
def test_unknown_words_are_answered_with_the_nearest(coding, asked, error, sentence):
    with pytest.raises(error) as raised:
        find_segments(coding, **asked)
    assert str(raised.value).startswith(sentence)


def test_codes_that_share_words_or_a_turn_or_a_source_are_counted_together(coding):
    shared = co_occurrence(coding)
    assert shared.loc["quick", "final"] == shared.loc["final", "quick"] == 1
    assert shared.loc["quick", "asked"] == 0
    assert shared.loc["final", "final"] == 1
    assert co_occurrence(coding, within="turn").loc["quick", "final"] == 1
    assert co_occurrence(coding, within="source").to_numpy().tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_dimensions_that_share_a_turn_count_once_a_turn(coding):
    # Turn 3 holds `final` (closure, speed) and `quick` (speed); turn 5 of interview 2 holds `asked` (closure).
    assert co_occurrence(coding, within="turn", topic="dimension").to_numpy().tolist() == [[1, 1], [1, 2]]


def test_cases_and_codes_are_crossed(coding):
    table = code_case_matrix(coding)
    assert table.loc["interview-1"].to_dict() == {"quick": 1, "final": 1, "asked": 0}
    by_role = code_case_matrix(coding, case="role", topic="dimension")
    assert by_role.loc["bureau"].to_dict() == {"speed": 2, "closure": 1}
    assert by_role.index.tolist() == ["bureau", "kelurahan"]


def test_the_framework_holds_the_quotations_and_where_they_stand(coding):
    table = framework_matrix(coding, case="informant")
    assert table.loc["Informant 1", "speed"] == (
        "supports · final: “answer within a day” [interview-1, turn 3]\n"
        "hinders · quick: “within a day. Not always” [interview-1, turn 3]"
    )
    assert table.loc["Informant 2", "speed"] == ""
    assert table["label"].tolist() == ["Illustrative: composed."] * 2
    assert framework_matrix(coding, keys=["closure"]).columns.tolist() == ["closure", "label"]


@pytest.mark.parametrize("query", [code_case_matrix, framework_matrix])
def test_a_case_is_a_source_an_informant_or_a_role(coding, query):
    with pytest.raises(CodingError, match=r"^case is 'sourc'; expected one of source, informant, role; did you mean"):
        query(coding, case="sourc")
