"""A section of the report as readers find it."""

import re

from pages import Page

from cmresearch.report.page.page import report_html
from cmresearch.report.shareable import shareable_reviews, shareable_with_table
from cmresearch.study.run import run_study


def shown(study):
    run = run_study(study)
    masked, table = shareable_with_table(run)
    return report_html(masked, reviews=shareable_reviews(run, table))


def section_text(text, name):
    """One section of a page, whatever sections stand within it included."""
    start = text.index(f'<section id="{name}">')
    depth = 0
    for found in re.finditer(r"<(/?)section", text[start:]):
        depth += -1 if found[1] else 1
        if depth == 0:
            return text[start : start + found.end()]
    raise AssertionError(f"section {name} does not end")


def section(text, name):
    return Page(section_text(text, name))
