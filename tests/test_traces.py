"""From an estimate on the page to its strata and to the rows of the workbook."""

import re

from small_report import section


def test_an_estimate_leads_to_its_strata_and_to_the_rows_of_the_workbook(small_page):
    estimates, traces = section(small_page, "estimates"), section(small_page, "traces")
    asked = {each["href"][1:] for tag, each in estimates.tags if tag == "a" and each["href"].startswith("#by-stratum")}
    assert asked
    assert asked <= set(traces.ids)
    assert re.search(r"Recomputed.*row \d+.*By stratum.*rows \d+", traces.text)
    assert "evidence.json" in traces.text
