"""TFX's own Tuner, as the pipeline runs it, on a log of twelve examples."""

import json
import logging
import shutil

import pytest
import tensorflow_transform as tft
from tfx.dsl.components.base import base_executor
from tfx.proto import trainer_pb2
from tfx.types import standard_artifacts, standard_component_specs
from tfx.utils import json_utils, proto_utils

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from schemas import features
from tests.support import event_logs
from tests.support.behaviour_examples import write_examples
from tests.support.exported_retriever import ITEMS, analyzed
from tests.support.killed_trainings import KilledOnce
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig, TransformConfig
from tfx_pipeline.config.search_space import search_space
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.config.tune_config import TuneConfig
from tfx_pipeline.training import training_job
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.tuning import search_folders, search_job, trial_processes, trial_results, tuned_values
from tfx_pipeline.tuning.component import Tuner
from tfx_pipeline.tuning.executor import Executor
from tfx_pipeline.tuning.one_trial import SearchError, TrialRun
from tfx_pipeline.tuning.oracles import planned_trials

SETTINGS = {
    "transform": as_dict(TransformConfig(words_per_query=2, words_per_title=0)),
    **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
    "timezone": "UTC",
    **dict.fromkeys(("attributes", "attributes_of_users", "numbers", "numbers_of_users"), []),
    "vectors": False,
}
SPACE = {"unifiedssr.dim": [2, 4], "train.learning_rate": {"low": 0.001, "high": 0.1, "scale": "log"}}


def example(place):
    """A feed's target, one of two candidates, after another item."""
    wanted, other, before = (ITEMS[(place + step) % len(ITEMS)].encode() for step in (0, 5, 11))
    return {
        features.USER_ID: [b"u%d" % (place % 3)],
        features.SURFACE: [b"recommendation"],
        features.CANDIDATES: [wanted, other],
        features.LABELS: [1.0, 0.0],
        features.SEQUENCE_END: [1],
        features.HISTORY_KINDS: [0],
        features.HISTORY_ITEM_COUNTS: [1],
        features.HISTORY_ITEMS: [before],
        features.HISTORY_QUERIES: [],
    }


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    """What a Tuner reads: examples by split, and the Transform graph."""
    folder = tmp_path_factory.mktemp("transformed")
    items = [{features.ITEM_ID: [item.encode()]} for item in ITEMS]
    rows, output = analyzed(folder, [*items, *map(example, range(12))], SETTINGS)
    encoded = list(map(tft.coders.ExampleProtoCoder(output.transformed_metadata.schema).encode, rows))
    splits = {"catalog": encoded[: len(ITEMS)], "train": encoded[len(ITEMS) :], "validation": encoded[-4:]}
    for name, part in splits.items():
        write_examples(folder / "examples" / f"Split-{name}" / "rows.gz", part)
    examples = standard_artifacts.Examples()
    examples.uri, examples.split_names = str(folder / "examples"), json.dumps(list(splits))
    graph = standard_artifacts.TransformGraph()
    graph.uri = output.transform_savedmodel_dir.removesuffix("/transform_fn")
    return {"examples": [examples], "transform_graph": [graph]}


def configured(root, **settings):
    return PipelineConfig(
        root=str(root),
        model="unifiedssr",
        unifiedssr=UnifiedSSRConfig(
            dim=4, num_heads=1, num_layers=1, sessions=0, recommendation_history=2, search_history=2
        ),
        train=TrainConfig(epochs=3, batch_size=4, learning_rate=0.01, shuffle_buffer=0, surfaces=("recommendation",)),
        tune=TuneConfig(**{"enabled": True, "space": SPACE, "algorithm": "random", "trials": 2, "seed": 3, **settings}),
    )


@pytest.fixture
def tuner(transformed, tmp_path):
    """The tuner that TFX would be given for settings of the search."""

    def make(**settings):
        config = configured(tmp_path, **settings)
        ((examples,), (graph,)) = (transformed[name] for name in ("examples", "transform_graph"))
        files = {f"{name}_files": (f"{examples.uri}/Split-{name}/*",) for name in ("train", "catalog", "validation")}
        custom = search_job.custom_config(config, search_space(config), "Trainer")
        return search_job.tuner_of(custom, {**files, "audience_files": (), "transform_graph": graph.uri})

    return make


