"""Apache Spark gives the samples, counts and fingerprints that DuckDB gives (make test-spark)."""

import csv
import io
import os
import random
import sys

import duckdb
import pytest

from cmresearch import frame as frames
from cmresearch.errors import FrameError, IntakeError, SampleError
from cmresearch.intake.spark import master_and_path, read_in_spark
from cmresearch.sampling import bucket_hashes
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.fingerprints import fingerprint
from cmresearch.sampling.frame import check_ids, read_frame

# The library's own warnings stay errors; pyspark has some of its own about pandas and sockets.
pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("default::FutureWarning", "default::ResourceWarning", "default::DeprecationWarning"),
]

SEED = "lottery of 1 May"
HEADER = ["id", "Channel of entry", "words"]
HOSTILE_IDS = [
    "it's", 'say "yes"', "007", "7", "07", "ünï 😀", "\\u0041", "a\\", "\\", "%", "_", "${spark.app.name}", "{{x}}",
    "O'Br;--", "' OR 1=1", " leading", "trailing ", "ﬀ", "\uffff", "😀", "é", "e\u0301", "İ", "null", "NULL", "\\N",
    "`", "$id", ":ids", "?", "/*", "1e5", "0.10", "-0", "١٢",
]  # fmt: skip
HOSTILE_WORDS = [
    "", "two\nlines", "two\r\nlines", 'a ""quoted"" word', "comma, semicolon; tab\t", "back\\slash", '\\"', "a\u00a0b",
    "#", " ", "null", "ünï 😀", "'", '"',
]  # fmt: skip
STRATA = ["JAKI", 'Qlue\'s \\ "own"', "ünï / 😀", "${x}"]
ROWS = [
    (id, STRATA[place % len(STRATA)], HOSTILE_WORDS[place % len(HOSTILE_WORDS)])
    for place, id in enumerate([*HOSTILE_IDS, *(f"JK{number:04d}" for number in range(400))])
]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Spark on two cores of this machine, to whose driver no more than four megabytes may come."""
    sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.driver.maxResultSize": "4m", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}
    settings["spark.sql.warehouse.dir"] = str(tmp_path_factory.mktemp("warehouse"))
    builder = sql.SparkSession.builder.master("local[2]").config(map=settings)
    running = builder.config("spark.sql.session.timeZone", "Asia/Jakarta").getOrCreate()
    running.sparkContext.setLogLevel("OFF")
    yield running
    running.stop()


def as_csv(rows, header=HEADER, delimiter=","):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def written(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def parquet(path, query):
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def everything(frame, size):
    """Counts, sample and fingerprints of a frame."""
    allocation = allocate(frame, size)
    exact = [name for name in frame.complaints.columns if frame.complaints.is_exact(name)]
    return frame.sizes, frame.full_size, draw(frame, allocation, seed=SEED).to_csv(), fingerprint(frame, exact)


def same(path, other, size=40, **how):
    """Both engines' answers, compared; the one from Spark."""
    found = everything(read_frame(other, **how), size)
    assert found == everything(read_frame(path, **how), size)
    return found


HOSTILE = {"id": "id", "strata": "Channel of entry"}


def test_hostile_ids_and_words_in_csv_give_the_same_sample_and_fingerprints(session, tmp_path):
    path = written(tmp_path / "export.csv", as_csv(ROWS))
    sizes, *_ = same(path, read_in_spark(str(path), session=session), **HOSTILE)
    assert sum(sizes.values()) == len(ROWS)


def test_rows_that_are_shuffled_and_split_over_files_change_nothing(session, tmp_path):
    path = written(tmp_path / "export.csv", as_csv(ROWS))
    rows = random.Random(1).sample(ROWS, len(ROWS))
    for part in range(3):
        written(tmp_path / "parts" / f"{part}.csv", as_csv(rows[part::3]))
        text = tmp_path / "parts" / f"{part}.csv"
        parquet(tmp_path / "columns" / f"{part}.parquet", f"FROM read_csv('{text}', all_varchar = true)")
    for folder in ("parts", "columns"):
        same(path, read_in_spark(str(tmp_path / folder), session=session), **HOSTILE)


def test_a_file_with_byte_order_mark_semicolons_and_line_ends_of_windows_is_read_alike(session, tmp_path):
    text = "\ufeff" + as_csv(ROWS, delimiter=";").replace("\r\n", "\n").replace("\n", "\r\n")
    path = written(tmp_path / "export.csv", text)
    same(path, read_in_spark(str(path), session=session), **HOSTILE)


