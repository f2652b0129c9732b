"""`cmresearch estimate`: what it answers, and what it refuses."""

import json

import pandas as pd
import pytest

from cmresearch.cli import main
from cmresearch.estimation.calibration import calibrate, poststratify, rake
from cmresearch.estimation.contrasts import estimate_contrast, estimate_differences
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_ratio
from cmresearch.estimation.quantiles import estimate_quantile
from cmresearch.estimation.replicates import with_replicates
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

TABLE = pd.DataFrame(
    {
        "channel": ["web"] * 6 + ["phone"] * 6,
        "N": [60] * 6 + [20] * 6,
        "days": [2, 4, 4, 6, 9, 3, 10, 14, 8, 11, 12, 7],
        "letters": [1, 2, 2, 3, 4, 1, 5, 7, 4, 5, 6, 3],
        "late": ["no", "no", "yes", "yes", "no", "yes", "yes", "no", "yes", "no", "yes", "no"],
        "city": ["North", "South", "South", "North"] * 3,
    }
)


@pytest.fixture
def sample():
    return declare_sample(TABLE, strata="channel", population_size="N")


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return put


@pytest.fixture
def ask(tmp_path, capsys):
    """The rows that a call answers with."""
    path = tmp_path / "sample.csv"
    TABLE.to_csv(path, index=False)

    def answer(*words):
        call = ["estimate", str(path), "--strata", "channel", "--population-size", "N", *words, "--json"]
        assert main(call) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.fixture
def refuse(tmp_path, capsys):
    """What a refused call says: exit 2, and no traceback."""
    path = tmp_path / "sample.csv"
    TABLE.to_csv(path, index=False)

    def answer(*words):
        call = ["estimate", str(path), "--strata", "channel", "--population-size", "N", *words]
        try:
            code = main(call)
        except SystemExit as stop:
            code = stop.code
        assert code == 2
        return capsys.readouterr().err

    return answer


def test_every_interval_of_a_proportion_can_be_asked_for(ask, sample):
    for method in ("korn-graubard", "wilson", "logit", "normal"):
        rows = ask("--statistic", "proportion", "--variable", "late", "--interval", method)
        assert rows == estimate_proportion(sample, "late", method=method).to_records(ENGLISH)
        assert {row["method"] for row in rows} == {method}


