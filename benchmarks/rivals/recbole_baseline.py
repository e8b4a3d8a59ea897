"""Trains SASRec or BERT4Rec of RecBole, by RecBole's own trainer, and ranks a run's test examples among all items.

This file runs in an environment of its own that has RecBole, and only files go in and out: it imports nothing of this
repository. `benchmarks.rivals.recbole_figures` calls it.

    python recbole_baseline.py --model SASRec --sequences sequences.json --output SASRec.json
"""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = Sequence[Any]
"""An example: the user, the items of the history, oldest first, and the wanted item."""
ITEMS, EXCLUDE_SEEN, SURFACES = "items", "exclude_seen", "surfaces"
"""What a file of sequences holds beside its rows; `benchmarks.rivals.run_sequences` writes it."""
LONGEST = 50
"""`MAX_ITEM_LIST_LENGTH` of RecBole: the newest items that its models read."""
_SEED = 17
_DATASET = "log"
_FILES = {"train": "train", "valid": "validation", "test": "test"}
_MOST_ROWS, _FEWEST_ROWS, _STEPS = 2048, 32, 100
_ASKED_AT_ONCE = 256


def batch_size(rows: int) -> int:
    """RecBole's 2,048 rows, or so many fewer, a power of two, that an epoch has 100 steps; at least 32.

    Args:
        rows: How many rows a training has.
    """
    size = _MOST_ROWS
    while size > _FEWEST_ROWS and rows < size * _STEPS:
        size //= 2
    return size


def atomic_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of one of RecBole's files of interactions. Rows without a history or a known item are left out."""
    yield "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    for user, history, wanted in rows:
        if history and wanted >= 0:
            yield f"{user}\t{' '.join(map(str, history[-LONGEST:]))}\t{wanted}\n"


def place(scores: np.ndarray, history: Sequence[int], wanted: int, exclude_seen: bool) -> int:
    """The rank of the wanted item, from 1. Items with an equal score stand before it, and so does what is no number.

    Args:
        scores: float [items].
        history: The items of the history.
        wanted: The item that is wanted.
        exclude_seen: Whether the items of the history are left out, unless the wanted item is one of them.
    """
    is_ahead = ~(scores < scores[wanted])
    is_ahead[wanted] = False
    if exclude_seen and wanted not in history:
        is_ahead[history] = False
    return 1 + int(is_ahead.sum())


def train_and_rank(model: str, sequences: Path, work: Path, epochs: int, stopping_step: int) -> dict[str, Any]:
    """Trains a model until validation's NDCG@10 rises no more, and ranks the test examples by its best state.

    Args:
        model: `SASRec` or `BERT4Rec`.
        sequences: What `benchmarks.rivals.run_sequences` wrote.
        work: A folder for RecBole's files.
        epochs: The most epochs.
        stopping_step: After how many epochs without a better NDCG@10 the training ends.

    Returns:
        `ranks`, one for each test example, 0 for one that cannot be ranked: its history is empty, or its item unknown;
        `unanswered`, how many of them have no history; `epochs`, how many were trained, and `best_epoch`, from 1;
        `validation`, the best NDCG@10 there; `test_by_recbole`, RecBole's own NDCG@10 of the test examples that it can
        rank, the items of the history among all others; `batch_size`; `seconds`; and `versions`.

    Raises:
        SystemExit: No example to train with, to validate or to test has a history.
    """
    begin = time.monotonic()
    found = json.loads(sequences.read_text(encoding="utf-8"))
    sizes = _write_atomic_files(found, work / _DATASET)
    for name, size in sizes.items():
        if not size:
            raise SystemExit(f"{sequences}: no example of `{_FILES[name]}` has a history, and RecBole needs one.")

    import recbole
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    config = Config(model=model, dataset=_DATASET, config_dict=_settings(work, sizes["train"], epochs, stopping_step))
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    train_data, valid_data, test_data = data_preparation(config, dataset)
    init_seed(config["seed"], config["reproducibility"])
    network = get_model(model)(config, train_data._dataset).to(config["device"])
    trainer = get_trainer(config["MODEL_TYPE"], model)(config, network)
    scores: list[float] = []
    best, _ = trainer.fit(train_data, valid_data, callback_fn=lambda _, score: scores.append(score))
    by_recbole = trainer.evaluate(test_data)  # It loads the best state.
    return {
        "ranks": _ranks(network, dataset, found, config["device"]),
        "unanswered": sum(1 for _, history, _ in found["test"] if not history),
        "epochs": len(scores),
        # Of equal ones the last, as RecBole keeps it.
        "best_epoch": max(range(len(scores)), key=lambda epoch: (scores[epoch], epoch)) + 1,
        "validation": float(best),
        "test_by_recbole": float(by_recbole["ndcg@10"]),
        "batch_size": config["train_batch_size"],
        "seconds": time.monotonic() - begin,
        "versions": {"recbole": recbole.__version__, "torch": torch.__version__},
    }


