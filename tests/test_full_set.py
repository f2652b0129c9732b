"""The synthetic full set meets the published totals and is the same on every machine."""

from pathlib import Path

import duckdb
import pytest
from small_register import write_parameters

from cmresearch.errors import CmResearchError
from cmresearch.study import open_study
from cmresearch.study.synthetic import (
    content_fingerprint,
    make_flawless_records,
    make_full_set,
    read_parameters,
    write_full_set,
)

STUDY = open_study(Path(__file__).parents[1])
SEED = "cmresearch synthetic jakarta 2020"


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(STUDY.path(STUDY.settings.full_set.made_from))


@pytest.fixture(scope="module")
def full_set(parameters):
    return make_full_set(parameters, seed=SEED)


@pytest.fixture(scope="module")
def covid(full_set):
    return full_set[full_set["covid_topic"] != ""]


@pytest.fixture(scope="module")
def records(parameters):
    return make_flawless_records(parameters, seed=SEED)


def test_the_published_totals_are_met_exactly(full_set, covid):
    assert len(full_set) == 137_776
    assert len(covid) == 14_581
    assert (full_set["status"] == "Selesai").sum() == 137_574
    assert full_set["channel"].nunique() == 14


def test_the_five_published_channels_and_categories_are_met_exactly(full_set):
    channels = full_set["channel"].value_counts()
    five = ["Qlue", "JAKI", "Twitter @DKIJakarta", "E-mail", "Facebook Pemprov DKI Jakarta"]
    assert channels[five].tolist() == [55_153, 51_675, 13_511, 5_324, 4_542]
    assert channels.drop(five).sum() == 7_571
    assert full_set["category"].value_counts().head(5).to_dict() == {
        "Gangguan Ketenteraman dan Ketertiban": 15_986,
        "Sampah": 14_494,
        "Parkir Liar": 14_493,
        "Pohon": 8_199,
        "Pelanggaran Perda/Pergub": 7_860,
    }


def test_the_solved_complaints_took_40_point_22_hours_on_average(full_set):
    seconds = (full_set["closed"] - full_set["received"]).dropna().dt.total_seconds()
    # 137,574 complaints × 40.22 hours × 60 = 331,993,576.8 minutes; whole minutes come nearest with ….577.
    assert int(seconds.sum()) // 60 == 331_993_577
    assert abs(seconds.mean() / 3_600 - 40.22) < 0.005


def test_the_covid_complaints_follow_the_published_channel_counts(covid):
    # 14,581 × 2,099 / 6,886 = 4,444.6 for JAKI; the larger fractions take the units left over.
    assert covid["channel"].value_counts().to_dict() == {
        "JAKI": 4_444,
        "Twitter @DKIJakarta": 2_395,
        "E-mail": 2_289,
        "SMS": 1_711,
        "Qlue": 1_427,
        "Facebook Pemprov DKI Jakarta": 1_095,
        "LAPOR 1708": 976,
        "Media sosial Gubernur": 178,
        "Balai Warga": 66,
    }


def test_no_covid_complaint_came_in_face_to_face(full_set):
    offices = full_set["channel"].str.startswith(("Kantor", "Pendopo"))
    assert offices.sum() == 1_321
    assert (full_set.loc[offices, "covid_topic"] == "").all()


def test_the_covid_complaints_follow_the_published_months(covid):
    months = covid.groupby(covid["received"].dt.month).size()
    # 14,581 × 1,789 / 8,324 = 3,133.8 for April.
    assert months.to_dict() == dict(
        zip(range(3, 13), [681, 3_134, 1_957, 900, 774, 820, 2_916, 1_419, 799, 1_181], strict=True)
    )


def test_each_complaint_has_its_own_id_of_date_and_serial(full_set):
    assert full_set["id"].is_unique
    assert full_set["id"].is_monotonic_increasing
    assert full_set["id"].str.fullmatch(r"JK20\d{8}").all()
    assert (full_set["id"].str[2:8] == full_set["received"].dt.strftime("%y%m%d")).all()


def test_nothing_happens_before_what_it_follows(full_set):
    known = full_set.dropna(subset=["coordinated"])
    assert (known["received"] <= known["coordinated"]).all()
    known = known.dropna(subset=["closed"])
    assert (known["coordinated"] <= known["closed"]).all()
    closed = full_set.dropna(subset=["closed"])
    assert (closed["received"] < closed["closed"]).all()


def test_an_open_complaint_has_neither_closing_time_nor_reply(full_set):
    still_open = full_set[full_set["status"] != "Selesai"]
    assert still_open["status"].value_counts().to_dict() == {
        "Koordinasi": 132,
        "Menunggu": 41,
        "Disposisi": 20,
        "Proses": 9,
    }
    assert still_open["closed"].isna().all()
    assert (still_open["final_reply"] == "").all()
    assert (full_set.loc[full_set["closed"].notna(), "final_reply"] != "").all()


