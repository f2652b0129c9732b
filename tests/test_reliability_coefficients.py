""""""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cmresearch.errors import ReliabilityError
from cmresearch.language.voice import ENGLISH
from cmresearch.reliability.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    explain_difference,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)

REFERENCE = json.loads((Path(__file__).parent / "reference" / "reliability.json").read_text(encoding="utf-8"))
SETS = ["four_raters_twelve_units", "two_raters_ten_units"]
WEIGHTS = {
    "unweighted": "identity",
    "linear": "linear",
    "quadratic": "quadratic",
    "ordinal": "gwet_ordinal",
    "ratio": "ratio",
}
METRICS = {**WEIGHTS, "unweighted": "nominal", "quadratic": "interval"}
COEFFICIENTS = {
    "percent": percent_agreement,
    "AC": gwet_ac,
    "fleiss": fleiss_kappa,
    "kripp": krippendorff_alpha,
    "conger": conger_kappa,
    "brennan_prediger": brennan_prediger,
}
CASES = [
    (name, coefficient, weights)
    for name in SETS
    for coefficient, found in REFERENCE[name]["irrCAC"].items()
    for weights in found
]
OF_TABLES = {
    "pa2.table": percent_agreement,
    "kappa2.table": cohen_kappa,
    "scott2.table": scott_pi,
    "gwet.ac1.table": gwet_ac,
    "bp2.table": brennan_prediger,
    "krippen2.table": krippendorff_alpha,
}
RATINGS = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.sampled_from([0.0, 1.0, 2.0, np.nan])
)
RARE = np.array([[0, 0]] * 95 + [[1, 0]] * 2 + [[0, 1]] + [[1, 1]] * 2, dtype=float)


def published(name):
    return np.array(REFERENCE[name]["ratings"], dtype=float)


def cohens_table():
    """Cohen's 200 units, one row each."""
    table = REFERENCE["cohen"]["table"]
    cells = [((a, b), count) for a, row in enumerate(table, 1) for b, count in enumerate(row, 1)]
    return np.array([cell for cell, count in cells for _ in range(count)], dtype=float)


@pytest.mark.parametrize(("name", "coefficient", "weights"), CASES)
def test_coefficients_errors_and_intervals_agree_with_r_on_raw_ratings(name, coefficient, weights):
    expected = REFERENCE[name]["irrCAC"][coefficient][weights]
    words = METRICS if coefficient == "kripp" else WEIGHTS
    found = COEFFICIENTS[coefficient](published(name), words[weights], interval="analytic")
    assert found.value == pytest.approx(expected["value"], abs=1e-9)
    assert found.standard_error == pytest.approx(expected["se"], abs=1e-9)
    lower, upper = (float(end) for end in expected["ci95"].strip("()").split(","))
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-9)


@pytest.mark.parametrize("name", OF_TABLES)
@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_coefficients_of_two_raters_agree_with_r_on_cohens_table(name, weights):
    expected = REFERENCE["cohen"]["irrCAC"][name][weights]
    words = METRICS if name == "krippen2.table" else WEIGHTS
    found = OF_TABLES[name](cohens_table(), words[weights], interval="analytic")
    assert found.value == pytest.approx(expected["value"], abs=1e-9)
    # irrCAC divides by n for tables and by n - 1 for raw ratings; here it is n - 1 everywhere.
    assert found.standard_error * np.sqrt(199 / 200) == pytest.approx(expected["se"], abs=1e-9)


def test_cohens_kappa_and_its_variance_agree_with_psych():
    expected = REFERENCE["cohen"]["psych"]
    plain = cohen_kappa(cohens_table(), interval="analytic")
    squared = cohen_kappa(cohens_table(), "quadratic")
    assert plain.value == pytest.approx(expected["kappa"], abs=1e-9)
    assert squared.value == pytest.approx(expected["weighted_quadratic"], abs=1e-9)
    assert plain.standard_error**2 * 199 / 200 == pytest.approx(expected["var_kappa"], abs=1e-9)


