"""Exports that are larger than one machine: the same questions, answered by Apache Spark (`cmresearch[spark]`)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import tempfile
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import duckdb
import pandas as pd

from cmresearch.errors import IntakeError
from cmresearch.files.hashes import sha256_of
from cmresearch.files.sql import connect, plain, quoted
from cmresearch.intake.batches import Column
from cmresearch.intake.complaints import Complaints, control_pattern
from cmresearch.intake.spark_sql import TEXT_OF_DOUBLE, TEXT_OF_FLOAT, spark_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructField

SCHEME = "spark://"
# What an answer could hang on is fixed here, whatever the session was set to.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a text that is no number is an error, not a missing number
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.caseSensitive": "false",  # as in DuckDB; columns that differ in case only are refused
    "spark.sql.variable.substitute": "false",  # ${…} in a complaint is text
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # rows of too few cells are found whatever is asked
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # 007 stays 007
    "spark.sql.parquet.mergeSchema": "true",  # a column that some parts lack is not left out of all
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
CSV = {
    "escape": '"',
    "multiLine": "true",
    "mode": "FAILFAST",
    "encoding": "UTF-8",
    "unescapedQuoteHandling": "RAISE_ERROR",
}
DELIMITERS = (",", ";", "\t", "|")
TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
TYPES = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
}
OTHER_CENTURIES = ("year({0}) NOT BETWEEN 1 AND 9999", "a year outside 1 to 9999")
# By Spark's type: what a column may not hold, and what is said of it.
FAULTS = {
    "csv string": (
        "contains({0}, '\ufffd') OR endswith({0}, '\r')",
        "a character that is not UTF-8 (U+FFFD), or the file has line ends of two kinds",
    ),
    "string": ("NOT is_valid_utf8({0})", "text that is not UTF-8"),
    "date": OTHER_CENTURIES,
    "timestamp_ntz": OTHER_CENTURIES,
}
LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class SparkComplaints(Complaints):
    """The complaints of one export, which a Spark session reads and asks.

    Everything that takes `Complaints` takes these: frames, allocations, draws, fingerprints and certificates are made
    by the same functions. Only answers come to this machine: counts, bucket hashes, the drawn complaints.

    Attributes:
        session: A Spark session of its own, in which the view `complaints` stands for the export.
        connection: A DuckDB database whose table `complaints` has the export's columns and no rows. Each question is
            put to it first, so that what is no valid question is refused in the same words as for a file.
        files: The addresses of the files that are read; none for a table that is not made of files.
    """

    session: Any = field(default=None, repr=False, compare=False)
    files: tuple[str, ...] = field(default=(), repr=False)

    def query(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> list[tuple[object, ...]]:
        """The rows that an SQL query over the view `complaints` gives, in DuckDB's SQL.

        Raises:
            IntakeError: The query cannot be answered from this export, or a part of it may mean another thing in
                Spark than in DuckDB.
        """
        empty = super().query(sql, parameters)
        if sql.lstrip().upper().startswith("DESCRIBE"):
            return empty
        if isinstance(parameters, list):
            raise IntakeError(f"{self.path.name}: parameters are given by name")
        asked = spark_sql(sql, self.columns, parameters, kind_of=self._kind_of)
        with _spark_errors(self.path.name):
            return [tuple(row) for row in self.session.sql(asked).collect()]

    def table(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> pd.DataFrame:
        """The same as a data frame: text where the answer is text, numbers where it is numbers."""
        columns = super().table(sql, parameters).columns
        return pd.DataFrame(self.query(sql, parameters), columns=columns)

    def has_control(self, name: str) -> str:
        """The SQL expression of whether a column's text holds a control character."""
        return control_pattern(self.text(name))

    def batches(self, sql: str) -> Iterator[list[Column]]:  # noqa: ARG002 - whatever it asks
        """Refused: this gives as many rows as the export has, and they stay on the cluster.

        Raises:
            IntakeError: Always.
        """
        raise IntakeError(f"{self.path.name}: its rows stay on the cluster; only counts and hashes come here")

    def _kind_of(self, expression: str) -> str:
        try:
            return str(super().query(f"DESCRIBE SELECT ({expression}) FROM complaints")[0][1])
        except IntakeError:
            return ""  # it stands on columns of an inner query

    def sha256(self) -> str:
        """The SHA-256 of the export's file; of several, that of the lines `sha256sum` gives for them, sorted.

        Raises:
            IntakeError: The export is no file but a table.
        """
        if not self.files:
            raise IntakeError(
                f"{self.path.name} is not made of files that a certificate could name; write it to Parquet"
            )
        if len(self.files) == 1 and self.path.is_file():
            return sha256_of(self.path)
        with _spark_errors(self.path.name):
            read = self.session.read.format("binaryFile").load(list(self.files))
            rows = read.selectExpr("path", "sha2(content, 256) AS sha256").collect()
        lines = sorted(f"{row['sha256']}  {row['path'].rsplit('/', 1)[-1]}\n" for row in rows)
        return rows[0]["sha256"] if len(rows) == 1 else hashlib.sha256("".join(lines).encode()).hexdigest()


