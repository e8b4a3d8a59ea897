"""Which files a source reads."""

from dataclasses import dataclass

from components.behaviour_example_gen.config import DataConfig
from components.raw_files.row_files import matching_files


@dataclass(frozen=True)
class SourceFiles:
    """Paths or globs of a source's files.

    Attributes:
        events: Of the event files.
        items: Of the item files; empty where items are known by their events alone.
        items_setting: The configuration that `items` comes from, named in errors.
        candidates: Of the files with evaluation examples; none where the configuration cuts them.
    """

    events: str
    items: str
    items_setting: str = "data.items"
    candidates: tuple[str, ...] = ()

    @classmethod
    def of_config(cls, config: DataConfig) -> "SourceFiles":
        """The files that `data.events` and `data.items` name."""
        return cls(config.located(config.events), config.located(config.items))

    @property
    def event_files(self) -> list[str]:
        """The event files, sorted; raises DataError where there is none."""
        return matching_files(self.events, "data.events")

    @property
    def item_files(self) -> list[str]:
        """The item files, sorted; raises DataError where there should be one and is none."""
        return matching_files(self.items, self.items_setting) if self.items else []

    @property
    def candidate_files(self) -> list[str]:
        """The files with evaluation examples; raises DataError where one is missing."""
        return [path for pattern in self.candidates for path in matching_files(pattern, "data.events")]
