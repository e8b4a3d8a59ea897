"""How good is UnifiedSSR on the public yardstick of sequential recommendation, beside the published figures?

Amazon Beauty 5-core, the feed alone: each user's last event is the test, the one before it validation, and all items
are ranked. The model is trained directly, by its own `fit`, its own losses and the optimizer of a run; ingestion and
export are left out. The best epoch is chosen on validation, and the test is read once, at the end.

    python -m benchmarks.yardstick --data ../shared/data/amazon-beauty-5core
    python -m benchmarks.yardstick --data DIR --seeds 1 2 3 --set unifiedssr.dim=64
"""

import argparse
import dataclasses
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from benchmarks.data_sets import item_sequences
from benchmarks.data_sets.item_sequences import ItemSequences, padded
from benchmarks.figures import printed_report
from benchmarks.figures.ranks_among_all import ranks_among_all, recall_and_ndcg
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training.automatic_training import settle
from tfx_pipeline.training.optimizer import make_optimizer

CONFIG: Final = Path(__file__).resolve().parents[1] / "configs" / "beauty_yardstick.yaml"
PUBLISHED: Final = (
    ("SASRec as first reported", 0.0605, 0.0318),
    ("TIGER", 0.0648, 0.0384),
    ("HSTU", 0.0788, 0.0439),
    ("FuXi-α", 0.0809, 0.0451),
    ("SASRec, softmax over 256 sampled items", 0.0921, 0.0531),
    ("eSASRec", 0.0928, 0.0523),
)
"""Recall@10 and NDCG@10 by the tables of eSASRec (arXiv 2508.06450)."""
RECALL: Final = "recall@10"
NDCG: Final = "ndcg@10"
WITHOUT_OWN: Final = "without the user's own items"
ALL_ITEMS: Final = "among all items"
_FEED: Final = Surface.RECOMMENDATION.value
_REQUESTS: Final = 512
_BATCHES_OF_LIKE_LENGTH: Final = 16
_UNKNOWN_WORDS: Final = 3


