"""How often intervals cover the truth over 2,000 draws from the synthetic frame (a minute; run by `make test-slow`)."""

import hashlib
from functools import cache

import numpy as np
import pandas as pd
import pytest

from cmresearch.estimation.estimators import estimate_mean, estimate_proportion
from cmresearch.estimation.quantiles import estimate_quantile
from cmresearch.responses.responses import Responses
from cmresearch.sampling.allocation import allocate
from cmresearch.study import open_study
from cmresearch.study.synthetic import make_full_set, read_parameters

DRAWS = 2000
QUESTIONS = {
    "common": ("crowds", None),
    "rare": ("five_dispositions", None),
    "of a domain": ("social_assistance", "Jakarta Utara"),
}

pytestmark = pytest.mark.slow


@cache
def register(project):
    full = make_full_set(read_parameters(project / open_study(project).settings.full_set.made_from), seed="coverage")
    covid = full[full["covid_topic"] != ""].reset_index(drop=True)
    return pd.DataFrame(
        {
            "id": covid["id"],
            "channel": covid["channel"].astype(str),
            "city": covid["city"].astype(str),
            "crowds": yes(covid["category"] == "Gangguan Ketenteraman dan Ketertiban"),
            "five_dispositions": yes(covid["dispositions"] == 5),
            "social_assistance": yes(covid["covid_topic"] == "Bantuan sosial"),
            "hours": ((covid["closed"] - covid["received"]).dt.total_seconds() / 3600).round(2),
        }
    )


def yes(condition):
    return np.where(condition, "yes", "no")


def truth(full, variable, city):
    part = full if city is None else full[full["city"] == city]
    return (part[variable] == "yes").mean()


def drawn(full, sizes, seed):
    """The rows with the smallest tickets of each stratum, as the sampling rule has it."""
    tickets = np.array([hashlib.sha256(f"{seed}|{i}".encode()).digest() for i in full["id"]])
    order = np.argsort(tickets, kind="stable")
    channels = full["channel"].to_numpy()[order]
    return np.concatenate([order[channels == label][:n] for label, n in sizes.items()])


@pytest.fixture(scope="module")
def draws(project):
    full = register(project)
    population = full["channel"].value_counts().to_dict()
    sizes = allocate(population, 989, minimum=2).sample_sizes

    def one(seed):
        rows = full.iloc[drawn(full, sizes, seed)].reset_index(drop=True)
        weights = rows["channel"].map({label: population[label] / n for label, n in sizes.items()})
        strata = rows["channel"].to_numpy(dtype=object)
        return Responses(rows, strata, population, weights.to_numpy(dtype=float))

    return [one(f"coverage-{number}") for number in range(DRAWS)]


def coverage(draws, question, method, target):
    variable, city = QUESTIONS[question]
    by = None if city is None else "city"
    hits = 0
    for sample in draws:
        found = estimate_proportion(sample, variable, value="yes", by=by, method=method)
        row = found.find(domain=city, category="yes")
        hits += row.lower <= target <= row.upper
    return hits / len(draws)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("method", ["wilson", "logit"])
def test_intervals_cover_as_often_as_they_say(project, draws, question, method):
    target = truth(register(project), *QUESTIONS[question])
    assert 0.93 <= coverage(draws, question, method, target) <= 0.97


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_default_interval_covers_at_least_as_often_as_it_says(project, draws, question):
    target = truth(register(project), *QUESTIONS[question])
    assert coverage(draws, question, "korn-graubard", target) >= 0.94


def test_the_interval_of_a_mean_covers_as_often_as_it_says(project, draws):
    known = register(project)["hours"].dropna().mean()
    rows = [estimate_mean(sample, "hours", missing="drop")[0] for sample in draws]
    assert 0.93 <= np.mean([row.lower <= known <= row.upper for row in rows]) <= 0.97


def test_woodruffs_interval_of_the_median_covers_as_often_as_it_says(project, draws):
    known = np.quantile(register(project)["hours"].dropna(), 0.5, method="inverted_cdf")
    rows = [estimate_quantile(sample, "hours", missing="drop")[0] for sample in draws]
    assert 0.93 <= np.mean([row.lower <= known <= row.upper for row in rows]) <= 0.97


def test_standard_errors_are_as_large_as_the_spread_of_the_estimates(draws):
    rows = [estimate_proportion(sample, "crowds", value="yes")[0] for sample in draws]
    spread = np.std([row.estimate for row in rows], ddof=1)
    assert np.mean([row.standard_error for row in rows]) == pytest.approx(spread, rel=0.05)


def test_estimates_are_right_on_average(project, draws):
    estimates = [estimate_proportion(sample, "crowds", value="yes")[0].estimate for sample in draws]
    error = np.std(estimates, ddof=1) / np.sqrt(len(draws))
    assert abs(np.mean(estimates) - truth(register(project), "crowds", None)) < 4 * error


def test_every_complaints_share_of_being_drawn_is_its_inclusion_probability(project, draws):
    full = register(project)
    times = pd.concat([sample.table["id"] for sample in draws]).value_counts().reindex(full["id"], fill_value=0)
    weights = draws[0].to_frame().groupby("channel")["design_weight"].first()
    chance = 1 / full["channel"].map(weights).to_numpy(dtype=float)
    z = (times.to_numpy() - DRAWS * chance) / np.sqrt(DRAWS * chance * (1 - chance))
    assert np.abs(z).max() < 5.5  # of 14,581 complaints one beyond 5.5 is to be expected once in 1,800 runs
    assert np.std(z) == pytest.approx(1, abs=0.03)
