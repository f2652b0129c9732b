"""Answers in parts: what Ctrl-C does to a query that runs."""

import os
import signal
import threading

import duckdb
import pytest

from cmresearch.intake.batches import batches

ENDLESS = "SELECT md5(CAST(i AS VARCHAR)) AS x FROM range(1000000000000) AS r(i)"


@pytest.mark.parametrize("order", ["", " ORDER BY x"])
def test_ctrl_c_ends_a_query_and_leaves_the_engine_ready_for_the_next(order):
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            for _ in batches(connection, ENDLESS + order):
                pass
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
