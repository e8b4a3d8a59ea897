import numpy as np
import pandas as pd
import pytest

from components.item_catalog.table import CatalogItem
from schemas.canonical_event import Item, Surface, Token
from tests.support.behaviour_examples import behaviour_example
from tests.support.finished_runs import evaluated, finish, placed, put_examples, put_items, put_model, report
from tests.support.past_runs import PastRuns
from tests.support.vector_models import vector_signatures
from tfx_pipeline.past_runs.finished_run import NotFinished, UnknownRun
from tfx_pipeline.past_runs.loaded_run import NothingLeft, load

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
HISTORY = (Token(FEED, ("a",)), Token(SEARCH, ("bb", "a"), "red"), Token(SEARCH, (), "none"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    past = PastRuns(tmp_path_factory.mktemp("shop"))
    finish(past, report())
    run = load(str(past.root))
    put_model(run.run, vector_signatures({"a": 1.0, "bb": 2.0, "ccc": 4.0}))
    examples = [
        behaviour_example(["bb", "a", "ccc"], user="zoe", surface=SEARCH, query="mug", history=HISTORY),
        behaviour_example(["a", "bb"], positive=-1),
        behaviour_example(["bb", "a"], user="ann"),
    ]
    put_examples(run.run, examples)
    put_items(run.run, [CatalogItem(Item("a", "ANT", ("x", "y")), 3), CatalogItem(Item("bb", ""), 0)])
    return run


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


def test_metrics_are_those_of_the_report_with_intervals_where_there_are_some(run):
    found = run.metrics()
    search = found[(found.surface == "search") & (found.metric == "ndcg_at_5") & (found.among == "candidates")]
    by_ranker = search.set_index(["over", "ranker"])[["value", "low", "high"]]
    assert by_ranker.loc["examples", "value"].to_dict() == {"model": 0.5, "baseline": 0.375, "popularity": 0.03125}
    assert by_ranker.loc["examples"].low.isna().all()
    assert by_ranker.loc[("users", "item_neighbours")].tolist() == [0.25, 0.25 - 0.02, 0.25 + 0.02]
    assert set(found.among) == {"candidates", "all items"} and set(found.model) == {"shop"}
    assert len(found) == 3 * (3 * 3 + 2) + 3 * 3 * (1 + 2)


def test_what_an_evaluation_has_beside_the_metrics_is_a_table_too(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, {**report(), "models": {"shop": evaluated()}})
    run = load(str(past.root))
    found = run.metrics()
    mean = found[(found.surface == "search") & (found.ranker == "model") & (found.over == "examples")]
    by_place = mean.set_index(["among", "metric"])[["value", "low", "high"]]
    assert by_place.loc[("candidates", "mrr")].tolist() == [0.5, 0.4375, 0.5625]
    assert by_place.loc[("all items", "mrr")].isna().tolist() == [False, True, True]
    assert found[found.over == "pairs"].set_index("metric").value["auc"] == 0.75
    assert found[found.among == "served lists"].set_index("metric").value["gini"] == 0.75
    slices = run.slices()
    assert rows(slices.iloc[:2]) == [
        ("shop", "search", "repeat", "no", 290, 95, 0.5, 0.45, 0.55, 0.25, 0.25, 0.125, 0.375),
        ("shop", "search", "repeat", "yes", 1010, 12, 0.25, 0.2, 0.3, 0.5, -0.25, -0.375, -0.125),
    ]
    assert slices.iloc[2][["by", "part", "examples", "users"]].tolist() == ["hour", "0 to 5", 1, 1]
    assert slices.iloc[2][["value", "rule", "ahead"]].isna().all()


def test_places_and_what_is_estimated_by_them_are_tables(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, {**report(), "models": {"shop": placed()}})
    run = load(str(past.root))
    places = run.places()
    assert rows(places[places.surface == "search"].iloc[:2]) == [
        ("shop", "search", 1, 1000, 250, 0.25, 1.0, 0.0),
        ("shop", "search", 2, 500, 25, 0.05, 0.25, 0.0625),
    ]
    assert places[["rate", "examination", "error"]].isna().sum().tolist() == [1, 2, 2]
    found = run.metrics()
    found = found[(found.over == "places") & (found.metric == "mrr")].set_index(["among", "ranker"])
    assert set(found.surface) == {"search"} and len(found) == 2 * 3
    assert found.loc[("candidates", "model"), ["value", "low", "high"]].tolist() == [0.4375, 0.375, 0.5]


def test_a_run_of_a_log_without_places_has_an_empty_table(run):
    assert run.places().empty and "examination" in run.places()


def test_a_run_without_slices_has_an_empty_table(run):
    assert run.slices().empty and "ahead_low" in run.slices()


def test_curves_have_a_row_for_each_epoch(run):
    found = run.curves()
    loss = found[(found.name == "loss") & (found.split == "validation")]
    assert rows(loss) == [("Trainer", "validation", "loss", 1, 3.0), ("Trainer", "validation", "loss", 2, 2.5)]
    assert set(found.split) == {"train", "validation"}


def test_examples_and_their_histories_are_tables(run):
    found = run.examples()
    assert found.drop(columns="time").to_dict("index")[0] == {
        "user": "zoe",
        "surface": "search",
        "query": "mug",
        "wanted": "bb",
        "candidates": ("bb", "a", "ccc"),
        "events": 3,
    }
    assert found.wanted.tolist() == ["bb", "", "bb"] and found.index.name == "example"
    assert found.time[0] == pd.Timestamp("1970-01-01T00:00:01Z")
    assert rows(run.history()) == [
        (0, 0, "recommendation", "", "a"),
        (0, 1, "search", "red", "bb"),
        (0, 1, "search", "red", "a"),
        (0, 2, "search", "none", ""),
    ]


def test_scores_belong_to_the_examples(run):
    assert rows(run.scores()) == [
        (0, 1, "ccc", 3.0, False),
        (0, 2, "bb", 2.0, True),
        (0, 3, "a", 1.0, False),
        (2, 1, "bb", 2.0, True),
        (2, 2, "a", 1.0, False),
    ]
    assert rows(run.scores(model="shop")) == rows(run.scores())


def test_a_model_of_one_surface_scores_the_examples_there(run, monkeypatch):
    told = report()
    del told["models"]["shop"]["metrics"]["model"]["search"]
    monkeypatch.setitem(run.run.report, "models", told["models"])
    assert run.scores().example.unique().tolist() == [2]


def test_items_and_their_vectors(run):
    assert rows(run.items()) == [("a", "ANT", ("x", "y"), 3), ("bb", "", (), 0)]
    found = run.embeddings(["ccc", "unknown", "a"])
    assert found.index.tolist() == ["ccc", "a"] and found.index.name == "item"
    np.testing.assert_array_equal(found.to_numpy(), [[4, 1], [1, 1]])
    assert run.embeddings().index.tolist() == ["a", "bb"]


def test_what_is_not_there_is_told(run, tmp_path):
    with pytest.raises(NothingLeft, match=r"^run 1 has no examples of the split 'train' any more, or never had\.$"):
        run.examples("train")
    with pytest.raises(NothingLeft, match=r"^name one of the models of run 1: shop\. Received: 'books'\.$"):
        run.scores(model="books")
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    bare = load(str(past.root))
    folder = bare.run.folder("ItemCatalog", "catalog")
    folder.rename(folder.with_name("gone"))
    with pytest.raises(NothingLeft, match=r"^run 1 has no catalogue any more\.$"):
        bare.items()
    folder = bare.run.folder("Trainer", "model_run")
    folder.rename(folder.with_name("gone"))
    with pytest.raises(NothingLeft, match=r"^run 1 has no logs of its trainings any more\.$"):
        bare.curves()
    with pytest.raises(NothingLeft, match=r"^name one of the models of run 1: none any more\. Received: ''\.$"):
        bare.embeddings(["a"])
    put_model(bare.run, {})
    with pytest.raises(NothingLeft, match=r"^the model of run 1 has no vectors of items; one that retrieves has\.$"):
        bare.embeddings(["a"])


def test_a_run_is_found_by_its_number(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    finish(past, report(), version="18")
    assert (load(str(past.root)).run.number, load(str(past.root), 1).run.number) == (2, 1)
    with pytest.raises(UnknownRun, match="there is no run 7"):
        load(str(past.root), 7)
    past.begin()
    past.step("Trainer", "failed")
    with pytest.raises(NotFinished, match="run 3 has no report"):
        load(str(past.root), 3)
    with pytest.raises(NothingLeft, match=r"^there are no runs in .*nowhere; give the root of a pipeline"):
        load(str(tmp_path / "nowhere"))
