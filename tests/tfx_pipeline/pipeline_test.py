"""Which data each component of the pipeline takes."""

import json

import pytest

from tests.support import tiny_logs
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.past_runs.trained_models import TrainedModel


def test_the_joint_training_alone_learns_from_the_log_of_pre_training(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))
    surfaces = ["model=unifiedssr", "fine_tuning.surfaces=[search]"]

    def splits(*overrides):
        nodes = {node.id: node for node in create_pipeline(load_config(path, overrides)).components}
        of = {
            name: json.loads(nodes[name].exec_properties["train_args"])["splits"]
            for name in nodes
            if name.endswith("Trainer")
        }
        return of, json.loads(nodes["Transform"].exec_properties["splits_config"])["analyze"]

    log = f"data.pretraining_events={tmp_path / 'events.tsv'}"
    assert splits(*surfaces) == (
        {"Trainer": ["train", "catalog"], "SearchTrainer": ["train", "catalog"]},
        ["train", "catalog"],
    )
    assert splits(*surfaces, log) == (
        {"Trainer": ["pretrain", "catalog"], "SearchTrainer": ["train", "catalog"]},
        ["train", "pretrain", "catalog"],
    )


def test_the_transform_reads_weights_if_the_log_tells_them(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))

    def settings(*overrides):
        (transform,) = (
            node for node in create_pipeline(load_config(path, overrides)).components if node.id == "Transform"
        )
        return json.loads(transform.exec_properties["custom_config"])

    assert "with_weights" not in settings()
    assert settings("data.columns.weight=seconds")["with_weights"] is True


def test_a_model_has_to_beat_the_rules_on_its_surfaces_unless_it_is_told_otherwise(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))

    def nodes(*overrides):
        return {node.id: node for node in create_pipeline(load_config(path, overrides)).components}

    def is_asked(pusher):
        return "baseline_blessing" in pusher.inputs

    must = "evaluation.must_beat_baselines=true"
    asked = ("evaluation.metric=mrr", "evaluation.baseline_margin=0.25", "evaluation.exclude_seen=false")
    made = nodes(must, "evaluation.baselines=[last_items]", *asked)
    assert made["Pusher"].inputs["baseline_blessing"].producer_component_id == "Baselines" and is_asked(made["Pusher"])
    assert json.loads(made["Baselines"].exec_properties["settings"]) == {
        "rules": ["last_items"],
        "metric": "mrr",
        "margin": 0.25,
        "surfaces": ["recommendation", "search"],
        "catalogue_examples": 0,  # UniSAR alone does not retrieve.
        "exclude_seen": False,
        "decides_among": "candidates",
        "rules_decide": True,
        "deciding_slices": [],
        "slice_margin": 0.0,
        "timezone": "UTC",
        "examination": {},
        "place_weight_cap": 20.0,
    }
    assert "baseline_model" not in made["Baselines"].inputs
    shown = nodes("evaluation.must_beat_baselines=false", "evaluation.split=validation")
    assert not is_asked(shown["Pusher"]) and shown["Baselines"].exec_properties["split"] == "validation"
    # Slices decide with the Evaluator's own baseline, whether rules do or not.
    by_slice = ("evaluation.deciding_slices=[repeat]", "evaluation.slice_margin=0.5", "data.timezone=Asia/Tokyo")
    sliced = nodes("evaluation.must_beat_baselines=false", *by_slice)
    assert sliced["Baselines"].inputs["baseline_model"].producer_component_id == "BaselineModel"
    assert is_asked(sliced["Pusher"])
    settings = json.loads(sliced["Baselines"].exec_properties["settings"])
    assert (settings["rules_decide"], settings["deciding_slices"]) == (False, ["repeat"])
    assert (settings["slice_margin"], settings["timezone"]) == (0.5, "Asia/Tokyo")
    placed = ("data.columns.place=rank", "evaluation.examination={search: [1, 0.5]}", "evaluation.place_weight_cap=5")
    settings = json.loads(nodes(*placed)["Baselines"].exec_properties["settings"])
    assert (settings["examination"], settings["place_weight_cap"]) == ({"search": [1.0, 0.5]}, 5.0)
    none = nodes(must, "evaluation.baselines=[]")
    assert not is_asked(none["Pusher"]) and "Baselines" not in none
    of_each = nodes(must, "model=unifiedssr", "fine_tuning.surfaces=[search]")
    assert of_each["SearchCatalogueMetrics"].exec_properties["exclude_seen"] == 1
    settings = json.loads(of_each["SearchBaselines"].exec_properties["settings"])
    assert (settings["surfaces"], settings["catalogue_examples"]) == (["search"], 2000)
    assert of_each["SearchPusher"].inputs["baseline_blessing"].producer_component_id == "SearchBaselines"
    assert of_each["SearchCatalogueMetrics"].exec_properties["listed_examples"] == 500

    def decides_among(*overrides):
        made = nodes(*overrides)
        return json.loads(made["Baselines"].exec_properties["settings"])["decides_among"]

    # What users see decides. UniSAR alone has no figures among all items.
    assert (decides_among("model=unifiedssr"), decides_among()) == ("catalogue", "candidates")
    candidates = "evaluation.decides_among=candidates"
    assert decides_among("model=unifiedssr", candidates) == "candidates"
    assert decides_among("model=unifiedssr", "evaluation.baseline_examples=0") == "candidates"
    assert decides_among("evaluation.decides_among=all_items") == "candidates"


