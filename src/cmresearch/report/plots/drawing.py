"""One look for every figure, and SVG that is the same text each time."""

from __future__ import annotations

import hashlib
import html
import io
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from cmresearch.language.voice import ENGLISH, Voice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter

# Okabe and Ito's colours, told apart by colour-blind readers; shape says the same wherever colour says anything.
INK, MUTED, RULE = "#1c2530", "#5c6773", "#d8dde3"
BLUE, SKY, ORANGE, RED, GREEN, GREY = "#0072b2", "#9ccbe8", "#e69f00", "#c44e00", "#00795a", "#8a939c"
WIDTH = 8.2  # inches
ROW = 0.29  # inches for one row of a figure
TITLE, KEY, BOTTOM = 0.58, 0.27, 0.72  # inches for the title, the key below it, and the axis
Key = Sequence[tuple[str, str, str]]  # marker, colour and meaning
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
FILE_FONT = "'DejaVu Sans', Verdana, sans-serif"  # the widths that were measured, or nearly
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: searchable, and read aloud
    "svg.hashsalt": "cmresearch",  # names within the file follow from its content, not from chance
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so every machine measures the same widths
    "font.size": 9,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
}
TAG = re.compile(r"<[^>]+>")  # in what is drawn a label has no angle brackets, but their escapes
HOLLOW = {"ring": "o", "diamond": "D"}
TWO_LINES = 0.34  # inches: a row of this height holds a label of two lines
ONE_LINE = 42  # letters
LETTER = 0.0072  # inches of width for each point of a letter's size, somewhat less than most letters need


def alt_of(figure: str, voice: Voice = ENGLISH) -> str:
    """The sentence that says what a figure shows, for readers who do not see it.

    Args:
        figure: The name of the function that draws it, without `plot_`.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Example:
        >>> alt_of("months"), alt_of("months", Voice("id"))
        ('Complaints of the frame in each month.', 'Aduan dalam kerangka sampel pada setiap bulan.')
    """
    return voice.say(f"figure.{figure}.alt")


def to_svg(figure: Figure, *, alt: str) -> str:
    """A figure as SVG for a page: the same figure is the same text; title and description are read aloud.

    Args:
        figure: The figure.
        alt: What the figure shows, in a sentence.

    Returns:
        An `<svg>` element without XML header, dates, links or scripts.
    """
    out = io.StringIO()
    with drawing():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _standalone(out.getvalue(), _title(figure), alt)


def to_png(figure: Figure, *, alt: str, dpi: int = 200) -> bytes:
    """A figure as PNG: the same figure gives the same bytes, with the same versions of the drawing libraries.

    Args:
        figure: The figure.
        alt: What the figure shows, in a sentence; kept in the file as its description.
        dpi: Pixels per inch; a figure is 8.2 inches wide.

    Returns:
        The file's bytes, without date and software.
    """
    out = io.BytesIO()
    with drawing():
        about = {"Title": _title(figure), "Description": alt, "Software": None}
        figure.savefig(out, format="png", dpi=dpi, metadata=about)
    return out.getvalue()


def figure_files(figure: Figure, *, alt: str) -> dict[str, bytes]:
    """A figure as files for a text: `svg`, whose words can be edited, and `png` for programs without SVG.

    Args:
        figure: The figure.
        alt: What the figure shows, in a sentence.

    Returns:
        The bytes of each file, by its ending.
    """
    return {"svg": svg_file(to_svg(figure, alt=alt)).encode(), "png": to_png(figure, alt=alt)}


def title_of(svg: str) -> str:
    """The title of a figure that `to_svg` wrote, as text.

    Example:
        >>> title_of("<svg><title>Open &amp; closed</title></svg>")
        'Open & closed'
    """
    return html.unescape(svg.partition("<title>")[2].partition("</title>")[0])


def svg_file(element: str) -> str:
    """An SVG element of a page as a file of its own, which programs outside a browser can read too."""
    opened = element.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{TAG.sub(lambda tag: _file_tag(tag[0]), opened)}\n'


def _file_tag(tag: str) -> str:
    """A tag as older programs read it: they find names by xlink, and know no font of the system."""
    return tag.replace(' href="#', ' xlink:href="#').replace(FONT, FILE_FONT)


def _title(figure: Figure) -> str:
    return str(figure.texts[0].get_text()).replace("\n", " ")


