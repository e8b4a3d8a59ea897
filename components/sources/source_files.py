"""SourceFiles: which files a source reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.raw_files import spans
from components.raw_files.refusal import DataError
from components.raw_files.row_files import matching_files
from components.sources.data_config import DataConfig
from schemas.span_pattern import SPAN, as_glob


@dataclass(frozen=True)
class FilePattern:
    """A path or glob, and the setting that holds it.

    Attributes:
        pattern: The path or glob; empty if the setting is.
        setting: The setting's full name, for error messages.
    """

    pattern: str
    setting: str

    def __str__(self) -> str:
        """Both, as in error messages."""
        return f"{self.setting} = {self.pattern}"


@dataclass(frozen=True)
class SourceFiles:
    """Paths or globs of a source's files.

    Attributes:
        events: The event files. Patterns may contain `{SPAN}` and `{VERSION}`; see `components.raw_files.spans`.
        items: The item files; none if only events name the items.
        candidates: The files with evaluation examples; empty if the configuration decides how to split.
        last_spans: How many of the newest spans of the event files are read; 0 reads all.
        users: The files with attributes of users; none if there are none.
        pretraining: The event files that the joint training alone learns from; empty if there are none.
    """

    events: tuple[FilePattern, ...]
    items: tuple[FilePattern, ...] = ()
    candidates: tuple[str, ...] = ()
    last_spans: int = 0
    users: tuple[FilePattern, ...] = ()
    pretraining: str = ""

    @classmethod
    def of_config(cls, config: DataConfig) -> "SourceFiles":
        """The files in `data.events`, `data.items`, `data.users` and so on, or in `data.sources` and its like."""

        def patterns(field: str, several: str, entries: Sequence[Any]) -> tuple[FilePattern, ...]:
            named = [(f"data.{several}[{place}].{field}", getattr(each, field)) for place, each in enumerate(entries)]
            named = named or [(f"data.{field}", getattr(config, field))]
            return tuple(FilePattern(config.located(pattern), setting) for setting, pattern in named)

        items, users = (
            tuple(each for each in patterns(field, several, entries) if each.pattern)
            for field, several, entries in (
                ("items", "item_sources", config.item_sources),
                ("users", "user_sources", config.user_sources),
            )
        )
        events = patterns("events", "sources", config.sources)
        pretraining = config.located(config.pretraining_events)
        return cls(events, items, last_spans=config.last_spans, users=users, pretraining=pretraining)

    @property
    def events_told(self) -> str:
        """The patterns of the event files with their settings, for error messages."""
        return ", ".join(map(str, self.events))

    @property
    def items_told(self) -> str:
        """The patterns of the item files with their settings, for error messages."""
        return ", ".join(map(str, self.items))

    @property
    def users_told(self) -> str:
        """The patterns of the files of users with their settings, for error messages."""
        return ", ".join(map(str, self.users))

    @property
    def event_files(self) -> list[str]:
        """The event files, sorted within each pattern; raises DataError if a pattern matches none."""
        return list(self._event_files_with_spans)

    @property
    def last_span(self) -> int:
        """The newest span that is read; 0 if the event files have no spans."""
        return max(self._event_files_with_spans.values())

    @property
    def item_files(self) -> list[str]:
        """The item files, sorted; raises DataError if they are configured and none is found."""
        return list(_files(self.items))

    @property
    def user_files(self) -> list[str]:
        """The files of users, sorted; raises DataError if they are configured and none is found."""
        return list(_files(self.users))

    @property
    def pretraining_files(self) -> list[str]:
        """The event files of pre-training, sorted; raises DataError if they are configured and none is found."""
        return matching_files(self.pretraining, "data.pretraining_events") if self.pretraining else []

    @property
    def files_that_name_items(self) -> list[str]:
        """All files of events and of items; raises DataError as the others do."""
        return [*self.event_files, *self.item_files, *self.pretraining_files]

    @property
    def candidate_files(self) -> list[str]:
        """The files with evaluation examples; raises DataError if one is missing."""
        return [path for pattern in self.candidates for path in matching_files(pattern, "data.events")]

    @property
    def _event_files_with_spans(self) -> dict[str, int]:
        files = _files(self.events)
        if not any(SPAN in each.pattern for each in self.events):
            return dict.fromkeys(files, 0)
        # Days are counted over all logs, so that each is read for the same days.
        found: dict[str, int] = {}
        for each in self.events:
            paths = [path for path, pattern in files.items() if pattern is each]
            if SPAN in each.pattern:
                found |= spans.newest(paths, each.pattern, each.setting)
            else:
                found |= dict.fromkeys(paths, 0)
        days = sorted({day for path, day in found.items() if SPAN in files[path].pattern})
        kept = {*days[-self.last_spans :]}
        return {path: day for path, day in found.items() if day in kept or SPAN not in files[path].pattern}


def _files(patterns: Sequence[FilePattern]) -> dict[str, FilePattern]:
    """The files of several patterns, each with its pattern.

    Raises:
        DataError: A pattern matches no file, or a file is named by two.
    """
    found: dict[str, FilePattern] = {}
    for each in patterns:
        for path in matching_files(as_glob(each.pattern), each.setting):
            # Which pattern a file belongs to is later told by the text of its path, so that is looked at too.
            others = [other for other in patterns if other is not each and spans.matches(path, other.pattern)]
            if others:
                raise DataError(
                    f"{path}: is named by both {each.setting} and {others[0].setting}. Let only one of them name it."
                )
            found[path] = each
    return found