TYPED = """
SELECT 'A' || i AS id, i AS number, CAST(i % 3 AS UTINYINT) AS small, i % 2 = 0 AS yes,
    CAST((i - 50) / 100.0 AS DECIMAL(2, 2)) AS fraction, CAST((i - 50) / 7.0 AS DECIMAL(18, 4)) AS price,
    CAST((i - 50) / 1e9 AS DECIMAL(20, 12)) AS tiny, CAST(i AS DECIMAL(38, 0)) AS huge,
    DATE '0001-01-01' + CAST(i AS INTEGER) * 36000 AS day,
    TIMESTAMP '1582-10-01 00:00:00' + INTERVAL (i * 86399999) MILLISECOND AS moment,
    CASE WHEN i % 4 > 0 THEN TIMESTAMP '2020-03-01 00:00:00' + INTERVAL (i * i * 100000003) MICROSECOND END AS closed,
    CAST((i - 50) * pow(10, i % 40 - 20) / 3 AS DOUBLE) AS double,
    CAST((i - 50) * pow(10, i % 40 - 20) / 3 AS FLOAT) AS float,
    CAST('2020-03-01 00:00:00+00' AS TIMESTAMPTZ) + INTERVAL (i) HOUR AS zoned,
    CASE WHEN i % 5 > 0 THEN 'A\\%b' || i END AS words, NULLIF(i % 7, 0) AS maybe, 'İΣé ' || i AS letters
FROM range(100) AS r(i)
"""


@pytest.fixture(scope="module")
def typed(session, tmp_path_factory):
    """A Parquet file of every type, and the same opened by Spark."""
    path = parquet(tmp_path_factory.mktemp("typed") / "export.parquet", TYPED)
    return path, read_in_spark(str(path), session=session)


@pytest.mark.parametrize("strata", ["small", "yes", ["small", "yes"]])
def test_numbers_dates_times_and_truth_values_are_the_same_letters(typed, strata):
    same(*typed, id="id", strata=strata)


@pytest.mark.parametrize("id", ["number", "fraction", "price", "tiny", "huge", "day", "moment"])
def test_an_id_of_any_exact_type_draws_the_same(typed, id):
    same(*typed, id=id, strata="small")


EXPRESSIONS = """
words LIKE 'A\\%b%'
words LIKE '%1_'
words ILIKE 'a%B1%'
words IS NULL OR NOT words LIKE '%2'
LETTERS ILIKE 'iσÉ%'
lower(letters) = 'iσé 3'
contains(words, 'b1')
starts_with(words, 'A\\')
regexp_matches(words, '^A[^b]*b[12]+')
number / 3 > 4.333333333333
number / nullif(fraction, 0) > 3
closed - moment <= INTERVAL 159800 DAY
date_diff('minute', moment, closed) % 3 = 1
date_diff('second', moment, closed) / 3600.0 > 1000.5
date_diff('month', day, closed) % 2 = 0
date_diff('day', moment, closed) % 7 = 0
date_diff('hour', moment, closed) % 5 = 1
date_diff('quarter', moment, closed) % 2 = 0
date_diff('year', closed, moment) < -430
strftime(closed, 'at %H:%M on %d.%m.%Y') = 'at 00:01 on 01.03.2020'
strftime(CAST(CAST(moment AS VARCHAR) AS TIMESTAMP), '%Y-%m') = '1582-11'
CAST(words || '' AS VARCHAR) = words
CAST('2020-03-01T10:00:00+07:00' AS TIMESTAMP) = TIMESTAMP '2020-03-01 10:00:00'
CAST(fraction AS VARCHAR) = '-.50'
CAST(double AS VARCHAR) LIKE '%e-%'
CAST(zoned AS VARCHAR) LIKE '%00+00'
CAST(letters || '' AS VARCHAR) < 'İΣé 5'
CAST(yes AS VARCHAR) = 'true' AND small IN (1, 2)
CAST(yes AS INTEGER) + maybe BETWEEN 2 AND 4
CASE WHEN maybe IS NULL THEN false WHEN maybe > 3 THEN yes ELSE NOT yes END
coalesce(maybe, 9) >= 4 OR nullif(small, 1) IS NULL
substr(words, 2, 3) = '\\%b'
extract(year FROM closed) = 2020 AND month(closed) = 3
day >= '1970-01-01' AND day < DATE '2999-01-01'
length(letters) + abs(number - 50) > 20
replace(words, '\\%', '') = 'Ab7'
words IS DISTINCT FROM 'x' AND greatest(small, maybe) > 4
trim(letters || '  ') = letters
""".strip().split("\n")


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_an_expression_keeps_the_same_complaints(typed, where):
    path, spark = typed
    ids = [
        [row[0] for row in read_frame(source, id="id", strata="small", where=where).read_values(["id"]).to_numpy()]
        for source in (path, spark)
    ]
    assert ids[0] == ids[1]
    assert ids[0]


