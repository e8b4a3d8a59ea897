import json
import shutil

import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.past_runs.trained_models import NothingTrained, trained_models


class IndexedRuns(PastRuns):
    """Runs that train two models and push both as one, and runs that index these."""

    def train(self, version, dim):
        """The trainings of a version, and of a SASRec that it had to beat."""
        self.begin()
        self.graph, self.examples = self.step(
            "Transform", outputs=["TransformGraph", "Examples"], custom_config=json.dumps({"attributes": [dim]})
        )
        splits = '{"splits": ["train", "catalog"]}'
        self.models = [
            self.step(
                node,
                inputs=[self.graph, self.examples],
                outputs=["Model"],
                custom_config=json.dumps({"dim": dim + place}),
                train_args=splits,
            )[0]
            for place, node in enumerate(("Trainer", "RetrieverTrainer", "SasrecTrainer"))
        ]
        rival = self.models.pop()
        (both,) = self.step("RetrieveThenRank", inputs=self.models, outputs=["Model"])
        (blessing,) = self.step("Baselines", inputs=[both, rival], outputs=["ModelBlessing"])
        self.push(blessing, version)

    def index(self, version):
        self.begin()
        for node, artifact in (("TrainedTransform", self.graph), ("TrainedModel", self.models[0])):
            self.step(node, "cached", outputs=[artifact])
        indexed = [
            self.step(node, inputs=[self.graph, model], outputs=["Model"], custom_config='{"dim": -1}')[0]
            for node, model in zip(("Indexer", "RetrieverIndexer"), self.models, strict=True)
        ]
        (both,) = self.step("RetrieveThenRank", inputs=indexed, outputs=["Model"])
        self.push(both, version)


@pytest.fixture
def past(tmp_path):
    return IndexedRuns(tmp_path / "run")


def found(past):
    return trained_models(RunStore(str(past.root)), str(past.root / "pushed" / "shop"))


def test_the_trainings_are_those_of_the_newest_version_however_often_it_was_indexed(past):
    past.train("17", dim=10)
    past.train("18", dim=20)
    for version in ("19", "20"):
        past.index(version)
        trained = found(past)
        assert {name: each.custom_config["dim"] for name, each in trained.items()} == {
            "Trainer": 20,
            "RetrieverTrainer": 21,
        }
        assert trained["Trainer"].transform_config == {"attributes": [20]}
        assert trained["Trainer"].model_uri == str(past.folder(past.models[0]))
        assert trained["Trainer"].train_files == (f"{past.folder(past.examples)}/Split-train/*",)
        assert trained["RetrieverTrainer"].transform_graph_uri == str(past.folder(past.graph))
    for version in ("18", "19", "20"):  # Rolled back, so to say.
        shutil.rmtree(past.root / "pushed" / "shop" / version)
    trained = found(past)
    assert set(trained) == {"Trainer", "RetrieverTrainer"} and trained["Trainer"].custom_config == {"dim": 10}


def test_what_is_lacking_is_told(past):
    past.train("17", dim=10)
    shutil.rmtree(past.folder(past.models[1]))
    with pytest.raises(NothingTrained, match=r"Model/\d+ is gone, which RetrieverTrainer wrote. Train a model anew"):
        found(past)
    (past.root / "pushed" / "shop" / "18").mkdir()
    (past.root / "pushed" / "shop" / "18" / "saved_model.pb").write_bytes(b"copied from elsewhere")
    with pytest.raises(NothingTrained, match=r"shop/18 was not trained by a run of this root"):
        found(past)
    shutil.rmtree(past.root / "pushed" / "shop")
    with pytest.raises(NothingTrained, match="has no version yet. Train and push a model first"):
        found(past)


def test_a_training_after_a_search_was_made_with_what_that_found(past):
    past.begin()
    graph, examples = past.step(
        "Transform", outputs=["TransformGraph", "Examples"], custom_config=json.dumps({"attributes": []})
    )
    best, _ = past.step("Tuner", inputs=[graph, examples], outputs=["HyperParameters", "TunerResults"])
    # The only file in its folder, as TFX's Tuner writes it.
    (past.folder(best) / "data").unlink()
    values = {"unisar.dim": 32, "train.learning_rate": 0.25}
    space = [{"class_name": "Choice", "config": {"name": name}} for name in values]
    (past.folder(best) / "best_hyperparameters.txt").write_text(json.dumps({"space": space, "values": values}))
    told = {"model_config": {"dim": 8, "dropout": 0.5}, "train": {"learning_rate": 1.0}, "tuned": list(values)}
    (model,) = past.step(
        "Trainer",
        inputs=[graph, examples, best],
        outputs=["Model"],
        custom_config=json.dumps(told),
        train_args='{"splits": ["train", "catalog"]}',
    )
    past.push(model, "17")
    (trained,) = found(past).values()
    assert trained.custom_config == {"model_config": {"dim": 32, "dropout": 0.5}, "train": {"learning_rate": 0.25}}
