"""The page of an experiment: its table, figures with their intervals, learning curves, what each variant changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from schemas.rank_metrics import metric_named, rank_metrics
from tfx_pipeline.config.loading import as_dict, by_path
from tfx_pipeline.experiments.comparison_rows import METRIC, Row
from tfx_pipeline.experiments.results import Result
from tfx_pipeline.past_runs.learning_curves import Points
from tfx_pipeline.report_page.document import document, tried
from tfx_pipeline.report_page.html_parts import Html, element, folded, joined, paragraphs, part, table
from tfx_pipeline.report_page.lineage_part import settings_told
from tfx_pipeline.report_page.plots import Interval, intervals, lines
from tfx_pipeline.report_page.training_part import EPOCH
from tfx_pipeline.result_texts import experiment_text

_LINES: Final = 6
"""So many lines of a picture look different: the first variant's and those of five others."""
_LETTERS: Final = 42
"""So many letters of a name have room in a picture."""
_LABEL: Final = metric_named(METRIC).label


def page(name: str, found: Sequence[Row], results: Sequence[Result], left: int) -> str:
    """The comparison as a whole HTML document.

    Args:
        name: What the experiment is called, such as the name of its file of variants.
        found: The rows of the trained variants; see `comparison_rows.rows`.
        results: The end of each training so far, at least one.
        left: How many trainings are still to be made.
    """
    base = results[0].training
    top = paragraphs(experiment_text.remarks(found, results, left))
    parts = [
        part("Variants side by side", tried(_table, found)),
        part(f"Differences to {base.variant.name}", tried(_differences, found)),
        part(_LABEL, tried(_reaches, found)),
        part(f"{_LABEL} by epoch", tried(_curves, results)),
        part("What each variant changes", tried(_changes, results)),
        part(f"Settings of {base.variant.name}", *settings_told(by_path(as_dict(base.config)))),
    ]
    return document(f"{base.config.name}, {name}", [top], parts)


def _table(found: Sequence[Row]) -> Html:
    """The table that the terminal has, and, folded, that of all metrics."""
    best = [place for place, row in enumerate(found) if row.is_best]
    short = [[row.variant, *experiment_text.cells(row)] for row in found]
    metrics = rank_metrics()
    wide = [
        [
            row.variant,
            row.surface,
            *(experiment_text.figure(row.metrics[each.name]) for each in metrics),
        ]
        for row in found
    ]
    header = ["variant", "surface", *(each.label for each in metrics)]
    told = [f"What stands out is the best {_LABEL} of a surface."] if best else []
    return joined(
        [
            table(["variant", *experiment_text.header()], short, "Variants side by side", best),
            paragraphs(told),
            folded("All metrics", table(header, wide, "All metrics", best)) if wide else "",
        ]
    )


def _differences(found: Sequence[Row]) -> Html:
    """How far each variant is from the first one, with the interval that the test stands for."""
    shown = {
        title: [
            Interval(_short(row.variant), row.difference.mean, *_ends(row), f"{row.difference.mean:+.4f}")
            for row in rows
            if row.difference and row.difference_reach
        ]
        for title, rows in _by_surface(found).items()
    }
    if not any(shown.values()):
        return Html()
    told = (
        f"The difference in {_LABEL} with its 95 % interval over {_chances(found)}. An interval is of one difference "
        "alone, while p in the table is corrected for the number of tests: where an interval leaves out 0 by little, p "
        "may be above 0.05."
    )
    return joined([_pictures(intervals(title, each) for title, each in shown.items()), paragraphs([told])])


def _ends(row: Row) -> tuple[float, float]:
    return row.difference_reach or (0.0, 0.0)


def _reaches(found: Sequence[Row]) -> Html:
    """Each variant's figure, with its interval if it is known what users gained."""
    shown = {
        title: [_own_reach(row, row.variant == found[0].variant) for row in rows]
        for title, rows in _by_surface(found).items()
    }
    told = f"{_LABEL} with its 95 % interval over {_chances(found)}, where that is known."
    pictures = _pictures(intervals(title, each) for title, each in shown.items())
    return joined([pictures, paragraphs([told])]) if pictures else Html()


def _chances(found: Sequence[Row]) -> str:
    return "users and seeds" if any(len(row.seeds) > 1 for row in found) else "users"


def _own_reach(row: Row, is_base: bool) -> Interval:
    value = row.metrics[METRIC].mean
    low, high = row.reach or (value, value)
    return Interval(_short(row.variant), value, low, high, f"{value:.4f}", is_base)


def _curves(results: Sequence[Result]) -> Html:
    """The deciding metric by epoch: in each picture the first variant and some others, means over seeds."""
    curves: dict[str, dict[str, list[Points]]] = {}
    for result in results:
        for surface, points in result.trained.curves.items() if result.trained else ():
            curves.setdefault(surface, {}).setdefault(result.training.variant.name, []).append(points)
    pictures = []
    for surface, by_variant in curves.items():
        (base, points), *others = ((name, _mean(each)) for name, each in by_variant.items())
        for start in range(0, max(len(others), 1), _LINES - 1):
            some = dict(others[start : start + _LINES - 1])
            title = f"{surface}, {_LABEL} on the validation split"
            pictures.append(lines(title, {base: points, **some}, EPOCH))
    return _pictures(pictures)


def _mean(curves: Sequence[Points]) -> Points:
    """The mean over seeds, of the epochs that all of them had."""
    by_seed = [dict(each) for each in curves]
    common = sorted(set.intersection(*(set(each) for each in by_seed)))
    return [(epoch, sum(each[epoch] for each in by_seed) / len(by_seed)) for epoch in common]


def _changes(results: Sequence[Result]) -> Html:
    header = ["variant", "changes", "size", "time of each training", "failed"]
    rows = experiment_text.changes(results)
    width = None if any(row[-1] for row in rows) else -1
    return table(header[:width], [row[:width] for row in rows], "What each variant changes")


def _by_surface(found: Sequence[Row]) -> Mapping[str, list[Row]]:
    """The rows of each surface, by its short name."""
    rows: dict[str, list[Row]] = {}
    for row in found:
        rows.setdefault(row.surface, []).append(row)
    return rows


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"


def _pictures(figures: Iterable[Html]) -> Html:
    drawn = [each for each in figures if each]
    return element("div", *drawn, class_="pictures") if drawn else Html()
