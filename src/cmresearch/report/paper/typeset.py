"""The tree of a page as Typst source. Text becomes strings, never markup, so nothing in it can be an instruction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from cmresearch.report.paper.column_widths import Row, lay_out, number_of_columns, rows_of, span
from cmresearch.report.paper.tree import HEADINGS, Drawing, Element, Node

STYLE = Path(__file__).with_name("report.typ")
UPRIGHT, TURNED = 481.0, 728.0  # points of text across an A4 page between margins of 20 mm
REGIONS: Mapping[str, str] = {"en": "GB", "id": "ID"}
INLINE: Mapping[str, str] = {
    **{"b": "strong", "strong": "strong", "em": "emph", "i": "emph", "cite": "emph", "sup": "super", "sub": "sub"},
    **{"small": "small-text", "mark": "highlight"},
}
TONES = frozenset(re.findall(r"(\w+): (?:good|warn|bad|muted),", STYLE.read_text(encoding="utf-8")))
PANELS: Mapping[str, str] = {"first": "panelled", "said": "said"}
ALONE = 24  # letters; a longer word may be broken
AFTER = re.compile(r"(?<=[/._\-|,=?&:])")
OUTLINED = ("h2", "h3")  # headings that the table of contents lists; bookmarks are made of all
SHORT_CONTENTS = 30  # entries of a table of contents that fits below the title
LONG_CELL = 900  # letters; a row, or a row of cards, with more may go on over the page
ANCHORED = frozenset({*HEADINGS, "tr"})  # elements that carry their own anchor


def typst_source(tree: Element, *, title: str, language: str, authors: Sequence[str] = ()) -> str:
    """A page as Typst source, to be compiled with nothing else.

    Args:
        tree: The page, as `read_page` gives it.
        title: The document's title.
        language: Its language, such as `en` or `pt-BR`.
        authors: Who wrote it.

    Returns:
        The source: the style, then one call for each part of the page.
    """
    entries = sum(1 for _ in tree.find(*OUTLINED))
    levels = _Levels(shown=any(True for _ in tree.find("h1")), long=entries > SHORT_CONTENTS)
    names = "".join(f"{quoted(name)}, " for name in authors)
    main, _, region = language.partition("-")
    settings = (
        f"title: {quoted(title)}, authors: ({names}), language: {quoted(main)}, "
        f"region: {quoted(REGIONS.get(language, region))}"
    )
    body = "\n".join(_blocks(tree.children, levels))
    return f"{STYLE.read_text(encoding='utf-8')}\n#show: report.with({settings})\n#{{\n{body}\n}}\n"


def quoted(text: str) -> str:
    r"""A text as a string of Typst's, whatever stands in it.

    Example:
        >>> quoted('a "b" \\ #import')
        '"a \\"b\\" \\\\ #import"'
    """
    return '"' + re.sub(r'[\\"\x00-\x1f\x7f]', _escaped, text) + '"'


def _escaped(found: re.Match[str]) -> str:
    letter = found[0]
    return f"\\{letter}" if letter in '\\"' else f"\\u{{{ord(letter):x}}}"


@dataclass
class _Levels:
    """The level of the last heading: none may be more than one deeper than the one before it."""

    shown: bool  # whether the page has an h1, which becomes the document's title
    long: bool  # whether the table of contents fills a page of its own
    last: int = 0
    waiting: list[str] = field(default_factory=list)  # anchors of sections whose heading comes next

    def of(self, tag: str) -> int:
        self.last = min(int(tag[1]) - (1 if self.shown else 0), self.last + 1) or 1
        return self.last


def _group(lines: Iterable[str]) -> str:
    """Parts as one content; the empty one in front makes content of a lone string."""
    return "{[]\n" + "\n".join(lines) + "\n}"


def _blocks(nodes: Iterable[Node], levels: _Levels) -> Iterator[str]:
    before: Node = ""
    for node in nodes:
        if isinstance(node, Drawing):
            yield f"picture({quoted(node.svg)}, {quoted(_alt(node))})"
        elif _is_note_of_heading(node, before):
            yield f"with-next({_group(_block(node, levels))})"
        elif isinstance(node, Element):
            yield from _block(node, levels)
        before = node


def _is_note_of_heading(node: Node, before: Node) -> TypeGuard[Element]:
    """Whether a note stands right below a heading, so that both go over the page with what follows."""
    if not (isinstance(before, Element) and isinstance(node, Element)):
        return False
    return before.tag in HEADINGS and node.tag == "p" and "note" in node.classes


def _language(node: Element) -> str:
    return f"lang: {quoted(node.get('lang').partition('-')[0])}, region: none"


def _alt(drawing: Drawing) -> str:
    return " ".join(part for part in (drawing.title, drawing.description) if part)


def _block(node: Element, levels: _Levels) -> Iterator[str]:
    if node.get("id") and node.tag not in ANCHORED:
        if next(node.find(*HEADINGS), None) is not None:
            levels.waiting.append(node.get("id"))
        else:
            yield f"anchor({quoted(node.get('id'))})"
    if node.get("lang"):
        yield "{ " + f"set text({_language(node)})"
    yield from WRITERS.get(node.tag, _container)(node, levels)
    if node.get("lang"):
        yield "}"


def _container(node: Element, levels: _Levels) -> Iterator[str]:
    wrapper = next((PANELS[name] for name in sorted(node.classes) if name in PANELS), "")
    inner = list(_blocks(node.children, levels))
    if "verdict" in node.classes:
        cells = [_group(_blocks([cell], levels)) for cell in node.children]
        yield f"side-by-side(breakable: {_breakable(node.children)}, {', '.join(cells)})"
    elif node.tag == "details":
        yield f"unfolded({_group(inner)})"
    elif wrapper and inner:
        yield f"{wrapper}({_group(inner)})"
    else:
        yield from inner


def _paragraph(node: Element, levels: _Levels) -> Iterator[str]:  # noqa: ARG001 - all writers are called alike
    content = _inline(node.children)
    small = node.classes & {"note", "muted", "cite"}
    yield f"par({f'note-text({content})' if small else content})"


def _heading(node: Element, levels: _Levels) -> Iterator[str]:
    names = [*levels.waiting, *filter(None, [node.get("id")])]
    levels.waiting = []
    aside = [each for each in node.children if isinstance(each, Element) and each.tag == "small"]
    content = _inline([each for each in node.children if each not in aside])
    if node.tag == "h1":
        yield "std.title()"
        yield from (f"anchor({quoted(name)})" for name in names)
    else:
        level = levels.of(node.tag)
        labelled = f"#label({quoted(names[0])})" if names else ""
        outlined = "true" if node.tag in OUTLINED else "false"
        yield f"[#heading(level: {level}, outlined: {outlined}, {content}){labelled}]"
        yield from (f"anchor({quoted(name)})" for name in names[1:])
    for each in aside:
        said = f"text({_language(each)}, {_inline(each.children)})" if each.get("lang") else None
        yield f"sub-title({said or _inline(each.children)})"


def _contents(node: Element, levels: _Levels) -> Iterator[str]:
    """The page's own table of contents gives way to one with page numbers, under the same heading."""
    levels.waiting = []
    heading = next(node.find(*HEADINGS), None)
    if levels.long:
        yield "pagebreak(weak: true)"
    yield f"outline(title: {quoted(heading.text) if heading else 'none'}, depth: 2)"
    yield "pagebreak(weak: true)"


