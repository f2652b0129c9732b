"""The rule that proposes a status for each dimension, step by step, and the indicators it rests on."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.codebook.book import Codebook
from cmresearch.coding.coding import COLUMNS, read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import TriangulationError
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.responses.responses import Responses
from cmresearch.sampling.frame import read_frame
from cmresearch.triangulation.assessment import (
    Decision,
    IndicatorResult,
    Rule,
    assess,
    judge,
    measure_indicators,
    with_decisions,
)

LABEL = "> Illustrative: composed."
SPOKEN = "Informant: It is so."
# Which informant could know about `closure` is said in the codebook below: bureau, agency and office could.
ROLES = {
    "interview-1": "bureau",
    "interview-2": "agency",
    "interview-3": "office",
    "interview-4": "outsider",
    "document-1": "",
}
QUOTE = "It is so."


def words(text):
    return {"en": text, "id": f"{text} (id)"}


def code(key, *dimensions):
    texts = dict.fromkeys(["brief", "definition", "use_when", "do_not_use_when", "example"], "…")
    return {"key": key, "label": words(key), "dimensions": dimensions, **texts}


def indicator(key, **changes):
    coded = {"kind": "coded", "variable": "final_answer", "value": "explicit", "statistic": "proportion"}
    threshold = {"direction": "at_least", "threshold": 0.8, "defensible": (0.7, 0.9)}
    return {"key": key, "label": words(key), **coded, **threshold, "threshold_source": "ours"} | changes


def dimension(number, key, *, codes, indicators=()):
    return {
        "number": number,
        "key": key,
        "name": words(key),
        "definition": words("…"),
        "provenance": {"name": "inferred", "sources": ["johnston"], "note": "…"},
        "code": codes,
        "indicator": indicators,
        "evidence": {"can_know": ["bureau", "agency", "office"]},
    }


def codebook(*indicators):
    dimensions = (
        dimension(1, "closure", codes=(code("final_answer", "closure"),), indicators=indicators),
        dimension(2, "culture", codes=(code("blame", "culture"),)),
    )
    head = {"version": "1.0.0", "title": "Two", "languages": ["en", "id"], "license": "CC-BY-4.0", "theory": "…"}
    return Codebook.model_validate({**head, "sha256": "", "variables": (), "dimensions": dimensions})


SHARE = indicator("explicit_share")
HOURS = {"kind": "register", "variable": "hours", "value": None, "statistic": "median"}
HOURS |= {"direction": "at_most", "threshold": 6.0, "defensible": (4.0, 8.0)}


def result(outcome, of=SHARE):
    """An indicator's result, as a sample of 100 complaints would give it."""
    made = codebook(of).indicators[of["key"]]
    ends = {"met": (0.85, 0.95), "not_met": (0.55, 0.65), "inconclusive": (0.75, 0.85)}[outcome]
    return IndicatorResult("closure", made, sum(ends) / 2, *ends, 100, outcome, "synthetic")


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    for key, role in ROLES.items():
        header = f'key = "{key}"\ntitle = "{key}"\ndata_kind = "illustrative"\nlanguage = "en"\n'
        header += f'kind = "interview"\ninformant = "{key}"\nrole = "{role}"\n' if role else 'kind = "document"\n'
        (folder / f"{key}.md").write_text(f"+++\n{header}+++\n{LABEL}\n\n{SPOKEN}\n", encoding="utf-8")
    return read_sources(folder)


def segment(source, direction, code="final_answer", coder="adjudicator"):
    start = f"{LABEL}\n\n{SPOKEN}".index(QUOTE)
    return {
        "source": source,
        "start": start,
        "end": start + len(QUOTE),
        "code": code,
        "coder": coder,
        "direction": direction,
        "at": "2021-05-01",
        "memo": "",
        "quote": QUOTE,
        "codebook_version": "1.0.0",
    }


def write(folder, rows, name="adjudicated.csv"):
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder / name


@pytest.fixture
def assessed(tmp_path, sources):
    """What the rule says of `closure`, from what each source states and what the indicator shows."""

    def assessed(statements, *results, rule=None):
        book = codebook(*([SHARE] if results else []))
        path = write(tmp_path / "coding", [segment(*statement) for statement in statements])
        coding = read_coding(path, book, sources)
        return assess(book, coding=coding, indicators=results, rule=rule)

    return assessed


ABSENT_TWICE = [("interview-1", "absent"), ("document-1", "absent")]
SUPPORT_TWICE = [("interview-1", "supports"), ("interview-2", "supports")]
HINDER_TWICE = [("interview-2", "hinders"), ("interview-3", "hinders")]


