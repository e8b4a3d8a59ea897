"""Counts how often rows show something, and keeps the first of them."""

from dataclasses import dataclass


@dataclass
class Sighting:
    """Something that rows of a log show.

    Attributes:
        count: How many rows show it.
        file: The file of the first such row.
        row: The line of the first such row.
        example: The value in the first such row.
    """

    count: int = 0
    file: str = ""
    row: int = 0
    example: str = ""

    def __bool__(self) -> bool:
        """Whether it was seen at all."""
        return self.count > 0

    def add(self, file: str, row: int, example: object = "") -> None:
        """Counts one more row."""
        if not self.count:
            self.file, self.row, self.example = file, row, str(example)[:80]
        self.count += 1
