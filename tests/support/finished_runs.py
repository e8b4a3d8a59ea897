"""Makes a root with a run that has finished: its metadata store, its record and what its components left."""

import copy
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.util import tensor_util

from components.sources.data_config import DataConfig
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.past_runs.run_record import recorded
from tfx_pipeline.past_runs.run_store import RunStore

if TYPE_CHECKING:
    from components.item_catalog.table import CatalogItem

METRICS = ("hit_rate_at_1", "ndcg_at_5", "mrr")


def _figures(value):
    return dict.fromkeys(METRICS, value)


def _compared(model, rules, beaten):
    best = max(rules, key=rules.get)
    spread = {name: dict.fromkeys(METRICS, [value, value - 0.02, value + 0.02]) for name, value in rules.items()}
    return {
        "examples": 300,
        "users": 100,
        "model": dict.fromkeys(METRICS, [model, model - 0.02, model + 0.02]),
        "rules": spread,
        "best_rule": best,
        "difference": [model - rules[best], model - rules[best] - 0.03, model - rules[best] + 0.03],
        "beaten": beaten,
        "verdict": f"the model against {best}",
        "repeats": 0,
    }


MODEL = {
    "metrics": {
        "model": {"overall": _figures(0.375), "recommendation": _figures(0.25), "search": _figures(0.5)},
        "baseline": {"overall": _figures(0.1875), "recommendation": _figures(0.125), "search": _figures(0.375)},
        "popularity": {"overall": _figures(0.0625), "recommendation": _figures(0.0625), "search": _figures(0.03125)},
    },
    "whole_catalogue": {"recommendation": _figures(0.125), "search": _figures(0.25)},
    "by_vectors": {},
    "among_which": "Among all items means without those of the user's history.",
    "baseline": "last blessed version 12",
    "blessed": True,
    "shortfalls": [],
    "rules": {
        "metric": "ndcg_at_5",
        "margin": 0.0,
        "candidates": {
            "recommendation": _compared(0.25, {"popularity": 0.0625, "item_neighbours": 0.125}, True),
            "search": _compared(0.5, {"popularity": 0.03125, "item_neighbours": 0.25}, True),
        },
        "catalogue": {"search": _compared(0.25, {"popularity": 0.015625, "item_neighbours": 0.125}, True)},
        "sample": "All 300 examples were ranked among all items.",
        "blessed": True,
        "reasons": [],
        "decides": True,
    },
    "judged_queries": {},
    "servable": True,
    "servability_reasons": [],
    "servability_figures": {"model_mb": 2.5, "rest_rank_p50_ms": 7.25, "grpc_rank_p50_ms": 3.0},
    "outcome": "pushed",
    "version": "17",
    "pushed_version": "17",
    "pushed_model_dir": "pushed/shop",
}
"""What a report says of a model, in figures that are exact."""

SLICES = [
    {"by": "repeat", "part": "no", "examples": 290, "users": 95}
    | {"model": [0.5, 0.45, 0.55], "best_rule": [0.25, 0.2, 0.3], "difference": [0.25, 0.125, 0.375]},
    {"by": "repeat", "part": "yes", "examples": 1010, "users": 12}
    | {"model": [0.25, 0.2, 0.3], "best_rule": [0.5, 0.45, 0.55], "difference": [-0.25, -0.375, -0.125]},
    {"by": "hour", "part": "0 to 5", "examples": 1, "users": 1},
]
SCORES = {"auc": 0.75, "log_loss": 0.0625, "calibration_error": 0.03125, "observed_to_predicted": 2.0, "shift": 0.5}
SCORES |= {"shifted_log_loss": 0.03125, "shifted_calibration_error": 0.0078125}
SCORES |= {"bins": [[1500, 0.03125, 0.0625], [500, 0.25, 0.125]]}
LISTS = {"lists": 1200, "coverage": 0.5, "gini": 0.75, "popularity_of_served": 44.04}
LISTS |= {"popularity_of_clicked": 30.5, "novelty": 10.25}
"""What an evaluation has beside the metrics."""