@pytest.mark.parametrize(
    ("statements", "outcome", "status", "step"),
    [
        (ABSENT_TWICE, None, "not_implemented", 1),
        (ABSENT_TWICE, "not_met", "not_implemented", 1),
        ([*ABSENT_TWICE, ("interview-2", "supports")], None, "not_implemented", 1),
        (ABSENT_TWICE, "met", "not_optimal", 2),
        ([*ABSENT_TWICE, *SUPPORT_TWICE], None, "not_optimal", 2),
        ([*SUPPORT_TWICE, *HINDER_TWICE], "met", "not_optimal", 2),
        (SUPPORT_TWICE, "not_met", "not_optimal", 2),
        (SUPPORT_TWICE, "inconclusive", "not_assessable", 3),
        (SUPPORT_TWICE[:1], "met", "not_assessable", 3),
        ([], None, "not_assessable", 3),
        ([], "met", "not_assessable", 3),
        (SUPPORT_TWICE, None, "fulfilled", 4),
        (SUPPORT_TWICE, "met", "fulfilled", 4),
        ([*SUPPORT_TWICE, *HINDER_TWICE[:1], *ABSENT_TWICE[:1]], "met", "fulfilled", 4),
    ],
)
def test_the_first_step_that_holds_decides(assessed, statements, outcome, status, step):
    closure = assessed(statements, *([result(outcome)] if outcome else [])).dimension("closure")
    assert closure.status == status
    assert [taken.holds for taken in closure.steps] == [False] * (step - 1) + [True]


def test_each_step_says_in_words_what_was_found(assessed):
    closure = assessed([*SUPPORT_TWICE, ("interview-3", "hinders")], result("inconclusive")).dimension("closure")
    assert [(step.number, ENGLISH.phrases(step.reasons)) for step in closure.steps] == [
        (
            1,
            "absence is not corroborated (no source; 2 needed); "
            "support is corroborated (interview-1, interview-2); no indicator is met",
        ),
        (
            2,
            "hindrance is not corroborated (interview-3; 2 needed); "
            "absence is not corroborated (no source; 2 needed); no indicator is missed",
        ),
        (3, "support is corroborated (interview-1, interview-2); inconclusive: explicit_share"),
    ]
    assert ENGLISH.phrase(closure.decided_by).startswith("step 3: support is corroborated")


def test_a_dimension_without_indicators_says_so(assessed):
    closure = assessed(SUPPORT_TWICE).dimension("closure")
    assert ENGLISH.phrase(closure.decided_by) == (
        "step 4: no step before holds; support is corroborated (interview-1, interview-2); there is no indicator"
    )


def test_an_informant_whose_role_could_not_know_is_listed_and_not_counted(assessed):
    closure = assessed([("interview-1", "supports"), ("interview-4", "supports")]).dimension("closure")
    assert closure.status == "not_assessable"
    assert (closure.supports, closure.not_counted) == (("interview-1",), ("interview-4",))
    assert [each.source for each in closure.segments] == ["interview-1", "interview-4"]


def test_a_source_counts_once_however_often_it_says_so(tmp_path, sources):
    first = segment("interview-1", "absent")
    again = first | {"end": first["start"] + len("It is"), "quote": "It is"}
    path = write(tmp_path, [first, again])
    coding = read_coding(path, codebook(), sources)
    assert assess(codebook(), coding=coding).dimension("closure").status == "not_assessable"


def test_context_states_nothing(assessed):
    closure = assessed([("interview-1", "context"), ("interview-2", "context")]).dimension("closure")
    assert closure.status == "not_assessable"
    assert [each.source.key for each in closure.sources] == ["interview-1", "interview-2"]


def test_how_many_sources_corroborate_is_the_studys_choice(assessed):
    assert assessed(SUPPORT_TWICE, rule=Rule(corroboration=3)).dimension("closure").status == "not_assessable"
    assert assessed(SUPPORT_TWICE[:1], rule=Rule(corroboration=1)).dimension("closure").status == "fulfilled"


def test_no_corroboration_at_all_is_refused():
    with pytest.raises(TriangulationError, match=r"^corroboration is 0; expected 1 source or more$"):
        Rule(corroboration=0)