def is_spark(address: object) -> bool:
    """Whether this is an address of an export that Spark reads.

    Example:
        >>> is_spark("spark://local[2]/data/export.parquet"), is_spark("export.parquet")
        (True, False)
    """
    return isinstance(address, str) and address.startswith(SCHEME)


def master_and_path(address: str) -> tuple[str | None, str]:
    """The cluster and the file that an address names.

    Args:
        address: `spark://CLUSTER/PATH`. The cluster is `host:port`, `local[2]`, or nothing for the session that is
            running already; the path is one that every machine of the cluster sees, or an address of its own.

    Returns:
        The cluster as Spark names it, None for the session that is running, and the path.

    Example:
        >>> master_and_path("spark://head:7077/data/2020.parquet")
        ('spark://head:7077', '/data/2020.parquet')
        >>> master_and_path("spark:///s3a://city/complaints")
        (None, 's3a://city/complaints')
        >>> master_and_path("spark://local[2]/data/2020.csv")
        ('local[2]', '/data/2020.csv')
    """
    cluster, _, path = address.removeprefix(SCHEME).partition("/")
    if not path:
        raise IntakeError(f"{address} names no file; expected spark://CLUSTER/PATH")
    master = cluster if cluster.startswith("local") else SCHEME + cluster
    return (master if cluster else None), (path if re.match(r"^\w+:/", path) else f"/{path}")


def read_in_spark(source: str | DataFrame, *, session: SparkSession | None = None) -> SparkComplaints:
    """Open an export that Spark reads: CSV or Parquet, one file or a folder of parts, or a data frame of Spark's.

    Nothing is loaded. CSV is UTF-8 with one header for each part, separated by comma, semicolon, tab or bar; its
    columns are text to the letter.

    Args:
        source: An address `spark://CLUSTER/PATH` (see `master_and_path`), a path that the session's machines see, or
            a data frame.
        session: The session to read with; by default the one that is running, or one on the cluster that the address
            names. Its own settings stay as they are.

    Returns:
        The complaints; give them to `read_frame`.

    Raises:
        IntakeError: The extra `cmresearch[spark]` is not installed, the export cannot be read, has no rows or columns
            of one name, or a column holds lists, structures or bytes, which have no text.

    Example:
        `read_frame(read_in_spark(spark.table("complaints")), id="id", strata="channel")`
    """
    _refuse_without_extra()
    master, path = master_and_path(source) if isinstance(source, str) and is_spark(source) else (None, str(source))
    near = session or (_running(master) if isinstance(source, str) else source.sparkSession)
    own = near.newSession()
    _settle(own)
    if not isinstance(source, str):
        return _of_data_frame(source, own, Path("data frame"))
    with _spark_errors(path):
        files, kind = _files(own, path)
        read = _read_csv(own, path) if kind == "csv" else own.read.parquet(path)
    return _of_data_frame(read, own, Path(path), kind, files)


def _refuse_without_extra() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("pyspark", "sqlglot")):
        raise IntakeError("Spark reads this export, and the extra is not installed: pip install 'cmresearch[spark]'")


