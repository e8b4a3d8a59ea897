"""The examples in the docstrings of models/ compute what they say, and every public layer, loss and metric has one."""

import ast
import doctest
import importlib
from pathlib import Path

import keras
import numpy as np
import pytest

import models

ROOM = Path(models.__file__).parent
MODULES = sorted(
    "models." + ".".join(path.relative_to(ROOM).with_suffix("").parts)
    for folder in ("layers", "losses", "metrics")
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
def test_examples_compute_what_they_say(module):
    known = {"keras": keras, "np": np, "ops": keras.ops}
    result = doctest.testmod(importlib.import_module(module), extraglobs=known)
    assert result.failed == 0, "the report stands above"
    assert result.attempted == sum(text.count(">>>") for text in docstrings(module).values())


@pytest.mark.parametrize("module", MODULES)
def test_each_has_one(module):
    assert not [name for name, text in docstrings(module).items() if name not in WITHOUT and ">>>" not in text]
