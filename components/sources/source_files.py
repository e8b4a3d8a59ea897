"""SourceFiles: which files a source reads."""

from dataclasses import dataclass

from components.raw_files import spans
from components.raw_files.row_files import matching_files
from components.sources.data_config import DataConfig
from schemas.span_pattern import SPAN, as_glob


@dataclass(frozen=True)
class SourceFiles:
    """Paths or globs of a source's files.

    Attributes:
        events: The event files. It may contain `{SPAN}` and `{VERSION}`; see `components.raw_files.spans`.
        items: The item files; empty if only events name the items.
        items_setting: The setting that `items` comes from, for error messages.
        candidates: The files with evaluation examples; empty if the configuration decides how to split.
        last_spans: How many of the newest spans of the event files are read; 0 reads all.
        users: The files with attributes of users; empty if there are none.
        pretraining: The event files that the joint training alone learns from; empty if there are none.
    """

    events: str
    items: str
    items_setting: str = "data.items"
    candidates: tuple[str, ...] = ()
    last_spans: int = 0
    users: str = ""
    pretraining: str = ""

    @classmethod
    def of_config(cls, config: DataConfig) -> "SourceFiles":
        """The files in `data.events`, `data.items`, `data.users` and `data.pretraining_events`."""
        events, items, users = (config.located(each) for each in (config.events, config.items, config.users))
        pretraining = config.located(config.pretraining_events)
        return cls(events, items, last_spans=config.last_spans, users=users, pretraining=pretraining)

    @property
    def event_files(self) -> list[str]:
        """The event files, sorted; raises DataError if there is none."""
        return list(self._event_files_with_spans)

    @property
    def last_span(self) -> int:
        """The newest span that is read; 0 if the event files have no spans."""
        return max(self._event_files_with_spans.values())

    @property
    def item_files(self) -> list[str]:
        """The item files, sorted; raises DataError if they are configured and none is found."""
        return matching_files(self.items, self.items_setting) if self.items else []

    @property
    def user_files(self) -> list[str]:
        """The files of users, sorted; raises DataError if they are configured and none is found."""
        return matching_files(self.users, "data.users") if self.users else []

    @property
    def pretraining_files(self) -> list[str]:
        """The event files of pre-training, sorted; raises DataError if they are configured and none is found."""
        return matching_files(self.pretraining, "data.pretraining_events") if self.pretraining else []

    @property
    def candidate_files(self) -> list[str]:
        """The files with evaluation examples; raises DataError if one is missing."""
        return [path for pattern in self.candidates for path in matching_files(pattern, "data.events")]

    @property
    def _event_files_with_spans(self) -> dict[str, int]:
        files = matching_files(as_glob(self.events), "data.events")
        if SPAN not in self.events:
            return dict.fromkeys(files, 0)
        return spans.newest(files, self.events, "data.events", self.last_spans)
