"""What TensorBoard calls a number. What stands before the first slash is the group: `ndcg@5/search` is in `ndcg@5`."""

from typing import Final

from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics

MEAN: Final = "mean"
"""In place of a surface: the mean over the surfaces that had rows."""
_RANKING: Final = {metric.name: metric.label.lower() for metric in rank_metrics()}
_SHORTER: Final = {"history_alignment": "alignment"}
_LOSS: Final = "_loss"
_BY_LAYER: Final = "gradient_cosine"


def tag_of(name: str) -> str:
    """The tag of a number that a training logs.

    Args:
        name: As `fit` has it, without `val_`, such as `ndcg_at_5_search`, `ndcg_at_5` or `history_alignment_loss`.

    Returns:
        Its group, what it is in it, and its surface, with slashes between them: `ndcg@5/search`, `ndcg@5/mean`,
        `loss/alignment`. A name that fits nowhere stays.
    """
    stem, surface = _without_surface(name)
    if stem in _RANKING:
        return f"{_RANKING[stem]}/{surface or MEAN}"
    if stem.endswith(_LOSS):
        kind = stem.removesuffix(_LOSS)
        return "/".join(["loss", _SHORTER.get(kind, kind), *([surface] if surface else [])])
    if name.startswith(f"{_BY_LAYER}_"):
        return f"{_BY_LAYER}/{name.removeprefix(f'{_BY_LAYER}_')}"
    alone = {"loss": "loss/total", _BY_LAYER: f"{_BY_LAYER}/all", "learning_rate": "optimizer/learning_rate"}
    return alone.get(name, name)


def _without_surface(name: str) -> tuple[str, str]:
    for surface in Surface:
        if name.endswith(f"_{surface.value}"):
            return name.removesuffix(f"_{surface.value}"), surface.value
    return name, ""