def test_the_error_of_weighted_kappa_is_that_of_fleiss_cohen_and_everitt():
    # Var = Σ p_ij [w_ij (1 − p_e) − (w̄_i + w̄_j)(1 − p_o)]² − (p_o p_e − 2 p_e + p_o)², over n (1 − p_e)⁴.
    shares = np.array(REFERENCE["cohen"]["table"]) / 200
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    weights = np.array([[1 - (a - b) ** 2 / 4 for b in range(3)] for a in range(3)])
    observed, expected = (weights * shares).sum(), rows @ weights @ columns
    means = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    squares = (shares * (weights * (1 - expected) - means * (1 - observed)) ** 2).sum()
    variance = (squares - (observed * expected - 2 * expected + observed) ** 2) / (200 * (1 - expected) ** 4)
    found = cohen_kappa(cohens_table(), "quadratic", interval="analytic")
    assert found.standard_error**2 * 199 / 200 == pytest.approx(variance, abs=1e-12)


def test_cohens_own_weights_of_disagreement_give_his_weighted_kappa():
    disagreement = np.array(REFERENCE["cohen"]["disagreement_weights"])
    kappa = cohen_kappa(cohens_table(), 1 - disagreement / disagreement.max())
    assert kappa.value == pytest.approx(REFERENCE["cohen"]["psych_weighted"], abs=1e-9)
    assert kappa.value == pytest.approx(0.348, abs=5e-4)  # as Cohen (1968) prints it
    assert kappa.coefficient == "Cohen's kappa (given weights)"


def test_kappas_of_two_raters_agree_with_irr():
    expected = REFERENCE["two_raters_ten_units"]["irr"]
    ratings = published("two_raters_ten_units")
    assert fleiss_kappa(ratings).value == pytest.approx(expected["irr_kappam.fleiss"], abs=1e-9)
    assert scott_pi(ratings).value == pytest.approx(expected["irr_kappam.fleiss"], abs=1e-9)
    assert conger_kappa(ratings).value == pytest.approx(expected["irr_kappam.fleiss_exact_conger"], abs=1e-9)
    for weights, word in {"unweighted": "identity", "equal": "linear", "squared": "quadratic"}.items():
        assert cohen_kappa(ratings, word).value == pytest.approx(expected["irr_kappa2"][weights]["value"], abs=1e-9)


def test_gwets_ordinal_weights_are_not_krippendorffs_ordinal_metric():
    ratings = published("four_raters_twelve_units")
    assert krippendorff_alpha(ratings, "ordinal").value == pytest.approx(0.815387503754881, abs=1e-9)
    assert krippendorff_alpha(ratings, "gwet_ordinal").value == pytest.approx(0.833638025594149, abs=1e-9)


def test_coefficients_of_four_units_by_hand():
    # Three of four units agree: p_a = 3/4. Rater one gave 1 twice, rater two once.
    ratings = [[0, 1], [1, 1], [0, 0], [0, 0]]
    # Chance: Cohen 1/4·2/4 + 3/4·2/4 = 1/2; Scott (3/8)² + (5/8)² = 34/64; AC1 2·(3/8)(5/8) = 30/64; uniform 1/2.
    assert cohen_kappa(ratings).value == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))
    assert scott_pi(ratings).value == pytest.approx((3 / 4 - 34 / 64) / (1 - 34 / 64))
    assert gwet_ac(ratings).value == pytest.approx((3 / 4 - 30 / 64) / (1 - 30 / 64))
    assert brennan_prediger(ratings).value == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))


