"""The coders' records: faults told with file and row, and which record counts."""

import pytest
from small_records import ALL_FOUR, coded, read, saying

from cmresearch.errors import ResponseError


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


class TestCodersRecords:
    def test_the_adjudicated_record_decides(self, write):
        first = write("coder-a.csv", coded(*ALL_FOUR))
        second = write("coder-b.csv", coded(("a", "coded", "implicit"), coder="coder-b"))
        ruling = write("adjudicated.csv", coded(("a", "coded", "none"), coder="adjudicator"))
        assert read(first, second, ruling).words("final_answer")[0] == "none"

    def test_two_coders_who_differ_without_a_ruling_are_refused(self, write):
        first = write("coder-a.csv", coded(*ALL_FOUR))
        second = write("coder-b.csv", coded(("a", "coded", "implicit"), coder="coder-b"))
        message = (
            f"{first}, row 2 and {second}, row 2: the coders differ on complaint 'a' in "
            "final_answer ('explicit' and 'implicit'), and no adjudicated record decides"
        )
        with pytest.raises(ResponseError, match=saying(message)):
            read(first, second)

    def test_two_coders_who_agree_need_no_ruling(self, write):
        first = write("coder-a.csv", coded(*ALL_FOUR))
        second = write("coder-b.csv", coded(*ALL_FOUR[:2], coder="coder-b"))
        assert len(read(first, second)) == 4

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (("z", "coded", "none"), "row 6: complaint 'z' was not drawn"),
            (("a", "coded", "explicit"), "row 6: complaint 'a' stands here a second time"),
            (("d", "codd", "none"), "row 6: disposition 'codd'; expected coded, not_codable, ineligible; did you mean"),
            (("d", "coded", ""), "row 6: no 'final_answer' although the complaint is coded"),
            (("d", "coded", "explicitly"), "row 6: 'final_answer' is 'explicitly'; did you mean 'explicit'? (allowed:"),
        ],
    )
    def test_a_faulty_row_is_told_with_file_and_row(self, write, row, message):
        path = write("coder-a.csv", coded(*ALL_FOUR, row))
        with pytest.raises(ResponseError, match=saying(f"{path}, {message}")):
            read(path)

    def test_a_drawn_complaint_without_a_record_stops_the_reading(self, write):
        path = write("coder-a.csv", coded(ALL_FOUR[0]))
        with pytest.raises(ResponseError, match=saying("3 of 4 drawn complaints are not coded, such as b, c, d;")):
            read(path)

    def test_a_missing_column_is_told_with_the_nearest(self, write):
        path = write("coder-a.csv", "id,disposition,final_anser\na,coded,none\n")
        with pytest.raises(ResponseError, match=saying("no column 'final_answer'; did you mean 'final_anser'?")):
            read(path)
