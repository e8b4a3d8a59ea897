"""What a run learned from: examples, refused rows, and what its log is like."""

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from components.raw_files.fingerprint import fingerprint
from components.raw_files.refusal import DataError
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_time import day
from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.report_page.html_parts import Html, element, joined, of_log, paragraphs, part, table
from tfx_pipeline.report_page.plots import bars

if TYPE_CHECKING:
    from components.own_log.statistics.log_statistics import LogStatistics, Spread

_RECOMMENDATION, _SEARCH = Surface.RECOMMENDATION.value, Surface.SEARCH.value
_READERS: Final = ("ItemCatalog", "BehaviourExampleGen")
_SUMMARY: Final = "summary.json"
_NO_COUNTS: Final = "The counts of examples and of refused rows are not there any more."
_NO_LOG: Final = (
    "The log is not there any more as the run read it, so it is not described. Left out are its counts, its events by "
    "day, transitions, lengths of histories, scripts of queries, and the most frequent queries and items."
)
_SPLITS: Final = {
    features.PRETRAIN_SPLIT: "to train the first time",
    features.TRAIN_SPLIT: "to train",
    features.VALIDATION_SPLIT: "to choose the epoch",
    features.TEST_SPLIT: "to measure",
}
_DAY_MS: Final = 24 * 3600 * 1000
_LETTERS: Final = {"s": _SEARCH, "r": _RECOMMENDATION}


def example_counts(run: FinishedRun) -> dict[str, int]:
    """How many examples each split has; empty if nobody knows any more."""
    return dict(_summary(run, "BehaviourExampleGen").get("counts", {}))


def examples_part(run: FinishedRun) -> Html:
    """How many examples each split has, and which rows of the log were refused, as the run's components counted."""
    summaries = {component: _summary(run, component) for component in _READERS}
    counts = example_counts(run)
    rows = [
        [split, f"{counts[split]:,}", purpose] for split, purpose in _SPLITS.items() if counts.get(split) is not None
    ]
    # Both components read the events, so that each kind of rows is taken once.
    reports = {kind: report for found in summaries.values() for kind, report in found.get("reports", {}).items()}
    refused = [
        [f"{kind} rows", became, reason, f"{count:,}", f"{report['rows']:,}"]
        for kind, report in sorted(reports.items())
        for became, counts in _became(report).items()
        for reason, count in counts.items()
    ]
    return part(
        "Examples",
        table(["split", "examples", "what for"], rows, "Examples"),
        table(["of", "what became of them", "why", "how many", "of all"], refused, "Refused rows"),
        paragraphs(["No row of the log was refused."] if reports and not refused else []),
        paragraphs([] if any(summaries.values()) or not run.steps(_READERS[-1]) else [_NO_COUNTS]),
    )


def log_part(run: FinishedRun, most_rows: int | None = None) -> Html:
    """What the log is like, by the statistics of `tandem data`, which read it once more; or why that is not told.

    Args:
        run: The run.
        most_rows: A log that had more rows when the run read it is not read; None reads any.
    """
    from components.own_log.statistics.event_columns import read_event_columns  # Imports NumPy.
    from components.own_log.statistics.log_statistics import log_statistics

    steps = run.steps("ItemCatalog")
    if not steps or "data_config" not in steps[0].properties:
        return Html()
    if most_rows is not None and (rows := _rows(run)) > most_rows:
        told = (
            f"The log has {rows:,} rows. To read them once more takes a while: `tandem report` does and describes it."
        )
        return part("The log", paragraphs([told]))
    config = _as_the_run_read_it(
        DataConfig.from_json(steps[0].properties["data_config"]), steps[0].properties.get("fingerprint"), run.directory
    )
    if config is None:
        return part("The log", paragraphs([_NO_LOG, _elsewhere(run.directory)]))
    try:
        found = log_statistics(read_event_columns(config, run.summary.run.began_ms))
    except DataError as error:
        return part("The log", paragraphs([f"The log cannot be described: {error}"]))
    return part("The log", described(found)) if found.events else Html()


def _as_the_run_read_it(config: DataConfig, digest: str | None, directory: str) -> DataConfig | None:
    """The configuration with a path at which the very files of the run lie; None if there is none.

    A relative path is one from where the run was; then from here, for a run whose log was moved or copied with its
    root, or that an earlier release made.
    """
    tried = [config]
    if directory and not config.path.startswith("/") and "://" not in config.path:
        tried.insert(0, dataclasses.replace(config, path=os.path.join(directory, config.path).rstrip("/")))
    for each in tried:
        files = adapter(each.source).source_files(each)
        # Digested at once, so that the function sees this one's files.
        if fingerprint(lambda listed=files: listed.files_that_name_items) == digest:  # type: ignore[misc]
            return each
    return None


def _elsewhere(directory: str) -> str:
    ran = f" The run was in {directory}." if directory else ""
    return f"If it lies elsewhere, call `tandem report` in the folder to which the paths of the log are relative.{ran}"


def described(found: "LogStatistics") -> Html:
    """Tables and pictures of a log with events."""
    return joined(
        [
            paragraphs([_span(found)]),
            element("div", *_pictures(found), class_="pictures"),
            _beside(
                _counts(found),
                element("h4", "From one action of a user to the next") + _transitions(found),
                element("h4", "How long histories are") + _histories(found),
            ),
            element("h4", "What is frequent"),
            paragraphs([*_popularity(found), *_scripts(found)]),
            _beside(_top_queries(found), _top_items(found)),
        ]
    )


