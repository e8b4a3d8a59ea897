"""The docstrings of models/ have examples that compute what they say, and sources; layers have contract tests."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import keras
import numpy as np
import pytest

import models

ROOM = Path(models.__file__).parent
MODULES = sorted(
    "models." + ".".join(path.relative_to(ROOM).with_suffix("").parts)
    for folder in ("layers", "losses", "metrics", "optimizers")
    for path in (ROOM / folder).rglob("*.py")
    if path.name != "__init__.py"
)
WITHOUT = {
    "Flattening",
    "Sessions",
    "SurfaceRanking",
    "bool_mask",
    "cross_entropies",
    "padded",
    "positive_ranks",
    "take_apart",
}
"""What is used as another that has one, is mixed into models, or only hands something on."""


def docstrings(module: str) -> dict[str, str]:
    """Those of the public classes and functions of a module, by name."""
    tree = ast.parse((ROOM.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    defined = [each for each in tree.body if isinstance(each, (ast.ClassDef, ast.FunctionDef))]
    return {each.name: ast.get_docstring(each) or "" for each in defined if not each.name.startswith("_")}


@pytest.mark.parametrize("module", MODULES)
def test_each_has_an_example_that_computes_what_it_says(module):
    assert not [name for name, text in docstrings(module).items() if name not in WITHOUT and ">>>" not in text]
    known = {"keras": keras, "np": np, "ops": keras.ops}
    result = doctest.testmod(importlib.import_module(module), extraglobs=known)
    assert result.failed == 0, "the report stands above"
    assert result.attempted == sum(text.count(">>>") for text in docstrings(module).values())


KERAS_CLASSES = {
    each.name: (path.relative_to(ROOM.parent), each)
    for path in ROOM.rglob("*.py")
    if path.parent.name != "reference"
    for each in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(each, ast.ClassDef) and any("keras." in ast.unparse(base) for base in each.bases)
}
"""Layers, metrics, optimizers and models, by name."""


@pytest.mark.parametrize("name", KERAS_CLASSES)
def test_each_names_its_source_and_each_layer_goes_through_the_harness(name):
    path, defined = KERAS_CLASSES[name]
    assert "\nSource: " in (ast.get_docstring(defined) or "")
    if ast.unparse(defined.bases[-1]).endswith("Layer"):
        test = Path(__file__).parents[2] / "tests" / path.with_name(f"{path.stem}_test.py")
        assert re.search(rf"run_(layer|build)_test\(\s*{name}\b", test.read_text(encoding="utf-8"))