def train(
    log: ItemSequences, config: PipelineConfig, seed: int, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Trains one model until validation has stopped to rise, and asks its best epoch for the test.

    Args:
        log: The sequences.
        config: The model and how to train it.
        seed: Seed of the weights, of the order and of all that is drawn.
        say: Gets a line for each epoch.

    Returns:
        The seed, the best epoch, the seconds, and the metrics of `validation` and `test`, each by what is ranked.
    """
    keras.utils.set_random_seed(seed)
    model = make_model(log, config)
    settled = settle(config.train, len(log.sequences))
    model.compile(optimizer=make_optimizer(settled, config.unifiedssr.dim))
    begin = time.monotonic()
    best: dict[str, Any] = {}
    weights = None
    for epoch in range(1, settled.epochs + 1):
        batches = _batches(log, config, settled, np.random.default_rng([seed, epoch]))
        loss = model.fit(batches, verbose=0).history["loss"][-1]
        reached = evaluate(model, log, "validation", config.data.recommendation_history)
        figures = reached[WITHOUT_OWN]
        say(f"seed {seed} epoch {epoch}: loss {loss:.4f}, {RECALL} {figures[RECALL]:.4f}, {NDCG} {figures[NDCG]:.4f}")
        if not best or figures[NDCG] > best["validation"][WITHOUT_OWN][NDCG]:
            best, weights = {"epoch": epoch, "validation": reached}, model.get_weights()
        elif 0 < settled.early_stopping_patience <= epoch - best["epoch"]:
            break
    model.set_weights(weights)
    test = evaluate(model, log, "test", config.data.recommendation_history)
    return {"seed": seed, **best, "test": test, "seconds": time.monotonic() - begin}


def make_model(log: ItemSequences, config: PipelineConfig) -> UnifiedSSR:
    """The model of a configuration for the items and users of a log."""
    items = len(log.items) + 1
    # Past the items there is the index of those that are unknown.
    model = UnifiedSSR(config.unifiedssr, Vocabulary(len(log.sequences) + 2, items + 1, _UNKNOWN_WORDS))
    model.build()
    if model.popularity is not None:
        model.popularity.set_counts(np.bincount(np.concatenate(log.training()), minlength=items + 1))
    return model


def evaluate(model: UnifiedSSR, log: ItemSequences, split: str, history: int) -> dict[str, Any]:
    """Ranks all items for each user of a split.

    Args:
        model: The model.
        log: The sequences.
        split: `validation` or `test`.
        history: How many of the newest events the model reads.

    Returns:
        Recall and NDCG, without the items of the user's history and with them.
    """
    histories, wanted = log.asked(split)
    items = keras.ops.convert_to_numpy(model.item_embeddings())[: len(log.items) + 1]
    encode = tf.function(
        lambda users, clicks: model.encode_requests(_inputs(users, clicks), surface=Surface.RECOMMENDATION),
        input_signature=[tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None], tf.int32)],
        autograph=False,
    )
    among_all, without_own = np.zeros_like(wanted), np.zeros_like(wanted)
    for users in np.array_split(np.argsort([len(each) for each in histories]), -(-len(histories) // _REQUESTS)):
        own = [histories[user] for user in users]
        requests = encode(users.astype("int32") + 1, padded(own, history)).numpy()
        among_all[users], without_own[users] = ranks_among_all(requests, items, wanted[users], own)
    return {WITHOUT_OWN: recall_and_ndcg(without_own), ALL_ITEMS: recall_and_ndcg(among_all)}


def _batches(
    log: ItemSequences, config: PipelineConfig, settled: SettledTrainConfig, order: np.random.Generator
) -> tf.data.Dataset:
    """Whole sequences of about the same length in each batch, in an order of their own each epoch."""
    sequences, most = log.training(), config.data.recommendation_history

    def rows() -> Iterator[Any]:
        for users in _users_of_batches([len(each) for each in sequences], settled.batch_size, order):
            of_batch = [sequences[user] for user in users]
            last = np.array([each[-1] for each in of_batch], "int32")[:, None]
            clicks = padded([each[:-1] for each in of_batch], most)
            inputs = {**_inputs(users.astype("int32") + 1, clicks), features.CANDIDATE_ITEMS: last}
            yield {_FEED: inputs}, {_FEED: np.ones(last.shape, "float32")}

    table = tf.TensorSpec([None, None], tf.int32)
    inputs = {
        features.USER: tf.TensorSpec([None], tf.int32),
        features.RECOMMENDATION_ITEMS: table,
        features.CANDIDATE_ITEMS: table,
    }
    signature = ({_FEED: inputs}, {_FEED: tf.TensorSpec([None, None], tf.float32)})
    return tf.data.Dataset.from_generator(rows, output_signature=signature)


def _inputs(users: Any, clicks: Any) -> dict[str, Any]:
    return {features.USER: users, features.RECOMMENDATION_ITEMS: clicks}


def _users_of_batches(lengths: Sequence[int], rows: int, order: np.random.Generator) -> list[np.ndarray]:
    """Shuffles users, sorts those of some batches by length, so that little is padded, and shuffles the batches."""
    users = order.permutation(len(lengths))
    batches: list[np.ndarray] = []
    for start in range(0, len(users), rows * _BATCHES_OF_LIKE_LENGTH):
        near = users[start : start + rows * _BATCHES_OF_LIKE_LENGTH]
        near = near[np.argsort(np.asarray(lengths)[near], kind="stable")]
        batches.extend(near[at : at + rows] for at in range(0, len(near), rows))
    return [batches[place] for place in order.permutation(len(batches))]


def report(results: Sequence[dict[str, Any]]) -> printed_report.Report:
    """The published figures and the mean of ours, then ours by seed."""
    means = [
        {
            "model": f"UnifiedSSR, {ranked}",
            **{name: float(np.mean([each["test"][ranked][name] for each in results])) for name in (RECALL, NDCG)},
        }
        for ranked in (WITHOUT_OWN, ALL_ITEMS)
    ]
    published = [{"model": model, RECALL: recall, NDCG: ndcg} for model, recall, ndcg in PUBLISHED]
    seeds = [
        {
            "seed": each["seed"],
            "epoch": each["epoch"],
            f"validation {NDCG}": each["validation"][WITHOUT_OWN][NDCG],
            **{f"test {name}": each["test"][WITHOUT_OWN][name] for name in (RECALL, NDCG)},
            "seconds": each["seconds"],
        }
        for each in results
    ]
    return {"test": [*published, *means], "seeds": seeds}


def main(argv: Sequence[str] | None = None) -> None:
    """Trains what is not trained yet, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.yardstick", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that has interactions.tsv.gz")
    parser.add_argument("--config", type=Path, default=CONFIG, help="the model and how to train it")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of it")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="a training for each")
    parser.add_argument("--folder", type=Path, help="keeps results, so that a seed that has one is not trained again")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    config = load_config(str(args.config), [f"data.path={args.data}", *args.set])
    path = args.data / config.data.events
    if not path.exists():
        print(f"{path} is not here, so nothing is measured. {args.config.name} says where it is from.", file=sys.stderr)
        return
    columns = config.data.columns
    log = item_sequences.read(
        path, {name: getattr(columns, name) or name for name in ("user_id", "item_id", "timestamp")}
    )
    told = json.dumps([config.unifiedssr.to_dict(), dataclasses.asdict(config.train), str(path)], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest()[:12]
    results = []
    for seed in args.seeds:
        kept = args.folder / f"{name}_{seed}.json" if args.folder else None
        if kept and kept.exists():
            results.append(json.loads(kept.read_text(encoding="utf-8")))
            continue
        results.append(train(log, config, seed, lambda line: print(line, file=sys.stderr, flush=True)))
        if kept:
            args.folder.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(results[-1], indent=2) + "\n", encoding="utf-8")
    printed_report.show(report(results), args.json)


if __name__ == "__main__":
    main()
