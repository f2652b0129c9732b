"""The lines of evidence side by side, how they converge, and what must be written about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_study import edit, without_memo, write_study_with_words

from cmresearch.codebook.book import Dimension, Indicator
from cmresearch.coding.coding import Segment
from cmresearch.coding.sources import Source
from cmresearch.errors import StudyError, TriangulationError
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.phrases import Figure
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study
from cmresearch.triangulation.assessment import (
    Assessment,
    Decision,
    DimensionAssessment,
    IndicatorResult,
    Rule,
    SourceEvidence,
    Step,
)
from cmresearch.triangulation.convergence import CONVERGENCES, LINES, converge, convergence_faults, joint_display

WORDS = {"en": "Closure", "id": "Penuntasan"}
REGISTER = ("register", "Hours", "median", "at_most", 6.0)
SAMPLE = ("coded", "Share answered", "proportion", "at_least", 0.8)


def indicator(kind, label, statistic, direction, threshold):
    return Indicator.model_construct(
        key=label.lower().replace(" ", "_"),
        label={"en": label, "id": f"{label} (id)"},
        kind=kind,
        variable="hours",
        value=None,
        statistic=statistic,
        direction=direction,
        threshold=threshold,
    )


def figure(outcome, of=SAMPLE, ends=(0.85, 0.91), value=0.88):
    lower, upper = (None, None) if value is None else ends
    kind = "" if value is None else "synthetic"
    return IndicatorResult("closure", indicator(*of), value, lower, upper, 100, outcome, kind)


def source(key, *directions, role="kelurahan", counted=True):
    """What an interview or a document says of the dimension, one segment for each direction."""
    kind = key.partition("-")[0]
    role = role if kind == "interview" else ""
    made = Source(key, kind, "illustrative", key, "Informant", role, "", "", "en", "", "It is so.", ())
    segments = tuple(
        Segment(key, 0, 9, "answered", "adjudicator", direction, "2021-05-01", "", "It is so.", "1.0.0")
        for direction in directions
    )
    return SourceEvidence(made, "counted" if counted else "not_counted", segments)


def assessment(sources=(), indicators=(), *, decision=None, corroboration=2):
    dimension = Dimension.model_construct(number=1, key="closure", name=WORDS)
    step = Step(2, "not_optimal", True, ())
    one = DimensionAssessment(dimension, (step,), tuple(sources), tuple(indicators))
    return Assessment(Rule(corroboration), (one,), {} if decision is None else {"closure": decision})


def row(sources=(), indicators=(), **options):
    return joint_display(assessment(sources, indicators, **options)).row("closure")


def standings(*found, **options):
    """The standing of every line by name, from figures and sources."""
    figures = [each for each in found if isinstance(each, IndicatorResult)]
    sources = [each for each in found if isinstance(each, SourceEvidence)]
    return {line.name: line.standing for line in row(sources, figures, **options).lines}


FOR_INTERVIEWS = [source("interview-1", "supports"), source("interview-2", "supports")]
AGAINST_INTERVIEWS = [source("interview-1", "hinders"), source("interview-2", "absent")]
FOR_DOCUMENT, AGAINST_DOCUMENT = source("document-1", "supports"), source("document-1", "hinders")
MET, NOT_MET, STRADDLES = figure("met"), figure("not_met"), figure("inconclusive")
COUNTED = figure("met", REGISTER, (2.75, 2.75), 2.75)
NOT_MEASURED = figure("inconclusive", value=None)
SUPPORTED, HINDERED = Decision("not_optimal", convergence="agreement"), Decision("not_optimal", convergence="silence")


@pytest.mark.parametrize(
    ("figures", "standing"),
    [
        ([], "silent"),
        ([NOT_MEASURED], "silent"),
        ([MET], "for"),
        ([MET, MET], "for"),
        ([MET, NOT_MEASURED], "for"),
        ([NOT_MET], "against"),
        ([MET, NOT_MET], "mixed"),
        ([MET, NOT_MET, STRADDLES], "mixed"),
        ([MET, STRADDLES], "unclear"),
        ([NOT_MET, STRADDLES], "unclear"),
        ([STRADDLES], "unclear"),
    ],
)
def test_a_line_of_figures_stands_where_its_indicators_do(figures, standing):
    assert standings(*figures)["sample"] == standing


def test_exact_figures_are_the_register_and_figures_with_an_interval_the_sample():
    found = standings(COUNTED, NOT_MET)
    assert (found["register"], found["sample"]) == ("for", "against")


@pytest.mark.parametrize(
    ("sources", "standing"),
    [
        ([], "silent"),
        ([source("interview-1", "context")], "silent"),
        ([source("interview-1", "supports", counted=False)], "silent"),
        ([source("interview-1", "supports")], "for"),
        ([source("interview-1", "hinders")], "against"),
        ([source("interview-1", "absent")], "against"),
        (AGAINST_INTERVIEWS, "against"),
        ([*FOR_INTERVIEWS, source("interview-3", "hinders")], "for"),
        ([source("interview-3", "supports"), *AGAINST_INTERVIEWS], "against"),
        ([source("interview-1", "supports"), source("interview-2", "hinders")], "mixed"),
        ([*FOR_INTERVIEWS, source("interview-3", "hinders"), source("interview-4", "absent")], "mixed"),
        ([source("interview-1", "supports", "hinders")], "mixed"),
        ([*FOR_INTERVIEWS, source("interview-3", "hinders", counted=False)], "for"),
        # One source that says both a hindrance and an absence is one source.
        ([source("interview-1", "supports"), source("interview-2", "hinders", "absent")], "mixed"),
    ],
)
def test_a_line_of_words_stands_on_the_side_that_is_corroborated_alone(sources, standing):
    assert standings(*sources)["interviews"] == standing


def test_how_many_sources_corroborate_within_a_line_is_the_rule_of_the_study():
    sources = [*FOR_INTERVIEWS, source("interview-3", "hinders")]
    assert standings(*sources, corroboration=1)["interviews"] == "mixed"
    assert standings(*sources, corroboration=3)["interviews"] == "mixed"


def test_interviews_and_documents_are_lines_of_their_own():
    found = standings(*AGAINST_INTERVIEWS, FOR_DOCUMENT)
    assert (found["interviews"], found["documents"]) == ("against", "for")


def test_who_sees_it_otherwise_stays_in_the_line():
    other, unheard = source("interview-3", "hinders", "supports"), source("interview-4", "hinders", counted=False)
    line = row([*FOR_INTERVIEWS, other, unheard]).line("interviews")
    assert line.standing == "for"
    assert [each.source.key for each in line.supports] == ["interview-1", "interview-2", "interview-3"]
    assert line.hinders == (other,)
    assert line.not_counted == (unheard,)


@pytest.mark.parametrize(
    ("found", "line", "short"),
    [
        ([], "sample", ""),
        ([NOT_MEASURED], "sample", ""),
        ([MET], "sample", "88.0 %"),
        ([COUNTED], "register", "2.75"),
        ([MET, NOT_MET, NOT_MEASURED], "sample", "1/2"),
        ([*FOR_INTERVIEWS, source("interview-3", "hinders", "absent")], "interviews", "2 : 1"),
    ],
)
def test_a_line_in_short_is_its_figure_or_how_many_stand_on_each_side(found, line, short):
    figures = [each for each in found if isinstance(each, IndicatorResult)]
    sources = [each for each in found if isinstance(each, SourceEvidence)]
    found = row(sources, figures).line(line).in_short
    assert (ENGLISH.figure(found) if isinstance(found, Figure) else found) == short


def test_a_line_in_short_is_written_as_its_language_writes_numbers():
    assert Voice("id").figure(row((), [MET]).line("sample").in_short) == "88,0 %"


@pytest.mark.parametrize(
    ("found", "convergence"),
    [
        ([], "silence"),
        ([MET], "silence"),
        ([*FOR_INTERVIEWS], "silence"),
        ([MET, NOT_MEASURED, source("document-1", "context")], "silence"),
        ([MET, *FOR_INTERVIEWS], "agreement"),
        ([COUNTED, MET, *FOR_INTERVIEWS, FOR_DOCUMENT], "agreement"),
        ([NOT_MET, *AGAINST_INTERVIEWS], "agreement"),
        ([MET, *AGAINST_INTERVIEWS], "dissonance"),
        ([*AGAINST_INTERVIEWS, FOR_DOCUMENT], "dissonance"),
        ([MET, NOT_MET, *AGAINST_INTERVIEWS, FOR_DOCUMENT], "dissonance"),
        ([COUNTED, MET, *FOR_INTERVIEWS, AGAINST_DOCUMENT], "dissonance"),
        ([STRADDLES, *FOR_INTERVIEWS], "partial_agreement"),
        ([MET, NOT_MET, *AGAINST_INTERVIEWS], "partial_agreement"),
        ([STRADDLES, source("document-1", "supports", "hinders")], "partial_agreement"),
        # Two lines that are both divided agree on nothing.
        ([MET, NOT_MET, source("document-1", "supports", "hinders")], "partial_agreement"),
    ],
)
def test_the_lines_that_speak_give_the_convergence(found, convergence):
    figures = [each for each in found if isinstance(each, IndicatorResult)]
    sources = [each for each in found if isinstance(each, SourceEvidence)]
    assert row(sources, figures).convergence == convergence


def test_silent_lines_are_there_and_named():
    lines = row(FOR_INTERVIEWS, [MET]).lines
    assert [each.name for each in lines] == list(LINES)
    assert converge(lines) == converge([each for each in lines if each.standing != "silent"])


@pytest.mark.parametrize("memo", ["", "  ", {"en": "", "id": " "}])
def test_dissonance_without_a_memo_cannot_stand(memo):
    shown = joint_display(
        assessment(AGAINST_INTERVIEWS, [COUNTED], decision=Decision("fulfilled", on_convergence=memo))
    )
    assert convergence_faults(shown) == [
        "decision on 'closure': dissonance between register (for) and interviews (against) without a memo; "
        "on_convergence must say what the researcher makes of it"
    ]


def test_dissonance_without_any_decision_is_an_open_demand():
    shown = joint_display(assessment(AGAINST_INTERVIEWS, [MET]))
    (fault,) = convergence_faults(shown)
    assert fault.startswith("decision on 'closure': dissonance between sample (for) and interviews (against)")


def test_dissonance_stands_with_its_memo_in_the_table():
    memo = {"en": "They speak of different years.", "id": "Keduanya berbicara tentang tahun yang berbeda."}
    shown = joint_display(assessment(AGAINST_INTERVIEWS, [MET], decision=Decision("fulfilled", on_convergence=memo)))
    assert convergence_faults(shown) == []
    assert shown.to_frame(Voice("id")).loc[0, "on_convergence"] == memo["id"]


@pytest.mark.parametrize("decided", sorted({*CONVERGENCES} - {"agreement"}))
def test_a_convergence_is_overruled_only_with_a_reason(decided):
    plain = Decision("fulfilled", convergence=decided)
    shown = joint_display(assessment(FOR_INTERVIEWS, [MET], decision=plain))
    assert convergence_faults(shown) == [
        f"decision on 'closure': {decided} overrules agreement without a memo; on_convergence must say why"
    ]
    given = replace(plain, on_convergence="The two are one source.")
    reasoned = joint_display(assessment(FOR_INTERVIEWS, [MET], decision=given))
    assert convergence_faults(reasoned) == []
    assert (reasoned.rows[0].convergence, reasoned.rows[0].researcher_convergence) == ("agreement", decided)


def test_dissonance_overruled_without_a_reason_names_the_lines():
    shown = joint_display(assessment(AGAINST_INTERVIEWS, [MET], decision=SUPPORTED))
    assert convergence_faults(shown) == [
        "decision on 'closure': agreement overrules dissonance between sample (for) and interviews (against) "
        "without a memo; on_convergence must say why"
    ]


def test_a_decision_that_follows_the_rule_needs_no_reason():
    assert convergence_faults(joint_display(assessment(FOR_INTERVIEWS, [MET], decision=SUPPORTED))) == []
    assert convergence_faults(joint_display(assessment(FOR_INTERVIEWS, [], decision=HINDERED))) == []


def test_an_unknown_convergence_is_answered_with_the_nearest():
    wrong = Decision("fulfilled", convergence="partial agreement", on_convergence="Because.")
    (fault,) = convergence_faults(joint_display(assessment(FOR_INTERVIEWS, [MET], decision=wrong)))
    assert fault == (
        "decision on 'closure': there is no convergence 'partial agreement'; expected one of agreement, "
        "partial_agreement, silence, dissonance; did you mean 'partial_agreement'?"
    )


def test_the_table_has_the_lines_as_columns_and_the_kinds_of_data():
    sources = [
        source("interview-1", "supports", role="government_bureau"),
        source("interview-2", "supports"),
        source("interview-3", "supports"),
        source("interview-4", "hinders", role="city_office"),
        source("interview-5", "hinders", role="smart_city", counted=False),
        source("document-2-audit-memo", "absent"),
    ]
    decision = Decision("not_optimal", convergence="dissonance", on_convergence="One is later.")
    shown = joint_display(
        assessment(sources, [COUNTED, figure("not_met", ends=(0.58, 0.6432), value=0.612)], decision=decision)
    )
    (record,) = shown.to_frame(ENGLISH).to_dict("records")
    assert record == {
        "number": 1,
        "dimension": "closure",
        "name": "Closure",
        "register": "for: met 1 of 1 (Hours 2.75, met)",
        "sample": "against: met 0 of 1 (Share answered 61.2 % [58.0, 64.3], not met)",
        "interviews": "for: support from 3 (government bureau, 2 × kelurahan); hindrance told by 1 (city office); "
        "not counted: 1 (smart city)",
        "documents": "against: absence stated by 1 (audit memo)",
        "convergence": "dissonance",
        "researcher_convergence": "dissonance",
        "on_convergence": "One is later.",
        "status": "not_optimal",
        "researcher_status": "not_optimal",
        "data_kind": "illustrative, synthetic",
    }


def test_the_table_speaks_indonesian_with_its_decimal_comma():
    shown = joint_display(assessment([source("document-2-audit-memo", "hinders")], [COUNTED, MET, NOT_MEASURED]))
    voice = Voice("id", labels={"document-2-audit-memo": {"en": "x", "id": "Memo audit"}})
    (record,) = shown.to_frame(voice).to_dict("records")
    assert record["name"] == "Penuntasan"
    assert record["register"] == "mendukung: tercapai 1 dari 1 (Hours (id) 2,75, tercapai)"
    assert "88,0 % [85,0; 91,0], tercapai; Share answered (id): tidak diukur)" in record["sample"]
    assert record["interviews"] == "senyap"
    assert record["documents"] == "menyanggah: hambatan dituturkan 1 sumber (Memo audit)"


def test_what_was_not_measured_is_said_to_be_silent_and_not_measured():
    (record,) = joint_display(assessment([], [NOT_MEASURED])).to_frame(ENGLISH).to_dict("records")
    assert record["sample"] == "silent: Share answered: not measured"


def test_an_unknown_dimension_is_refused():
    shown = joint_display(assessment())
    assert shown.to_frame(Voice("fr")).loc[0, "name"] == "Closure"
    with pytest.raises(TriangulationError, match=r"no dimension 'closur'; did you mean 'closure'\?$"):
        shown.row("closur")


def test_a_notebook_shows_whole_cells_and_no_markup_of_theirs():
    memo = "<b>" + "long " * 60
    html = joint_display(assessment(FOR_INTERVIEWS, [], decision=replace(HINDERED, on_convergence=memo)))._repr_html_()
    assert "<b>" not in html
    assert memo.strip().replace("<b>", "&lt;b&gt;") in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_protocol_has_its_text(language):
    assert all(Voice(language).say(f"convergence.{word}") for word in CONVERGENCES)
    assert all(Voice(language).say(f"line.{name}") for name in LINES)


# A whole study: its sample is against, its interviews too, until somebody codes them otherwise.


@pytest.fixture
def study_folder(tmp_path):
    folder = write_study_with_words(tmp_path / "study")
    for name in ("coder-a", "coder-b", "adjudicated"):
        edit(folder / f"responses/{name}.csv", "explicit", "none")
    return folder


def test_a_study_s_lines_are_in_its_run(study_folder):
    (found,) = run_study(open_study(study_folder)).words.joint_display
    assert {line.name: line.standing for line in found.lines} == {
        "register": "silent",
        "sample": "against",
        "interviews": "against",
        "documents": "silent",
    }
    assert found.convergence == "agreement"


def test_other_coding_makes_a_dissonance_that_the_file_of_decisions_must_explain(study_folder):
    edit(study_folder / "coding/adjudicated.csv", "hinders", "supports")
    assert run_study(open_study(study_folder)).words.joint_display.rows[0].convergence == "dissonance"


def test_all_faults_of_status_and_convergence_are_told_at_once(study_folder):
    edit(study_folder / "coding/adjudicated.csv", "hinders", "supports")
    (study_folder / "decisions.toml").write_text(
        'data_kind = "illustrative"\n[[decision]]\ndimension = "create_closure"\nstatus = "fulfilled"\n'
        'convergence = "silence"\n[[decision]]\ndimension = "closure"\nstatus = "fulfilled"\n',
        encoding="utf-8",
    )
    with pytest.raises(TriangulationError) as error:
        run_study(open_study(study_folder))
    assert [
        line.partition("decisions.toml: ")[2].partition(" without")[0] for line in str(error.value).splitlines()
    ] == [
        "decision on 'create_closure': fulfilled overrules not_optimal",
        "decision on 'closure': the assessment has no such dimension; did you mean 'create_closure'?",
        "decision on 'create_closure': silence overrules dissonance between sample (against) and interviews (for)",
    ]


def test_a_study_without_a_file_of_decisions_is_told_where_to_name_one(study_folder):
    without_memo(study_folder)
    edit(study_folder / "study.toml", 'decisions = "decisions.toml"\n', "")
    with pytest.raises(TriangulationError, match=r"study\.toml, \[words\] names no file of decisions: .* dissonance"):
        run_study(open_study(study_folder))


def test_a_misspelled_convergence_in_the_file_is_answered_with_the_nearest(study_folder):
    edit(study_folder / "decisions.toml", "on_convergence", 'convergence = "disonance"\non_convergence')
    with pytest.raises(StudyError, match=r"decisions\.toml, line \d+.* did you mean 'dissonance'\?"):
        open_study(study_folder).read_decisions()


def test_a_study_without_a_sample_has_a_silent_line_and_says_what_was_not_measured(study_folder):
    settings = (study_folder / "study.toml").read_text(encoding="utf-8")
    start, end = settings.index("[responses]"), settings.index("[words]")
    settings = settings[:start] + settings[end:]
    settings = settings.replace('[[estimate]]\nvariable = "final_answer"\nstatistic = "proportion"\n', "")
    (study_folder / "study.toml").write_text(settings, encoding="utf-8")
    edit(study_folder / "decisions.toml", 'status = "not_optimal"', 'status = "not_optimal"\nconvergence = "silence"')
    (record,) = run_study(open_study(study_folder)).joint_display_table(ENGLISH).to_dict("records")
    assert record["sample"].startswith("silent: ")
    assert record["sample"].endswith(": not measured")
    assert record["convergence"] == "silence"


def test_a_study_without_documents_has_a_silent_line(study_folder):
    (record,) = run_study(open_study(study_folder)).joint_display_table(ENGLISH).to_dict("records")
    assert record["documents"] == "silent"
    assert record["interviews"] == "against: hindrance told by 2 (2 × kelurahan)"
