"""Samples with their design, and the coders' records."""

import re

import duckdb
import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import ResponseError
from cmresearch.responses import double_coded_ratings, read_responses, read_sample

VARIABLES = {"final_answer": ["explicit", "implicit", "none"]}
SIZES = {"web": 10, "phone": 4}
DRAWN = pd.DataFrame({"id": ["a", "b", "c", "d"], "stratum": ["web", "web", "phone", "phone"]})
HEADER = "id,coder,at,disposition,final_answer,memo\n"


def saying(text):
    return re.escape(text)


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def coded(*rows, coder="coder-a"):
    lines = [f"{i},{coder},2021-03-01,{disposition},{answer}," for i, disposition, answer in rows]
    return HEADER + "\n".join(lines) + "\n"


ALL_FOUR = (
    ("a", "coded", "explicit"),
    ("b", "coded", "none"),
    ("c", "coded", "implicit"),
    ("d", "coded", "explicit"),
)


def read(*paths):
    return read_responses(paths, DRAWN, sizes=SIZES, variables=VARIABLES, data_kind="illustrative")


class TestASampleThatSomebodyElseDrew:
    def test_weights_default_to_population_size_over_sample_size(self, write):
        path = write("s.csv", "channel,N,days\nweb,10,1\nweb,10,2\nphone,3,7\n")
        sample = read_sample(path, strata="channel", population_size="N")
        assert sample.weights.tolist() == [5.0, 5.0, 3.0]
        assert sample.sizes == {"web": 10, "phone": 3}

    def test_weights_of_the_file_are_kept_where_a_column_is_named(self, write):
        path = write("s.csv", "channel,N,w,days\nweb,10,5.001,1\nweb,10,5,2\n")
        sample = read_sample(path, strata="channel", population_size="N", weight="w")
        assert sample.weights.tolist() == [5.001, 5.0]
        assert sample.notes == ()

    def test_several_stratum_columns_make_one_label(self, write):
        path = write("s.csv", "channel,city,N\nweb,North,10\nweb,South,20\n")
        assert read_sample(path, strata=["channel", "city"], population_size="N").sizes == {
            "web / North": 10,
            "web / South": 20,
        }

    def test_no_stratum_column_is_a_simple_random_sample(self, write):
        path = write("s.csv", "N,days\n10,1\n10,2\n")
        assert read_sample(path, strata=[], population_size="N").sizes == {"all": 10}

    def test_leading_zeros_stay(self, write):
        path = write("s.csv", "id,channel,N\n007,web,10\n008,web,10\n")
        assert read_sample(path, strata="channel", population_size="N").words("id").tolist() == ["007", "008"]

    def test_parquet_and_csv_give_the_same_sample(self, tmp_path, write):
        table = pd.DataFrame({"channel": ["web", "web"], "N": [4, 4], "days": [1.5, 2.0], "late": [True, False]})

        duckdb.register("drawn", table)
        duckdb.sql(f"COPY drawn TO '{tmp_path / 's.parquet'}' (FORMAT parquet)")
        from_parquet = read_sample(tmp_path / "s.parquet", strata="channel", population_size="N")
        path = write("s.csv", "channel,N,days,late\nweb,4,1.5,true\nweb,4,2.0,false\n")
        from_csv = read_sample(path, strata="channel", population_size="N")
        for name in ("channel", "days", "late"):
            assert from_parquet.words(name).tolist() == from_csv.words(name).tolist()

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("chanel,N\nweb,4\n", "no column 'channel'; did you mean 'chanel'?"),
            ("channel,N\n", "no rows below the header; a sample has one row per sampled unit"),
            (
                "channel,N\nweb,4\n,4\n",
                "row 3: blank stratum in column 'channel'; "
                "a unit whose stratum nobody knows has no known chance of being drawn",
            ),
            ("channel,N\nweb,many\n", "row 2: 'N' is 'many'; expected a number above zero"),
            ("channel,N\nweb,-4\n", "row 2: 'N' is '-4'; expected a number above zero"),
            ("channel,N\nweb,\n", "row 2: 'N' is ''; expected a number above zero"),
            ("channel,N\nweb,4\nweb,5\n", "stratum 'web': population sizes from 4 to 5; expected one"),
            ("channel,N\nweb,1.5\n", "stratum 'web': population size 1.5 is not a whole number"),
            ("channel,N\nweb,1\nweb,1\n", "stratum 'web': population size 1 is below the 2 units sampled from it"),
        ],
    )
    def test_what_contradicts_the_design_is_refused(self, write, text, message):
        with pytest.raises(ResponseError, match=saying(message)):
            read_sample(write("s.csv", text), strata="channel", population_size="N")

    def test_all_faults_are_told_at_once(self, write):
        with pytest.raises(ResponseError) as caught:
            read_sample(write("s.csv", "channel,N\nweb,x\nweb,0\n"), strata="channel", population_size="N")
        assert len(str(caught.value).splitlines()) == 2

    @pytest.mark.parametrize("weight", ["0", "-1", "", "nan", "heavy"])
    def test_a_weight_that_is_no_positive_number_is_refused(self, write, weight):
        path = write("s.csv", f"channel,N,w\nweb,4,{weight}\nweb,4,2\n")
        with pytest.raises(ResponseError, match=r"row 2: 'w' is .*; expected a number above zero"):
            read_sample(path, strata="channel", population_size="N", weight="w")

    def test_weights_of_another_population_are_refused(self, write):
        path = write("s.csv", "channel,N,w\nweb,100,1\nweb,100,1\n")
        message = "stratum 'web': the weights sum to 2, the population size is 100; one of them belongs to another"
        with pytest.raises(ResponseError, match=saying(message)):
            read_sample(path, strata="channel", population_size="N", weight="w")

    def test_weights_that_are_somewhat_off_are_named_in_a_note(self, write):
        path = write("s.csv", "channel,N,w\nweb,100,55\nweb,100,50\n")
        notes = read_sample(path, strata="channel", population_size="N", weight="w").notes
        assert notes == (
            "weights and population sizes differ by more than 1 % in 1 strata, such as 'web': 105 and 100",
        )

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ResponseError, match=saying(f"{tmp_path / 's.csv'}: no such file")):
            read_sample(tmp_path / "s.csv", strata="channel", population_size="N")


