"""The table of `python -m benchmarks.quality`: a row for each data set and surface."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Row = Mapping[str, Any]
DECIDES: Final = "ndcg_at_5"
NEXT_ITEM: Final = "ndcg_at_10"
AMONG_ALL: Final = ("hit_rate_at_100", NEXT_ITEM)
_BEST: Final = ("process", "timeless")
"""What the generator knows: everything, and everything but which items are there."""
_HEADER: Final = (
    *("data set", "surface", "users", "NDCG@5", "best rule", "its NDCG@5", "difference", "best achievable"),
    *("all items: HR@100", "rule", "achievable", "all items: NDCG@10", "rule", "achievable"),
)
_LAST: Final = "seconds (CPU)"


def rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a finished data set.

    Args:
        result: `name`, `seconds`, `cpu_seconds`, `rules` (what `components.baselines` writes); of a made-up log,
            `achievable` (what `best_on_examples` returns); of a model that ranks what it retrieves, `by_vectors`, the
            metrics of the retriever's vectors alone, by surface; and where RecBole's models were trained, `recbole`
            (what `recbole_figures.read_figures` returns).
    """
    found = []
    compared, achievable = result["rules"], result.get("achievable", {})
    # Results of an earlier release do not have it.
    by_vectors = result.get("by_vectors", {})
    for surface in sorted(compared["candidates"], reverse=True):  # Search first.
        among = compared["candidates"][surface]
        best_rule, rule = _best_rule(among, DECIDES)
        row = {
            "data_set": result["name"],
            "surface": surface,
            "users": among["users"],
            "model": among["model"][DECIDES],
            "best_rule": best_rule,
            "rule": rule[0],
            "difference": among["difference"],
            "beaten": among["beaten"],
            "achievable": _achievable(achievable, "candidates", surface, DECIDES),
            "repeats": among["repeats"],
            "seconds": result["seconds"],
            "cpu_seconds": result["cpu_seconds"],
            "recbole": {
                model: told["surfaces"][surface][NEXT_ITEM]
                for model, told in result.get("recbole", {}).items()
                if surface in told["surfaces"]
            },
        }
        everywhere = compared["catalogue"].get(surface)
        # A cut-off that says nothing of so small a catalogue is not there.
        for metric in AMONG_ALL if everywhere else ():
            if metric not in everywhere["model"]:
                continue
            name, figure = _best_rule(everywhere, metric)
            row[f"all_{metric}"] = {
                "model": everywhere["model"][metric][0],
                "vectors": by_vectors.get(surface, {}).get(metric),
                "best_rule": name,
                "rule": figure[0],
                "achievable": _achievable(achievable, "catalogue", surface, metric),
            }
        found.append(row)
    return found


def as_markdown(found: Iterable[Row], left_out: Mapping[str, str]) -> str:
    """Formats rows as a table, and what was left out, with its reason, as a list.

    Where the model beats the best rule by the interval, its figure is bold. Of two figures that are achievable, the
    second is for who does not know which items are there. Among all items, the model's figure is that of what it
    serves; that of the retriever's vectors alone is in brackets. Each of RecBole's models that a row has adds a column.
    """
    found = list(found)
    models = list(dict.fromkeys(model for row in found for model in row["recbole"]))
    header = [*_HEADER, *(f"RecBole's {model}: NDCG@10" for model in models), _LAST]
    lines = [_line(header), _line(["---"] * len(header))]
    lines += [_line(_cells(row, models)) for row in found]
    if left_out:
        lines += ["", *(f"* `{name}` was not run: {reason}." for name, reason in left_out.items())]
    return "\n".join(lines) + "\n"


def _cells(row: Row, models: Sequence[str]) -> list[str]:
    value, low, high = row["model"]
    model = f"**{value:.3f}**" if row["beaten"] else f"{value:.3f}"
    difference, least, most = row["difference"]
    cells = [
        *(row["data_set"], row["surface"], f"{row['users']:,}", f"{model} ({low:.3f} to {high:.3f})"),
        *(row["best_rule"], f"{row['rule']:.3f}", f"{difference:+.3f} ({least:+.3f} to {most:+.3f})"),
        _figures(row["achievable"]),
    ]
    for metric in AMONG_ALL:
        among = row.get(f"all_{metric}")
        if among:
            cells += [
                f"{among['model']:.3f}" + ("" if among["vectors"] is None else f" ({among['vectors']:.3f})"),
                f"{among['rule']:.3f} ({among['best_rule']})",
                _figures(among["achievable"]),
            ]
        else:
            cells += ["", "", ""]
    cells += [_with_interval(row["recbole"][model]) if model in row["recbole"] else "" for model in models]
    return [*cells, f"{row['seconds']:,.0f} ({row['cpu_seconds']:,.0f})"]


def _with_interval(figure: Sequence[float]) -> str:
    value, low, high = figure
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _best_rule(compared: Mapping[str, Any], metric: str) -> tuple[str, Sequence[float]]:
    rules = compared["rules"]
    name = max(rules, key=lambda rule: rules[rule][metric][0])  # Of equal ones the first.
    return name, rules[name][metric]


def _achievable(achievable: Mapping[str, Any], scope: str, surface: str, metric: str) -> list[float]:
    of_surface = achievable.get(scope, {}).get(surface, {})
    return [of_surface[ranker][metric] for ranker in _BEST if ranker in of_surface]


def _figures(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
