"""Describe a whole log: users, items, events per day, transitions between feed and search, top items and queries.

All rows are read, by the source's own adapter. Neither TensorFlow nor TFX is needed.

    tandem data my.yaml
    tandem data my.yaml --json
    tandem data my.yaml --transitions
"""

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from components.raw_files.refusal import DataError
from components.sources.event_time import day
from schemas.canonical_event import Surface
from tfx_pipeline.cli.own_log import reading_progress
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.console.exit_code import ExitCode

if TYPE_CHECKING:
    from components.own_log.statistics.category_transitions import CategoryTransition
    from components.own_log.statistics.log_statistics import LogStatistics, Spread

_FEED, _SEARCH = Surface.RECOMMENDATION.value, Surface.SEARCH.value
_BAR = 40
_NAME = 44
_DAY_MS = 24 * 3600 * 1000
_TOLD = {"s2s": "search → search", "s2r": "search → feed", "r2s": "feed → search", "r2r": "feed → feed"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("file", nargs="?", metavar="CONFIG", help="the configuration, as --config names it")
    config_arguments.add(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--transitions",
        action="store_true",
        help="print how often an engagement has the category of the one before it, within and between search and feed",
    )


def run(args: argparse.Namespace) -> int:
    """Reads and prints; 1 if the log cannot be read."""
    if args.file:
        args.config = args.file
    data = config_arguments.load(args).data
    from components.own_log.statistics.event_columns import read_event_columns  # Imports NumPy.
    from components.own_log.statistics.log_statistics import log_statistics

    try:
        log = read_event_columns(data, round(time.time() * 1000), reading_progress.show)
    except DataError as error:
        print(f"tandem: {error} `tandem check` tells more.", file=sys.stderr)
        return ExitCode.FAILED
    finally:
        reading_progress.clear()
    if args.transitions:
        from components.own_log.statistics.category_transitions import category_transitions

        compared = category_transitions(log)
        told = [dataclasses.asdict(each) | {"lift": each.lift} for each in compared]
        print(json.dumps(told, indent=2) if args.json else transitions_text(compared))
        return ExitCode.OK
    found = log_statistics(log)
    print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if args.json else text(found))
    return ExitCode.OK


def text(found: "LogStatistics") -> str:
    """Formats the statistics for people."""
    if not found.events:
        return f"No events. Refused rows: {_refused(found) or 'none'}. `tandem check` tells why."
    parts = [_counts(found), _histogram(found), _histories(found), _searches(found), _transitions(found)]
    return "\n\n".join("\n".join(part) for part in [*parts, _popularity(found), _top(found)])


def transitions_text(found: "Sequence[CategoryTransition]") -> str:
    """Formats the category transitions for people: a bar for what is found above one for chance."""
    if not found:
        return (
            "No item of the log has a category, so there is nothing to compare. `data.items` names the table of items."
        )
    most = max((each.same for each in found), default=0.0) or 1.0
    lines = ["How often an engagement has the category of the user's engagement before it:  █ found  ▒ by chance"]
    for level in sorted({each.level for each in found}):
        lines += ["", f"category level {level}, from the broadest"]
        for each in found:
            if each.level == level:
                bars = "█" * round(_BAR * each.same / most), "▒" * round(_BAR * each.chance / most)
                pairs = f"of {each.pairs:,} pairs, {each.lift:.1f} times as often as by chance"
                lines += [
                    f"  {_TOLD[each.transition]:16} {each.same:7.2%}  {bars[0]} {pairs}",
                    f"  {'':16} {each.chance:7.2%}  {bars[1]}".rstrip(),
                ]
    return "\n".join(lines)