def test_a_sasrec_is_trained_by_option_and_the_model_compared_with_it(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline, create_training_pipeline  # Imports TFX: many seconds.

    path, by_option = str(tiny_logs.write(tmp_path)), "evaluation.sasrec=true"

    def nodes(*overrides, create=create_pipeline):
        return {node.id: node for node in create(load_config(path, overrides)).components}

    def rivals(made):
        return {
            name: node.inputs["sasrec"].producer_component_id for name, node in made.items() if "sasrec" in node.inputs
        }

    without, made = nodes(), nodes(by_option)
    assert set(made) - set(without) == {"SasrecTrainer"} and rivals(without) == {}
    assert rivals(made) == {"Baselines": "SasrecTrainer"}
    # All else stays as it was, and so do the keys of the cache.
    assert all(made[name].exec_properties == node.exec_properties for name, node in without.items())
    trainer = made["SasrecTrainer"]
    assert trainer.inputs["transform_graph"].producer_component_id == "Transform"
    assert json.loads(trainer.exec_properties["train_args"])["splits"] == ["train", "catalog"]
    told = json.loads(trainer.exec_properties["custom_config"])
    assert (told["model_name"], told["model_config"]["query_branch"]) == ("unifiedssr", False)
    assert (told["train"]["sequence_ends_only"], told["train"]["epochs"]) == (True, "auto")
    assert "SasrecTrainer" not in nodes(by_option, create=create_training_pipeline)

    of_each = nodes(by_option, "model=unifiedssr", "fine_tuning.surfaces=[recommendation, search]")
    assert rivals(of_each) == {"RecommendationBaselines": "SasrecTrainer", "SearchBaselines": "SasrecTrainer"}
    alone = nodes(by_option, "evaluation.baselines=[]", "evaluation.must_beat_baselines=true")
    assert json.loads(alone["Baselines"].exec_properties["settings"])["rules"] == []
    assert alone["Pusher"].inputs["baseline_blessing"].producer_component_id == "Baselines"


def test_an_experiment_measures_each_model_on_the_users_of_the_validation_split(tmp_path):
    from tfx_pipeline.pipeline import create_experiment_pipeline, create_training_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))

    def added(*overrides):
        config = load_config(path, overrides)
        trained = {node.id for node in create_training_pipeline(config).components}
        nodes = {node.id: node for node in create_experiment_pipeline(config).components}
        assert trained <= set(nodes)
        return {
            name: (
                node.inputs["model"].producer_component_id,
                node.inputs["examples"].producer_component_id,
                node.exec_properties["split"],
            )
            for name, node in nodes.items()
            if name not in trained
        }

    assert added() == {"UserMetrics": ("Trainer", "BehaviourExampleGen", "validation")}
    assert added("model=unifiedssr", "fine_tuning.surfaces=[search]") == {
        "SearchUserMetrics": ("SearchTrainer", "BehaviourExampleGen", "validation")
    }