def test_an_indicator_without_a_result_is_inconclusive(tmp_path, sources):
    book = codebook(SHARE)
    path = write(tmp_path, [segment(*statement) for statement in SUPPORT_TWICE])
    closure = assess(book, coding=read_coding(path, book, sources)).dimension("closure")
    assert closure.status == "not_assessable"
    assert ENGLISH.phrase(closure.indicators[0].summary) == "explicit_share not measured, inconclusive"


def test_a_changed_coding_file_changes_the_status(tmp_path, sources):
    path = write(tmp_path, [segment(*statement) for statement in SUPPORT_TWICE])
    before = assess(codebook(), coding=read_coding(path, codebook(), sources))
    path.write_text(path.read_text(encoding="utf-8").replace("supports", "hinders"), encoding="utf-8")
    after = assess(codebook(), coding=read_coding(path, codebook(), sources))
    assert before.dimension("closure").status == "fulfilled"
    assert after.dimension("closure").status == "not_optimal"
    assert after.dimension("culture") == before.dimension("culture")


def test_only_the_adjudicated_coding_is_evidence(tmp_path, sources):
    write(tmp_path / "coding", [segment(key, "absent", coder="coder-a") for key in ROLES], "coder-a.csv")
    write(tmp_path / "coding", [segment(*statement) for statement in SUPPORT_TWICE])
    coding = read_coding(tmp_path / "coding", codebook(), sources)
    assert assess(codebook(), coding=coding).dimension("closure").status == "fulfilled"


def test_a_coding_that_nobody_adjudicated_is_refused(tmp_path, sources):
    path = write(tmp_path, [segment("interview-1", "supports", coder="coder-a")], "coder-a.csv")
    sentence = r"^none of the coded segments is adjudicated; the coders settle first what counts$"
    with pytest.raises(TriangulationError, match=sentence):
        assess(codebook(), coding=read_coding(path, codebook(), sources))


def test_a_result_of_no_indicator_is_refused(assessed):
    stray = replace(result("met"), dimension="culture")
    with pytest.raises(TriangulationError, match=r"^'explicit_share' is no indicator of dimension 'culture'$"):
        assessed(SUPPORT_TWICE, stray)


def test_the_table_holds_one_row_per_dimension(assessed):
    table = assessed([*SUPPORT_TWICE, ("interview-4", "hinders")], result("not_met")).to_frame(ENGLISH)
    assert table["dimension"].tolist() == ["closure", "culture"]
    assert table.iloc[0].drop("decided_by").to_dict() == {
        "dimension": "closure",
        "number": 1,
        "name": "closure",
        "proposed_status": "not_optimal",
        "researcher_status": "",
        "memo": "",
        "supports": "interview-1, interview-2",
        "hinders": "",
        "absent": "",
        "not_counted": "interview-4",
        "indicators": "explicit_share 0.600 [0.550, 0.650] not met",
        "data_kind": "illustrative, synthetic",
    }


def test_the_table_speaks_the_languages_of_the_codebook(assessed):
    assessment = assessed(SUPPORT_TWICE)
    assert assessment.to_frame(Voice("id")).loc[0, "name"] == "closure (id)"
    assert assessment.to_frame(Voice("fr")).loc[0, "name"] == assessment.to_frame().loc[0, "name"] == "closure"


def test_the_researchers_status_stands_beside_the_proposed_one(assessed):
    assessment = assessed(SUPPORT_TWICE)
    decided = with_decisions(
        assessment,
        {"closure": Decision("not_optimal", memo="Both speak of 2021."), "culture": Decision("not_assessable")},
    )
    columns = ["proposed_status", "researcher_status", "memo"]
    assert decided.to_frame()[columns].to_numpy().tolist() == [
        ["fulfilled", "not_optimal", "Both speak of 2021."],
        ["not_assessable", "not_assessable", ""],
    ]


def test_every_fault_of_the_decisions_is_told_at_once(assessed):
    decisions = {
        "closure": Decision("not_optimal", memo=" "),
        "cultures": Decision("fulfilled"),
        "culture": Decision("not_optimum"),
    }
    with pytest.raises(TriangulationError) as error:
        with_decisions(assessed(SUPPORT_TWICE), decisions)
    assert str(error.value).splitlines() == [
        "decision on 'closure': not_optimal overrules fulfilled without a memo; say why",
        "decision on 'cultures': the assessment has no such dimension; did you mean 'culture'?",
        "decision on 'culture': there is no status 'not_optimum'; expected one of fulfilled, not_optimal, "
        "not_implemented, not_assessable; did you mean 'not_optimal'?",
    ]