def _list(node: Element, levels: _Levels) -> Iterator[str]:
    items = [each for each in node.children if isinstance(each, Element)]
    if "tally" in node.classes:
        yield f"side-by-side({', '.join(_counted(item) for item in items)})"
        return
    made = []
    for item in items:
        number = f"{int(item.get('value'))}, " if item.get("value") else ""
        call = f"enum.item({number}" if node.tag == "ol" else "list.item("
        made.append(f"{call}{_item(item, levels)})")
    yield f"{'enum' if node.tag == 'ol' else 'list'}({', '.join(made)})"


def _counted(item: Element) -> str:
    """A number of a tally and what it counts."""
    running = item.children[0].children if isinstance(item.children[0], Element) else ()
    return f"tally({_inline(running[:1])}, {_inline(running[1:])})"


def _item(item: Element, levels: _Levels) -> str:
    """The content of a list item; a lone paragraph stands without the space around paragraphs."""
    start = [f"anchor({quoted(item.get('id'))})"] if item.get("id") else []
    if len(item.children) == 1 and isinstance(item.children[0], Element) and item.children[0].tag == "p":
        return _group([*start, *_running(item.children[0].children)])
    return _group([*start, *_blocks(item.children, levels)])


def _terms(node: Element, levels: _Levels) -> Iterator[str]:
    terms: list[list[str]] = []
    for child in node.children:
        if isinstance(child, Element) and child.tag == "dt":
            terms.append([_inline(child.children), _group([])])
        elif isinstance(child, Element) and terms:
            terms[-1][1] = _item(child, levels)
    yield f"terms({', '.join(f'terms.item({term}, {told})' for term, told in terms)})"


def _quotation(node: Element, levels: _Levels) -> Iterator[str]:
    yield f"quote({_item(node, levels)})"


def _preformatted(node: Element, levels: _Levels) -> Iterator[str]:  # noqa: ARG001
    lines = "".join(each for each in node.children if isinstance(each, str)).split("\n")
    yield f"command({_group(chr(10).join(_words(line)) + chr(10) + 'linebreak()' for line in lines[:-1])}"[:-1] + (
        "\n".join(_words(lines[-1])) + "\n})"
    )


def _summary(node: Element, levels: _Levels) -> Iterator[str]:  # noqa: ARG001
    yield f"small-heading({_inline(node.children)})"


def _rule(node: Element, levels: _Levels) -> Iterator[str]:  # noqa: ARG001
    yield "line(length: 100%, stroke: 0.4pt + rule)"