def evaluated() -> dict:
    """What a report says of a model whose search was also measured by slices, scores and lists."""
    model = copy.deepcopy(MODEL)
    model["rules"]["candidates"]["search"] |= {
        "over_examples": dict.fromkeys(METRICS, [0.5, 0.4375, 0.5625]),
        "slices": SLICES,
        "scores": SCORES,
    }
    return copy.deepcopy({**model, "lists": {"search": LISTS}})


BY_PLACE = {"examples": 1250, "users": 90, "left_out": 50, "clipped": 0.125, "mean_weight": 1.5, "effective": 1_000.0}
BY_PLACE |= {
    "rankers": {
        "popularity": dict.fromkeys(METRICS, [0.5, 0.25, 0.125, 0.375]),
        "item_neighbours": dict.fromkeys(METRICS, [0.25, 0.125, 0.0625, 0.1875]),
        "model": dict.fromkeys(METRICS, [0.5, 0.4375, 0.375, 0.5]),
    },
    "best_rule": "popularity",
    "difference": [0.1875, 0.125, 0.25],
}
PLACES = {
    "places": [[1, 1000, 250, 1.0, 0.0], [2, 500, 25, 0.25, 0.0625], [3, 0, 0, None, None]],
    "beyond": [1200, 3],
    "reference": 1,
    "given": False,
    "why_not": "",
}
NO_PLACES = {"places": [[1, 9, 9, None, None]], "beyond": [0, 0], "reference": 0, "given": False, "why_not": "no luck"}


def placed() -> dict:
    """What a report says of a model of a log that tells at which place each item was shown, in search."""
    model = evaluated()
    model["rules"]["candidates"]["search"]["by_place"] = BY_PLACE
    model["rules"]["catalogue"]["search"]["by_place"] = {**BY_PLACE, "left_out": 0}
    model["rules"]["candidates"]["recommendation"]["by_place"] = {"examples": 0, "users": 0, "left_out": 9}
    model["rules"]["by_place"] = {"recommendation": NO_PLACES, "search": PLACES}
    return copy.deepcopy(model)


def report(**changes) -> dict:
    """The report of a run.

    Args:
        changes: What is said of the model instead.
    """
    return copy.deepcopy(
        {
            "ran": ["Trainer"],
            "cached": [],
            "data_findings": [],
            "left_out": [],
            "trainings": ["Trainer: batches of 32"],
            "models": {"shop": {**MODEL, **changes}},
            "tensorboard": "logs",
        }
    )


def finish(
    past: PastRuns,
    told: Mapping,
    name: str = "shop",
    version: str = "17",
    log: tuple[DataConfig, str] = (DataConfig(events="events.tsv", items="items.tsv"), "ab" * 32),
    examples: Sequence[int] = (),
    judges: Sequence[str] = ("Evaluator",),
    made_by: str = "Tandem 1\nTFX 2",
    memory: Mapping[str, int] | None = None,
    **settings,
) -> list[int]:
    """Adds a run that has finished: examples, a training of two epochs, an evaluation and a push.

    Args:
        past: The root.
        told: The run's report.
        name: The pipeline's.
        version: The version that it pushes; the empty one pushes nothing.
        log: What it read, and the digest of that.
        examples: What BehaviourExampleGen takes from the cache; empty if it makes them anew.
        judges: The ids of its Evaluators.
        made_by: The versions that made it, a line each.
        memory: The largest memory of its components, in bytes.
        settings: Of its configuration, by section.

    Returns:
        What BehaviourExampleGen wrote.
    """
    config = PipelineConfig(name=name, root=str(past.root), **settings)
    runs = RunStore(str(past.root)).runs
    with recorded(config, runs[-1].steps[-1].id if runs else 0, made_by) as record:
        past.begin()
        read = {"data_config": log[0].to_json(), "fingerprint": log[1]}
        (catalog, rejects) = past.step("ItemCatalog", outputs=["Catalog", "Rejects"], **read)
        _write_summary(past.folder(rejects), {"items": 5}, {"event": {"no user": 3}, "item": {}})
        state, outputs = ("cached", list(examples)) if examples else ("ran", ["Examples", "Rejects"])
        made = past.step("BehaviourExampleGen", state, inputs=[catalog], outputs=outputs, **read)
        counts = {"catalog": 5, "train": 600, "validation": 80, "test": 90, "users": 40}
        _write_summary(past.folder(made[1]), counts, {"event": {"no user": 3}})
        (model, model_run) = past.step("Trainer", inputs=made[:1], outputs=["Model", "model_run"])
        write_training(past.folder(model_run))
        for judge in judges:
            (_, blessing) = past.step(judge, inputs=[model, made[0]], outputs=["ModelEvaluation", "ModelBlessing"])
        if version:
            past.push(blessing, version, name)
        else:
            past.step("Pusher", inputs=[blessing], outputs=["PushedModel"])
        record.report, record.memory = dict(told), dict(memory or {})
        return made


