"""Writes a short, commented configuration for the user's own log. Its sizes follow from the counts of the log."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any, Final

import yaml

from components.own_log.findings.event_tally import HISTORY_NEGATIVES, MANY_AGAIN
from components.own_log.findings.log_check import LogCheck
from components.own_log.guess.place_guess import PlaceGuess
from components.own_log.guess.weight_guess import WeightGuess
from components.raw_files.file_format import FileFormat
from components.sources.data_config import POPULARITY, SHOWN, UNIFORM, DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from components.sources.event_time import MILLISECONDS, UNITS
from schemas.canonical_event import Item, Surface
from schemas.word_splitting import words

_NEARLY_ALL: Final = 0.9
_LISTED: Final = 8
_WITHOUT_ID: Final = ("missing user", "missing item")
_HISTORIES: Final = (4, 30)
_QUERY_WORDS: Final = (2, 12)
_TITLE_WORDS: Final = (4, 24)
_CATEGORY_WORDS: Final = (0, 12)
_MOST_ARE_NEW: Final = 0.4
"""A log with more different items than this share of its engagements has most items once or twice."""
_WITHOUT_SPACES: Final = 4
"""A text has so many times the words if its script has no spaces: pairs of characters, and single ones."""
_NEGATIVES: Final = 99
_MOST_WITHOUT_ID: Final = 0.9
"""However new items are, some ids are learned: `id_dropout` is below 1."""
_OWN_ITEMS: Final = 30
"""The quota of the source `history` where users engage with the same items again."""

_AUTOMATIC: Final = "# Batches, epochs, rate and patience follow from the number of examples; a run says them."
_WHY_THESE_NEGATIVES: Final = {
    SHOWN: "  # What was shown and passed by is the truest negative there is.",
    POPULARITY: "  # Popular items are drawn more often: the wanted one is harder to tell from these than from others.",
    UNIFORM: "  # Of all items: most are engaged with once or twice, so popular ones would be told by being known.",
}


_REPEATS: Final = (
    "  # And whether, how often and how long ago the user had it before.",
    "  repeat_features: true",
)
_NO_USERS: Final = (
    "  # Nothing is known of users but their history, and a vector of each user's own would learn its events by heart.",
    "  user_embedding: false",
)


@dataclass(frozen=True)
class Sizes:
    """The sizes that follow from the counts of a log.

    Attributes:
        recommendation_history: The most feed tokens of a history.
        search_history: The most search tokens of a history.
        evaluation_negatives: Negatives of a validation or test example.
        train_negatives: Negatives of a training example.
        negatives: How negatives are drawn.
        words_per_query: How many words of a query are kept.
        words_per_title: How many words of a title are kept; 0 if items have none.
        words_per_category_path: How many words of a category path are kept as a text; 0 if categories have no words.
        category_levels: How many levels of a category path are kept; 0 if items have none.
        surfaces: The surfaces that have events.
        max_reject_share: The share of refused rows that a run accepts. It is above the default if rows lack an id.
        engaged_again: The share of engagements with an item that the user engaged with before.
        new_items: The share of the newest engagements with an item that nobody engaged with before.
        moments: The first and the last moment of the log, in milliseconds since 1970.
    """

    recommendation_history: int
    search_history: int
    evaluation_negatives: int
    train_negatives: int
    negatives: str
    words_per_query: int
    words_per_title: int
    words_per_category_path: int
    category_levels: int
    surfaces: tuple[str, ...]
    max_reject_share: float = DataConfig.max_reject_share
    engaged_again: float = 0.0
    new_items: float = 0.0
    moments: tuple[int, int] = (0, 0)


def sizes(check: LogCheck) -> Sizes:
    """Derives the sizes from the rows that were read of a log."""
    tally, table = check.tally, check.table
    surfaces = tuple(surface.value for surface in Surface if tally.by_surface[surface])
    items = len(set().union(*tally.engaged_items.values(), ())) or 1
    most = max(map(len, tally.engaged_items.values()), default=0)
    negatives = max(1, min(_NEGATIVES, items - most))
    titles = [len(words(item.title)) for item in table.items.values() if item.title]
    without_spaces = sum(titles) > 2 * sum(len(item.title.split()) for item in table.items.values())
    wider = _WITHOUT_SPACES if without_spaces else 1
    return Sizes(
        recommendation_history=_history(check, Surface.RECOMMENDATION),
        search_history=_history(check, Surface.SEARCH),
        evaluation_negatives=negatives,
        train_negatives=min(DataConfig.train_negatives, negatives),
        negatives=_negatives(tally.shown, tally.engaged.total(), items),
        words_per_query=_within(_wider(_QUERY_WORDS, wider), tally.query_words.elements()),
        words_per_title=_within(_wider(_TITLE_WORDS, wider), titles) if titles else 0,
        words_per_category_path=_within(_CATEGORY_WORDS, _category_words(table.items.values())),
        category_levels=_within((0, 4), [len(item.categories) for item in table.items.values()]),
        surfaces=surfaces or tuple(surface.value for surface in Surface),
        max_reject_share=_reject_share(check),
        engaged_again=tally.share_engaged_again,
        new_items=tally.share_of_new_items,
        moments=(tally.earliest_ms, tally.latest_ms),
    )


def configuration(
    name: str,
    data: DataConfig,
    of: Sizes,
    unused: Sequence[str] = (),
    log: str = "",
    reasons: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    weight: WeightGuess | None = None,
    place: PlaceGuess | None = None,
) -> str:
    """Writes the configuration as YAML.

    Args:
        name: The name of the pipeline and of the pushed model.
        data: The files and columns. Values at their defaults are left out.
        of: The sizes.
        unused: Columns of the log that are not read.
        log: The file that the sizes were derived from.
        reasons: Why fields of `items` and `users` were guessed, by the name of the field.
        weight: What engagements could weigh; it is written as a comment.
        place: Which column may say at which place an item was shown, likewise.
    """
    lines = [
        f"# Made by `tandem init` of {log or data.events}. `tandem config` explains every field.",
        "# Next: tandem check FILE, then tandem run --config FILE, with the name of this file.",
        f"name: {_yaml(name)}",
        "model: unisar",
        "data:",
        "  # Paths are taken from the folder that the command runs in.",
        f"  events: {_yaml(data.events)}",
        *_event_format(data),
        *_columns("columns", data.columns, EventColumns()),
        *(["  # columns:"] if data.columns == EventColumns() and (weight or place) else []),
        *_suggested_weight(weight),
        *_suggested_place(place),
    ]
    if data.label_threshold is not None:
        lines += ["  # Labels are counts: fewer were only shown.", f"  label_threshold: {data.label_threshold}"]
    if unused and not data.columns.context:
        lines.append(f"  # Not read: {', '.join(unused[:_LISTED])}{', …' if len(unused) > _LISTED else ''}.")
        lines.append("  # Values of the moment, such as the device, may go into columns.context and transform.context.")
    if data.items:
        lines += [f"  items: {_yaml(data.items)}", *_columns("item_files", data.item_files, FileFormat())]
        lines += _columns("item_columns", data.item_columns, ItemColumns(), reasons.get("items", {}))
    if data.users:
        lines += [f"  users: {_yaml(data.users)}", *_columns("user_files", data.user_files, FileFormat())]
        lines += _columns("user_columns", data.user_columns, UserColumns(), reasons.get("users", {}))
    if of.max_reject_share > DataConfig.max_reject_share:
        lines.append("  # Rows without a user or an item are refused; so large a share of them is let pass.")
        lines.append(f"  max_reject_share: {of.max_reject_share}")
    lines += _split_by_time(of)
    lines += [
        _WHY_THESE_NEGATIVES[of.negatives],
        f"  negatives: {of.negatives}",
        *_history_negatives(of),
        f"  train_negatives: {of.train_negatives}",
        f"  evaluation_negatives: {of.evaluation_negatives}",
        "  # Nine in ten users have no more on that surface, or 30.",
        f"  recommendation_history: {of.recommendation_history}",
        f"  search_history: {of.search_history}",
        "transform:",
        f"  words_per_query: {of.words_per_query}",
        f"  words_per_title: {of.words_per_title}",
        *_category_text(of),
        f"  category_levels: {of.category_levels}",
        *_word_forms(of),
    ]
    lines += _models(of, bool(data.items), bool(data.users))
    return "\n".join(lines) + "\n"


def _split_by_time(of: Sizes) -> list[str]:
    """The other way to hold examples out, as a comment: at two moments, the last tenths of the log's time."""
    first, last = of.moments
    starts = [_moment(first + (last - first) * tenths // 10) for tenths in (8, 9)]
    if starts[0] == starts[1]:
        return []
    return [
        "  # Held out is each user's last event on each surface. Then training knows what others did after it; with",
        "  # the three lines below, a model is measured by what comes after all that it learned (docs/evaluation.md).",
        "  # split: time",
        f'  # validation_from: "{starts[0]}"',
        f'  # test_from: "{starts[1]}"',
    ]


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def _reject_share(check: LogCheck) -> float:
    """Accepts rows without a user or an item, which a run leaves out: they are not broken, guests do not log in."""
    rows = sum(each.rows for each in check.files if each.kind == "event")
    without = sum(each.reasons[reason] for each in check.files if each.kind == "event" for reason in _WITHOUT_ID)
    if without <= DataConfig.max_reject_share * rows:
        return DataConfig.max_reject_share
    return min(round(1.1 * without / rows + DataConfig.max_reject_share, 2), 1.0)


def _negatives(shown: int, engaged: int, items: int) -> str:
    if shown > engaged:
        return SHOWN
    return UNIFORM if items > _MOST_ARE_NEW * engaged else POPULARITY


def _has_history_negatives(of: Sizes) -> bool:
    return of.engaged_again >= MANY_AGAIN and of.train_negatives * HISTORY_NEGATIVES >= 1


def _history_negatives(of: Sizes) -> list[str]:
    if not _has_history_negatives(of):
        return []
    return [
        f"  # {of.engaged_again:.0%} of engagements are with an item that the user had before; among new items alone, "
        "it stands out.",
        f"  history_negatives: {HISTORY_NEGATIVES}",
    ]


def _own_items(of: Sizes) -> list[str]:
    if of.engaged_again < MANY_AGAIN:
        return []
    return [
        "  # What users had, they want again: so many items of the request's own history are among those ordered.",
        "  sources:",
        f"    history: {_OWN_ITEMS}",
    ]


def _id_dropout(of: Sizes) -> list[str]:
    share = min(round(of.new_items, 1), _MOST_WITHOUT_ID)
    if not share:
        return []
    return [
        f"  # {of.new_items:.0%} of the newest engagements are with items that nobody had before these: about as many",
        "  # ids are left out in training, so that what else is known of items carries new ones.",
        f"  id_dropout: {share}",
    ]


def _category_words(items: Iterable[Item]) -> list[int]:
    """The number of words of each category path that has letters; numbers are no words that anybody searches for."""
    paths = (" ".join(item.categories) for item in items if item.categories)
    return [len(words(path)) for path in paths if any(map(str.isalpha, path))]


def _word_forms(of: Sizes) -> list[str]:
    if Surface.SEARCH.value not in of.surfaces:
        return []
    return [
        "  # A query's unknown word becomes the known one that differs by a letter; plurals find their singulars.",
        "  correct_spelling: true",
        "  join_word_forms: true",
    ]


def _category_text(of: Sizes) -> list[str]:
    if not of.words_per_category_path:
        return []
    return [
        "  # Categories are texts of an item, too, so that a query that names one finds it.",
        f"  words_per_category_path: {of.words_per_category_path}",
    ]


def _models(of: Sizes, items_are_described: bool, users_are_described: bool) -> list[str]:
    id_dropout = _id_dropout(of) if items_are_described else []
    matches_texts = Surface.SEARCH.value in of.surfaces and (of.words_per_title or of.words_per_category_path)
    return [
        "unisar:",
        "  # Beside the paper's losses: learned against many items at once, and the query's words against the title's.",
        "  matching: true",
        f"  text_matching: {'true' if matches_texts else 'false'}",
        "  # What each candidate has in common with the query and with the newest events, as a simple rule sees it.",
        "  overlap_features: true",
        "  # And what training's users did: who of them engaged with both, and after which queries.",
        "  engagement_features: true",
        *(_REPEATS if _has_history_negatives(of) else []),
        *id_dropout,
        *(["  popularity_correction: 0.0"] if of.negatives == POPULARITY else []),
        "unifiedssr:",
        "  # Wider than the paper's, one layer, and items' vectors as long as positions': it learns in fewer epochs.",
        "  dim: 64",
        "  num_layers: 1",
        "  input_norm: true",
        *([] if users_are_described else _NO_USERS),
        "  item_attributes: true",
        "  loss: softmax",
        *id_dropout,
        _AUTOMATIC,
        *_training(of),
        "retriever:",
        "  # Finds the items that UniSAR orders; both are served as one model. Empty: UniSAR alone.",
        "  model: unifiedssr",
        *_own_items(of),
        "  train:",
        *([] if _has_both(of) else [f"    surfaces: [{of.surfaces[0]}]"]),
        "    sequence_ends_only: true",
    ]


def _training(of: Sizes) -> list[str]:
    if _has_both(of):
        return ["train: auto"]
    return ["train:", "  # The log has no other events.", f"  surfaces: [{of.surfaces[0]}]"]


def _has_both(of: Sizes) -> bool:
    return len(of.surfaces) > 1


def _event_format(data: DataConfig) -> list[str]:
    """The settings of the event files' format: lines of a section, but at the section's own place."""
    return [line.removeprefix("  ") for line in _columns("format", data.form, FileFormat())[1:]]


def _suggested_weight(weight: WeightGuess | None) -> list[str]:
    """Comments in the section `columns`: without their signs, they are settings."""
    if weight is None:
        return []
    bounds = "" if weight.values else " (weight_cap and weight_log keep the largest in bounds)"
    lines = [
        f"    # {weight.reason}. Engagements could count by it, which changes what is learned{bounds}:",
        f"    # weight: {_yaml(weight.column)}",
    ]
    return lines + ([f"    # weight_values: {_yaml(dict(weight.values))}"] if weight.values else [])


def _suggested_place(place: PlaceGuess | None) -> list[str]:
    if place is None:
        return []
    return [
        f"    # {place.column!r} holds whole numbers from {place.first} to {place.last}.",
        "    # If they say at which place of its list each item was shown, a run tells figures by place:",
        f"    # place: {_yaml(place.column)}",
        *([] if place.first else ["    # first_place: 0"]),
    ]


def _columns(section: str, columns: Any, default: Any, reasons: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    values = {
        field.name: getattr(columns, field.name)
        for field in dataclasses.fields(columns)
        if getattr(columns, field.name) != getattr(default, field.name)
    }
    if not values:
        return []
    lines = [f"  {section}:"]
    for name, value in values.items():
        if name == "surface" and not value:
            lines.append("    # No column tells the surface: an event with a query is a search.")
        if name == "time_unit":
            lines.append(f"    # What the time counts: {UNITS[value].told}; `{MILLISECONDS}` would be milliseconds.")
        if name in reasons:
            lines.append(f"    # {reasons[name]}.")
        lines.append(f"    {name}: {_yaml(list(value) if isinstance(value, tuple) else value)}")
    return lines


def _history(check: LogCheck, surface: Surface) -> int:
    lengths = [of_user[surface] for of_user in check.tally.users.values() if of_user[surface]]
    return _within(_HISTORIES, lengths)


def _wider(limits: tuple[int, int], times: int) -> tuple[int, int]:
    least, most = limits
    return least, most * times


def _within(limits: tuple[int, int], sizes_seen: Iterable[int]) -> int:
    """Returns the size that nine in ten do not exceed, within limits."""
    least, most = limits
    counts = Counter(sizes_seen)
    wanted, seen = _NEARLY_ALL * counts.total(), 0
    for size in sorted(counts):
        seen += counts[size]
        if seen >= wanted:
            return min(max(size, least), most)
    return least


def _yaml(value: Any) -> str:
    """Writes a value in one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).strip()
    return text.removesuffix("...").strip()
