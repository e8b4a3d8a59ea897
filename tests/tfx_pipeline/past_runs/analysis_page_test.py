"""The worked examples of docs/analysis.md, run as they stand there, on a run of a small shop."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from components.item_catalog.table import CatalogItem
from schemas.canonical_event import Item, Surface
from tests.support.behaviour_examples import behaviour_example
from tests.support.finished_runs import finish, put_examples, put_items, put_model, report
from tests.support.past_runs import PastRuns
from tests.support.vector_models import vector_signatures
from tfx_pipeline.past_runs.loaded_run import load

PAGE = Path(__file__).resolve().parents[3] / "docs" / "analysis.md"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="a wheel has no guides")


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """What each example prints."""
    past = PastRuns(tmp_path / "runs" / "online_retail")
    finish(past, report())
    run = load(str(past.root)).run
    put_model(run, vector_signatures({"a": 1.0, "bb": 2.0, "ccc": 4.0}))
    search = Surface.SEARCH
    examples = [
        behaviour_example(["a", "bb", "ccc"], surface=search, query="ant"),
        behaviour_example(["a", "bb"], surface=search, query="ant"),
        behaviour_example(["bb", "a"], surface=search, query="bee"),
        behaviour_example(["a", "bb"]),
    ]
    put_examples(run, examples)
    titles = {"a": ("ANT", 9), "bb": ("BEE", 5), "ccc": ("CAT", 1)}
    put_items(run, [CatalogItem(Item(item, title), many) for item, (title, many) in titles.items()])
    monkeypatch.chdir(tmp_path)
    found = []
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(code, str(PAGE), "exec"), {})
        found.append([line.split() for line in out.getvalue().splitlines()])
    return found


def test_the_examples_say_what_they_promise(printed):
    ahead, failed, alike = printed
    # 0.25 - 0.125 and 0.5 - 0.25.
    assert ["item_neighbours", "0.125", "0.250"] in ahead
    # The wanted item is third of three, second of two; and first.
    assert failed[-2:] == [["ant", "2", "2.5"], ["bee", "1", "1.0"]]
    # Vectors (1, 1), (2, 1) and (4, 1): the nearest of the first is the second.
    assert alike == [["ANT", "['BEE',", "'CAT']"]]
