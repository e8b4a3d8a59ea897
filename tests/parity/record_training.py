"""Trains the papers' own code for a few steps and writes down the losses and the weights. A tool for developers.

It needs PyTorch (1.13 was used) and a clone of the reference, and is no part of the package or of its tests:

python -m tests.parity.record_training unisar CLONE tests/golden/training_unisar.npz
python -m tests.parity.record_training unifiedssr CLONE tests/golden/training_unifiedssr.npz

The clones are TengShi-RUC/UniSAR at 1a14a24 and JennyXieJiayi/UnifiedSSR at e65dd2e. Users, items and histories are
made up; dropout is off, as the two frameworks would drop other entries. `training_test.py` takes the same steps with
ours.
"""

import argparse
import itertools
import json
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.training_start import NOTED, STORED, compared, start_value

BATCHES, ROWS = 2, 6
Arrays = dict[str, np.ndarray]

UNISAR: dict[str, Any] = {
    "final_emb_size": 8,
    "item_feature_list": ["item_id", "caption", "first_level_category_id", "second_level_category_id"],
    "item_text_feature": ["caption"],
    "item_id_num": 31,
    "item_id_dim": 4,
    "first_level_category_id_num": 5,
    "first_level_category_id_dim": 3,
    "second_level_category_id_num": 7,
    "second_level_category_id_dim": 2,
    "user_feature_list": ["user_id", "onehot_feat1"],
    "user_id_num": 13,
    "user_id_dim": 4,
    "onehot_feat1_num": 4,
    "onehot_feat1_dim": 2,
    "word_id_num": 25,
    "word_id_dim": 5,
    "max_rec_his_len": 6,
    "max_src_session_his_len": 4,
    "max_session_item_len": 3,
    "max_query_word_len": 4,
    "num_layers": 1,
    "num_heads": 2,
    "q_i_cl_temp": 0.5,
    "q_i_cl_weight": 0.1,
    "his_cl_temp": 0.1,
    "his_cl_weight": 0.1,
    "pred_hid_units": [200, 80, 1],
    "expert_units": [64],
    "tower_units": [128, 64],
    "shared_experts": 4,
    "task_experts": 4,
    "src_loss_weight": 0.5,
    "lr": 1e-3,
    "l2": 3e-5,
    "dropout": 0.0,
}
UNIFIEDSSR: dict[str, Any] = {
    "users": 12,
    "products": 30,
    "terms": 20,
    "emb_size": 8,
    "hid_size": 16,
    "sessions": 2,
    "layers": 2,
    "heads": 2,
    "corr_factor": 0.1,
    "negatives": 4,
    "dropout": 0.0,
    "factor": 0.05,
    "warmup": 20,
}
SESSIONS, HISTORY, QUERY_WORDS = 20, 7, 3


def unisar(clone: Path) -> Arrays:
    """Fifty joint steps of UniSAR: a batch of each surface, the search loss weighted, Adam with L2."""
    torch = _torch(clone, without=("pandas", "tqdm"))
    random = np.random.default_rng(1)
    tables = _unisar_tables(random)
    from utils import const
    from utils import utils as reference_utils

    from models import UniSAR

    for name, value in UNISAR.items():
        setattr(const, name, value)
    const.user_map_vocab, const.item_map_vocab, const.session_map_vocab = "user", "item", "session"
    reference_utils.load_pickle = lambda kind: {
        name.split("/")[-1]: value for name, value in tables.items() if name.startswith(f"tables/{kind}/")
    }
    arguments = types.SimpleNamespace(**UNISAR, device=torch.device("cpu"), model_path="", batch_size=ROWS)
    model = UniSAR(arguments)
    batches = [_unisar_batch(random) for _ in range(BATCHES)]
    result = {"config": np.array(json.dumps(UNISAR)), **tables, **_start(model, torch), **_numbered(batches)}
    optimizer = torch.optim.Adam(model.customize_parameters(), lr=UNISAR["lr"], weight_decay=UNISAR["l2"])

    def losses() -> Iterator[Any]:
        for batch in itertools.islice(itertools.cycle(batches), NOTED[-1]):
            given = {name: torch.tensor(value) for name, value in batch.items()}
            rec, src = (
                {k.split("/")[-1]: v for k, v in given.items() if k.startswith(f"{t}/")} for t in ("rec", "src")
            )
            yield model.rec_loss(rec)["total_loss"] + UNISAR["src_loss_weight"] * model.src_loss(src)["total_loss"]

    return result | _train(model, losses(), optimizer, optimizer)


