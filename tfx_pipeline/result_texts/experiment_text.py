"""Lays out the results of an experiment: for a terminal, as Markdown, and as plain values for JSON."""

import dataclasses
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Final

from components.baselines.comparison import LEAST_USERS
from schemas.rank_metrics import metric_named, rank_metrics
from tfx_pipeline.display.run_status import duration
from tfx_pipeline.experiments.comparison_rows import METRIC, Figure, Row
from tfx_pipeline.experiments.results import Result
from tfx_pipeline.result_texts.tables import shown

WIDTH: Final = 100
"""Columns of the terminal that the text fits into."""
_SECOND: Final = "hit_rate_at_5"
_GAP: Final = "  "
_LEAST_P: Final = 0.0001
_BEST: Final = "*"


def text(found: Sequence[Row], results: Sequence[Result], left: int, bold: Callable[[str], str]) -> str:
    """The table for a terminal of `WIDTH` columns, and below it what it means and what each variant changed.

    Args:
        found: The rows of the trained variants.
        results: The end of each training so far.
        left: How many trainings are still to be made.
        bold: Makes a cell bold. What it adds takes no room on a terminal.
    """
    body = [cells(row, f"{{}}{_BEST}") for row in found]
    widths = [max(map(len, column)) for column in zip(header(), *body, strict=True)]
    room = WIDTH - sum(widths) - len(_GAP) * len(widths)
    names = {row.variant: textwrap.wrap(shown(row.variant), room) or [""] for row in found}
    width = max([len("variant"), *(len(line) for lines in names.values() for line in lines)])

    def line(name: str, others: Sequence[str], is_best: bool = False) -> str:
        padded = [each.ljust(wide) for each, wide in zip(others, widths, strict=True)]
        if is_best:
            padded[1] = padded[1].replace(others[1], bold(others[1]))
        return _GAP.join([name.ljust(width), *padded]).rstrip()

    lines = [line("variant", header())] if found else []
    for variant, parts in names.items():
        own = [(row, each) for row, each in zip(found, body, strict=True) if row.variant == variant]
        for place in range(max(len(parts), len(own))):
            name = parts[place] if place < len(parts) else ""
            if place < len(own):
                lines.append(line(name, own[place][1], own[place][0].is_best))
            else:
                lines.append(name)
    marked = [f"{_BEST} the best {metric_named(METRIC).label} of a surface."] if found else []
    told = [*marked, *remarks(found, results, left), *_changes(results)]
    return "\n".join([*lines, "", *(_wrapped(each) for each in told)]).strip("\n")


def markdown(found: Sequence[Row], results: Sequence[Result], left: int) -> str:
    """The same as Markdown, and a table of all metrics."""
    short = [[shown(row.variant), *cells(row, "**{}**")] for row in found]
    metrics = rank_metrics()
    # A training of an earlier release may lack a metric.
    wide = [
        [shown(row.variant), row.surface, *(_figure_of(row, metric.name) for metric in metrics), _epochs(row)]
        for row in found
    ]
    told = [*remarks(found, results, left), *_changes(results)]
    return "\n".join(
        [
            *_markdown_table(["variant", *header()], short),
            "",
            *(f"* {each}" for each in told),
            "",
            "All metrics on the validation split, mean ± standard deviation over seeds:",
            "",
            *_markdown_table(["variant", "surface", *(metric.label for metric in metrics), "epoch"], wide),
        ]
    )


def _figure_of(row: Row, metric: str) -> str:
    return figure(row.metrics[metric]) if metric in row.metrics else ""


def values(found: Sequence[Row], results: Sequence[Result]) -> dict[str, Any]:
    """The same and each training by itself, as plain values."""
    return {
        "comparison": [dataclasses.asdict(row) for row in found],
        "trainings": [
            {
                "variant": each.training.variant.name,
                "changes": list(each.training.variant.overrides),
                "seed": each.training.seed,
                "error": each.error,
                **(
                    {
                        "parameters": each.trained.parameters,
                        "seconds": each.trained.seconds,
                        "curves": dict(each.trained.curves),
                        **each.trained.metrics,
                    }
                    if each.trained
                    else {}
                ),
            }
            for each in results
        ],
    }


