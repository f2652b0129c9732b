"""A research workbench for studies of how a city manages complaints.

The verbs of the library, each loaded when it is first used. What else a part offers is imported from the part itself,
as in `from cmresearch.estimation import estimate_quantile`. From the ground up:

- `errors`: what can go wrong, one class for each subject
- `files`: files read and written safely
- `language`: what readers are told, in each of their languages
- `privacy`: personal data in complaint text, found and masked
- `reliability`: how far raters agree, whatever was rated
- `intake`: raw exports opened as complaints, with a list of every fault
- `sampling`: the frame, allocation and planning, the draw, its certificate and its verification
- `responses`: what coders recorded for each sampled complaint
- `estimation`: what the sample says of the full set, and how surely
- `codebook`: every code, what it means, the dimension it speaks to
- `coding`: sources, coded segments, every correction since
- `triangulation`: both strands side by side, and a status for each dimension
- `study`: one study: settings, provenance, run, plan, reviews, evidence
- `report`: a run as page, paper, plots, chapters, workbook and results
- `exchange`: codebooks and codings to and from other programs
- `archive`: one file for a journal or a repository, and its check
- `cli`: the same verbs at the command line
"""

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# Addresses of version 0.1 that scripts may still import, and where their names live now.
_MOVED = {
    "assumptions": "study.synthetic.reading",
    "codebook.schema": "codebook.templates",
    "codebook.toml_edit": "files.toml_edit",
    "convergence": "triangulation.convergence",
    "estimation.known_totals": "estimation.calibration",
    "evidence": "study",
    "evidence.answers": "study.evidence.building",
    "evidence.building": "study.evidence.building",
    "evidence.chain": "study.evidence.chain",
    "exchange.safe_reading": "files.strangers",
    "execution": "study.notebooks",
    "findings": "triangulation.findings",
    "frame": "sampling.frame",
    "plan": "study",
    "provenance": "study.provenance",
    "report.assessment_plots": "report.plots",
    "report.coverage_plots": "report.plots",
    "report.drawing": "report.plots",
    "report.joint_plot": "report.plots",
    "report.planning_plots": "report.plots",
    "report.register_plots": "report.plots",
    "report.reliability_plots": "report.plots",
    "report.sample_plots": "report.plots",
    "report.thesis": "report.chapters.thesis",
    "reproduction": "study.run",
    "results": "report.results",
    "review_entries": "study.reviews.entries",
    "reviews": "study.reviews.subjects",
    "robustness": "triangulation.robustness",
    "sheets": "files.sheets",
    "sql": "files.sql",
    "synthetic": "study.synthetic",
    "texts": "language.catalogue",
    "toml_file": "files.toml",
    "twins": "language.translations",
    "writing": "files.writing",
}


class _Moved(MetaPathFinder, Loader):
    """The module of an old address, under both its names."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 - the import system's own signature
        old = name.removeprefix("cmresearch.")
        return ModuleSpec(name, self) if old != name and old in _MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(f"cmresearch.{_MOVED[spec.name.removeprefix('cmresearch.')]}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run: the module was imported under its own name, and keeps that."""
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


# Before the folders, since an old folder may still lie there with nothing but compiled files.
sys.meta_path.insert(0, _Moved())