REFUSED = {
    "upper(words) = 'X'": "UPPER(words)",
    "TRY_CAST(words AS INTEGER) = 1": "TRY_CAST(words AS INT)",
    "CAST(double AS INTEGER) = 1": "CAST(double AS INT)",
    "CAST(price * 2 AS VARCHAR) = '2.0'": "CAST(price * 2 AS TEXT)",
    "regexp_matches(words, 'a.b')": "REGEXP_MATCHES(words, 'a.b')",
    "regexp_matches(words, '(?i)a')": "REGEXP_MATCHES(words, '(?i)a')",
    "substr(words, 0, 2) = 'a'": "SUBSTRING(words, 0, 2)",
    "strftime(closed, '%W') = '10'": "STRFTIME(closed, '%W')",
    "date_diff('week', moment, closed) = 0": "DATE_DIFF('WEEK', moment, closed)",
    "levenshtein(words, 'A') < 2": "LEVENSHTEIN(words, 'A')",
}


@pytest.mark.parametrize("where", REFUSED)
def test_what_the_engines_may_read_differently_is_refused_by_name(typed, where):
    with pytest.raises(IntakeError) as refusal:
        read_frame(typed[1], id="id", strata="small", where=where)
    assert f"the expression {REFUSED[where]} is not known to mean the same in Spark" in str(refusal.value)


def test_a_register_variable_has_the_same_mean_median_and_strata(typed):
    variables = {"hours": "date_diff('second', moment, closed) / 3600.0", "month": "strftime(moment, '%Y-%m')"}
    one, other = (read_frame(source, id="id", strata="month", variables=variables) for source in typed)
    assert one.sizes == other.sizes
    assert one.median("hours") == other.median("hours")
    assert one.mean("hours") == pytest.approx(other.mean("hours"), rel=1e-14)


@pytest.mark.parametrize(
    "how",
    [
        {"id": "id", "strata": "chanel"},
        {"id": "maybe", "strata": "small"},
        {"id": "id", "strata": "words"},
        {"id": "double", "strata": "small"},
        {"id": "id", "strata": "small", "where": "nowhere = 1"},
        {"id": "id", "strata": "small", "where": "number"},
        {"id": "id", "strata": "small", "where": "number > 1000"},
    ],
)
def test_faults_are_told_in_the_same_words(typed, how):
    told = []
    for source in typed:
        with pytest.raises(FrameError) as fault:
            read_frame(source, **how)
        told.append(str(fault.value))
    assert told[0] == told[1]


def test_repeated_ids_are_found_in_however_many_parts_they_are_looked_for(typed, monkeypatch):
    frame = read_frame(typed[1], id="id", strata="small", variables={})
    monkeypatch.setattr(frames, "IDS_AT_ONCE", 15)
    check_ids(frame)
    repeated = frames.replace(frame, id="small")
    with pytest.raises(FrameError, match="3 ids are not unique in column 'small': '0' 34 times"):
        check_ids(repeated)


def test_a_field_with_the_separator_is_refused(session, tmp_path):
    path = written(tmp_path / "export.csv", "id,channel,words\n1,JAKI,a\x1fb\n")
    frame = read_frame(read_in_spark(str(path), session=session), id="id", strata="channel")
    with pytest.raises(SampleError, match="1 complaints hold the control character U\\+001F"):
        fingerprint(frame, ["words"])


def test_buckets_read_in_ranges_are_the_same(typed, monkeypatch):
    one, other = (read_frame(source, id="id", strata="small") for source in typed)
    whole = fingerprint(one, ["words"])
    monkeypatch.setattr(bucket_hashes, "AT_ONCE", 300)
    assert fingerprint(other, ["words"]) == whole


def test_rows_cannot_be_taken_from_the_cluster_in_parts(typed):
    with pytest.raises(IntakeError, match="its rows stay on the cluster"):
        typed[1].batches("SELECT id FROM complaints")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,channel\n1,JAKI\n2\n", "Malformed"),
        ("id,channel\n1,JAKI\n2,JAKI,more\n", "Malformed"),
        (b"id,channel\n1,Jak\xe9\n", "a column holds a character that is not UTF-8"),
        ("id,channel\n1,JAKI\n2,JAKI\r\n", "line ends of two kinds"),
        ("id,ID\n1,2\n", "columns that differ in nothing or in case only: id, ID"),
        ("id,\n1,2\n", "the header lacks a name"),
    ],
)
def test_broken_csv_is_refused(session, tmp_path, text, message):
    path = written(tmp_path / "export.csv", text)
    with pytest.raises((IntakeError, FrameError), match=message):
        read_frame(read_in_spark(str(path), session=session), id="id", strata="channel")