def test_a_waiting_complaint_was_not_yet_passed_on(full_set):
    waiting = full_set[full_set["status"] == "Menunggu"]
    assert waiting["coordinated"].isna().all()
    assert (waiting["dispositions"] == 0).all()


def test_the_register_keeps_the_service_level_in_the_frame(covid):
    hours = (covid["coordinated"] - covid["received"]).dt.total_seconds() / 3_600
    days = (covid["closed"] - covid["received"]).dt.total_seconds() / 86_400
    assert hours.median() < 6
    assert (days <= 7).mean() > 0.90
    assert (covid["dispositions"] <= 2).mean() == pytest.approx(0.88, abs=0.01)
    assert covid[["coordinated", "closed"]].notna().all(axis=1).mean() > 0.95


def test_texts_are_one_to_three_sentences_with_every_gap_filled(full_set, records):
    for column in ("text", "final_reply", "agency"):
        assert not full_set[column].str.contains(r"[{}\x1f\n]").any()
    whole = full_set.loc[~full_set["id"].isin(records.loc[records["disposition"] == "not_codable", "id"]), "text"]
    assert (whole.str.count(r"\.(?: |$)") - whole.str.count(r"No\. ")).between(1, 3).all()


def test_a_few_entries_cannot_be_coded_or_are_no_complaints(covid, records):
    shares = records["disposition"].value_counts(normalize=True)
    assert shares["not_codable"] == pytest.approx(0.030, abs=0.005)
    assert shares["ineligible"] == pytest.approx(0.024, abs=0.005)
    texts = covid.merge(records, on="id").set_index("disposition")["text"]
    assert not texts["not_codable"].str.endswith(".").any()
    assert set(texts["ineligible"]) <= {
        *("Tes.", "Uji coba pengiriman laporan, mohon diabaikan."),
        *("Hanya mencoba aplikasi.", "Tes kirim laporan lewat kanal ini."),
    }


def test_no_text_holds_a_telephone_number_or_an_address(full_set):
    digits = full_set["text"].str.replace(r"JK\d{10}", "", regex=True) + full_set["final_reply"]
    # What is left of digits is the 19 of COVID-19.
    assert not digits.str.replace("COVID-19", "").str.contains(r"\d").any()
    assert not digits.str.contains("@").any()


def test_a_repeated_complaint_names_an_earlier_one_from_the_same_kelurahan(full_set):
    repeats = full_set.assign(earlier=full_set["text"].str.extract(r"(JK\d{10})")).dropna(subset=["earlier"])
    places = full_set.set_index("id")["kelurahan"]
    assert (repeats["earlier"] < repeats["id"]).all()
    assert (places[repeats["earlier"]].to_numpy() == repeats["kelurahan"].to_numpy()).all()


def test_what_the_replies_hold_has_the_assumed_shares(records):
    coded = records[records["disposition"] == "coded"]
    shares = {name: coded[name].value_counts(normalize=True) for name in records.columns[2:]}
    assert shares["final_answer"]["explicit"] == pytest.approx(0.62, abs=0.015)
    assert shares["evidence_given"]["yes"] == pytest.approx(0.55, abs=0.015)
    assert shares["reply_addresses_case"]["yes"] == pytest.approx(0.84, abs=0.015)
    assert shares["repeat_complaint"]["yes"] == pytest.approx(0.07, abs=0.015)
    assert sorted(shares["topic"].index) == [
        *("crowds_and_rules", "health_facilities", "levies_and_permits"),
        *("other", "social_assistance", "workplace"),
    ]


def test_an_entry_that_is_not_coded_has_no_other_value(records):
    rest = records[records["disposition"] != "coded"]
    assert (rest.iloc[:, 2:] == "").all(axis=None)


def test_the_words_show_what_the_flawless_records_say(full_set, records):
    both = records[records["disposition"] == "coded"].merge(full_set, on="id", validate="one_to_one")
    mentions_proof = both["final_reply"].str.contains("lampir", regex=False)
    assert (mentions_proof == (both["evidence_given"] == "yes")).all()
    assert (both["text"].str.contains("No. JK", regex=False) == (both["repeat_complaint"] == "yes")).all()
    # Only what was done or found counts as an answer; 'has been followed up' leaves it to be guessed.
    guessed = both["final_reply"].str.contains(
        "telah ditindaklanjuti|sudah dikoordinasikan|sudah diproses|dinyatakan selesai|sudah selesai dan ditutup"
        "|Sudah dilakukan tindak lanjut|Sudah dikoordinasikan|Tindak lanjut telah tuntas"
    )
    assert (guessed == (both["final_answer"] == "implicit")).all()


