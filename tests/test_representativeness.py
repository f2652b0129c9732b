"""Sample against full set."""

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.representativeness import compare_with_frame
from cmresearch.responses.responses import declare_sample

CITIES = ["NC"] * 1054 + ["NE"] * 220 + ["S"] * 1382 + ["W"] * 422
REGISTER = pd.DataFrame({"stratum": "all", "region": CITIES})


def draw(counts):
    table = pd.DataFrame({"region": [name for name, count in counts.items() for _ in range(count)]})
    return declare_sample(table.assign(N=len(REGISTER)), strata=[], population_size="N")


def test_for_a_simple_random_sample_the_test_is_pearsons_with_the_finite_population_correction():
    counts = {"NC": 107, "NE": 24, "S": 130, "W": 39}
    test = compare_with_frame(draw(counts), REGISTER, ["region"]).tests[0]
    expected = np.array([1054, 220, 1382, 422]) * 300 / 3078
    pearson = ((np.array(list(counts.values())) - expected) ** 2 / expected).sum()
    assert test.chi_square == pytest.approx(pearson * 3077 / (3078 - 300))
    assert test.degrees_of_freedom == 3


def test_a_sample_in_proportion_has_no_distance():
    found = compare_with_frame(
        declare_sample(REGISTER.assign(N=3078), strata=[], population_size="N"), REGISTER, ["region"]
    )
    assert [row.standardised_difference for row in found.rows] == pytest.approx([0] * 4)
    assert found.tests[0].degrees_of_freedom == 0


def test_what_the_strata_fix_cannot_differ_by_chance():
    register = pd.DataFrame({"stratum": ["a"] * 6 + ["b"] * 4, "kind": ["x"] * 6 + ["y"] * 4})
    drawn = register.iloc[[0, 1, 6, 7]].assign(N=[6, 6, 4, 4])
    found = compare_with_frame(declare_sample(drawn, strata="stratum", population_size="N"), register, ["kind"])
    assert np.isnan(found.rows[0].z)
    assert found.tests[0].degrees_of_freedom == 0


def test_the_known_variance_is_that_over_all_possible_draws():
    # Two of three from each stratum: all nine samples, equally likely.
    register = pd.DataFrame({"stratum": [*"aaabbb"], "kind": [*"xyyxxy"]})
    shares, z = [], []
    for left_a in range(3):
        for left_b in range(3, 6):
            drawn = register.drop([left_a, left_b]).assign(N=3)
            sample = declare_sample(drawn, strata="stratum", population_size="N")
            row = compare_with_frame(sample, register, ["kind"]).rows[0]
            shares.append(row.sample_share)
            z.append(row.z)
    assert np.mean(shares) == pytest.approx(0.5)
    assert np.mean(np.square(z)) == pytest.approx(1)


def test_blanks_are_a_category_of_their_own():
    register = pd.DataFrame({"stratum": "all", "city": ["N", None, "S", None]})
    drawn = register.iloc[[0, 1]].assign(N=4)
    found = compare_with_frame(declare_sample(drawn, strata=[], population_size="N"), register, ["city"])
    assert [(row.category, row.frame_share) for row in found.rows] == [("(blank)", 0.5), ("N", 0.25), ("S", 0.25)]


def test_another_register_is_refused():
    with pytest.raises(
        EstimationError, match="stratum 'all': the sample was drawn from 3078 units, the register has 9"
    ):
        compare_with_frame(draw({"NC": 5, "S": 5}), REGISTER.head(9), ["region"])


def test_a_missing_column_is_refused():
    with pytest.raises(EstimationError, match="the register has no column 'regoin'; did you mean 'region'"):
        compare_with_frame(draw({"NC": 5, "S": 5}), REGISTER, ["regoin"])
