"""Which files a source reads."""

from dataclasses import dataclass

from components.raw_files import spans
from components.raw_files.row_files import matching_files
from components.sources.data_config import DataConfig
from schemas.span_pattern import SPAN, as_glob


@dataclass(frozen=True)
class SourceFiles:
    """Paths or globs of a source's files.

    Attributes:
        events: Of the event files; with `{SPAN}` and `{VERSION}` in it, see `components.raw_files.spans`.
        items: Of the item files; empty where items are known by their events alone.
        items_setting: The configuration that `items` comes from, named in errors.
        candidates: Of the files with evaluation examples; none where the configuration cuts them.
        last_spans: How many spans of the event files are read; 0 for all.
        users: Of the files with what is known of users; empty where there are none.
    """

    events: str
    items: str
    items_setting: str = "data.items"
    candidates: tuple[str, ...] = ()
    last_spans: int = 0
    users: str = ""

    @classmethod
    def of_config(cls, config: DataConfig) -> "SourceFiles":
        """The files that `data.events`, `data.items` and `data.users` name."""
        events, items, users = (config.located(each) for each in (config.events, config.items, config.users))
        return cls(events, items, last_spans=config.last_spans, users=users)

    @property
    def event_files(self) -> list[str]:
        """The event files, sorted; raises DataError where there is none."""
        return list(self._event_files_with_spans)

    @property
    def last_span(self) -> int:
        """The newest span that is read; 0 where the event files have none."""
        return max(self._event_files_with_spans.values())

    @property
    def item_files(self) -> list[str]:
        """The item files, sorted; raises DataError where there should be one and is none."""
        return matching_files(self.items, self.items_setting) if self.items else []

    @property
    def user_files(self) -> list[str]:
        """The files of users, sorted; raises DataError where there should be one and is none."""
        return matching_files(self.users, "data.users") if self.users else []

    @property
    def candidate_files(self) -> list[str]:
        """The files with evaluation examples; raises DataError where one is missing."""
        return [path for pattern in self.candidates for path in matching_files(pattern, "data.events")]

    @property
    def _event_files_with_spans(self) -> dict[str, int]:
        files = matching_files(as_glob(self.events), "data.events")
        if SPAN not in self.events:
            return dict.fromkeys(files, 0)
        return spans.newest(files, self.events, "data.events", self.last_spans)
