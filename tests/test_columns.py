"""Values as text, as numbers and as domains."""

import re

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import ResponseError
from cmresearch.responses.columns import label_column
from cmresearch.responses.responses import declare_sample, read_sample


def saying(text):
    return re.escape(text)


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


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

    def test_a_word_for_blank_is_one_where_it_is_named(self, write):
        path = write("s.csv", "channel,N,days\nweb,4,NA\nweb,4,2\n")
        named = read_sample(path, strata="channel", population_size="N", blank="NA")
        assert np.isnan(named.numbers("days")).tolist() == [True, False]
        message = "such as 'NA' for sampled unit 1; name it with blank='NA' if it means that there is no value"
        with pytest.raises(ResponseError, match=saying(message)):
            read_sample(path, strata="channel", population_size="N").numbers("days")

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

    @pytest.mark.parametrize("text", ["1_000", "nan", "1,5", "0x10"])
    def test_what_python_or_a_spreadsheet_might_take_for_a_number_is_none(self, text):
        table = pd.DataFrame({"N": [4, 4], "days": [text, "2"]})
        with pytest.raises(ResponseError, match="1 of 2 values are not numbers"):
            declare_sample(table, strata=[], population_size="N").numbers("days")

    def test_numbers_are_read_to_the_last_digit(self):
        table = pd.DataFrame({"N": [4, 4], "w": ["44.209999084472656", "0.1"]})
        assert declare_sample(table, strata=[], population_size="N").numbers("w").tolist() == [44.209999084472656, 0.1]

    def test_true_and_false_are_words(self):
        assert label_column(pd.Series([True, False])).labels == ("false", "true")