def _beside(*tables: str) -> Html:
    """Tables beside each other where the page is wide."""
    return element("div", *(element("div", Html(each)) for each in tables), class_="beside")


def _summary(run: FinishedRun, component: str) -> dict[str, Any]:
    """What a component counted (`components.raw_files.summary`, which would import Beam); empty if it is gone."""
    folder = run.folder(component, "rejects")
    file = folder / _SUMMARY if folder else None
    return json.loads(file.read_text(encoding="utf-8")) if file and file.is_file() else {}


def _rows(run: FinishedRun) -> int:
    """How many rows of events the run read; 0 if that is not known."""
    return _summary(run, "BehaviourExampleGen").get("reports", {}).get("event", {}).get("rows", 0)


def _became(report: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """What was not taken as it is written, by what became of it and why."""
    converted = {f"{reason}, such as {one}": count for reason, (count, one) in report["converted"].items()}
    return {"refused": report["reasons"], "left out, as told": report["left_out"], "read otherwise": converted}


def _counts(found: "LogStatistics") -> Html:
    surfaces = (_RECOMMENDATION, _SEARCH)
    rows = [
        ["events", f"{found.events:,}", *(f"{found.by_surface[each]:,}" for each in surfaces)],
        ["engagements", f"{sum(found.engaged.values()):,}", *(f"{found.engaged[each]:,}" for each in surfaces)],
        ["items only shown", f"{found.shown:,}", "", ""],
        ["users", f"{found.users:,}", "", ""],
        ["users engaged on both", f"{found.users_on_both:,}", "", ""],
        ["items", f"{found.items:,}", "", ""],
        ["items that nobody engaged with", f"{found.items - found.items_engaged:,}", "", ""],
        ["searches", f"{found.searches:,}", "", ""],
        ["searches with a click", f"{found.searches_with_click:,}", "", ""],
        ["different queries", f"{found.distinct_queries:,}", "", ""],
        ["rows that repeat others", f"{found.repeated:,}", "", ""],
    ]
    return table(["", "all", _RECOMMENDATION, _SEARCH], rows, "Counts")


def _pictures(found: "LogStatistics") -> Iterator[Html]:
    days = [day(each.day * _DAY_MS) for each in found.periods]
    each_is = "on each day" if found.days_a_period == 1 else f"in each {found.days_a_period} days"
    by_surface = {_RECOMMENDATION: [each.recommendation for each in found.periods]}
    yield bars(f"Events {each_is}", days, by_surface | {_SEARCH: [each.search for each in found.periods]})
    yield bars(f"New users {each_is}", days, {"users": [each.new_users for each in found.periods]})
    yield bars(f"New items {each_is}", days, {"items": [each.new_items for each in found.periods]})


def _span(found: "LogStatistics") -> str:
    return f"From {day(found.first_ms)} to {day(found.last_ms)}; {found.density:.3%} of all pairs of user and item met."


def _transitions(found: "LogStatistics") -> Html:
    """A matrix: a row for what was done, a column for what came next, with the share of the row."""
    rows = []
    for one, told in _LETTERS.items():
        counts = {other: found.transitions[f"{one}2{other}"] for other in _LETTERS}
        whole = sum(counts.values()) or 1
        rows.append([told, *(f"{count:,} ({count / whole:.1%})" for count in counts.values())])
    return table(["from", *(f"to {told}" for told in _LETTERS.values())], rows, "Transitions")


def _histories(found: "LogStatistics") -> Html:
    spreads: Mapping[str, Spread] = {
        "events": found.events_a_user,
        "engagements in recommendation": found.history[_RECOMMENDATION],
        "engagements in search": found.history[_SEARCH],
    }
    rows = [
        [name, *(f"{each:,}" for each in (of.least, of.p10, of.p50, of.p90, of.largest))]
        for name, of in spreads.items()
    ]
    return table(["a user has", "least", "10 %", "median", "90 %", "most"], rows, "Histories")


def _popularity(found: "LogStatistics") -> list[str]:
    return [
        f"The most popular 1 % of the items engaged with have {found.share_of_top_1_percent:.1%} of all engagements, "
        f"10 % have {found.share_of_top_10_percent:.1%} (Gini {found.gini:.2f})."
    ]


def _scripts(found: "LogStatistics") -> Iterator[str]:
    whole = sum(found.query_scripts.values())
    shares = [f"{script} ({count / whole:.1%})" for script, count in found.query_scripts.items()]
    if shares:
        yield f"Scripts of the searches' queries: {', '.join(shares)}."


def _top_queries(found: "LogStatistics") -> Html:
    rows = [
        [of_log(query), f"{searches:,}", f"{clicked / searches:.0%}"] for query, searches, clicked in found.top_queries
    ]
    return table(["query", "searches", "with a click"], rows, "Top queries")


def _top_items(found: "LogStatistics") -> Html:
    rows = [[of_log(item), of_log(title), f"{count:,}"] for item, title, count in found.top_items]
    return table(["item", "title", "engagements"], rows, "Top items")
