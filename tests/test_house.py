"""The house rules that a machine can check."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("data", "triage", "suggest", "forecasting", "qa_scoring", "pipelines", "serving")
MODULES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
CODE_LINES, FUNCTION_LINES, README_LINES = 400, 50, 150


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_comes_from_this_distribution(name: str) -> None:
    origin = distribution("deskpilot").read_text("direct_url.json")
    assert origin is not None
    installed_from = json.loads(origin)["url"].removeprefix("file://")
    module = import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == Path(installed_from) / name


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_offers_few_names_and_each_says_what_it_is(name: str) -> None:
    module = import_module(name)
    public = getattr(module, "__all__", [])
    assert len(public) <= 8
    assert module.__doc__
    assert all(getattr(module, item).__doc__ for item in public)


def test_models_import_without_the_heavy_libraries() -> None:
    code = (
        "import sys, triage, suggest; "
        "heavy = {'torch', 'sentence_transformers', 'mlflow', 'bentoml'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= CODE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = (ast.get_docstring(node, clean=False) or "").count("\n") + 1
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 - words <= FUNCTION_LINES, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_pickled(path: Path) -> None:
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names
        )
    }
    assert not imported & {"pickle", "joblib", "cloudpickle", "dill", "shelve"}


def test_the_readme_is_short_and_agrees_with_the_measurements() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < README_LINES
    check = [sys.executable, str(ROOT / "tests" / "benchmarks" / "readme.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
