import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.past_runs.last_search import last_search
from tfx_pipeline.tuning import trial_results
from tfx_pipeline.tuning.trial_results import TrialResult

WIDTHS, RATES = ["unisar.dim: 8, 16"], ["train.learning_rate: 0.1 to 0.2"]


class Searches(PastRuns):
    def _key(self, artifact_id):
        return {"tunerresults": "tuner_results"}.get(super()._key(artifact_id), super()._key(artifact_id))

    def search(self, searched, score, component="Tuner"):
        self.begin()
        _, found = self.step(component, outputs=["HyperParameters", "TunerResults"])
        trial_results.write(self.folder(found) / trial_results.FILE, [TrialResult(1, {}, score)], searched)
        return found


@pytest.fixture
def past(tmp_path):
    return Searches(tmp_path / "run")


def scores(past, searched):
    return [each.score for each in last_search(str(past.root), searched)]


def test_the_newest_search_of_the_same_values_counts(past):
    first = past.search(WIDTHS, 0.25)
    past.search(RATES, 0.75)
    assert scores(past, WIDTHS) == [0.25] and scores(past, RATES) == [0.75]
    past.search(WIDTHS, 0.5)
    assert scores(past, WIDTHS) == [0.5]
    # Taken from the cache, it is the newest one again.
    past.begin()
    past.step("Tuner", "cached", outputs=[first])
    assert scores(past, WIDTHS) == [0.25]
    past.search(WIDTHS, 0.875, component="RetrieverTuner")
    assert scores(past, WIDTHS) == [0.875]


def test_without_such_a_search_there_is_nothing(past):
    past.begin()
    past.step("Trainer", outputs=["Model"])
    assert scores(past, WIDTHS) == []
    past.search(RATES, 0.5)
    assert scores(past, WIDTHS) == []
    # Its artifacts may have been removed.
    found = past.search(WIDTHS, 0.5)
    (past.folder(found) / trial_results.FILE).unlink()
    assert scores(past, WIDTHS) == []