def _ranks(network: Any, dataset: Any, found: dict[str, Any], device: Any) -> list[int]:
    """The rank of each test example; 0 for one that cannot be ranked."""
    import torch
    from recbole.data.interaction import Interaction

    columns = np.asarray(dataset.token2id(dataset.iid_field, [str(item) for item in range(found[ITEMS])]))
    rows = found["test"]
    ranks = [0] * len(rows)
    asked = [number for number, (_, history, wanted) in enumerate(rows) if history and wanted >= 0]
    network.eval()
    with torch.no_grad():
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            numbers = asked[first : first + _ASKED_AT_ONCE]
            newest = [torch.from_numpy(columns[rows[number][1][-LONGEST:]]) for number in numbers]
            lengths = torch.tensor([len(items) for items in newest])
            padded = torch.nn.utils.rnn.pad_sequence(newest, batch_first=True)  # By 0, RecBole's padding.
            batch = Interaction({network.ITEM_SEQ: padded, network.ITEM_SEQ_LEN: lengths}).to(device)
            scores = network.full_sort_predict(batch).cpu().numpy()[:, columns]
            for number, of_items in zip(numbers, scores, strict=True):
                _, history, wanted = rows[number]
                ranks[number] = place(of_items, history, wanted, found[EXCLUDE_SEEN])
    return ranks


def _write_atomic_files(found: dict[str, Any], folder: Path) -> dict[str, int]:
    """Writes RecBole's files, and tells how many rows each of interactions has."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name, split in _FILES.items():
        lines = list(atomic_lines(found[split]))
        (folder / f"{_DATASET}.{name}.inter").write_text("".join(lines), encoding="utf-8")
        sizes[name] = len(lines) - 1
    items = "".join(f"{item}\n" for item in range(found[ITEMS]))
    # So that RecBole knows those that nobody engaged with, too: they are ranked.
    (folder / f"{_DATASET}.item").write_text(f"item_id:token\n{items}", encoding="utf-8")
    return sizes


def _settings(work: Path, rows: int, epochs: int, stopping_step: int) -> dict[str, Any]:
    """What differs from RecBole's own defaults."""
    return {
        "data_path": str(work),
        "checkpoint_dir": str(work / "saved"),
        "benchmark_filename": list(_FILES),
        "load_col": {"inter": ["user_id", "item_id_list", "item_id"], "item": ["item_id"]},
        "alias_of_item_id": ["item_id_list"],
        "MAX_ITEM_LIST_LENGTH": LONGEST,
        "train_neg_sample_args": None,
        "train_batch_size": batch_size(rows),
        "epochs": epochs,
        "stopping_step": stopping_step,
        "eval_args": {"group_by": "user", "order": "TO", "mode": "full"},
        "metrics": ["NDCG"],
        "topk": [10],
        "valid_metric": "NDCG@10",
        "metric_decimal_place": 6,
        "seed": _SEED,
        "show_progress": False,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Trains, ranks and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, choices=["SASRec", "BERT4Rec"])
    parser.add_argument("--sequences", required=True, type=Path, metavar="FILE.json", help="what to learn and to rank")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE.json", help="where the ranks go")
    parser.add_argument("--epochs", type=int, default=300, help="the most epochs (%(default)s)")
    parser.add_argument(
        "--stopping-step",
        type=int,
        default=10,
        metavar="N",
        help="epochs without a better validation that end the training (%(default)s)",
    )
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    del sys.argv[1:]  # RecBole would take them for settings of its own.
    # Threads that wait in a loop make a busy machine ten times slower. It has to be set before torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    work = args.output.parent / f"{args.model}.files"
    found = train_and_rank(args.model, args.sequences, work, args.epochs, args.stopping_step)
    aside = args.output.with_suffix(".part")
    aside.write_text(json.dumps(found) + "\n", encoding="utf-8")
    aside.replace(args.output)  # A file that is there is whole.


if __name__ == "__main__":
    main()
