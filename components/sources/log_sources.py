"""The entries of `data.sources`, `data.item_sources` and `data.user_sources`: files with columns of their own."""

from dataclasses import dataclass, field
from typing import Final

from components.raw_files.file_format import FileFormat, FormatSettings
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from schemas.canonical_event import Surface

_SURFACES: Final = tuple(surface.value for surface in Surface)
_LABELS: Final = (0, 1)


@dataclass(frozen=True)
class EventSource(FormatSettings):
    """One of several logs, such as that of the searches or that of the feed, with columns of its own.

    Attributes:
        events: Path or glob of its files, as in `data.events`; `{SPAN}` and `{VERSION}` may stand in it.
        surface: `search` or `recommendation`, if all its events are of one surface; then no column tells it. Empty:
            `columns.surface` tells.
        label: 1 if all its events are engagements, 0 if all were only shown; then no column tells it. Null:
            `columns.label` tells.
        columns: Which column of these files holds which field.
    """

    events: str = ""
    surface: str = ""
    label: int | None = None
    columns: EventColumns = field(default_factory=EventColumns)

    def __post_init__(self) -> None:
        """Refuses invalid values.

        Raises:
            ValueError: The message names the field.
        """
        _ = self.form  # It checks the settings of the format.
        if self.surface and self.surface not in _SURFACES:
            raise ValueError(f"`surface` should be empty or {' or '.join(_SURFACES)}. Received: {self.surface!r}")
        if self.label is not None and self.label not in _LABELS:
            raise ValueError(f"`label` should be 0, 1 or null. Received: {self.label!r}")


@dataclass(frozen=True)
class ItemSource:
    """One of several tables of items, with columns of its own. Tables are joined by id.

    Attributes:
        items: Path or glob of its files.
        item_files: How these files are written.
        item_columns: Which column of these files holds which field.
    """

    items: str = ""
    item_files: FileFormat = field(default_factory=FileFormat)
    item_columns: ItemColumns = field(default_factory=ItemColumns)


@dataclass(frozen=True)
class UserSource:
    """One of several tables of users, with columns of its own. Tables are joined by id.

    Attributes:
        users: Path or glob of its files.
        user_files: How these files are written.
        user_columns: Which column of these files holds which field.
    """

    users: str = ""
    user_files: FileFormat = field(default_factory=FileFormat)
    user_columns: UserColumns = field(default_factory=UserColumns)