def _running(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession  # the extra, and heavy

    with warnings.catch_warnings():
        # About data frames of pandas, of which none goes through Spark here.
        warnings.simplefilter("ignore", FutureWarning)
        running = SparkSession.getActiveSession()
        if running is None:
            return _started(master)
    if master not in (None, running.sparkContext.master):
        raise IntakeError(
            f"a Spark session on {running.sparkContext.master} is running, and the export is to be read on {master}; "
            "stop the session, or leave the cluster out: spark:///PATH"
        )
    return running


def _started(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("cmresearch").config("spark.ui.showConsoleProgress", "false")
    if master and master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers of this very Python
        # Nothing is kept there, but Spark would make the folder where the researcher works.
        builder = builder.config("spark.sql.warehouse.dir", str(Path(tempfile.gettempdir()) / "cmresearch-spark"))
    return (builder.master(master) if master else builder).getOrCreate()


def _settle(session: SparkSession) -> None:
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    if session.conf.get("spark.sql.parser.escapedStringLiterals") == "true":  # to set it as it is gives a warning
        session.conf.set("spark.sql.parser.escapedStringLiterals", "false")
    session.udf.register(TEXT_OF_DOUBLE, _text_function(digits=17), "string")
    session.udf.register(TEXT_OF_FLOAT, _text_function(digits=9), "string")


def _text_function(*, digits: int) -> Callable[[float | None], str | None]:
    """A function that writes a floating-point number in the fewest digits that name it, as DuckDB does.

    It is made here so that it travels whole: the cluster's machines need not have this library.
    """

    def shortest(value: float | None) -> str | None:
        import struct

        if value is None or digits == 17:
            return None if value is None else repr(value)
        tries = (float(f"{value:.{count}g}") for count in range(1, digits + 1))
        return repr(next((one for one in tries if struct.pack("f", one) == struct.pack("f", value)), value))

    return shortest


def _files(session: SparkSession, path: str) -> tuple[tuple[str, ...], str]:
    """The addresses of the files at a path, and whether they are CSV or Parquet."""
    found = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(path)
    files = tuple(sorted(str(row[0]) for row in found.select("path").collect()))
    kinds = {"csv" if file.lower().endswith(TEXT_FILES) else "parquet" for file in files}
    if len(kinds) != 1:
        raise IntakeError(f"{path} holds {'both CSV and Parquet files' if kinds else 'no files'}")
    return files, kinds.pop()


def _read_csv(session: SparkSession, path: str) -> DataFrame:
    from pyspark.sql.types import StringType, StructField, StructType

    first = session.read.text(path, lineSep="\n").head(1)
    line = first[0][0] if first else ""
    delimiter = max(DELIMITERS, key=line.count)
    # Left to itself, Spark changes the line ends within a text.
    reader = session.read.options(**CSV, sep=delimiter, lineSep="\r\n" if line.endswith("\r") else "\n")
    ((*names,),) = reader.csv(path, header=False).head(1) or ((),)
    if not names or not all(names):
        raise IntakeError(f"{path}: the header lacks a name; expected one for each column")
    _refuse_repeated(path, names)
    schema = StructType([StructField(name.removeprefix("\ufeff"), StringType()) for name in names])
    # Every part's header has to say the same.
    return reader.csv(path, schema=schema, header=True, enforceSchema=False)


def _refuse_repeated(path: str, names: list[str]) -> None:
    folded = Counter(name.casefold() for name in names)
    repeated = [name for name in names if folded[name.casefold()] > 1]
    if repeated:
        raise IntakeError(
            f"{path} has columns that differ in nothing or in case only: {', '.join(repeated)}; rename them"
        )


def _of_data_frame(
    read: DataFrame,
    session: SparkSession,
    path: Path,
    format: str = "spark",
    files: tuple[str, ...] = (),
) -> SparkComplaints:
    fields = read.schema.fields
    _refuse_repeated(path.name, [one.name for one in fields])
    columns = {one.name: _type(path.name, one) for one in fields}
    selected = ", ".join(_guarded(one, format) for one in fields)
    with _spark_errors(path.name):
        view = f"cmresearch_{uuid4().hex}"  # a name that no other session has; nothing else hangs on it
        read.createGlobalTempView(view)
        session.sql(f"SELECT {selected} FROM global_temp.{view}").createTempView("complaints")
    connection = connect()
    typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE TABLE complaints ({typed})")
    complaints = SparkComplaints(path, columns, {"format": format}, connection, session=session, files=files)
    weakref.finalize(complaints, _forget, session, view)
    return complaints


def _forget(session: SparkSession, view: str) -> None:
    if session.sparkContext._jsc is not None:  # the session may have been stopped before
        session.catalog.dropGlobalTempView(view)


def _type(name: str, one: StructField) -> str:
    kind = str(one.dataType.simpleString())
    if kind.startswith("decimal"):
        return kind.upper()
    if kind not in TYPES:
        raise IntakeError(f"{name}, column {one.name!r}: holds {kind} values, which have no text; leave the column out")
    return TYPES[kind]


def _guarded(one: StructField, format: str) -> str:
    """A column that stops the query where the engines would write its value differently."""
    name, kind = f"`{one.name.replace('`', '``')}`", one.dataType.simpleString()
    fault = FAULTS.get(f"{format} {kind}") or FAULTS.get(kind)
    if fault is None:
        return name
    check, what = fault
    return f"CASE WHEN {check.format(name)} THEN raise_error('a column holds {what}') ELSE {name} END AS {name}"


@contextmanager
def _spark_errors(name: str) -> Iterator[None]:
    """Spark's errors as ours: the sentence that helps, without the trace of the cluster."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException
    from pyspark.logger import PySparkLogger

    trace = PySparkLogger.getLogger("SQLQueryContextLogger")  # prints pages for each error, which is raised below
    before, trace.disabled = trace.disabled, True
    try:
        yield
    except (PySparkException, Py4JJavaError, duckdb.Error) as error:
        text = plain(error) if isinstance(error, duckdb.Error) else str(error)
        # The cause that lies deepest says which record or value it was.
        causes = re.findall(r"^(?:Caused by)?: [\w.$]+: (.*)$", text, re.MULTILINE) or [text.strip().split("\n")[0]]
        sentence = re.sub(r"^\[[A-Z_.]+\] | SQLSTATE.*$", "", causes[-1])
        raise IntakeError(f"{name}: {sentence[:LONGEST_MESSAGE]}") from error
    finally:
        trace.disabled = before