def test_an_unknown_dimension_is_answered_with_the_nearest(assessed):
    sentence = r"^the assessment has no dimension 'closur'; did you mean 'closure'\?$"
    with pytest.raises(TriangulationError, match=sentence):
        assessed([]).dimension("closur")


@pytest.mark.parametrize(
    ("direction", "lower", "upper", "outcome"),
    [
        ("at_least", 0.80, 0.90, "met"),
        ("at_least", 0.70, 0.79, "not_met"),
        ("at_least", 0.70, 0.80, "inconclusive"),
        ("at_most", 0.70, 0.80, "met"),
        ("at_most", 0.81, 0.90, "not_met"),
        ("at_most", 0.80, 0.90, "inconclusive"),
        ("at_least", float("nan"), float("nan"), "inconclusive"),
    ],
)
def test_an_interval_that_straddles_the_threshold_is_inconclusive(direction, lower, upper, outcome):
    made = codebook(indicator("share", direction=direction)).indicators["share"]
    assert judge(made, lower, upper) == outcome


def test_register_indicators_are_exact(tmp_path):
    export = tmp_path / "export.csv"
    export.write_text("id,channel,hours\n1,web,2\n2,web,5\n3,app,7\n4,app,\n", encoding="utf-8")
    frame = read_frame(export, id="id", strata="channel", variables={"fast": "hours::int <= 5"})
    fast = indicator("fast_share", kind="register", variable="fast", value=None, threshold=0.5, defensible=(0, 1))
    median, share = measure_indicators(
        codebook(indicator("hours", **HOURS), fast), frame, None, register_kind="synthetic"
    )
    assert (median.estimate, median.lower, median.upper, median.n) == (5.0, 5.0, 5.0, 3)
    assert ENGLISH.phrase(median.summary) == "hours 5.000 (exact) met"
    assert (share.estimate, share.outcome, share.data_kind) == (pytest.approx(2 / 3), "met", "synthetic")


@pytest.fixture
def responses():
    answers = ["explicit"] * 18 + ["none"] * 2
    return Responses(
        table=pd.DataFrame({"final_answer": answers}),
        strata=np.array(["web", "app"] * 10, dtype=object),
        sizes={"web": 100, "app": 100},
        weights=np.full(20, 10.0),
        data_kind="illustrative",
    )


def test_coded_indicators_carry_the_interval_of_the_sample(responses):
    (measured,) = measure_indicators(codebook(SHARE), None, responses)
    expected = estimate_proportion(responses, "final_answer").find(category="explicit")
    assert (measured.estimate, measured.n, measured.data_kind) == (pytest.approx(0.9), 20, "illustrative")
    assert (measured.lower, measured.upper) == (expected.lower, expected.upper)
    assert measured.outcome == "inconclusive"


def test_a_value_that_nobody_recorded_is_a_share_of_none_with_an_interval(responses):
    implicit = indicator("implicit", value="implicit", direction="at_most")
    could = replace(responses, categories={"final_answer": ("explicit", "implicit", "none")})
    (measured,) = measure_indicators(codebook(implicit), None, could)
    assert (measured.estimate, measured.lower, measured.n) == (0.0, 0.0, 20)
    # With 20 of 20 elsewhere, Clopper and Pearson leave 1 − 0.025^(1/20) = 0.168 where all units are alike.
    assert measured.upper == pytest.approx(0.168, abs=0.02)
    assert measured.outcome == "met"


def test_what_has_no_data_is_not_measured():
    hours = indicator("hours", **HOURS)
    results = measure_indicators(codebook(hours, SHARE), None, None)
    assert [(each.estimate, each.outcome) for each in results] == [(None, "inconclusive")] * 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations(range(5)))
def test_the_order_of_coded_rows_plays_no_part(tmp_path, sources, order):
    rows = [segment(*statement) for statement in [*SUPPORT_TWICE, *HINDER_TWICE, ("interview-4", "absent")]]
    expected = assess(codebook(), coding=read_coding(write(tmp_path, rows), codebook(), sources))
    mixed = write(tmp_path, [rows[place] for place in order])
    assert assess(codebook(), coding=read_coding(mixed, codebook(), sources)) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    statements=st.sets(st.tuples(st.sampled_from(list(ROLES)), st.sampled_from(["supports", "hinders", "context"]))),
    outcome=st.sampled_from([None, "met", "not_met", "inconclusive"]),
)
def test_silence_never_says_that_a_dimension_is_not_implemented(assessed, statements, outcome):
    closure = assessed(sorted(statements), *([result(outcome)] if outcome else [])).dimension("closure")
    assert closure.status != "not_implemented"