def test_fleiss_kappa_of_three_raters_by_hand():
    # Pairs that agree: 3/3, 1/3 and 3/3, so p_a = 7/9. Shares: 1 in 4 of 9, so p_e = (16 + 25) / 81.
    ratings = [[1, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert fleiss_kappa(ratings).value == pytest.approx((7 / 9 - 41 / 81) / (1 - 41 / 81))


def test_fleiss_kappa_of_fourteen_raters_is_the_published_one():
    # Ten subjects, fourteen raters, five categories; kappa 0.210 (the worked example of the encyclopedia entry).
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    ratings = [[value for value, times in enumerate(row) for _ in range(times)] for row in counts]
    assert fleiss_kappa(ratings).value == pytest.approx(0.210, abs=5e-4)


def test_three_raters_without_gaps_have_the_alpha_of_the_coincidence_matrix():
    # The case that R's irr 0.84.1 gets wrong. Coincidences: 1–1 three from the first unit, one from the second;
    # with n0 = 5, n1 = 4, n = 9: observed 0–1 is 2·2/2 = 2 of 9; expected 2·5·4/(9·8) = 40/72.
    alpha = krippendorff_alpha([[1, 1, 1], [0, 0, 1], [0, 0, 0]])
    assert alpha.value == pytest.approx(1 - (2 / 9) / (40 / 72))


def test_units_that_one_of_two_raters_left_out_do_not_count_for_cohen_and_scott():
    whole, gaps = [[0, 1], [1, 1], [0, 0]], [[0, 1], [1, 1], [0, 0], [1, np.nan]]
    assert cohen_kappa(gaps).value == cohen_kappa(whole).value
    assert scott_pi(gaps).value == scott_pi(whole).value


def test_cohen_refuses_three_raters_and_says_what_to_take():
    with pytest.raises(ReliabilityError) as error:
        cohen_kappa([[1, 1, 0]])
    assert str(error.value) == (
        "Cohen's kappa compares two raters; found 3: take Fleiss' or Conger's kappa, or each pair apart"
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: fleiss_kappa([[1, 2]], "lineer"),
            "there are no weights 'lineer'; expected one of identity, linear, quadratic, ratio, gwet_ordinal; "
            "did you mean 'linear'?",
        ),
        (lambda: gwet_ac([[0, 2]], categories=[0, 1]), "the rating 2 is no category; expected one of 0, 1"),
        (
            lambda: fleiss_kappa([[1, 2]], [[1, 0, 0]]),
            "the weights have the shape (1, 3); expected 2 rows and columns, with 1 where both values are the same",
        ),
        (
            lambda: fleiss_kappa([[1, 2], [1, 1]], interval="analytical"),
            "there is no interval 'analytical'; expected one of bootstrap, analytic; did you mean 'analytic'?",
        ),
        (
            lambda: fleiss_kappa([[1, 2], [1, 1]], clusters=["a"]),
            "there are 1 labels of clusters for 2 units; expected one each",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call, sentence):
    with pytest.raises(ReliabilityError) as error:
        call()
    assert str(error.value) == sentence


def test_categories_that_nobody_gave_count_where_chance_is_shared_among_them():
    ratings = [[0, 0], [0, 0], [1, 0]]
    assert brennan_prediger(ratings, categories=[0, 1, 2, 3]).value == pytest.approx((2 / 3 - 1 / 4) / (1 - 1 / 4))
    nobody = np.zeros((5, 2))
    assert gwet_ac(nobody, categories=[0, 1]).value == 1.0
    assert fleiss_kappa(nobody, categories=[0, 1]).value is None


def test_clusters_are_resampled_as_a_whole_and_few_are_warned_of():
    ratings = [[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0]]
    found = krippendorff_alpha(ratings, clusters=["a", "a", "b", "b", "c", "c"], clusters_are="interviews")
    assert found.method == "percentile bootstrap over interviews, 1,000 replicates, seed 1"
    assert ENGLISH.phrases(found.notes) == (
        "the interval rests on 3 interviews: resampling so few makes it too short; the analytic interval holds better"
    )
    assert found.value == krippendorff_alpha(ratings).value
    derived = krippendorff_alpha(ratings, clusters=list("aabbcc"), interval="analytic")
    assert ENGLISH.phrases(derived.notes).endswith(
        "clusters: so few leave it unsteady, read it as the least uncertainty there is"
    )


def test_clusters_that_agree_throughout_or_not_make_the_error_larger_than_single_units():
    half = [[1, 1], [0, 0]] * 15 + [[1, 0], [0, 1]] * 5
    clusters = [place // 10 for place in range(40)]
    alone = krippendorff_alpha(half, interval="analytic")
    together = krippendorff_alpha(half, interval="analytic", clusters=clusters)
    assert together.standard_error > alone.standard_error


def test_each_unit_its_own_cluster_is_the_same_as_none():
    ratings = published("two_raters_ten_units")
    apart = fleiss_kappa(ratings, clusters=list("abcdefghij"), interval="analytic")
    assert apart.standard_error == pytest.approx(fleiss_kappa(ratings, interval="analytic").standard_error)


def test_one_cluster_has_no_interval():
    found = krippendorff_alpha([[1, 1], [0, 0], [1, 0]], clusters=["a", "a", "a"])
    assert (found.lower, ENGLISH.phrases(found.notes)) == (
        None,
        "all that two raters rated lies in one cluster, so there is nothing to resample",
    )


def test_one_unit_that_two_raters_rated_has_no_interval_however_many_others_were_rated_once():
    found = percent_agreement([[1, 1], [np.nan, 1], [0, np.nan]])
    assert (found.value, found.lower) == (1.0, None)
    assert ENGLISH.phrases(found.notes) == "only one unit was rated by two raters, so there is nothing to resample"


def test_the_linearised_error_of_percent_agreement_is_that_of_a_mean():
    # Ten units, six agree: sqrt(0.6 · 0.4 / 9).
    found = percent_agreement(published("two_raters_ten_units"), interval="analytic")
    assert found.standard_error == pytest.approx(np.sqrt(0.6 * 0.4 / 9))
    assert found.method == "linearised variance over units, Student's t"


def test_bootstrap_and_linearised_errors_are_of_one_size():
    generator = np.random.PCG64(3).random_raw(800).astype(float) / 2**64
    ratings = (generator.reshape(400, 2) < 0.4).astype(float)
    ratings[:250, 1] = ratings[:250, 0]
    drawn = krippendorff_alpha(ratings, replicates=4000)
    derived = krippendorff_alpha(ratings, interval="analytic")
    assert drawn.upper - drawn.lower == pytest.approx(derived.upper - derived.lower, rel=0.05)


def test_the_difference_of_alpha_and_ac1_on_a_rare_code_is_explained():
    alpha, ac1 = krippendorff_alpha(RARE), gwet_ac(RARE, categories=[0, 1])
    assert alpha.value < 0.6
    assert ac1.value > 0.95
    assert ENGLISH.phrases(explain_difference(RARE, alpha, ac1)) == (
        f"The code is rare (7 of 200 ratings): alpha ({alpha.value:.2f}) asks how far the few cases agree and moves "
        f"far with each of them, AC1 ({ac1.value:.2f}) mostly counts that all left it out elsewhere; look at the "
        "disagreements themselves."
    )
    common = [[1, 1], [0, 0], [1, 0], [0, 0]]
    assert explain_difference(common, krippendorff_alpha(common), gwet_ac(common)) == ()


@given(ratings=RATINGS)
def test_every_coefficient_is_a_number_up_to_one_or_nothing_with_a_reason(ratings):
    for coefficient in (fleiss_kappa, conger_kappa, gwet_ac, brennan_prediger, percent_agreement):
        for interval in ("bootstrap", "analytic"):
            found = coefficient(ratings, replicates=20, interval=interval)
            assert found.value is not None or found.notes
            assert found.value is None or found.value <= 1 + 1e-12


@given(ratings=RATINGS, order=st.randoms(use_true_random=False))
def test_the_order_of_units_and_raters_moves_no_coefficient(ratings, order):
    rows, columns = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    order.shuffle(rows)
    order.shuffle(columns)
    for coefficient in (fleiss_kappa, conger_kappa, gwet_ac, brennan_prediger):
        here = coefficient(ratings, "linear", replicates=1).value
        there = coefficient(ratings[rows][:, columns], "linear", replicates=1).value
        assert there == (here if here is None else pytest.approx(here))


def uniform(seed, size):
    return np.random.PCG64(seed).random_raw(size).astype(float) / 2.0**64


@pytest.mark.slow
@pytest.mark.parametrize("interval", ["bootstrap", "analytic"])
def test_intervals_over_units_cover_the_true_coefficient(interval):
    # A code of prevalence 0.3, two raters who err independently in one of ten units: each gives it with probability
    # 0.34, they agree with 0.82, so alpha tends to (0.82 - 0.5512) / 0.4488 and AC1 to (0.82 - 0.4488) / 0.5512.
    truths = {krippendorff_alpha: (0.82 - 0.5512) / 0.4488, gwet_ac: (0.82 - 0.4488) / 0.5512}
    covered = dict.fromkeys(truths, 0)
    for seed in range(400):
        drawn = uniform(seed, 600).reshape(3, 200)
        ratings = ((drawn[0] < 0.3) ^ (drawn[1:] < 0.1)).T.astype(float)
        for coefficient, truth in truths.items():
            found = coefficient(ratings, interval=interval)
            covered[coefficient] += found.lower <= truth <= found.upper
    for count in covered.values():
        assert 0.92 <= count / 400 <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(("interviews", "least", "most"), [(7, 0.70, 0.94), (60, 0.90, 0.98)])
def test_intervals_over_seven_interviews_are_too_short_and_over_sixty_are_not(interviews, least, most):
    # In each interview the raters err with a probability of its own, 0.02 or 0.3; twelve turns each, prevalence 0.3.
    # Together they agree with (0.9608 + 0.58) / 2, and give the code with (0.308 + 0.42) / 2.
    given = (0.3 * 0.98 + 0.7 * 0.02 + 0.3 * 0.7 + 0.7 * 0.3) / 2
    chance = given**2 + (1 - given) ** 2
    truth = ((0.98**2 + 0.02**2 + 0.7**2 + 0.3**2) / 2 - chance) / (1 - chance)
    units = interviews * 12
    covered = 0
    for seed in range(400):
        drawn = uniform(seed, 3 * units + interviews)
        errs = np.repeat(np.where(drawn[:interviews] < 0.5, 0.02, 0.3), 12)
        held, *slips = drawn[interviews:].reshape(3, units)
        ratings = np.array([(held < 0.3) ^ (slip < errs) for slip in slips]).T.astype(float)
        found = krippendorff_alpha(ratings, clusters=np.repeat(np.arange(interviews), 12))
        covered += found.lower is not None and found.lower <= truth <= found.upper
    assert least <= covered / 400 <= most


SCALES = ["nominal", "ordinal", "interval", "ratio"]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("metric", SCALES)
def test_alpha_agrees_with_r_on_the_published_examples(name, metric):
    alpha = krippendorff_alpha(published(name), metric)
    assert alpha.value == pytest.approx(REFERENCE[name]["alpha"][metric], abs=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_percent_agreement_agrees_with_r_on_the_published_examples(name):
    agreement = percent_agreement(published(name))
    assert agreement.value == pytest.approx(REFERENCE[name]["percent_agreement"], abs=1e-12)


def test_alpha_of_four_units_by_hand():
    # Coincidences: 0–0 four, 1–1 two, 0–1 one each way. n = 8, n0 = 5, n1 = 3.
    # Observed disagreement 2/8; expected 2·5·3/(8·7) = 30/56; alpha = 1 − 0.25/0.5357 = 8/15.
    alpha = krippendorff_alpha([[0, 1], [1, 1], [0, 0], [0, 0]])
    assert alpha.value == pytest.approx(8 / 15)
    assert (alpha.units, alpha.raters) == (4, 2)


def test_a_code_nobody_applied_has_no_alpha_but_full_agreement():
    nobody = np.zeros((5, 2))
    alpha = krippendorff_alpha(nobody)
    assert (alpha.value, alpha.lower, alpha.upper) == (None, None, None)
    assert ENGLISH.phrases(alpha.notes) == (
        "every rating has the same value, so no disagreement could be expected and alpha is undefined"
    )
    assert percent_agreement(nobody).value == 1.0


def test_a_coefficient_shows_itself_as_a_row():
    row = percent_agreement([[1, 1], [1, 0]]).to_frame()
    assert row.loc[0, ["coefficient", "value", "units"]].tolist() == ["percent agreement", 0.5, 2]