def _table(node: Element, levels: _Levels) -> Iterator[str]:
    rows = rows_of(node)
    if not rows:
        return
    layout = lay_out(rows, upright=UPRIGHT, turned=TURNED)
    columns = number_of_columns(rows)
    caption = next(node.find("caption"), None)
    head = [_row(row, levels) for row in rows if row.head]
    body = [_row(row, levels) for row in rows if not row.head]
    numbers = _number_columns(rows, columns)
    parts = [
        f"caption: {_inline(caption.children)}" if caption is not None else "caption: none",
        f"size: {layout.size}pt",
        f"columns: ({', '.join(f'{width:.2f}pt' for width in layout.widths)},)",
        f"align: ({', '.join('right' if column in numbers else 'left' for column in range(columns))},)",
        f"headed: {len(head)}",
        *([f"table.header({', '.join(head)})"] if head else []),
        *body,
    ]
    call = f"data-table({', '.join(parts)})"
    yield f"page(flipped: true, {call})" if layout.turned else call


def _number_columns(rows: Sequence[Row], columns: int) -> frozenset[int]:
    found = set()
    for row in rows:
        place = 0
        for cell in row.cells:
            if "n" in cell.classes:
                found.add(place)
            place += span(cell)
    return frozenset(place for place in found if place < columns)


def _row(row: Row, levels: _Levels) -> str:
    cells = []
    for place, cell in enumerate(row.cells):
        inner = _cell(cell, levels)
        start = f"anchor({quoted(row.id)})\n" if place == 0 and row.id else ""
        settings = [f"breakable: {_breakable(row.cells)}", *(["align: left"] if row.heads_group else [])]
        settings += [f"{name}: {int(cell.get(name))}" for name in ("colspan", "rowspan") if cell.get(name)]
        content = f"strong({inner})" if cell.tag == "th" else inner
        cells.append(f"table.cell({', '.join(settings)}, {{[]\n{start}{content}\n}})")
    made = ", ".join(cells)
    # A heading within the table: never alone at the foot of a page, and known as a heading to a screen reader.
    return f"table.header(level: 2, repeat: false, {made})" if row.heads_group and not row.head else made


def _breakable(cells: Iterable[Node]) -> str:
    """Whether a page may end within these, which stand side by side."""
    long = any(isinstance(cell, Element) and len(cell.text) > LONG_CELL for cell in cells)
    return "true" if long else "false"


def _cell(cell: Element, levels: _Levels) -> str:
    content = _item(cell, levels)
    return f"note-text({content})" if "note" in cell.classes else content


WRITERS = {
    **dict.fromkeys(HEADINGS, _heading),
    **dict.fromkeys(("p", "figcaption", "dt"), _paragraph),
    **dict.fromkeys(("ul", "ol"), _list),
    "blockquote": _quotation,
    "dl": _terms,
    "hr": _rule,
    "nav": _contents,
    "pre": _preformatted,
    "summary": _summary,
    "table": _table,
}


def _inline(nodes: Iterable[Node]) -> str:
    return _group(_running(nodes))


def _running(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield from _words(node)
        elif isinstance(node, Element):
            yield _marked(node)


def _marked(node: Element) -> str:
    """An inline element."""
    if node.tag == "br":
        return "linebreak()"
    if node.tag == "wbr":
        return "may-break"
    if node.tag in {"code", "kbd"}:
        return f"raw({quoted(node.text)})"
    content = _inline(node.children)
    if node.tag == "a" and node.get("href"):
        target = node.get("href")
        place = f"label({quoted(target[1:])})" if target.startswith("#") else quoted(target)
        content = f"link({place}, {content})"
    elif node.tag in INLINE:
        content = f"{INLINE[node.tag]}({content})"
    elif node.tag == "q":
        content = f'{{[]\n"“"\n{content}\n"”"\n}}'
    content = _classed(node, content)
    if node.get("lang"):
        content = f"text({_language(node)}, {content})"
    return f"{{ anchor({quoted(node.get('id'))})\n{content} }}" if node.get("id") else content


def _classed(node: Element, content: str) -> str:
    tone = next((name for name in sorted(node.classes) if name in TONES), None)
    if "kind" in node.classes:
        return f"kind-mark({quoted(' '.join(sorted(node.classes - {'kind'})))}, {content})"
    if tone is not None:
        return f"toned({quoted(tone)}, {content})"
    if "label" in node.classes:
        return f"{{ note-text({content})\nlinebreak() }}"
    return f"note-text({content})" if node.classes & {"note", "muted"} else content


def _words(text: str) -> Iterator[str]:
    """Running text as strings, long words in pieces that may be parted at a line's end."""
    for piece, long in _pieces(text):
        yield "\nmay-break\n".join(quoted(part) for part in (_parted(piece) if long else [piece]))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is one long word."""
    place = 0
    for found in re.finditer(rf"\S{{{ALONE + 1},}}", text):
        if found.start() > place:
            yield text[place : found.start()], False
        yield found[0], True
        place = found.end()
    if place < len(text):
        yield text[place:], False


def _parted(word: str) -> list[str]:
    parts = [part for part in AFTER.split(word) if part]
    return [part[place : place + ALONE] for part in parts for place in range(0, len(part), ALONE)]
