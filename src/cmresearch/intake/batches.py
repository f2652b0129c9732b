"""Answers of many millions of rows, taken from the engine in parts and as bytes, with no object for each row."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

AHEAD = "32MB"
LONG_TEXT = "U"  # Arrow's name for UTF-8 text with 64-bit offsets


@dataclass(frozen=True)
class Texts:
    """The texts of some rows, end to end.

    Attributes:
        utf8: The bytes of all texts, one after the other.
        edges: Where each text begins, and at last where the last one ends.
    """

    utf8: memoryview
    edges: NDArray[np.int64]

    def between(self, first: int, after: int) -> memoryview:
        """The bytes of the texts of rows from `first` to the one before `after`."""
        return self.utf8[self.edges[first] : self.edges[after]]


Column = Any  # an array of numbers, or Texts: which of them, the query says


def batches(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[list[Column]]:
    """The rows of a query in their order, some hundred thousand at a time.

    Args:
        connection: The database; it can be asked nothing else until the last part was taken.
        sql: The query. Its columns are text or whole numbers, and none is missing.

    Yields:
        For each part one array of numbers or one `Texts` for each column. They hold until the next part is taken.

    Raises:
        duckdb.Error: The query is not valid.
        RuntimeError: It failed while it ran; the text says why.

    Example:
        >>> with duckdb.connect() as database:
        ...     ((numbers, texts),) = batches(database, "SELECT i, 'text ' || i FROM range(3) AS r(i)")
        ...     numbers.tolist(), bytes(texts.between(1, 3))
        ([0, 1, 2], b'text 1text 2')
    """
    import nanoarrow

    connection.execute("SET arrow_large_buffer_size = true")
    # The engine goes on with the next part while this one is worked on.
    connection.execute(f"SET streaming_buffer_size = '{AHEAD}'")
    # The engine works in a thread of its own, because the main one hears of Ctrl-C only while it does not.
    with ThreadPoolExecutor(1) as worker:
        opened = worker.submit(lambda: iter(nanoarrow.c_array_stream(connection.sql(sql))))
        stream = _waited(connection, opened)
        while (part := _waited(connection, worker.submit(next, stream, None))) is not None:
            yield [_column(part.child(index)) for index in range(part.n_children)]


def _waited(connection: duckdb.DuckDBPyConnection, answer: Future[Any]) -> Any:  # noqa: ANN401 - the library ships no types
    try:
        return answer.result()
    except KeyboardInterrupt:
        connection.interrupt()
        raise


def _column(array: Any) -> Column:  # noqa: ANN401 - the library ships no types
    buffers = array.view()
    if array.schema.format == LONG_TEXT:
        return Texts(memoryview(buffers.buffer(2)).cast("B"), np.asarray(buffers.buffer(1))[: array.length + 1])
    return np.asarray(buffers.buffer(1))[: array.length]
