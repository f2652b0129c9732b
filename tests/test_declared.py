"""Samples whose own columns declare their design."""

import re

import duckdb
import pandas as pd
import pytest

from cmresearch.errors import ResponseError
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_total
from cmresearch.language.voice import ENGLISH
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
            ("channel,N\n", "s.csv has a header and no rows under it: channel, N"),
            ("", "s.csv is empty"),
            ("channel,N,n\nweb,4,2\n", "s.csv has columns that differ in nothing or in case only: N, n"),
            (
                "channel,N,days,days\nweb,4,2,3\n",
                "s.csv has columns that differ in nothing or in case only: days, days",
            ),
            ("channel,N,days\nweb,4\nweb,4,2\n", "s.csv: 1 rows have more or fewer cells than the header"),
            ("channel;N\nweb;4,5\n", "row 2: 'N' is '4,5'; expected a number above zero; write numbers with a decimal"),
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

    def test_a_table_without_rows_is_refused(self):
        with pytest.raises(ResponseError, match="no rows below the header; a sample has one row per sampled unit"):
            declare_sample(pd.DataFrame({"channel": [], "N": []}), strata="channel", population_size="N")

    @pytest.mark.parametrize("name", ["bom.csv", "semicolons.csv", "tabs.txt", "latin.csv", "utf16.csv", "book.xlsx"])
    def test_however_a_table_is_written_it_gives_the_same_sample(self, tmp_path, name):
        table = pd.DataFrame({"channel": ["web", "web", "mail"], "N": [4, 4, 9], "city": ["Zürich", "Uster", "Uster"]})
        path = tmp_path / name
        if name.endswith("xlsx"):
            table.to_excel(path, index=False)
        else:
            encoding = {"bom.csv": "utf-8-sig", "latin.csv": "latin-1", "utf16.csv": "utf-16"}.get(name, "utf-8")
            separator = {"semicolons.csv": ";", "tabs.txt": "\t"}.get(name, ",")
            table.to_csv(path, index=False, sep=separator, encoding=encoding)
        sample = read_sample(path, strata="channel", population_size="N")
        assert sample.words("city").tolist() == table["city"].tolist()
        assert (sample.sizes, sample.weights.tolist()) == ({"web": 4, "mail": 9}, [2.0, 2.0, 9.0])

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
        said = "weights and population sizes differ by more than 1 % in 1 strata, such as 'web': 105 and 100"
        assert ENGLISH.phrases(notes) == said

    def test_equal_rows_can_be_put_together(self, write):
        path = write("s.csv", "channel,N,late,days\nweb,10,yes,1\nweb,10,no,2\nweb,10,yes,3\nphone,3,no,7\n")
        sample = read_sample(path, strata="channel", population_size="N", columns=["late"])
        rows = sorted(zip(sample.strata, sample.words("late"), sample.counts, sample.weights, strict=True))
        assert rows == [("phone", "no", 1, 3.0), ("web", "no", 1, 10 / 3), ("web", "yes", 2, 10 / 3)]
        assert len(sample) == 4

    def test_rows_put_together_give_the_estimates_of_the_rows_apart(self, write):
        rows = [("web", 400, "yes"), ("web", 400, "no"), ("mail", 90, "no"), ("mail", 90, "yes"), ("web", 400, "yes")]
        path = write("s.csv", "channel,N,late\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows * 3))
        apart, together = (
            estimate_proportion(read_sample(path, strata="channel", population_size="N", columns=columns), "late")
            for columns in (None, ["late"])
        )
        for row, same in zip(apart, together, strict=True):
            assert (row.lower, row.upper, row.n) == pytest.approx((same.lower, same.upper, same.n))

    @pytest.mark.parametrize("weight", [None, "w"])
    def test_of_a_large_parquet_file_sums_of_cells_give_what_its_rows_give(self, tmp_path, weight):
        path = tmp_path / "sample.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                "COPY (SELECT 'channel ' || i * i % 3 AS channel, 'agency ' || i % 11 % 5 AS agency, 90000 AS N, "
                "8.5 + i % 3 AS w, CASE WHEN i % 13 > 0 THEN i * 7919 % 1000 END AS days, i * 31 % 97 < 5 AS late "
                f"FROM range(20000) AS r(i)) TO '{path}' (FORMAT parquet)"
            )
        for estimate, variable in ((estimate_mean, "days"), (estimate_proportion, "late"), (estimate_total, "days")):
            apart, together = (
                estimate(
                    read_sample(path, strata="channel", population_size="N", weight=weight, columns=columns),
                    variable,
                    by="agency",
                    missing="drop",
                ).to_frame()
                for columns in (None, ["agency", variable])
            )
            pd.testing.assert_frame_equal(together, apart, rtol=1e-12, atol=1e-15)

    def test_a_missing_column_is_told_when_rows_are_put_together(self, write):
        path = write("s.csv", "channel,N,late\nweb,10,yes\n")
        with pytest.raises(ResponseError, match=saying("no column 'lates'; did you mean 'late'?")):
            read_sample(path, strata="channel", population_size="N", columns=["lates"])

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ResponseError, match=saying(f"{tmp_path / 's.csv'}: no such file")):
            read_sample(tmp_path / "s.csv", strata="channel", population_size="N")
