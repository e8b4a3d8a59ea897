import pytest

from benchmarks import search_precision
from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from schemas import features
from schemas.canonical_event import Item
from tests.support.behaviour_examples import write_examples
from tests.support.retrieval_models import save_retrieval_model


def test_the_newest_pushed_model_is_judged(report_of, tmp_path, capsys):
    shop = [Item("a", "red lantern"), Item("b", "blue basket")]
    folder = tmp_path / "artifacts" / "BehaviourExampleGen" / "examples" / "3" / f"Split-{features.CATALOG_SPLIT}"
    write_examples(folder / "1.gz", [catalog_example(item, [], 0, []) for item in shop])
    save_retrieval_model(tmp_path / "pushed" / "shop" / "7", {"none": 1.0})
    save_retrieval_model(tmp_path / "pushed" / "shop" / "8", {"a": 2.0, "b": 1.0})
    rows = {row["kind"]: row for row in report_of(search_precision.main, str(tmp_path))[tmp_path.name]}
    # `a` comes first whatever is asked.
    assert rows["full title"] == {
        "kind": "full title", "queries": 2, "precision": 0.5, "out_of_order": 0.5, "answers": 2
    }  # fmt: skip
    assert "all" in rows
    told = report_of(search_precision.main, str(tmp_path), "--queries", "--of-each", "1")
    assert {each["precision"] for each in told[f"{tmp_path.name}, not answered well"]} <= {0.0}


def test_a_run_without_a_pushed_model_is_told(tmp_path):
    with pytest.raises(SystemExit, match="no model was pushed"):
        search_precision.main([str(tmp_path)])
