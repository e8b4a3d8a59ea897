"""Puts the report of runs together: one HTML file that needs nothing else, no network and no script."""

import datetime
import os
from collections.abc import Sequence
from functools import partial

from schemas import features
from tfx_pipeline.config.loading import by_path
from tfx_pipeline.display.run_status import duration
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.past_runs.run_record import FOLDER
from tfx_pipeline.report_page.compared_runs import compared
from tfx_pipeline.report_page.data_part import example_counts, examples_part, log_part
from tfx_pipeline.report_page.document import document, tried, write_whole
from tfx_pipeline.report_page.html_parts import Html, element, folded, joined, part, table
from tfx_pipeline.report_page.lineage_part import lineage_parts
from tfx_pipeline.report_page.lists_part import lists_part
from tfx_pipeline.report_page.model_card import model_card
from tfx_pipeline.report_page.quality_part import quality_parts
from tfx_pipeline.report_page.training_part import training_part
from tfx_pipeline.result_texts.report_text import outcome_lines


def write_page(runs: Sequence[FinishedRun], path: str, lists: int = 0, most_rows: int | None = None) -> None:
    """Writes the report of a run, or of several, into a file, which is there whole or not at all.

    Args:
        runs: The runs, of one root.
        path: The file.
        lists: How many ranked lists to show of each model; with any, the models are loaded and asked.
        most_rows: A log of more rows is not read to be described; None reads any.
    """
    write_whole(page(runs, lists, most_rows), path)


def write_card(run: FinishedRun, path: str) -> None:
    """Writes the card of a run's models into a file, which is there whole or not at all."""
    write_whole(model_card(run), path)


def card_path(run: FinishedRun) -> str:
    """Where the card of a run's models lies: beside the run's report."""
    return os.path.join(run.store.root, FOLDER, f"run_{run.number}_card.md")


def default_path(runs: Sequence[FinishedRun]) -> str:
    """Where a report lies if nobody says where it is to go: beside what the first run keeps of itself."""
    numbers = "_".join(str(run.number) for run in runs)
    return os.path.join(runs[0].store.root, FOLDER, f"run_{numbers}.html")


def numbers_told(runs: Sequence[FinishedRun]) -> str:
    """Which runs they are, such as `run 3`, or `runs 1, 2 and 3`."""
    *others, last = (str(run.number) for run in runs)
    return f"runs {', '.join(others)} and {last}" if others else f"run {last}"


def page(runs: Sequence[FinishedRun], lists: int = 0, most_rows: int | None = None) -> str:
    """The report as a whole HTML document. Of several runs, what compares them comes first, and each is folded.

    Args:
        runs: The runs, of one root.
        lists: How many ranked lists to show of each model.
        most_rows: As in `write_page`.
    """
    is_one = len(runs) == 1
    title = f"{runs[0].name}, {numbers_told(runs)}"
    if is_one:
        top, parts = [tried(_verdict, runs[0])], _parts(runs[0], lists, most_rows)
    else:
        top = [joined([element("h2", f"Run {run.number}"), tried(_verdict, run)]) for run in runs]
        whole = [folded(f"All of run {run.number}", *_parts(run, lists, most_rows)) for run in runs]
        parts = [tried(compared, runs), *whole]
    return document(title, top, parts)


def _verdict(run: FinishedRun) -> Html:
    """When it ran, and what became of its models."""
    began = datetime.datetime.fromtimestamp(run.summary.run.began_ms / 1000, datetime.timezone.utc)
    when = f"Begun {began:%Y-%m-%d %H:%M} UTC, took {duration(run.summary.run.seconds)}."
    outcomes = [
        element("p", line, class_=f"outcome {model['outcome']}")
        for line, model in zip(outcome_lines(run.report), run.report["models"].values(), strict=True)
    ]
    quiet = [element("p", told, class_="quiet") for told in (when, _in_short(run)) if told]
    return joined([*quiet, *outcomes])


def _in_short(run: FinishedRun) -> str:
    """What was trained, on how many examples; empty if the run's settings are those of another release."""
    settings, counts = by_path(run.configuration), example_counts(run)
    split = settings.get("evaluation.split", "")
    if not settings.get("model") or not {features.TRAIN_SPLIT, split} <= counts.keys():
        return ""
    finder = settings.get("retriever.model")
    orders = f", which orders what {finder} and further sources find," if finder else ""
    learned, measured = f"{counts[features.TRAIN_SPLIT]:,} examples", f"{counts[split]:,} of the split {split}"
    return f"{settings['model']}{orders} learned from {learned}, and was measured on {measured}."


def _parts(run: FinishedRun, lists: int, most_rows: int | None) -> list[Html]:
    models = run.report["models"]
    found = [_said(run)]
    for name, model in models.items():
        titled = element("h2", name) if len(models) > 1 else Html()
        found.append(joined([titled, tried(quality_parts, model)]))
    if lists:
        found.append(tried(partial(lists_part, many=lists), run))
    of_log = partial(log_part, most_rows=most_rows)
    return [*found, *(tried(make, run) for make in (training_part, examples_part, of_log, lineage_parts))]


def _said(run: FinishedRun) -> Html:
    """What the run found in the data, and left out of it."""
    found = run.report.get("data_findings", ())
    rows = [["found", each] for each in found] + [["left out", each] for each in run.report.get("left_out", ())]
    return part("Remarks on the data", table(["", "what"], rows, "Remarks on the data"))