def test_the_same_seed_gives_the_same_rows_everywhere(full_set):
    assert content_fingerprint(full_set) == "9dc30a49716d2a3c02fb5f1bf4396e6b7bf7f816f9ff0bd87eb37e023ce63c35"


def test_another_seed_gives_other_complaints_with_the_same_totals(parameters, full_set):
    other = make_full_set(parameters, seed="another seed")
    assert content_fingerprint(other) != content_fingerprint(full_set)
    assert other["channel"].value_counts().to_dict() == full_set["channel"].value_counts().to_dict()


def test_the_parquet_file_holds_the_same_rows(full_set, tmp_path):
    path = tmp_path / "deep" / "full set's.parquet"
    write_full_set(full_set, path)
    assert [place.name for place in path.parent.iterdir()] == ["full set's.parquet"]
    read = duckdb.sql("SELECT * FROM read_parquet(?)", params=[str(path)]).df()
    assert list(read.columns) == list(full_set.columns)
    assert content_fingerprint(read) == content_fingerprint(full_set)


def test_more_complaints_with_a_topic_than_a_channel_has_are_refused(parameters):
    channels = [c.model_copy(update={"topic_weight": int(c.name == "Balai Warga")}) for c in parameters.channels]
    with pytest.raises(
        CmResearchError, match="channel 'Balai Warga': 14,581 complaints with a topic, but only 330 in all"
    ):
        make_full_set(parameters.model_copy(update={"channels": tuple(channels)}), seed=SEED)


def test_a_topic_that_began_too_late_for_its_complaints_is_refused(parameters):
    topics = [topic.model_copy(update={"from_month": 12}) for topic in parameters.topics]
    with pytest.raises(
        CmResearchError, match="topic 'workplace': 900 complaints, but only 0 are left from month 12 on"
    ):
        make_full_set(parameters.model_copy(update={"topics": tuple(topics)}), seed=SEED)


@pytest.fixture
def town(tmp_path):
    return read_parameters(write_parameters(tmp_path))


def test_another_place_has_its_own_columns_and_words(town):
    made = make_full_set(town, seed="town")
    assert list(made.columns) == [
        *("case", "bank", "ward", "state", "came by", "opened", "ended", "kind", "desk", "request", "answer"),
    ]
    assert made["came by"].value_counts().to_dict() == {"letter box": 40, "town hall": 20}
    assert made["kind"].value_counts().to_dict() == {"boats": 45, "bells": 15}
    assert made["state"].value_counts().to_dict() == {"done": 52, "new": 4, "in work": 4}
    assert set(zip(made["bank"], made["ward"], strict=True)) == {
        ("north", "Mill"),
        ("north", "Weir"),
        ("south", "Ferry"),
    }
    boats = made[made["kind"] == "boats"]
    assert (boats["desk"] == "harbour of the " + boats["bank"] + " bank").all()
    assert not made[["request", "answer", "desk"]].apply(lambda column: column.str.contains(r"[{}]")).any(axis=None)


def test_another_place_has_its_own_year_hours_and_ids(town):
    made = make_full_set(town, seed="town")
    assert made["opened"].dt.strftime("%Y-%m").value_counts().to_dict() == {f"2031-0{m}": 20 for m in (3, 4, 5)}
    assert made["case"].is_unique
    assert (made["case"].str[:8] == made["opened"].dt.strftime("%Y-%j")).all()
    assert set(made["opened"].dt.hour[made["came by"] == "town hall"]) == {9, 10, 11}
    assert set(made["opened"].dt.hour[made["came by"] == "letter box"]) == {23, 0, 1, 2}
    hours = (made["ended"] - made["opened"]).dt.total_seconds() / 3_600
    assert hours.mean() == pytest.approx(12.5)
    assert (hours.isna() == (made["state"] != "done")).all()


def test_where_there_are_no_topics_all_complaints_are_under_study(town):
    made, records = make_full_set(town, seed="town"), make_flawless_records(town, seed="town")
    assert list(records.columns) == ["id", "disposition", "outcome", "again"]
    assert records["id"].tolist() == made["case"].tolist()
    assert set(records["disposition"]) == {"coded", "not_codable", "ineligible"}
    coded = records["disposition"] == "coded"
    assert set(records["outcome"][coded]) == {"told", "hinted", "absent"}
    assert ((records["again"] == "again") == made["request"].str.startswith("After 2031-")).all()
    assert (records.loc[~coded, ["outcome", "again"]] == "").all(axis=None)


def test_more_open_complaints_than_came_in_late_enough_are_refused(tmp_path):
    town = read_parameters(write_parameters(tmp_path, ("value = 1\nbasis", "value = 6\nbasis")))
    with pytest.raises(CmResearchError, match="8 complaints are still open, but only 0 came in from month 6 on"):
        make_full_set(town, seed="town")
