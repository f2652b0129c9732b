"""Notes are phrases where they arise, and words in every language where they are said."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from small_interviews import GIVEN, begin, written
from small_records import ALL_FOUR, coded, read

import cmresearch
from cmresearch.coding.coder_agreement import agreement_table
from cmresearch.coding.coverage import code_coverage, dimension_coverage
from cmresearch.estimation.calibration import calibrate, poststratify, rake
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_ratio
from cmresearch.estimation.quantiles import estimate_quantile
from cmresearch.estimation.regression import fit_regression
from cmresearch.estimation.survival import estimate_survival
from cmresearch.language.catalogue import LANGUAGES, PLACEHOLDER, catalogue
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.reliability.coefficients import explain_difference, fleiss_kappa, gwet_ac, krippendorff_alpha
from cmresearch.reliability.unitizing import Continuum, Stretch, unitizing_alpha
from cmresearch.responses.responses import declare_sample

PACKAGE = Path(cmresearch.__file__).parent
PARTS = ("responses", "estimation", "reliability", "coding")
INDONESIAN = Voice("id")


def calls() -> Iterator[ast.Call]:
    """Every place where a part makes a note."""
    for part in PARTS:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Phrase":
                    yield node


KEYS = sorted({ast.literal_eval(call.args[0]) for call in calls()})


def sample(strata="channel", **columns):
    return declare_sample(pd.DataFrame(columns), strata=strata, population_size="N")


LONELY = {"channel": ["web", "web", "phone"], "N": [6, 6, 4], "days": [1, 3, 9], "city": ["n", "s", "s"]}
CLASSES = {"N": [10] * 4, "city": ["n", "n", "s", "s"], "late": ["y", "n", "y", "n"], "days": [1, 2, 3, 30]}


def notes_of_estimates() -> Iterator[Phrase]:
    gaps = sample(strata=[], N=[9] * 4, days=[1, 2, None, 4], size=[1, 3, 2, 2], city=["n", "n", "s", None])
    lonely, plain = sample(**LONELY), sample(strata=[], **CLASSES)
    odd = pd.DataFrame({"channel": ["web"] * 2, "N": [100] * 2, "w": [55, 50], "days": [1, 2]})
    census = sample(strata=[], N=[2, 2], days=[1, 2], done=["yes", "yes"])
    both_lonely = {"channel": list("aab"), "N": [5, 5, 5], "days": [1, 2, 3], "part": ["x", "x", "y"]}
    two = sample(channel=list("aabc"), N=[5] * 4, days=[1, 2, 3, 4], part=["x", "x", "y", "y"])
    slow = {"N": [50] * 4, "days": [1, 2, 3, 9]}
    for found in (
        estimate_mean(gaps, "days", by="city", missing="drop"),
        estimate_ratio(gaps, "days", "size", by="city", missing="drop"),
        fit_regression(gaps, "days", on=["size"], missing="drop"),
        estimate_proportion(sample(strata=[], N=[9] * 3, said=["NA", "yes", "no"]), "said"),
        *(estimate_mean(lonely, "days", lonely=policy) for policy in ("adjust", "average", "certainty")),
        estimate_mean(two, "days", by="part", lonely="average"),
        estimate_mean(sample(**both_lonely), "days", by="part", lonely="certainty"),
        estimate_mean(declare_sample(odd, strata="channel", population_size="N", weight="w"), "days"),
        estimate_mean(census, "days"),
        estimate_differences(estimate_mean(sample(strata=[], **CLASSES | {"days": [1] * 4}), "days", by="city")),
        estimate_quantile(plain, "days", probabilities=(0.9,)),
        estimate_mean(poststratify(plain, "city", {"n": 6, "s": 4}), "days"),
        estimate_mean(rake(plain, {"city": {"n": 6, "s": 4}, "late": {"y": 5, "n": 5}}), "days"),
        estimate_mean(calibrate(plain, totals={"days": 10}, size=10), "days"),
        estimate_survival(sample(strata=[], **slow, done=["yes", "no", "no", "no"]), "days", "done")[0].median(),
        estimate_survival(sample(strata=[], **slow, done=["yes"] * 4), "days", "done")[0].median(),
        estimate_survival(census, "days", "done")[0].median(),
    ):
        for row in [found] if dataclasses.is_dataclass(found) and hasattr(found, "lower") else found:
            yield from row.notes


def notes_of_reliability() -> Iterator[Phrase]:
    rare = [[0, 0]] * 90 + [[1, 0]] * 3 + [[1, 1]] * 2
    common = [[1 - a, 1 - b] for a, b in rare]
    varied = [[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0]]
    yield from (note for ratings in (rare, common) for note in _differ(ratings))
    nothing, all_marked = {"a": [], "b": []}, {"a": [Stretch(0, 9)], "b": [Stretch(0, 9)]}
    some = {"a": [Stretch(0, 4)], "b": [Stretch(0, 5)]}
    for found in (
        krippendorff_alpha([[1, None], [None, 0]]),
        krippendorff_alpha([[1, 1], [1, 1]]),
        gwet_ac([[1, 1], [0, 0]], interval="analytic"),
        fleiss_kappa([[1, 1], [1, 1]]),
        krippendorff_alpha([[0, 1]]),
        krippendorff_alpha(varied, clusters=["a"] * 6),
        krippendorff_alpha([[0, 0], [1, 1], [0, 0]]),
        krippendorff_alpha(varied, clusters=list("aabbcc")),
        krippendorff_alpha(varied, clusters=list("aabbcc"), clusters_are="sources", interval="analytic"),
        unitizing_alpha([Continuum(9, some), Continuum(9, some)]),
        unitizing_alpha([Continuum(9, nothing)] * 2),
        unitizing_alpha([Continuum(9, all_marked)] * 2),
    ):
        yield from found.notes


def _differ(ratings):
    return explain_difference(ratings, krippendorff_alpha(ratings), gwet_ac(ratings, categories=[0, 1]))


def keys_in(phrase: Phrase) -> Iterator[str]:
    yield phrase.key
    for value in phrase.placeholders.values():
        if isinstance(value, Phrase):
            yield from keys_in(value)


@pytest.fixture
def coding(tmp_path):
    return written(begin(tmp_path), GIVEN)


@pytest.mark.parametrize("key", KEYS)
def test_every_note_is_in_the_catalogue_in_every_language(key):
    texts = catalogue()[key]
    assert set(texts) >= set(LANGUAGES)
    assert len({frozenset(PLACEHOLDER.findall(texts[language])) for language in LANGUAGES}) == 1


def test_notes_name_the_placeholders_of_their_texts():
    for call in calls():
        if len(call.args) > 1 and isinstance(call.args[1], ast.Dict) and None not in call.args[1].keys:
            key = ast.literal_eval(call.args[0])
            given = {ast.literal_eval(name) for name in call.args[1].keys}
            assert given == set(PLACEHOLDER.findall(catalogue()[key]["en"])), key


def test_every_note_is_said_in_both_languages(tmp_path):
    path = tmp_path / "coder-a.csv"
    path.write_text(coded(*ALL_FOUR[:3], ("d", "not_codable", "")), encoding="utf-8")
    raised = {*read(path).notes, *notes_of_estimates(), *notes_of_reliability()}
    noted = {key for key in KEYS if key.startswith("notes.") and ".coverage." not in key}
    missing = noted - {key for note in raised for key in keys_in(note)}
    assert not missing
    for note in raised:
        assert INDONESIAN.phrase(note) != ENGLISH.phrase(note)


def test_what_a_coding_does_not_reach_is_said_in_both_languages(coding):
    bare = dataclasses.replace(coding, segments=())
    assert "notes.coverage.never_given" in set(code_coverage(bare)["note"])
    assert "tidak pernah diberikan" in set(code_coverage(bare, voice=INDONESIAN)["note"])
    dimensions = tuple(each.model_copy(update={"questions": ()}) for each in coding.codebook.dimensions)
    unasked = dataclasses.replace(bare, codebook=coding.codebook.model_copy(update={"dimensions": dimensions}))
    assert set(dimension_coverage(unasked, voice=ENGLISH)["note"]) >= {"no question and no source"}
    assert set(dimension_coverage(unasked, voice=INDONESIAN)["note"]) >= {"tidak ada pertanyaan dan tidak ada sumber"}


def test_a_table_has_keys_without_a_voice_and_words_with_one(coding):
    found = estimate_mean(sample(**LONELY), "days", lonely="certainty")
    assert found.to_frame()["note"][0] == "notes.sample.lonely(n=1; policy=notes.lonely.certainty)"
    assert found.to_frame(ENGLISH)["note"][0] == "1 strata of one drawn unit: certainty"
    assert found.to_frame(INDONESIAN)["note"][0] == "1 strata dengan satu satuan terpilih: dianggap sensus"
    table = agreement_table(coding, interval="analytic", voice=INDONESIAN)
    assert table["note"].str.startswith(("interval bertumpu pada 2 sumber", "setiap penilaian bernilai sama")).all()


def test_numbers_in_notes_are_written_as_the_language_writes_them():
    ratings = [[0, 0]] * 3 + [[1, 1]]
    (left_out, *_) = krippendorff_alpha(ratings, replicates=2000).notes
    said = INDONESIAN.phrase(left_out)
    assert "2,000 resamples" in ENGLISH.phrase(left_out)
    assert "2.000 penarikan ulang" in said
