"""A study's notebooks, run from their first cell to their last."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmresearch.errors import ReportError
from cmresearch.files.writing import write_text
from cmresearch.privacy import MaskTable, mask_all

if TYPE_CHECKING:
    from nbformat import NotebookNode

Outputs = Literal["plain", "masked"]
AT_ONCE = 2
SECONDS_A_CELL = 120


def execute_notebooks(
    notebooks: Sequence[Path],
    folder: Path,
    *,
    outputs: Outputs = "plain",
    environment: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Run notebooks, two at a time, and keep them with their outputs, each also as a page.

    A notebook runs in its own folder, so it finds its study as it does in JupyterLab.

    Args:
        notebooks: The notebooks, none of which is changed.
        folder: Where the executed copies go, `.ipynb` and `.html`.
        outputs: "masked" puts placeholders for the personal data in the texts and tables that cells show; a study of
            real people's words asks for it.
        environment: Environment variables that the notebooks are given beside those that are there.

    Returns:
        The pages, in the order of the notebooks.

    Raises:
        ReportError: A cell fails; the text names the notebook, the cell and the error.
    """
    if not notebooks:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    with _quiet_kernels(), ThreadPoolExecutor(AT_ONCE) as pool:
        given = {**os.environ, **(environment or {})}
        return tuple(pool.map(lambda notebook: _execute(notebook, folder, outputs, given), notebooks))


@contextmanager
def _quiet_kernels() -> Iterator[None]:
    # A kernel would otherwise look for a debugger and write a history file of its own.
    before = os.environ.get("PYDEVD_DISABLE_FILE_VALIDATION")
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
        else:
            os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = before


def _execute(path: Path, folder: Path, outputs: Outputs, environment: Mapping[str, str]) -> Path:
    import nbformat  # a second to load: only where notebooks run
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        extra_arguments=["--log-level=40"],  # a warning on transport, which would stand between the steps
    )
    try:
        asyncio.run(client.async_execute(env=dict(environment)))
    except CellExecutionError as error:
        raise ReportError(f"{path.name} does not run: {error.ename}: {error.evalue}") from error
    if outputs == "masked":
        _mask_outputs(notebook)
    write_text(folder / path.name, nbformat.writes(notebook))
    page = folder / f"{path.stem}.html"
    write_text(page, _page(notebook))
    return page


def _mask_outputs(notebook: NotebookNode) -> None:
    """Put placeholders for personal data into every text that the cells show, the same datum the same placeholder."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    slots = [(output, "text") for output in shown if "text" in output]
    slots += [(output["data"], kind) for output in shown for kind in output.get("data", {}) if kind.startswith("text/")]
    masked, _ = mask_all([holder[key] for holder, key in slots], MaskTable())
    for (holder, key), text in zip(slots, masked, strict=True):
        holder[key] = text.text


def _page(notebook: NotebookNode) -> str:
    """A notebook as a page of its own: nbconvert's plain cells in a frame that loads nothing from anywhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup
    from nbconvert import HTMLExporter

    cells, _ = HTMLExporter(template_name="basic", embed_images=True).from_notebook_node(notebook)
    title = next((line.lstrip("# ") for line in notebook.cells[0].source.splitlines() if line.startswith("#")), "")
    frame = Environment(
        loader=PackageLoader("cmresearch.study"), autoescape=True, undefined=StrictUndefined
    ).get_template("notebook.html.j2")
    return frame.render(title=title, body=Markup(cells))  # the markup is nbconvert's own