@pytest.fixture
def searched(transformed, tmp_path):
    """Runs TFX's Tuner: the trials, and the best values as the Trainer reads them."""
    root = tmp_path / "a run"

    def call(**settings):
        config = configured(root, **settings)
        outputs = {
            "best_hyperparameters": [standard_artifacts.HyperParameters()],
            "tuner_results": [standard_artifacts.TunerResults()],
        }
        for name, (artifact,) in outputs.items():
            artifact.uri = str(root / name / "7")  # As TFX has it, the number of the execution.
        properties = {
            standard_component_specs.TUNER_FN_KEY: "tfx_pipeline.tuner.tuner_fn",
            standard_component_specs.TRAIN_ARGS_KEY: proto_utils.proto_to_json(
                trainer_pb2.TrainArgs(splits=["train", "catalog"])
            ),
            standard_component_specs.EVAL_ARGS_KEY: proto_utils.proto_to_json(
                trainer_pb2.EvalArgs(splits=["validation"])
            ),
            standard_component_specs.CUSTOM_CONFIG_KEY: json_utils.dumps(
                search_job.custom_config(config, search_space(config), "Trainer")
            ),
        }
        assert Tuner.EXECUTOR_SPEC.executor_class is Executor
        context = base_executor.BaseExecutor.Context(tmp_dir=str(tmp_path / "temporary"), unique_id="1")
        with run_links.shown_in(config.tensorboard_dir):
            Executor(context).Do(transformed, outputs, properties)
        trials, of = trial_results.read(root / "tuner_results" / "7" / trial_results.FILE)
        assert of == [str(each) for each in search_space(config).dimensions]
        # As the Trainer's executor reads it, which takes the only file that is there.
        (file,) = (root / "best_hyperparameters" / "7").iterdir()
        best = json.loads(file.read_text())
        shutil.rmtree(root / "best_hyperparameters")
        return trials, best

    call.root = root
    return call


@pytest.fixture
def trainings(monkeypatch):
    """The trainings that were made, and one number of them that is interrupted after its first epoch, if any."""
    made, train = [], training_job.train

    def counted(job, callbacks, of):
        made.append((job, of))

        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

        if len(made) == made_until["interrupted"]:
            stop = type("Stop", (training_job.keras.callbacks.Callback,), {"on_epoch_end": on_epoch_end})()
            callbacks = [*callbacks, stop]
        return train(job, callbacks, of)

    made_until = {"interrupted": 0}
    monkeypatch.setattr(training_job, "train", counted)
    return made, made_until


def test_tfx_tuner_tries_values_and_hands_over_the_best_and_goes_on_where_it_was_stopped(searched, trainings, caplog):
    made, until = trainings
    until["interrupted"] = 2
    with pytest.raises(KeyboardInterrupt):
        searched()
    assert [of for _, of in made] == ["trial 1 of 2", "trial 2 of 2"]
    until["interrupted"] = 0
    with caplog.at_level(logging.INFO):
        trials, best = searched()
    # The first is not trained anew; the second goes on behind its first epoch, with its values.
    assert [of for _, of in made[2:]] == ["trial 2 of 2"]
    assert made[1][0] == made[2][0]
    assert any(each.startswith("Going on where an interrupted training stopped") for each in caplog.messages)
    assert not any(each.startswith("Epoch 1/3") for each in caplog.messages)
    assert [each.epochs for each in trials] == [3, 3]
    # The configuration as it is comes first.
    assert trials[0].values == {"unifiedssr.dim": 4, "train.learning_rate": 0.01} and trials[0].as_configured
    for (job, _), trial in zip((made[0], made[2]), trials, strict=True):
        assert job.model_config.dim == trial.values["unifiedssr.dim"]
        assert job.train.learning_rate == trial.values["train.learning_rate"]
    assert trials[1].values["unifiedssr.dim"] == 2
    # What the Trainer takes is what the best trial had.
    winner = trial_results.best_of(trials)
    assert tuned_values.values_of(best) == winner.values
    assert winner.score == max(each.score for each in trials) > 0
    # It is known whose the search is, so that it can go with its run.
    (folder,) = search_folders.folders_of(str(searched.root))
    assert search_folders.executions_of(folder) == {7}
    # Nothing is left of the trainings but their logs.
    assert not list((searched.root / "tuning").glob("*/state/*"))
    folders = sorted((searched.root / "tensorboard").glob("unifiedssr search */trial *"))
    assert [each.name for each in folders] == ["trial 01", "trial 02"]
    for folder, trial in zip(folders, trials, strict=True):
        parameters, _ = event_logs.settings_of(folder)
        assert parameters["unifiedssr.dim"] == trial.values["unifiedssr.dim"]
        assert parameters["train.learning_rate"] == pytest.approx(trial.values["train.learning_rate"])