def _standalone(text: str, title: str, alt: str) -> str:
    body = text[text.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    own = hashlib.sha256((title + alt).encode()).hexdigest()[:8]
    # Tag by tag: a label between tags may look like an attribute and stays as it is.
    body = TAG.sub(lambda tag: _own_tag(tag[0], own), body)
    head, rest = body.split(">", 1)
    named = f"<title>{html.escape(title)}</title><desc>{html.escape(alt)}</desc>"
    return f'{head} role="img" style="stroke-linejoin: round">{named}{rest}'.replace("\n", " ").strip()


def _own_tag(tag: str, own: str) -> str:
    """A tag with the page's font, without what only a file needs, under names that no other figure on the page has."""
    tag = tag.replace("'DejaVu Sans'", FONT).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    tag = re.sub(r'^(<svg.*) version="[^"]*"', r"\1", tag.replace('xlink:href="#', 'href="#'), flags=re.DOTALL)
    return re.sub(r'(href="|url\()#', rf"\1#{own}-", re.sub(r'\bid="([^"]+)"', rf'id="{own}-\1"', tag))


@contextmanager
def drawing() -> Iterator[None]:
    """The look of this module, for whatever is drawn meanwhile."""
    # matplotlib takes half a second to load; the command line must answer before.
    from matplotlib import style

    # From the library's own look on, so that a notebook's settings change nothing.
    with style.context(["default", STYLE]), warnings.catch_warnings():
        # Letters that the measuring font lacks are measured as boxes and shown in the reader's own font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@cache
def _figure_class() -> type[Figure]:
    """A figure that shows itself in a notebook as it stands in the report, whatever the notebook's own settings."""
    from matplotlib.figure import Figure  # as in `drawing`

    class Drawn(Figure):
        def _repr_svg_(self) -> str:
            return to_svg(self, alt=self.texts[0].get_text())

    return Drawn


def canvas(
    height: float,
    *,
    title: str,
    kind: str | Sequence[str],
    voice: Voice,
    key: Key = (),
    left: float = 0.75,
    right: float = 0.25,
    bottom: float = BOTTOM,
) -> tuple[Figure, Axes]:
    """An empty figure: the height is that of the axes, in inches; title, key and axis come on top."""
    head = TITLE + (KEY if key else 0)
    whole = head + height + bottom
    with drawing():
        figure = _figure_class()(figsize=(WIDTH, whole))
        axes = figure.subplots()
        figure.subplots_adjust(left=left / WIDTH, right=1 - right / WIDTH, top=1 - head / whole, bottom=bottom / whole)
        figure.text(0.12 / WIDTH, 1 - 0.12 / whole, title, size=12, weight="bold", ha="left", va="top")
        corner = figure.text(1 - 0.1 / WIDTH, 0.1 / whole, _kind_of_data(kind, voice), ha="right", va="bottom")
        corner.set(size=8, style="italic", color=MUTED)
        _write_key(figure, key)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_tick_class(voice.language)())
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    return figure, axes


def canvas_of_rows(
    labels: Sequence[str],
    *,
    title: str,
    kind: str | Sequence[str],
    voice: Voice,
    key: Key = (),
    row: float = ROW,
    right: float = 1.75,
    bottom: float = BOTTOM,
) -> tuple[Figure, Axes]:
    """A figure with one row for each label, the first on top; rows grow where a label needs two lines."""
    row = max(row, TWO_LINES) if any(len(label) > ONE_LINE for label in labels) else row
    lines, letters = (2, 31) if row >= TWO_LINES else (1, ONE_LINE)
    wrapped = [textwrap.wrap(label, letters, max_lines=lines, placeholder="…") for label in labels]
    left = 0.25 + 0.075 * max((len(line) for label in wrapped for line in label), default=0)
    figure, axes = canvas(
        row * len(labels), title=title, kind=kind, voice=voice, key=key, left=left, right=right, bottom=bottom
    )
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), ["\n".join(label) for label in wrapped])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    return figure, axes


def name_columns(axes: Axes, names: Sequence[str], *, size: float = 9, right: float = 0.5) -> None:
    """Name the columns of a figure whose cells hold marks; the last has so much room to its right."""
    width = axes.get_position().width * WIDTH / (len(names) - 0.5 + right)
    letters = max(8, int(width / (LETTER * size)))
    axes.set_xticks(range(len(names)), [_in_lines(name, letters) for name in names])
    axes.tick_params(axis="x", length=0, labelcolor=INK, labelsize=size)
    axes.set_xlim(-0.5, len(names) - 1 + right)


def _in_lines(text: str, letters: int) -> str:
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, letters, break_long_words=False)]
    return "\n".join(lines)


def part_columns(axes: Axes, columns: int) -> None:
    """A thin line on either side of each column."""
    for edge in range(columns + 1):
        axes.axvline(edge - 0.5, color=RULE, linewidth=0.5, zorder=0)


def write_beside(axes: Axes, at: int, text: str, *, weight: str = "normal") -> None:
    """Write beside a row, to the right of the axes."""
    written = axes.text(1.015, at, text, transform=axes.get_yaxis_transform(), ha="left", va="center", size=8.5)
    written.set(color=INK, weight=weight)


@cache
def _tick_class(language: str) -> type[Formatter]:
    """Numbers along an axis with the separators of a language."""
    from matplotlib.ticker import ScalarFormatter  # as in `drawing`

    voice = Voice(language)

    class Numbers(ScalarFormatter):
        def format_ticks(self, values: list[float]) -> list[str]:
            return [voice.in_figures(tick) for tick in super().format_ticks(values)]

    return Numbers


def _kind_of_data(kind: str | Sequence[str], voice: Voice) -> str:
    """The label in the corner, from one kind of data or several; a text may list several in English."""
    kinds = re.split(", | and ", kind) if isinstance(kind, str) else kind
    return voice.say("figure.kind", kind=voice.data_kinds(kinds))


def _write_key(figure: Figure, key: Key) -> None:
    """Write what the marks mean, in one line below the title."""
    from matplotlib.lines import Line2D  # as in `drawing`

    line, across = 1 - 0.53 / figure.get_figheight(), 0.2
    for mark, colour, text in key:
        hollow = mark in HOLLOW
        look = {"color": "none", "markeredgecolor": colour} if hollow else {"color": colour}
        entry = Line2D(
            [across / WIDTH], [line], marker=HOLLOW.get(mark, mark), linestyle="none", markersize=7, markeredgewidth=1.4
        )
        entry.set(**look)
        figure.add_artist(entry)
        figure.text((across + 0.13) / WIDTH, line, text, size=8.5, va="center", color=MUTED)
        across += 0.42 + 0.0735 * len(text)