def unifiedssr(clone: Path) -> Arrays:
    """Fifty steps of UnifiedSSR, search and recommendation by turns, Adam with the Noam schedule.

    Search comes first: PyTorch counts the steps of a parameter from its first gradient on, and so all have one at once.
    """
    torch = _torch(clone)
    from model import UnifiedSSR
    from utils.optimizer import NoamOpt

    random = np.random.default_rng(2)
    config = UNIFIEDSSR
    model = UnifiedSSR(
        u_vocab=config["users"] + 1,
        p_vocab=config["products"] + 1,
        t_vocab=config["terms"] + 1,
        emb_size=config["emb_size"],
        hid_size=config["hid_size"],
        sub_seq_num=config["sessions"],
        enc_num_layer=config["layers"],
        num_head=config["heads"],
        tasks=["recommendation", "search"],
        dropout=config["dropout"],
    )
    # Their block sets its attention's dropout apart from the model's.
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    batches = [_unifiedssr_batch(random) for _ in range(BATCHES)]
    result = {"config": np.array(json.dumps(config)), **_start(model, torch), **_numbered(batches)}
    adam = torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.98), eps=1e-9)
    noam = NoamOpt(config["emb_size"], config["factor"], config["warmup"], adam)

    def losses() -> Iterator[Any]:
        for step, batch in enumerate(itertools.islice(itertools.cycle(batches), NOTED[-1])):
            task = ("search", "recommendation")[step % 2]
            yield _unifiedssr_loss(model, torch, task, {k.split("/")[-1]: v for k, v in batch.items() if task in k})

    return result | _train(model, losses(), noam, adam)


def _unifiedssr_loss(model: Any, torch: Any, task: str, batch: Arrays) -> Any:
    """The loss of a step as `pretrain.py` has it."""
    given = {name: torch.tensor(value) for name, value in batch.items()}
    inputs = {"uid": given["user"], "pids_in": given["products"], "pids_mask": given["product_mask"]}
    if task == "recommendation":
        out = model.forward(task, inputs)
        out, _, session_loss = model.intra_corr_loss(out, model.get_sub_seq_wins(out), inputs["pids_mask"])
        encodings, mask = [out], inputs["pids_mask"]
    else:
        inputs["qrys_in"] = [[_real_words(query) for query in queries] for queries in given["queries"]]
        inputs["qrys_in_mask"] = given["query_mask"]
        products, queries = (branch[:, 1:] for branch in model.forward(task, inputs))
        mask = inputs["pids_mask"][:, :, 1:]
        windows = model.get_sub_seq_wins(products), model.get_sub_seq_wins(queries)
        products, queries, session_loss = model.inter_corr_loss(products, windows[0], queries, windows[1], mask)
        encodings = [products, queries]
    flat = [each.reshape(-1, each.size(-1)) for each in encodings]
    negatives = given["negatives"].view(-1, UNIFIEDSSR["negatives"])
    return (
        model.loss(*flat, mask.reshape(-1), given["target"].view(-1), negatives)
        + UNIFIEDSSR["corr_factor"] * session_loss
    )


def _real_words(query: Any) -> Any:
    words = query[query != 0]
    return words if len(words) else query[:1]


def _torch(clone: Path, without: tuple[str, ...] = ()) -> Any:
    """PyTorch, with the clone's modules importable; what they import and these steps do not use is left empty."""
    sys.path.insert(0, str(clone))
    for name in ("models", "utils"):  # Ours bear the same names.
        for loaded in [each for each in sys.modules if each.split(".")[0] == name]:
            del sys.modules[loaded]
    for name in without:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].tqdm = None  # type: ignore[attr-defined]
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    return torch


def _start(model: Any, torch: Any) -> Arrays:
    """Sets all parameters to where the training starts; returns the small ones and the shapes of all."""
    stored, shapes = {}, {}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shapes[name] = list(parameter.shape)
            if parameter.numel() > STORED:
                parameter.copy_(torch.tensor(start_value(name, tuple(parameter.shape))))
            else:
                stored[f"start/{name}"] = parameter.detach().numpy().copy()
    return {"shapes": np.array(json.dumps(shapes)), **stored}


def _train(model: Any, losses: Iterator[Any], stepper: Any, optimizer: Any) -> Arrays:
    """Takes all steps; returns the losses and, of each parameter that has a gradient, where it has come."""
    model.train()
    history, noted = [], {}
    for step, loss in enumerate(losses, 1):
        optimizer.zero_grad()
        loss.backward()
        stepper.step()
        history.append(loss.item())
        if step in NOTED:
            for name, parameter in model.named_parameters():
                if parameter.grad is not None:
                    noted[f"after_{step}/{name}"] = compared(parameter.detach().numpy()).copy()
    return {"losses": np.array(history), **noted}


def _numbered(batches: list[Arrays]) -> Arrays:
    return {f"batch_{place}/{name}": value for place, batch in enumerate(batches) for name, value in batch.items()}


