import pytest

from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.reference_lines import lines_of, write_after_run, write_lines

METRICS = {
    "model": {
        "search": {"ndcg_at_5": 0.5, "mrr": 0.25, "example_count": 7.0},
        "recommendation": {"ndcg_at_5": 0.75},
        "overall": {"ndcg_at_5": 0.625},
    },
    "baseline": {"search": {"ndcg_at_5": 0.125}},
}
RULES = {
    "candidates": {
        "search": {
            "best_rule": "popularity",
            "rules": {
                "popularity": {"ndcg_at_5": [0.25, 0.2, 0.3]},
                "last_items": {"ndcg_at_5": [0.125, 0.1, 0.2]},
            },
        }
    }
}


def test_the_model_is_beside_what_it_has_to_beat_and_the_best_rule():
    assert lines_of(METRICS, RULES, ("search", "recommendation")) == {
        "test": {"search": {"ndcg_at_5": 0.5, "mrr": 0.25}, "recommendation": {"ndcg_at_5": 0.75}},
        "test, to beat": {"search": {"ndcg_at_5": 0.125}},
        "test, best rule": {"search": {"ndcg_at_5": 0.25}},
    }
    # A surface that another model serves has no line, nor have rules that nobody compared.
    only_search = lines_of(METRICS, {}, ("search",))
    assert set(only_search["test"]) == {"search"} and only_search["test, best rule"] == {}


@pytest.mark.parametrize(("epochs", "last"), [(7, 7), (0, 1)])
def test_lines_go_to_the_last_epoch_and_take_the_place_of_those_of_before(epochs, last, tmp_path):
    (tmp_path / "validation").mkdir()
    write_lines(str(tmp_path), {"test": {"search": {"ndcg_at_5": 0.125}}, "test, to beat": {}}, 3)
    lines = lines_of(METRICS, {}, ("search",))
    write_lines(str(tmp_path), lines, epochs)
    assert scalars_of(tmp_path / "test") == {
        "ndcg@5/search": [(0, 0.5), (last, 0.5)],
        "mrr/search": [(0, 0.25), (last, 0.25)],
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test", "test, to beat", "validation"]


@pytest.mark.parametrize(("told", "last"), [('{"epoch": 2, "epochs": 4}', 4), ('{"epoch": 2}', 2)])
def test_after_a_run_the_lines_go_to_the_last_epoch_that_its_training_told(told, last, tmp_path):
    (tmp_path / "validation.json").write_text(told)
    write_after_run(str(tmp_path), METRICS, RULES, ("search",))
    assert scalars_of(tmp_path / "test, best rule") == {"ndcg@5/search": [(0, 0.25), (last, 0.25)]}


def test_whatever_keeps_them_from_being_written_is_only_logged(tmp_path, caplog):
    (tmp_path / "test").write_text("A file stands where the folder has to be.")
    write_after_run(str(tmp_path), METRICS, RULES, ("search",))
    assert f"no lines of the test split in {tmp_path} (FileNotFoundError: " in caplog.messages[-1]
    (tmp_path / "validation.json").write_text("{}")
    write_after_run(str(tmp_path), METRICS, RULES, ("search",))
    assert f"no lines of the test split in {tmp_path} (FailedPreconditionError: " in caplog.messages[-1]
