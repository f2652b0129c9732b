"""What became of each drawn complaint."""

import numpy as np
import pytest
from small_records import ALL_FOUR, DRAWN, SIZES, VARIABLES, coded, read

from cmresearch.errors import ResponseError
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import double_coded_ratings, read_responses


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


class TestWeightsOfCodedComplaints:
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
        assert ENGLISH.phrases(responses.notes) == "1 of 4 drawn complaints not codable: weighted up within stratum"

    def test_an_ineligible_complaint_stays_as_a_domain_of_its_own(self, write):
        rows = (*ALL_FOUR[:3], ("d", "ineligible", ""))
        responses = read(write("coder-a.csv", coded(*rows)))
        assert responses.eligible.tolist() == [True, True, True, False]
        assert responses.weights.tolist() == [5.0, 5.0, 2.0, 2.0]

    def test_a_stratum_without_any_coded_complaint_is_refused(self, write):
        rows = (*ALL_FOUR[:2], ("c", "not_codable", ""), ("d", "not_codable", ""))
        with pytest.raises(ResponseError, match="stratum 'phone': none of its drawn complaints could be coded"):
            read(write("coder-a.csv", coded(*rows)))

    def test_a_stratum_that_was_never_drawn_from_is_refused(self, write):
        path = write("coder-a.csv", coded(*ALL_FOUR))
        sizes = {**SIZES, "letter": 7}
        with pytest.raises(ResponseError, match="stratum 'letter' holds 7 complaints and none was drawn"):
            read_responses([path], DRAWN, sizes=sizes, variables=VARIABLES, data_kind="real")


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
