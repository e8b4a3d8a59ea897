"""Finds what the newest search of a root has tried. Imports neither TFX nor TensorFlow."""

from collections.abc import Sequence
from pathlib import Path

from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.tuning import trial_results
from tfx_pipeline.tuning.trial_results import TrialResult

_TUNER, _RESULTS = "Tuner", "tuner_results"


def last_search(root: str, searched: Sequence[str]) -> list[TrialResult]:
    """The trials of the newest search of some values, taken from the cache or not; none if there was no such search.

    Args:
        root: The folder of the runs.
        searched: The fields and values, a line of text for each.
    """
    store = RunStore(root)
    for run in reversed(store.runs):
        for step in run.steps_of(_TUNER):
            for key, artifact in step.outputs:
                file = Path(store.artifacts[artifact].uri, trial_results.FILE)
                if key == _RESULTS and file.exists():
                    trials, of = trial_results.read(file)
                    if of == list(searched):
                        return trials
    return []
