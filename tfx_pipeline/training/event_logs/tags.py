"""What TensorBoard calls a number. What stands before the first slash is the group: `ndcg@5/search` is in `ndcg@5`."""

from typing import Final

from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics

MEAN: Final = "mean"
"""In place of a surface: the mean over the surfaces that had rows."""
_RANKING: Final = {metric.name: metric.label.lower() for metric in rank_metrics()}
_SHORTER: Final = {"history_alignment": "alignment"}
_LOSS, _LOSSES = "_loss", "loss"
_BY_LAYER: Final = "gradient_cosine"
_ALONE: Final = {
    "loss": f"{_LOSSES}/total",
    _BY_LAYER: f"{_BY_LAYER}/all",
    "learning_rate": "optimizer/learning_rate",
}
BY_STEP: Final = "_by_step"
"""At the end of a group whose numbers stand at steps; those of all others stand at epochs."""
_METRICS: Final = {group: name for name, group in _RANKING.items()}
_LONGER: Final = {short: kind for kind, short in _SHORTER.items()}
_NAMES_ALONE: Final = {tag: name for name, tag in _ALONE.items()}


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
        return "/".join([_LOSSES, _SHORTER.get(kind, kind), *([surface] if surface else [])])
    if name.startswith(f"{_BY_LAYER}_"):
        return f"{_BY_LAYER}/{name.removeprefix(f'{_BY_LAYER}_')}"
    return _ALONE.get(name, name)


def name_of(tag: str) -> str | None:
    """The number that has a tag, as `fit` names it without `val_`; None if no epoch logs it by such a tag."""
    group, _, rest = tag.partition("/")
    if tag in _NAMES_ALONE:
        return _NAMES_ALONE[tag]
    if group in _METRICS and rest:
        return _METRICS[group] if rest == MEAN else f"{_METRICS[group]}_{rest}"
    if group == _LOSSES and rest:
        kind, _, surface = rest.partition("/")
        name = f"{_LONGER.get(kind, kind)}{_LOSS}"
        return f"{name}_{surface}" if surface else name
    return tag.replace("/", "_") if group == _BY_LAYER and rest else None


def is_by_step(tag: str) -> bool:
    """Whether the numbers of a tag stand at steps, and not at epochs."""
    return tag.partition("/")[0].endswith(BY_STEP)


def _without_surface(name: str) -> tuple[str, str]:
    for surface in Surface:
        if name.endswith(f"_{surface.value}"):
            return name.removesuffix(f"_{surface.value}"), surface.value
    return name, ""
