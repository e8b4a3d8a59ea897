"""How the trainings of a run went: losses and metrics by epoch."""

from collections.abc import Mapping
from typing import Final

from schemas.canonical_event import Surface
from schemas.rank_metrics import NDCG
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.past_runs.learning_curves import LearningCurves, Points, read_curves
from tfx_pipeline.report_page.html_parts import Html, element, joined, paragraphs, part
from tfx_pipeline.report_page.plots import lines

METRIC: Final = NDCG(5)
"""The metric that decides which epoch is kept."""
_SURFACES: Final = (Surface.SEARCH.value, Surface.RECOMMENDATION.value)
_LOSS, _RATE = "loss", "learning_rate"
EPOCH: Final = "epoch"


def training_part(run: FinishedRun) -> Html:
    """A picture of each loss and metric, for each training that is still on disk; of the others it says so."""
    folders = run.folders("Trainer", "model_run")
    curves = {component: read_curves(folder) for component, folder in folders.items()}
    gone = [step.component for step in run.steps("Trainer") if step.component not in folders]
    told = [f"The logs of {component} are gone, so its curves are not shown." for component in gone]
    return part("Training", *(_training(component, each) for component, each in curves.items()), paragraphs(told))


def _training(component: str, curves: LearningCurves) -> Html:
    best = curves.best_epoch
    both = {"training": curves.training.get(_LOSS, ()), "validation": curves.validation.get(_LOSS, ())}
    measured = {each: curves.validation.get(f"{METRIC.name}_{each}", ()) for each in _SURFACES}
    pictures = [
        lines("Loss", both, EPOCH, best),
        lines(f"{METRIC.label} on the validation split", measured, EPOCH, best),
        lines("Parts of the training's loss", _parts(curves.training), EPOCH, best),
        lines("Learning rate", _changing(curves.training.get(_RATE, ())), EPOCH, best),
    ]
    return joined([element("h4", component), paragraphs(_told(curves)), element("div", *pictures, class_="pictures")])


def _told(curves: LearningCurves) -> list[str]:
    epochs = max((int(points[-1][0]) for points in curves.training.values() if points), default=0)
    told = []
    if curves.best_epoch:
        told.append(f"{epochs} epochs; the weights of epoch {curves.best_epoch} were kept.")
    elif curves.best_epoch == 0:
        told.append(f"{epochs} epochs, and none was better than the start, which was kept.")
    first = min((int(points[0][0]) for points in curves.training.values() if points), default=1)
    if first > 1:
        told.append(f"The curves begin with epoch {first}: an interrupted training has the logs of those before it.")
    if curves.parameters:
        told.append(f"{curves.parameters:,} parameters were learned.")
    if curves.chosen:
        told.append(f"Chosen by train: auto: {curves.chosen}.")
    return [" ".join(told)] if told else []


def _parts(training: Mapping[str, Points]) -> dict[str, Points]:
    """The losses that were added up, if there are several."""
    found = {name: points for name, points in training.items() if _LOSS in name and name != _LOSS}
    return found if len(found) > 1 else {}


def _changing(points: Points) -> dict[str, Points]:
    """A line, unless all its numbers are equal."""
    return {_RATE: points} if len({value for _, value in points}) > 1 else {}