def test_with_hyperband_a_trial_goes_on_where_an_earlier_one_ended(tuner, caplog, tmp_path):
    caplog.set_level(logging.INFO)
    hyperband = tuner(algorithm="hyperband", trials=0, max_epochs=3)
    values = {"unifiedssr.dim": 2, "train.learning_rate": 0.05}
    runs = [TrialRun(number, "", values, epochs, tmp_path, began_as=1) for number, epochs in ((1, 1), (4, 3))]
    ends = [hyperband._train(each) for each in runs]
    assert [each.epochs for each in ends] == [1, 3]
    epochs = [each.partition(":")[0] for each in caplog.messages if each.startswith("Epoch")]
    assert epochs == ["Epoch 1/1", "Epoch 2/3", "Epoch 3/3"]


def test_a_search_takes_its_epochs_from_the_training_unless_it_has_its_own(tuner):
    def planned(**settings):
        return planned_trials(tuner(algorithm="hyperband", trials=0, **settings).oracle)

    # As KerasTuner's Hyperband has them, of 3 epochs and of 1.
    assert (planned(), planned(max_epochs=1)) == (3 + 1 + 2, 1)


def test_a_configuration_outside_of_the_space_is_no_trial(tuner):
    assert tuner().oracle._first == {"unifiedssr.dim": 4, "train.learning_rate": 0.01}
    assert tuner(space={"unifiedssr.dim": [2]}).oracle._first == {}
    assert tuner(space={"train.learning_rate": {"low": 0.1, "high": 0.2}}).oracle._first == {}
    # What is `auto` counts as what it stands for: 12 examples make a batch of 32 and the rate 0.001.
    automatic = {"train.batch_size": ["auto", 8], "train.early_stopping_patience": [10, 3]}
    assert tuner(space=automatic).oracle._first == {}
    assert tuner(space={"train.early_stopping_patience": [10, 3]}).oracle._first == {
        "train.early_stopping_patience": 10
    }


def hparams(root):
    """The values of each trial as TensorBoard shows them, by its name."""
    folders = sorted((root / "tensorboard").glob("unifiedssr search */trial *"))
    return {each.name: event_logs.settings_of(each)[0] for each in folders}


def test_two_trials_at_a_time_find_what_one_at_a_time_does_though_a_process_is_killed(searched, caplog, monkeypatch):
    with caplog.at_level(logging.INFO), monkeypatch.context() as killing:
        killing.setattr(search_job, "TrialTrainings", KilledOnce)
        together, best = searched(parallel_trials=2)
    assert "Trial 2 of 2: its process was ended by SIGKILL. It is tried once more" in caplog.messages
    (folder,) = (searched.root / "tuning").iterdir()
    said = "".join(each.read_text() for each in sorted(folder.glob("process_*.log")))
    # It went on behind its first epoch.
    assert said.count("Going on where an interrupted training stopped") == 1
    assert said.count("Epoch 1/3") == said.count("Epoch 2/3") == said.count("Epoch 3/3") == 2
    shown = hparams(searched.root)
    assert list(shown) == ["trial 01", "trial 02"]
    assert [each["unifiedssr.dim"] for each in shown.values()] == [each.values["unifiedssr.dim"] for each in together]
    shutil.rmtree(searched.root / "tuning")
    alone, best_alone = searched()
    assert [each.values for each in together] == [each.values for each in alone]
    assert [each.score for each in together] == pytest.approx([each.score for each in alone])
    assert tuned_values.values_of(best) == tuned_values.values_of(best_alone)
    assert [each.as_configured for each in together] == [True, False]


def test_more_trials_at_a_time_than_cores_are_refused(tuner, monkeypatch):
    monkeypatch.setattr(trial_processes, "cores", lambda: 1)
    with pytest.raises(SearchError, match="tune.parallel_trials = 2: this machine has 1 core for it"):
        tuner(parallel_trials=2)


CUSTOM = {"checkpoint_dir": "run/checkpoints", "tune": {"trials": 3, "prune": True, "seed": 1}, "dimensions": []}


def test_a_search_is_known_by_what_it_searches_not_by_how_long():
    def folder(files=("a",), **tune):
        return search_job._folder({**CUSTOM, "tune": CUSTOM["tune"] | tune}, {"train_files": files})

    assert folder().parent.as_posix() == "run/tuning"
    assert folder(trials=9) == folder(prune=False) == folder(parallel_trials=2) == folder()
    assert len({folder(), folder(seed=2), folder(files=("b",))}) == 3
