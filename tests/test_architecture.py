"""The plan of the library: imports point down only, the two strands meet once, and each part has one door."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "cmresearch"

# A floor a line, from the ground up. A part imports from lower floors; parts of one floor do not know each other.
FLOORS = """
errors
files language
privacy reliability
intake codebook
sampling coding
responses
estimation
triangulation
study
report exchange
archive
cli
"""
QUANTITATIVE = {"intake", "sampling", "responses", "estimation"}
QUALITATIVE = {"codebook", "coding"}
FLOOR = {part: floor for floor, line in enumerate(FLOORS.strip().splitlines()) for part in line.split()}
LOOSE = {"__init__", "__main__", "errors"}
SOME_SIZE = 20  # lines of code, from which on a module has tests of its name
PRINTS = {"cli", "verify_sample"}  # the stand-alone script is a command line of its own


def part_of(path: Path) -> str:
    """The part of the library that a file belongs to: its topmost folder, or the file itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The modules of the library that a file imports, at any depth of its code."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {module.removeprefix("cmresearch.") for module in modules if module.startswith("cmresearch.")}


FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE or path.stem == "errors"]
NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]
DOORS = sorted(PACKAGE.rglob("__init__.py"))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_point_down(path):
    part = part_of(path)
    others = {module.split(".")[0] for module in imports(path)} - {part}
    upward = [other for other in others if FLOOR[other] >= FLOOR[part]]
    assert not upward, f"{part} imports {', '.join(upward)}, which stands beside or above it"


def test_every_folder_has_its_floor():
    assert set(FLOOR) == {part_of(path) for path in FILES}


def test_no_module_lies_loose():
    assert {path.stem for path in PACKAGE.glob("*.py")} == LOOSE


@pytest.mark.parametrize(
    ("one", "other"), [(QUANTITATIVE, QUALITATIVE), (QUALITATIVE, QUANTITATIVE)], ids=["quantitative", "qualitative"]
)
def test_the_two_strands_do_not_know_each_other(one, other):
    for path in FILES:
        if part_of(path) in one:
            known = {module.split(".")[0] for module in imports(path)} & other
            assert not known, f"{path.name} of {part_of(path)} knows {known}"


def test_no_modules_import_each_other_in_a_circle():
    def name(path: Path) -> str:
        return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)

    left = {name(path): imports(path) for path in FILES}
    while free := {module for module, needed in left.items() if not needed & set(left)}:
        left = {module: needed for module, needed in left.items() if module not in free}
    assert not left, f"in a circle, or resting on one: {', '.join(sorted(left))}"


def test_only_the_command_line_prints():
    for path in FILES:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        printing = [call for call in calls if getattr(call.func, "id", "") == "print"]
        assert not printing or {part_of(path), path.stem} & PRINTS, f"{path.name} prints"


def public_names() -> Iterator[tuple[str, str]]:
    """Every name that a part shows, with the part."""
    for stub in sorted(PACKAGE.rglob("__init__.pyi")):
        part = ".".join(["cmresearch", *stub.parent.relative_to(PACKAGE).parts])
        for name in re.findall(r"import \w+ as (\w+)", stub.read_text(encoding="utf-8")):
            yield part, name


@pytest.mark.parametrize("door", DOORS, ids=[str(door.parent.relative_to(PACKAGE)) for door in DOORS])
def test_a_door_holds_public_names_and_nothing_else(door):
    if part_of(door) == "cli":
        return  # the command line's own start
    defined = [node for node in ast.parse(door.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    assert not defined


def test_every_public_name_is_there_and_has_one_address():
    code = "from importlib import import_module as i\n" + "\n".join(
        f"i({part!r}).{name}" for part, name in public_names()
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    shown = [
        name
        for part, name in public_names()
        if part not in {"cmresearch", "cmresearch.report.plots", "cmresearch.report.page"}
    ]
    assert len(shown) == len(set(shown)), sorted(name for name in set(shown) if shown.count(name) > 1)


def code_lines(path: Path) -> int:
    """How many lines of a file hold code: neither blank, nor a comment, nor part of a docstring."""
    text = path.read_text(encoding="utf-8")
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in quiet]
    found = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    texts = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr)]
    docs = [node for node in texts if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)]
    return len(found - {line for node in docs for line in range(node.lineno, (node.end_lineno or 0) + 1)})