def test_a_simple_random_sample_needs_no_strata_and_has_the_exact_interval(write, capsys):
    path = write("srs.csv", "N,late\n" + "50,yes\n" * 2 + "50,no\n" * 8)
    call = ["--population-size", "N", "--statistic", "proportion", "--variable", "late"]
    assert main(["estimate", path, *call, "--interval", "hypergeometric", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[1]
    assert (row["estimate"], row["method"]) == (0.2, "hypergeometric")


def test_words_for_blank_are_counted_as_left_out(write, capsys):
    path = write("na.csv", "N,days\n9,4\n9,NA\n9,6\n")
    call = [
        "estimate",
        path,
        "--population-size",
        "N",
        "--statistic",
        "mean",
        "--variable",
        "days",
        "--missing",
        "drop",
    ]
    assert main(call) == 2
    assert "name it with blank='NA'" in capsys.readouterr().err
    assert main([*call, "--blank", "NA", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["estimate"], row["n"]) == (5, 2)
    assert row["note"] == "1 units without a value left out: a figure of those with one"


def test_quantiles_ratios_and_contrasts_are_those_of_the_library(ask, sample):
    quantiles = ask("--statistic", "quantile", "--variable", "days", "--probability", "0.25,0.5", "--rule", "school")
    expected = estimate_quantile(sample, "days", probabilities=(0.25, 0.5), rule="school")
    assert quantiles == expected.to_records(ENGLISH)
    ratio = ask("--statistic", "ratio", "--variable", "letters", "--denominator", "days", "--deff", "with_replacement")
    assert ratio == estimate_ratio(sample, "letters", "days", deff="with_replacement").to_records(ENGLISH)
    means = estimate_mean(sample, "days", by="channel")
    assert ask("--statistic", "contrast", "--variable", "days", "--by", "channel") == (
        estimate_differences(means).to_records(ENGLISH)
    )
    own = ask("--statistic", "contrast", "--variable", "days", "--by", "channel", "--coefficients", "web=2,phone=-1")
    assert own == estimate_contrast(means, {"web": 2, "phone": -1}).to_records(ENGLISH)
    shares = ask("--statistic", "contrast", "--variable", "late", "--by", "city", "--value", "yes")
    assert shares == estimate_differences(estimate_proportion(sample, "late", value="yes", by="city")).to_records(
        ENGLISH
    )
    ratios = estimate_ratio(sample, "letters", "days", by="city")
    asked = ask("--statistic", "contrast", "--variable", "letters", "--denominator", "days", "--by", "city")
    assert asked == estimate_differences(ratios).to_records(ENGLISH)


def test_known_totals_post_stratify_rake_and_calibrate(ask, write, sample):
    mean = ("--statistic", "mean", "--variable", "days")
    one = write("one.csv", "column,category,total\ncity,North,50\ncity,South,30\n")
    expected = poststratify(sample, "city", {"North": 50, "South": 30})
    assert ask(*mean, "--totals", one)[0]["standard_error"] == pytest.approx(
        estimate_mean(expected, "days")[0].standard_error
    )
    rows = "city,North,50\ncity,South,30\nlate,yes,35\nlate,no,45\n"
    margins = {"city": {"North": 50, "South": 30}, "late": {"yes": 35, "no": 45}}
    two = write("two.csv", f"column,category,total\n{rows}")
    found = ask(*mean, "--totals", two, "--distance", "raking")[0]
    assert found["estimate"] == pytest.approx(estimate_mean(rake(sample, margins), "days")[0].estimate)
    three = write("three.csv", f"column,category,total\n{rows}letters,,250\n")
    found = ask(*mean, "--totals", three, "--distance", "logit", "--bounds", "0.3,3")[0]
    wanted = calibrate(sample, margins=margins, totals={"letters": 250}, distance="logit", bounds=(0.3, 3))
    assert found["standard_error"] == pytest.approx(estimate_mean(wanted, "days")[0].standard_error)


def test_post_strata_of_two_columns_join_their_names(ask, write):
    rows = "channel / city,web / North,35\nchannel / city,web / South,25\n"
    rows += "channel / city,phone / North,9\nchannel / city,phone / South,11\n"
    totals = write("crossed.csv", f"column,category,total\n{rows}")
    found = ask("--statistic", "count", "--variable", "city", "--by", "channel", "--totals", totals)
    assert [row["estimate"] for row in found] == pytest.approx([9, 11, 35, 25])


def test_replicate_weights_stand_in_for_the_formula(ask, sample):
    found = ask("--statistic", "mean", "--variable", "days", "--by", "city", "--replicates", "jackknife")
    expected = with_replicates(sample, lambda one: estimate_mean(one, "days", by="city"))
    assert found == expected.to_records(ENGLISH)
    call = ("--statistic", "proportion", "--variable", "late", "--replicates", "bootstrap", "--number", "50")
    assert ask(*call) == ask(*call, "--seed", "1") != ask(*call, "--seed", "2")
    assert {row["method"] for row in ask(*call)} == {"bootstrap, korn-graubard"}


def test_every_replicate_is_calibrated_anew_so_that_a_known_count_has_no_error(ask, write):
    totals = write("one.csv", "column,category,total\ncity,North,50\ncity,South,30\n")
    call = ("--statistic", "count", "--variable", "city", "--replicates", "jackknife")
    assert min(row["standard_error"] for row in ask(*call)) > 1
    assert max(row["standard_error"] for row in ask(*call, "--totals", totals)) < 1e-9


def test_a_category_that_nobody_has_is_a_share_of_zero_with_an_interval_where_it_is_named(ask, refuse):
    share = ("--statistic", "proportion", "--variable", "late", "--value", "partly")
    told = "has no value 'partly' in the sample (it has no, yes); if no sampled unit has it and others may, name"
    assert told in refuse(*share)
    (row,) = ask(*share, "--categories", "no,yes,partly")
    assert row["estimate"] == row["lower"] == 0
    assert row["upper"] == pytest.approx(1 - 0.025 ** (1 / 12))  # none of twelve


def test_words_with_commas_can_be_asked_for(write, capsys):
    path = write("odd.csv", 'N,"kind, of",days\n9,"a, b",1\n9,"a, b",3\n9,x=y,4\n9,x=y,6\n')
    call = ["estimate", path, "--population-size", "N", "--statistic", "contrast", "--variable", "days", "--json"]
    assert main([*call, "--by", '"kind, of"', "--coefficients", "a, b=1,x=y=-2e0"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["domain"], row["estimate"]) == ("1 a, b - 2 x=y", 2 - 2 * 5)


def test_a_unit_without_a_domain_is_left_out_and_counted(write, capsys):
    path = write("some.csv", "N,city,days\n9,North,1\n9,North,3\n9,,4\n")
    call = ["estimate", path, "--population-size", "N", "--statistic", "mean", "--variable", "days", "--by", "city"]
    assert main(call) == 2
    assert "column 'city': blank for 1 sampled units" in capsys.readouterr().err
    assert main([*call, "--missing", "drop", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["domain"], row["estimate"], row["note"]) == ("North", 2, "1 units without a domain left out")


def test_what_is_to_be_noted_of_every_row_stands_once_below_the_table(write, capsys):
    path = write("some.csv", "N,city,days\n9,North,1\n9,North,3\n9,South,4\n9,,4\n")
    call = ["estimate", path, "--population-size", "N", "--statistic", "mean", "--variable", "days", "--by", "city"]
    assert main([*call, "--missing", "drop"]) == 0
    told = capsys.readouterr().out
    assert told.count("1 units without a domain left out") == 1
    assert told.endswith("note: 1 units without a domain left out\n")
    assert "rests on one unit" in told
    assert "category" not in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "mean --variable days --value yes",
            "--value plays no part in a mean; it belongs to proportion, count, contrast",
        ),
        ("mean --variable days --interval wilson", "--interval plays no part in a mean; it belongs to proportion"),
        ("total --variable days --probability 0.5", "--probability plays no part in a total; it belongs to quantile"),
        ("mean --variable days --distance raking", "--distance plays no part without --totals"),
        ("mean --variable days --seed 4", "--seed plays no part without --replicates"),
        (
            "mean --variable days --replicates jackknife --seed 4",
            "the jackknife has a replicate for each unit and draws",
        ),
        (
            "mean --variable days --replicates jackknife --explain",
            "--explain shows how linearised standard errors come",
        ),
        ("mean --variable days --replicates bootstrap --seed -1", "seed -1; expected a whole number that is not below"),
        ("quantile --variable days --replicates jackknife", "the jackknife does not give the variance of a quantile"),
        ("quantile --variable days --probability half", "'half'; expected numbers between 0 and 1 with commas"),
        ("quantile --variable days --probability 50", "quantile 50.0; expected a number between 0 and 1"),
        ("mean --variable days --level 95", "confidence level 95.0; expected a number between 0 and 1"),
        ("contrast --variable days", "a contrast compares domains: name the columns that make them with --by"),
        (
            "contrast --variable days --by city --coefficients North",
            "'North'; expected domains with their coefficients",
        ),
        ("contrast --variable days --by city --coefficients a=1,a=2", "'a=1,a=2'; expected each domain once"),
        ("contrast --variable days --by city --coefficients Nort=1", "did you mean 'North None'?"),
        ("ratio --variable days", "a ratio needs a denominator: name its column with --denominator"),
        ("ratio --variable days --denominator late", "variable 'late': 12 of 12 values are not numbers, such as 'no'"),
        ("mean --variable dais", "the sample has no column 'dais'; did you mean 'days'?"),
        (
            "mean --variable city",
            "values are not numbers, such as 'North' for sampled unit 1; for words use a proportion",
        ),
        ("proportion --variable late --interval hypergeometric", "exact for a simple random sample only"),
        ("proportion --variable late --value yess", "variable 'late' has no value 'yess' in the sample; did you mean"),
        ("mean --variable days --totals nowhere.csv", "nowhere.csv: no such file"),
    ],
)
def test_what_would_change_nothing_or_makes_no_sense_is_refused(refuse, words, message):
    assert message in refuse("--statistic", *words.split(" "))


def test_all_faults_of_a_file_of_totals_are_told_at_once(refuse, write):
    text = "column,category,total\ncity,North,many\ncity,South,3\ncity,South,4\n,late,3\ncity,,9\n,,4\n,,5\n"
    told = refuse("--statistic", "mean", "--variable", "days", "--totals", write("totals.csv", text))
    for fault in (
        "row 2: total 'many'; expected a number",
        "row 4: 'city' 'South' stands there twice",
        "row 5: category 'late' of no column",
        "row 8: the number of units stands there twice",
        "'city' has categories and a total of its own",
    ):
        assert fault in told