def put_model(run: FinishedRun, signatures: Mapping) -> None:
    """Puts a model into a run's artifacts that scores an item by the length of its id, and has further signatures."""
    from tests.support.rank_models import save_rank_model  # Imports TensorFlow.

    step = run.steps("Evaluator")[0]
    model = dict(step.inputs)["model"]
    save_rank_model(Path(run.store.artifacts[model].uri) / "Format-Serving", further=signatures)


def put_examples(run: FinishedRun, serialized: Iterable[bytes], split: str = "test") -> None:
    """Puts serialized examples into a split of a run's artifacts."""
    from tests.support.behaviour_examples import write_examples  # Imports TensorFlow.

    write_examples(run.folder("BehaviourExampleGen", "examples") / f"Split-{split}" / "1.gz", serialized)


def put_items(run: FinishedRun, items: "Iterable[CatalogItem]") -> None:
    """Puts the table of items into a run's artifacts."""
    from components.item_catalog.table import write_table  # Imports Beam.

    write_table(str(run.folder("ItemCatalog", "catalog")), items)


def _write_summary(folder: Path, counts: Mapping, reasons: Mapping) -> None:
    """Writes what a component read, as `components.raw_files.summary` does: 750 rows of each kind, some refused."""
    nothing = {"first": [], "failures": [], "left_out": {}, "converted": {}}
    reports = {kind: {"rows": 750, "reasons": each, **nothing} for kind, each in reasons.items()}
    (folder / "summary.json").write_text(json.dumps({"counts": counts, "reports": reports}))


def write_training(folder: Path) -> None:
    """Writes what a training of two epochs leaves beside its model."""
    write_events(folder / "train", {"loss/total": [4.0, 2.0], "optimizer/learning_rate": [0.001, 0.001]})
    measured = {"loss/total": [3.0, 2.5], "gates/search/search": [0.5, 0.25]}
    measured |= {"ndcg@5/search": [0.25, 0.5], "ndcg@5/recommendation": [0.125, 0.25]}
    write_events(folder / "validation", measured)
    (folder / "validation.json").write_text('{"epoch": 2, "val_ndcg_at_5": 0.375, "parameters": 1234}')


def write_events(folder: Path, series: Mapping, first_epoch: int = 1) -> None:
    """Writes the numbers of a training as TensorBoard's files have them.

    Args:
        folder: Where the file goes.
        series: For each tag the number of each epoch.
        first_epoch: The epoch of the first number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"events.out.tfevents.{first_epoch}.v2").open("wb") as file:
        for tag, numbers in series.items():
            for epoch, number in enumerate(numbers, start=first_epoch):
                tensor = tensor_util.make_tensor_proto(np.float32(number))
                value = summary_pb2.Summary.Value(tag=tag, tensor=tensor)
                event = event_pb2.Event(step=epoch, summary=summary_pb2.Summary(value=[value]))
                content = event.SerializeToString()
                file.write(struct.pack("<Q", len(content)) + bytes(4) + content + bytes(4))
