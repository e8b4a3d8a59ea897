"""How raw logs become examples: the `data` section of a pipeline's configuration."""

from dataclasses import dataclass, field

from schemas.event_rows import EventColumns, ItemColumns


@dataclass(frozen=True)
class DataConfig:
    """Where the logs are and how examples are cut from them.

    Attributes:
        source: The adapter that reads the logs; a name in `components.behaviour_example_gen.adapters.registry`.
        events: Path or glob of the event files: CSV, TSV, JSON lines (each plain or .gz) or Parquet, told by their endings.
        items: Path or glob of the item files, in the same formats. Empty: items are known by their events alone.
        columns: Which column of the event files holds which field.
        item_columns: Which column of the item files holds which field.
        max_reject_share: A run fails when a larger share of rows than this is refused.
        split: `leave_one_out` (per user and surface: last event test, second last validation, the rest train) or `time`.
        validation_from: For `split: time`: events from this moment on (ISO 8601, UTC) are validation.
        test_from: For `split: time`: events from this moment on are test.
        train_negatives: Negatives drawn for each training example.
        evaluation_negatives: Negatives drawn for each validation and test example.
        negatives: `uniform` over the catalogue, or `popularity` (in proportion to events). None is ever an item that the
            user engaged with.
        recommendation_history: How many of the newest recommendation tokens a history keeps.
        search_history: How many of the newest search tokens a history keeps.
        items_per_session: How many clicked items a search token keeps.
        seed: Of the negatives; recorded as an artifact property.
    """

    source: str = "events"
    events: str = ""
    items: str = ""
    columns: EventColumns = field(default_factory=EventColumns)
    item_columns: ItemColumns = field(default_factory=ItemColumns)
    max_reject_share: float = 0.01
    split: str = "leave_one_out"
    validation_from: str = ""
    test_from: str = ""
    train_negatives: int = 4
    evaluation_negatives: int = 99
    negatives: str = "uniform"
    recommendation_history: int = 12
    search_history: int = 12
    items_per_session: int = 5
    seed: int = 17