def test_lists_add_popularity_where_negatives_have_taken_it_out_new_items_or_not(tmp_path):
    from tfx_pipeline.pipeline import create_index_pipeline, create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))
    trained = dict.fromkeys(("Trainer", "RetrieverTrainer"), TrainedModel("m", "g", ("f",), {}, {}))
    for negatives, adds in (("popularity", 1), ("uniform", 0)):
        config = load_config(path, ["retriever.model=unifiedssr", f"data.negatives={negatives}"])
        for pipeline in (create_pipeline(config), create_index_pipeline(config, trained)):
            (node,) = (each for each in pipeline.components if each.id.endswith("RetrieveThenRank"))
            assert node.exec_properties == {"retrieved": 200, "popular_negatives": adds}


def test_the_search_of_a_model_that_finds_items_is_judged_and_none_other(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))

    def judged(*overrides):
        nodes = create_pipeline(load_config(path, overrides)).components
        return {node.id: node.exec_properties["of_each"] for node in nodes if node.id.endswith("JudgedQueries")}

    retrieves, some = "model=unifiedssr", "evaluation.judged_queries=7"
    assert judged(some) == {}, "UniSAR alone only ranks"
    assert judged(retrieves, some) == {"JudgedQueries": 7}
    assert judged(retrieves, "evaluation.judged_queries=0") == {}
    assert judged(retrieves, "train.surfaces=[recommendation]") == {}
    assert judged(retrieves, some, "fine_tuning.surfaces=[recommendation,search]") == {"SearchJudgedQueries": 7}


def test_a_search_comes_before_the_training_that_takes_its_values(tmp_path):
    from tfx_pipeline.pipeline import create_experiment_pipeline, create_pipeline, create_tuning_pipeline

    path = str(tiny_logs.write(tmp_path))

    def nodes(*overrides, create=create_pipeline):
        return {node.id: node for node in create(load_config(path, overrides)).components}

    def taken(made):
        """Which trainings take which fields from which search."""
        return {
            name: (node.inputs["hyperparameters"].producer_component_id, json.loads(custom)["tuned"])
            for name, node in made.items()
            if "tuned" in (custom := node.exec_properties.get("custom_config", "")) and "hyperparameters" in node.inputs
        }

    without, space = nodes(), "tune.space={unisar.dim: [8, 16], train.batch_size: [8, 16]}"
    made = nodes(space, "tune.trials=3")
    assert set(made) - set(without) == {"Tuner"} and taken(without) == {}
    assert list(made).index("Transform") < list(made).index("Tuner") < list(made).index("Trainer")
    assert taken(made) == {"Trainer": ("Tuner", ["unisar.dim", "train.batch_size"])}
    # All else stays as it was, and so do the keys of the cache.
    assert all(
        made[name].exec_properties == node.exec_properties for name, node in without.items() if name != "Trainer"
    )
    tuner = made["Tuner"]
    assert json.loads(tuner.exec_properties["train_args"]) == json.loads(made["Trainer"].exec_properties["train_args"])
    assert json.loads(tuner.exec_properties["custom_config"])["tune"]["trials"] == 3

    # The search alone is that of the run, so that its results are.
    alone = nodes(space, "tune.trials=3", create=create_tuning_pipeline)
    assert set(alone) == set(list(made)[: list(made).index("Tuner") + 1])
    assert alone["Tuner"].exec_properties == tuner.exec_properties

    retriever = ["retriever.model=unifiedssr", "tune.space={unifiedssr.dim: [8], retriever.train.batch_size: [8]}"]
    assert taken(nodes(*retriever)) == {
        "RetrieverTrainer": ("RetrieverTuner", ["unifiedssr.dim", "retriever.train.batch_size"])
    }
    # A fine-tuning has the model of the joint training, and a rate of its own.
    tuned = nodes(
        "model=unifiedssr",
        "fine_tuning.surfaces=[search]",
        "tune.space={unifiedssr.dim: [8, 16], train.learning_rate: [0.1], train.batch_size: [8]}",
    )
    assert taken(tuned) == {
        "Trainer": ("Tuner", ["unifiedssr.dim", "train.learning_rate", "train.batch_size"]),
        "SearchTrainer": ("Tuner", ["unifiedssr.dim", "train.batch_size"]),
    }
    # Variants of an experiment are trained as they are written.
    assert "Tuner" not in nodes(space, create=create_experiment_pipeline)