def _unisar_tables(random: np.random.Generator) -> Arrays:
    """What is known of users, items and search sessions; row 0 is padding."""
    items, words = UNISAR["item_id_num"], UNISAR["word_id_num"]
    tables = {
        "user/onehot_feat1": random.integers(0, UNISAR["onehot_feat1_num"], UNISAR["user_id_num"]),
        "item/caption": _padded(random, (items, UNISAR["max_query_word_len"]), words),
        "item/first_level_category_id": random.integers(1, UNISAR["first_level_category_id_num"], items),
        "item/second_level_category_id": random.integers(1, UNISAR["second_level_category_id_num"], items),
        "session/keyword": _padded(random, (SESSIONS, UNISAR["max_query_word_len"]), words),
        "session/pos_items": _padded(random, (SESSIONS, UNISAR["max_session_item_len"]), items),
    }
    for table in tables.values():
        table[0] = 0
    return {f"tables/{name}": table for name, table in tables.items()}


def _unisar_batch(random: np.random.Generator) -> Arrays:
    """A batch of each surface. Each row has a token of either kind: the reference divides by their number."""
    batch = {}
    items, words = UNISAR["item_id_num"], UNISAR["word_id_num"]
    for task in ("rec", "src"):
        most = {1: UNISAR["max_rec_his_len"], 2: UNISAR["max_src_session_his_len"]}
        histories = np.zeros((ROWS, sum(most.values())), "int64")
        kinds = np.zeros_like(histories)
        for row in range(ROWS):
            counts = {kind: int(random.integers(1, limit + 1)) for kind, limit in most.items()}
            real = random.permutation(np.repeat([1, 2], [counts[1], counts[2]]))
            padding = np.repeat([1, 2], [most[1] - counts[1], most[2] - counts[2]])
            kinds[row] = np.concatenate([real, padding])
            ids = np.where(real == 1, random.integers(1, items, len(real)), random.integers(1, SESSIONS, len(real)))
            histories[row, : len(real)] = ids
        batch |= {
            f"{task}/user": random.integers(1, UNISAR["user_id_num"], ROWS),
            f"{task}/all_his": histories,
            f"{task}/all_his_type": kinds,
            f"{task}/item": random.integers(1, items, ROWS),
            f"{task}/neg_items": random.integers(1, items, (ROWS, 4)),
            f"{task}/align_neg_item": random.integers(1, items, 9),
            f"{task}/align_neg_query": _padded(random, (9, UNISAR["max_query_word_len"]), words),
        }
    batch["src/query"] = _padded(random, (ROWS, UNISAR["max_query_word_len"]), words)
    return batch


def _unifiedssr_batch(random: np.random.Generator) -> Arrays:
    """Sequences of either surface; search's products stand one place late, behind an empty first."""
    batch = {}
    for task in ("recommendation", "search"):
        lengths = random.integers(2, HISTORY + 1, ROWS)
        lengths[0] = HISTORY
        real = np.arange(HISTORY) < lengths[:, None]
        products = np.where(real, random.integers(1, UNIFIEDSSR["products"] + 1, (ROWS, HISTORY)), 0)
        target = np.where(real, random.integers(1, UNIFIEDSSR["products"] + 1, (ROWS, HISTORY)), 0)
        negatives = random.integers(1, UNIFIEDSSR["products"] + 1, (ROWS, HISTORY, UNIFIEDSSR["negatives"]))
        if task == "search":
            products = np.pad(products, ((0, 0), (1, 0)))
            queries = _padded(random, (ROWS, HISTORY + 1, QUERY_WORDS), UNIFIEDSSR["terms"] + 1)
            has_query = np.arange(HISTORY + 1) <= lengths[:, None]
            batch["search/queries"] = np.where(has_query[..., None], queries, 0)
            batch["search/query_mask"] = has_query[:, None]
        batch |= {
            f"{task}/user": random.integers(1, UNIFIEDSSR["users"] + 1, ROWS),
            f"{task}/products": products,
            f"{task}/product_mask": (products != 0)[:, None],
            f"{task}/target": target,
            f"{task}/negatives": negatives,
        }
    return batch


def _padded(random: np.random.Generator, shape: tuple[int, ...], size: int) -> np.ndarray:
    """Ids from 1 below `size`, at least one in the last axis, then padding."""
    lengths = random.integers(1, shape[-1] + 1, shape[:-1])
    return np.where(np.arange(shape[-1]) < lengths[..., None], random.integers(1, size, shape), 0)


def main() -> None:
    """Records the training that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.record_training", description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=("unisar", "unifiedssr"))
    parser.add_argument("clone", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    recorders: Mapping[str, Any] = {"unisar": unisar, "unifiedssr": unifiedssr}
    result = recorders[arguments.model](arguments.clone.resolve())
    np.savez_compressed(arguments.output, **result)
    print(f"{arguments.output}: losses {result['losses'][0]:.4f} to {result['losses'][-1]:.4f}")


if __name__ == "__main__":
    main()