def header() -> list[str]:
    """The heads of what `cells` returns."""
    return ["surface", metric_named(METRIC).label, metric_named(_SECOND).label, "difference", "p", "epoch"]


def cells(row: Row, best: str = "{}") -> list[str]:
    """The cells behind the variant's name; `best` is the pattern of the figure that is the best."""
    difference = "" if row.difference is None else figure(row.difference, signed=True)
    deciding = (best if row.is_best else "{}").format(figure(row.metrics[METRIC]))
    return [row.surface, deciding, figure(row.metrics[_SECOND]), difference, _p(row.p_corrected), _epochs(row)]


def figure(of: Figure, signed: bool = False) -> str:
    """A figure in digits, with its deviation if there is one."""
    mean = f"{of.mean:+.4f}" if signed else f"{of.mean:.4f}"
    return mean if of.deviation is None else f"{mean} ± {of.deviation:.4f}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f"<{_LEAST_P}" if value < _LEAST_P else f"{value:.4f}"


def _epochs(row: Row) -> str:
    low, high = row.epochs
    return str(low) if low == high else f"{low}-{high}"


def remarks(found: Sequence[Row], results: Sequence[Result], left: int) -> list[str]:
    """What the table is made of and what it means, in sentences."""
    if not found:
        return []
    base = f"`{shown(results[0].training.variant.name)}`"
    label, tests = metric_named(METRIC).label, [row for row in found if row.p is not None]
    several = len({each.training.turn for each in results}) > 1
    told = []
    if left:
        told.append(f"So far; still to come: {left} of {left + len(results)} trainings.")
    told.append(f"Validation split, {'means ± standard deviations over seeds' if several else 'one seed'}.")
    if any(row.difference for row in found):
        told.append(f"difference: {label} minus that of {base} with the same seed{'s' if several else ''}.")
    if tests:
        told.append(_meaning_of_p(tests, several))
    if any(row.difference and not row.users for row in found):
        told.append(f"No p where the validation examples are not those of {base}.")
    if any(row.users and row.p is None for row in found):
        told.append(f"No p with fewer than {LEAST_USERS} users.")
    return told


def _meaning_of_p(tests: Sequence[Row], several: bool) -> str:
    least, most = min(row.users for row in tests), max(row.users for row in tests)
    users = f"{least:,} users" if least == most else f"{least:,} to {most:,} users"
    corrected = f"Holm's correction over {len(tests)} test{'s' if len(tests) > 1 else ''}"
    if several:
        of_what = f"{users} and of seeds alone (paired t test over both, {corrected})."
    else:
        of_what = f"{users} alone (paired t test over users, {corrected}). Another seed may change more: --seeds 3."
    return f"p: how likely a difference as large is by the choice of {of_what}"


def changes(results: Sequence[Result]) -> list[tuple[str, str, str, str, str]]:
    """For each variant its name, what it changes, how large it is, how long it took, and why it failed, if it did."""
    rows = []
    for name in dict.fromkeys(each.training.variant.name for each in results):
        own = [each for each in results if each.training.variant.name == name]
        trained = [each.trained for each in own if each.trained]
        sizes = {each.parameters for each in trained}
        size = [f"{number:,} parameters" for number in sizes if number is not None] if len(sizes) == 1 else []
        failed = [f"failed with seed {each.training.seed}: {each.error}" for each in own if each.error]
        rows.append(
            (
                name,
                ", ".join(own[0].training.variant.overrides) or "nothing changed",
                "".join(size),
                " and ".join(duration(each.seconds) for each in trained),
                "; ".join(failed),
            )
        )
    return rows


def _changes(results: Sequence[Result]) -> list[str]:
    """The same, a sentence for each variant."""
    return [shown(f"{name}: {'; '.join(filter(None, told))}") for name, *told in changes(results)]


def _wrapped(remark: str) -> str:
    return textwrap.fill(remark, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _markdown_table(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *body]
    return [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in line)} |" for line in lines]