def test_the_ranking_model_is_calibrated_and_neither_its_retriever_nor_its_rival(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))
    on = ["calibration.method=platt", "calibration.candidates=20"]

    def calibrated(*overrides):
        nodes = create_pipeline(load_config(path, overrides)).components
        custom = {node.id: json.loads(node.exec_properties.get("custom_config") or "{}") or {} for node in nodes}
        return {name: each["calibration"] for name, each in custom.items() if "calibration" in each}

    assert calibrated() == {}
    config = {"method": "platt", "candidates": 20.0, "search_candidates": None}
    of_ranker = {"config": config, "adds_item_prior": False}
    beside = ["retriever.model=unifiedssr", "evaluation.sasrec=true"]
    assert calibrated(*on, *beside) == {"Trainer": of_ranker}
    popular = "data.negatives=popularity"
    assert calibrated(*on, popular, *beside)["Trainer"]["adds_item_prior"] is True
    assert calibrated(*on, popular)["Trainer"]["adds_item_prior"] is False  # It makes no lists.
    fine_tuned = ["model=unifiedssr", "fine_tuning.surfaces=[search]"]
    assert calibrated(*on, *fine_tuned) == {"Trainer": of_ranker, "SearchTrainer": of_ranker}
    with pytest.raises(ConfigError, match="`calibration.candidates: shown` is counted by `tandem run`"):
        calibrated("calibration.method=platt", "data.negatives=shown")


def test_a_training_starts_from_the_last_pushed_model_if_it_is_asked_to(tmp_path):
    from tfx_pipeline.pipeline import create_pipeline, create_training_pipeline  # Imports TFX: many seconds.

    path = str(tiny_logs.write(tmp_path))

    def nodes(*overrides, create=create_pipeline):
        return {node.id: node for node in create(load_config(path, overrides)).components}

    retriever = ("retriever.model=unifiedssr", "retriever.train.warm_start=true", "transform.context=[hour]")
    assert not [name for name in nodes(retriever[0]) if name.endswith("WarmStart")]
    made = nodes("train.warm_start=true", *retriever, "push_to=/models/a shop")
    for prefix in ("", "Retriever"):
        start = made[f"{prefix}WarmStart"]
        assert start.inputs["examples"].producer_component_id == "BehaviourExampleGen"
        told = {name: start.exec_properties[name] for name in ("pushed_model_dir", "training", "version")}
        assert told == {"pushed_model_dir": "/models/a shop", "training": f"{prefix}Trainer", "version": ""}
        assert json.loads(start.exec_properties["read"])["transform.context"] == ["hour"]
        assert made[f"{prefix}Trainer"].inputs["base_model"].producer_component_id == f"{prefix}WarmStart"
    of_one = nodes(*retriever)
    assert "base_model" not in of_one["Trainer"].inputs and "base_model" in of_one["RetrieverTrainer"].inputs
    # What a part of the pipeline trains is what the whole does. A SASRec to beat has nothing of yesterday.
    part = nodes("train.warm_start=true", "evaluation.sasrec=true", create=create_training_pipeline)
    assert part["Trainer"].inputs["base_model"].producer_component_id == "WarmStart"
    rival = nodes("train.warm_start=true", "evaluation.sasrec=true")["SasrecTrainer"]
    assert "base_model" not in rival.inputs and '"warm_start": false' in rival.exec_properties["custom_config"]