def _counts(found: "LogStatistics") -> Iterator[str]:
    days = (found.last_ms - found.first_ms) / _DAY_MS
    yield f"events    {found.events:>12,}  {found.by_surface[_FEED]:,} feed, {found.by_surface[_SEARCH]:,} search"
    feed, search = found.engaged[_FEED], found.engaged[_SEARCH]
    yield f"engaged   {feed + search:>12,}  {feed:,} feed, {search:,} search; {found.shown:,} items only shown"
    yield f"users     {found.users:>12,}  {found.users_on_both:,} engaged on both surfaces"
    never = found.items - found.items_engaged
    yield f"items     {found.items:>12,}  {never:,} of them nobody engaged with ({never / max(found.items, 1):.0%})"
    yield f"time span {days:>12,.0f}  days, {day(found.first_ms)} to {day(found.last_ms)}"
    yield f"density   {found.density:>12.4%}  of all pairs of user and item met"
    if found.weights:
        of = found.weights
        actions = "; " + ", ".join(f"{count:,} {name}" for name, count in of.actions.items()) if of.actions else ""
        yield f"weights   {of.median:>12.4g}  is the median of all engagements, {of.least:g} to {of.largest:g}{actions}"
    if found.repeated:
        yield f"repeated  {found.repeated:>12,}  rows say the same as an earlier one; each event is counted once"
    if found.refused:
        yield f"refused   {sum(found.refused.values()):>12,}  rows: {_refused(found)}"


def _refused(found: "LogStatistics") -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in found.refused.items())


def _histogram(found: "LogStatistics") -> Iterator[str]:
    span = "day" if found.days_a_period == 1 else f"{found.days_a_period} days from"
    yield f"{span:12} {'feed':>9} {'search':>9} {'new users':>10} {'new items':>10}   ▒ feed  █ search"
    most = max(each.recommendation + each.search for each in found.periods)
    for each in found.periods:
        whole = round(_BAR * (each.recommendation + each.search) / most)
        searches = round(_BAR * each.search / most)
        bar = "▒" * (whole - searches) + "█" * searches
        yield (
            f"{day(each.day * _DAY_MS):12} {each.recommendation:>9,} {each.search:>9,} {each.new_users:>10,} "
            f"{each.new_items:>10,}   {bar}"
        ).rstrip()


def _histories(found: "LogStatistics") -> Iterator[str]:
    yield f"{'a user has':24} {'least':>7} {'10 %':>7} {'median':>7} {'90 %':>7} {'most':>7}"
    yield _spread("events", found.events_a_user)
    yield _spread("engagements in the feed", found.history[_FEED])
    yield _spread("engagements in search", found.history[_SEARCH])


def _spread(name: str, of: "Spread") -> str:
    return f"{name:24} {of.least:>7,} {of.p10:>7,} {of.p50:>7,} {of.p90:>7,} {of.largest:>7,}"


def _searches(found: "LogStatistics") -> Iterator[str]:
    if not found.searches:
        yield "No searches."
        return
    share = found.searches_with_click / found.searches
    yield (
        f"{found.searches:,} searches, {share:.1%} of them with a click; {found.distinct_queries:,} different queries, "
        f"each {found.searches / max(found.distinct_queries, 1):.1f} times on average."
    )
    if with_query := sum(found.query_scripts.values()):
        shares = (f"{script} ({count / with_query:.1%})" for script, count in found.query_scripts.items())
        yield f"Scripts of their queries: {', '.join(shares)}."


def _transitions(found: "LogStatistics") -> Iterator[str]:
    yield "From one action of a user to the next:"
    for name, told in _TOLD.items():
        all_from = sum(count for other, count in found.transitions.items() if other[0] == name[0])
        share = found.transitions[name] / all_from if all_from else 0.0
        yield f"  {told:16} {found.transitions[name]:>10,}  {share:6.1%} of what follows a {told.split()[0]} action"


def _popularity(found: "LogStatistics") -> Iterator[str]:
    yield (
        f"The most popular 1 % of the items engaged with have {found.share_of_top_1_percent:.1%} of all engagements, "
        f"10 % have {found.share_of_top_10_percent:.1%} (Gini {found.gini:.2f})."
    )


def _top(found: "LogStatistics") -> Iterator[str]:
    if found.top_queries:
        yield f"{'top queries':{_NAME}} {'searches':>9} {'with click':>11}"
        for query, searches, clicked in found.top_queries:
            yield f"  {_cell(query)} {searches:>9,} {clicked / searches:>11.0%}"
    yield f"{'top items':{_NAME}} {'engaged':>9}"
    for item, title, count in found.top_items:
        yield f"  {_cell(f'{item}  {title}')} {count:>9,}"


def _cell(text: str) -> str:
    """Pads or shortens a text to the width of the column, in any script."""
    width = _NAME - 2
    text = " ".join(text.split())
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
