"""`tandem index` takes new items into a pushed model: a real run, real SavedModels, a real gate."""

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support import tiny_logs
from tests.support.exported_retriever import rank_inputs, texts, wanted
from tfx_pipeline.cli.main import main
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.past_runs.run_store import RunStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
NEW = {"mug-new": "purple mug", "lamp-new": "red vintage lamp"}
HISTORY = (Token(Surface.RECOMMENDATION, ("lamp-1",)), Token(Surface.SEARCH, ("mug-2",), "mug"))


class Shop(NamedTuple):
    """A folder with a space in its path: a log, and a run of it that has pushed."""

    folder: Path
    overrides: list

    @property
    def options(self):
        return ["--config", str(self.folder / "tiny.yaml"), *(f"--set={each}" for each in self.overrides)]

    def index(self, capfd):
        """Indexes, and returns the exit code and what became of the model."""
        capfd.readouterr()
        code = main(["index", *self.options, "--json"])
        printed = capfd.readouterr().out
        return code, json.loads(printed[printed.index("{") :])["models"]["tiny"]


@pytest.fixture(scope="module")
def shop(three_runs, tmp_path_factory):
    path, overrides = three_runs.copy(tmp_path_factory.mktemp("another shop"))
    return Shop(path.parent, overrides)


@contextlib.contextmanager
def version(report):
    with contextlib.closing(Servable(os.path.join(report["pushed_model_dir"], report["version"]))) as servable:
        yield servable


def scores(servable, candidates):
    inputs = rank_inputs([HISTORY, HISTORY, ()], ["u1", "u1", "nobody"], ["", "lamp", "mug"], candidates)
    return servable.run(signatures.RANK, inputs)[signatures.SCORES]


def asked_with(servable, query, candidates):
    """The scores of candidates for a query of u1."""
    return servable.run(signatures.RANK, rank_inputs([HISTORY], ["u1"], [query], candidates))[signatures.SCORES][0]


def found(servable, query, k=74):
    """All items that a search finds, best first."""
    inputs = rank_inputs([HISTORY], ["u1"], [query], [""]) | wanted(1, k)
    answer = servable.run(signatures.SEARCH, {name: inputs[name] for name in inputs if name != "candidates"})
    return [item.decode() for item in answer[signatures.ITEMS][0] if item]


def test_new_items_are_found_changed_ones_count_and_nothing_else_changes(shop, capfd):
    items = shop.folder / "items.jsonl"
    added = "".join(json.dumps({"item_id": item, "title": title}) + "\n" for item, title in NEW.items())
    assert items.read_text().count('"red mug"') == 1
    items.write_text(items.read_text().replace('"red mug"', '"green clock"') + added)
    code, after = shop.index(capfd)
    assert (code, after["outcome"]) == (0, "pushed")
    assert shop.index(capfd) == (0, {**after, "outcome": "unchanged"})
    known = [item for item, _ in tiny_logs.ITEMS if item != "mug-0"]
    trained = min(os.listdir(after["pushed_model_dir"]), key=int)
    with version({**after, "version": trained}) as old, version(after) as new:
        np.testing.assert_allclose(scores(new, known), scores(old, known), atol=1e-6)
        assert np.abs(scores(new, ["mug-0"]) - scores(old, ["mug-0"])).max() > 1e-5
        of_new = scores(new, list(NEW))
        assert np.ptp(of_new[1:], axis=1).min() > 0  # Two items, and not twice the unknown one.
        assert np.abs(of_new - scores(old, list(NEW))).max() > 1e-5
        assert sorted(found(new, "mug")) == sorted([*known, "mug-0", *NEW])
        # A word that only a new item has; training did not know it.
        others = ["mug-1", "lamp-1"]
        nothing, purple = (asked_with(new, word, ["mug-new", *others]) for word in ("zzzz", "purple"))
        assert purple[0] > nothing[0] and np.abs(purple[1:] - nothing[1:]).max() < 1e-6
        vectors = new.run(signatures.EMBED_ITEM, {signatures.ITEM_ID: texts([*NEW, "lamp-0", "?"])})
        assert vectors[signatures.KNOWN].tolist() == [True, True, True, False]


def test_the_runs_are_told_and_the_training_is_kept(shop, capfd):
    assert main(["runs", *shop.options, "--json"]) == 0
    runs = json.loads(capfd.readouterr().out)
    assert [each["outcome"] for each in runs[-2:]] == ["pushed", "unchanged"]
    config = load_config(str(shop.folder / "tiny.yaml"), shop.overrides)
    store = RunStore(config.run_root)
    newest = max(store.artifacts.values(), key=lambda each: each.id if each.type == "PushedModel" else 0)
    (trained,) = {
        store.artifacts[each].uri
        for each in store.ancestors([newest.id])
        if store.producers[each][1].component == "Trainer" and store.artifacts[each].type == "Model"
    }
    assert Path(trained).is_dir() and Path(trained).is_relative_to(shop.folder)


def test_without_a_pushed_model_it_says_what_to_do(tmp_path, capfd):
    path = tiny_logs.write(tmp_path)
    assert main(["index", "--config", str(path)]) == 1
    assert "Train and push a model first: `tandem run`" in capfd.readouterr().err