def test_nine_modules_in_ten_have_tests_of_their_name():
    """A module of some size has its `test_<module>.py`, or with its folder before it where two have one name."""
    names = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    sized = [path.parent if path.stem == "__init__" else path for path in FILES if code_lines(path) >= SOME_SIZE]
    left = [path for path in sized if f"{path.parent.name}_{path.stem}" not in names]
    # A name without a folder is the name of one module only.
    served = {path.stem: path for path in left if path.stem in names}.values()
    without = [str(path.relative_to(PACKAGE)) for path in left if path not in served]
    assert len(without) <= len(sized) / 10, f"no tests of their name: {', '.join(without)}"


OLD_ADDRESSES = [
    ("cmresearch.frame", "read_frame"),
    ("cmresearch.synthetic", "read_parameters"),
    ("cmresearch.synthetic", "make_flawless_records"),
    ("cmresearch.assumptions", "read_parameters"),
    ("cmresearch.provenance", "write_hashes"),
    ("cmresearch.reproduction", "run_study"),
    ("cmresearch.triangulation", "Rule"),
    ("cmresearch.convergence", "joint_display"),
    ("cmresearch.plan", "freeze_plan"),
    ("cmresearch.reviews", "compare_reviews"),
    ("cmresearch.review_entries", "read_reviews"),
    ("cmresearch.evidence.chain", "read_evidence"),
    ("cmresearch.results", "write_results"),
    ("cmresearch.report.page", "write_report"),
    ("cmresearch.report.planning_plots", "plot_allocations"),
    ("cmresearch.report.sample_plots", "plot_survival"),
    ("cmresearch.estimation.quantiles", "estimate_quantile"),
    ("cmresearch.coding.coverage", "code_coverage"),
    ("cmresearch.study", "open_study"),
]


def test_addresses_that_scripts_use_go_on_working():
    code = "\n".join(f"from {address} import {name}" for address, name in OLD_ADDRESSES)
    code += "\nimport cmresearch.frame, cmresearch.sampling.frame\n"
    code += "assert cmresearch.frame is cmresearch.sampling.frame\n"
    code += "assert cmresearch.sampling.frame.__spec__.name == 'cmresearch.sampling.frame'\n"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# English whoever reads it: a first look at the command line, what stands in a certificate, the plan, what is hashed.
ENGLISH_HERE = {
    *("intake/exports.py", "intake/faults.py", "intake/faults_in_rows.py", "intake/mapped_export.py"),
    *("intake/profile.py", "intake/profile_pages.py"),
    *("study/evidence/building.py", "study/plan/text.py", "study/reviews/subjects.py"),
}
BELOW = [path for path in FILES if part_of(path) != "language" and FLOOR[part_of(path)] < FLOOR["report"]]


@pytest.mark.parametrize("path", BELOW, ids=[str(path.relative_to(PACKAGE)) for path in BELOW])
def test_below_the_report_nothing_is_said_but_by_a_voice_that_is_given(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    if str(path.relative_to(PACKAGE)) not in ENGLISH_HERE:
        assert not taken & {"ENGLISH", "template", "catalogue"}
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Voice"]
    assert not made or path.name == "study.py", "a voice is made by the study, once for each language"


def test_no_language_is_a_default_below_the_report():
    for path in BELOW:
        functions = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if hasattr(node, "args")]
        for function in functions:
            if isinstance(function, ast.FunctionDef):
                named = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
                default = next((value for name, value in named if name.arg == "language"), None)
                assert default is None or default.value is None, f"{path.name}, {function.name}"