def test_parts_with_different_headers_are_refused(session, tmp_path):
    written(tmp_path / "parts" / "1.csv", "id,channel\n1,JAKI\n")
    written(tmp_path / "parts" / "2.csv", "channel,id\nJAKI,2\n")
    with pytest.raises(IntakeError, match="header"):
        read_frame(read_in_spark(str(tmp_path / "parts"), session=session), id="id", strata="channel")


def test_columns_without_text_and_absent_files_are_refused(session, tmp_path):
    path = parquet(tmp_path / "export.parquet", "SELECT 'a' AS id, [1, 2] AS listed")
    with pytest.raises(IntakeError, match="column 'listed': holds array<int> values, which have no text"):
        read_in_spark(str(path), session=session)
    with pytest.raises(IntakeError, match="Path does not exist"):
        read_in_spark(str(tmp_path / "none.parquet"), session=session)


def test_a_data_frame_of_a_running_session_is_asked_without_changing_the_session(session, tmp_path):
    path = written(tmp_path / "export.csv", as_csv(ROWS))
    table = session.createDataFrame(ROWS, HEADER)
    same(path, read_in_spark(table), **HOSTILE)
    assert session.conf.get("spark.sql.session.timeZone") == "Asia/Jakarta"
    assert session.catalog.listTables() == []


def test_an_address_of_spark_is_read_as_a_frame(typed):
    path = typed[0]
    for address in (f"spark://local[2]{path}", f"spark://{path}", f"spark:///file:{path}"):
        same(path, address, id="id", strata="small")
    with pytest.raises(IntakeError, match=r"a Spark session on local\[2\] is running"):
        read_frame(f"spark://head:7077{path}", id="id", strata="small")


def test_an_address_names_a_cluster_and_a_path():
    assert master_and_path("spark://head:7077/hdfs://names/2020") == ("spark://head:7077", "hdfs://names/2020")
    with pytest.raises(IntakeError, match="spark://head:7077 names no file; expected spark://CLUSTER/PATH"):
        master_and_path("spark://head:7077")


@pytest.fixture(scope="module")
def full_set(project):
    """The Jakarta study's full set, as a file."""
    from cmresearch.study.study import open_study

    path = project / "data" / "derived" / "full-set.parquet"
    if not path.is_file():
        open_study(project).full_set()
    return path


JAKARTA = {"id": "id", "strata": "channel", "where": "covid_topic <> ''"}


def test_the_989_of_jakarta_are_the_same_with_the_same_certificate(session, full_set):
    made = []
    for source in (full_set, read_in_spark(str(full_set), session=session)):
        frame = read_frame(source, **JAKARTA)
        sample = draw(frame, allocate(frame, 989, minimum=2), seed="cmresearch jakarta 2020")
        made.append((sample.to_csv(), certify(sample, frame)))
    assert len(sample.ids) == 989
    assert made[0] == made[1]
    assert made[0][1][0].to_json() == made[1][1][0].to_json()


def test_nothing_of_the_frame_but_the_sample_comes_to_the_driver(session, full_set):
    # Four megabytes may come; the whole set of 137,776 complaints would be more than thirty.
    frame = read_frame(read_in_spark(str(full_set), session=session), id="id", strata="channel")
    sample = draw(frame, allocate(frame, 989, minimum=2), seed=SEED)
    assert len(fingerprint(frame, list(frame.complaints.columns)).buckets) == 4096
    assert len(sample.ids) == 989
    with pytest.raises(IntakeError, match="maxResultSize"):
        frame.read_values(list(frame.complaints.columns))


def test_a_folder_of_parts_has_the_hash_of_its_files(session, tmp_path):
    written(tmp_path / "parts" / "a.csv", "id,channel\n1,JAKI\n")
    written(tmp_path / "parts" / "b.csv", "id,channel\n2,JAKI\n")
    # (cd parts; sha256sum * | sort) | sha256sum
    assert (
        read_in_spark(str(tmp_path / "parts"), session=session).sha256()
        == "0d01d1ab650a71b1ccd5d0dac969e10738c97d3f32639f3e0d7cee074ec19253"
    )
