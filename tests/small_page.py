"""A page with a table and a figure, and the document made of it."""

from __future__ import annotations

from docx import Document

from cmresearch.report.paper.documents import write_docx

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><title>A bar</title><rect width="4" height="2"/></svg>'
TABLE = (
    '<table><caption>Strata</caption><thead><tr><th>Channel</th><th class="n">n</th></tr></thead>'
    '<tbody><tr><th colspan="2">Written</th></tr><tr><td>web</td><td class="n">3</td></tr></tbody></table>'
)
PAGE = f'<h1>Title</h1><h2 id="one">One</h2><p>a <b>b</b> <a href="#one">c</a></p>{TABLE}<figure>{SVG}</figure>'


def made(page, path, **named):
    write_docx(page, path, **({"title": "A title", "language": "en"} | named))
    return Document(str(path))


def styles(document):
    return [(each.style.name, each.text) for each in document.paragraphs]