class TestValues:
    def test_text_where_a_number_is_needed_is_refused_with_an_example(self, write):
        path = write("s.csv", "channel,N,days\nweb,4,1\nweb,4,soon\n")
        sample = read_sample(path, strata="channel", population_size="N")
        with pytest.raises(ResponseError, match="variable 'days': 1 of 2 values are not numbers, such as 'soon'"):
            sample.numbers("days")

    def test_infinity_is_not_a_number(self, write):
        sample = read_sample(
            write("s.csv", "channel,N,days\nweb,4,inf\nweb,4,2\n"), strata="channel", population_size="N"
        )
        with pytest.raises(ResponseError, match="such as 'inf'"):
            sample.numbers("days")

    def test_a_blank_is_missing(self, write):
        sample = read_sample(write("s.csv", "channel,N,days\nweb,4,\nweb,4,2\n"), strata="channel", population_size="N")
        assert np.isnan(sample.numbers("days")).tolist() == [True, False]
        assert sample.words("days").tolist() == [None, "2"]

    def test_an_unknown_variable_is_answered_with_the_nearest(self, write):
        sample = read_sample(write("s.csv", "channel,N\nweb,4\nweb,4\n"), strata="channel", population_size="N")
        with pytest.raises(ResponseError, match=saying("the sample has no column 'chanel'; did you mean 'channel'?")):
            sample.words("chanel")

    def test_a_unit_with_a_blank_domain_is_refused(self, write):
        sample = read_sample(
            write("s.csv", "channel,N,city\nweb,4,\nweb,4,North\n"), strata="channel", population_size="N"
        )
        with pytest.raises(ResponseError, match="column 'city': blank for 1 sampled units"):
            sample.domains("city")


class TestCodersRecords:
    def test_coded_complaints_carry_their_stratums_weight(self, write):
        responses = read(write("coder-a.csv", coded(*ALL_FOUR)))
        assert responses.weights.tolist() == [5.0, 5.0, 2.0, 2.0]
        assert responses.words("final_answer").tolist() == ["explicit", "none", "implicit", "explicit"]
        assert responses.dispositions == {"coded": 4, "not_codable": 0, "ineligible": 0}
        assert responses.data_kind == "illustrative"

    def test_who_could_not_be_coded_is_weighted_up_within_the_stratum(self, write):
        rows = (*ALL_FOUR[:3], ("d", "not_codable", ""))
        responses = read(write("coder-a.csv", coded(*rows)))
        assert responses.weights.tolist() == [5.0, 5.0, 4.0]
        assert responses.notes == ("1 of 4 drawn complaints not codable: weighted up within stratum",)

    def test_an_ineligible_complaint_stays_as_a_domain_of_its_own(self, write):
        rows = (*ALL_FOUR[:3], ("d", "ineligible", ""))
        responses = read(write("coder-a.csv", coded(*rows)))
        assert responses.eligible.tolist() == [True, True, True, False]
        assert responses.weights.tolist() == [5.0, 5.0, 2.0, 2.0]

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

    def test_a_stratum_without_any_coded_complaint_is_refused(self, write):
        rows = (*ALL_FOUR[:2], ("c", "not_codable", ""), ("d", "not_codable", ""))
        with pytest.raises(ResponseError, match="stratum 'phone': none of its drawn complaints could be coded"):
            read(write("coder-a.csv", coded(*rows)))

    def test_a_stratum_that_was_never_drawn_from_is_refused(self, write):
        path = write("coder-a.csv", coded(*ALL_FOUR))
        sizes = {**SIZES, "letter": 7}
        with pytest.raises(ResponseError, match="stratum 'letter' holds 7 complaints and none was drawn"):
            read_responses([path], DRAWN, sizes=sizes, variables=VARIABLES, data_kind="real")

    def test_a_missing_column_is_told_with_the_nearest(self, write):
        path = write("coder-a.csv", "id,disposition,final_anser\na,coded,none\n")
        with pytest.raises(ResponseError, match=saying("no column 'final_answer'; did you mean 'final_anser'?")):
            read(path)


class TestRatingsForReliability:
    def test_only_complaints_that_both_recorded_count_and_the_ruling_does_not(self, write):
        paths = [
            write("coder-a.csv", coded(*ALL_FOUR)),
            write("coder-b.csv", coded(("b", "coded", "implicit"), ("a", "coded", "explicit"), coder="coder-b")),
            write("adjudicated.csv", coded(("b", "coded", "none"), coder="adjudicator")),
        ]
        ratings = double_coded_ratings(paths, variables=VARIABLES)
        assert ratings["final_answer"].tolist() == [[0.0, 0.0], [2.0, 1.0]]
        assert ratings["disposition"].tolist() == [[0.0, 0.0], [0.0, 0.0]]

    def test_a_blank_is_a_missing_rating(self, write):
        paths = [
            write("coder-a.csv", coded(("a", "coded", "none"))),
            write("coder-b.csv", coded(("a", "not_codable", ""), coder="coder-b")),
        ]
        found = double_coded_ratings(paths, variables=VARIABLES)["final_answer"]
        assert found[0, 0] == 2.0
        assert np.isnan(found[0, 1])
