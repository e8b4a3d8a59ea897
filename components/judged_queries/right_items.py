"""Which items are right for a query: those whose titles have all of the words that it means."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from components.judged_queries.number_forms import number_forms
from components.judged_queries.query_making import title_words


@dataclass(frozen=True)
class TitledItems:
    """The items of a catalogue by the words of their titles.

    Attributes:
        titles: Item id to title.
        having: Word to the ids of the items whose titles have it.
    """

    titles: Mapping[str, str]
    having: Mapping[str, set[str]]

    @classmethod
    def of(cls, titles: Mapping[str, str]) -> "TitledItems":
        """The items of these titles, by item id; items without a title are left out."""
        having = defaultdict(set)
        for item, title in titles.items():
            for word in title_words(title):
                having[word].add(item)
        return cls({item: title for item, title in titles.items() if title_words(title)}, dict(having))

    def with_all(self, wanted: Iterable[str]) -> set[str]:
        """The items whose titles have every word, or its plural or singular; none if no word is wanted."""
        found = [self._with(word) for word in wanted]
        return set.intersection(*found) if found else set()

    def with_any(self, wanted: Iterable[str]) -> set[str]:
        """The items whose titles have at least one of the words, or its plural or singular."""
        return set().union(*(self._with(word) for word in wanted))

    def _with(self, word: str) -> set[str]:
        return set().union(*(self.having.get(form, set()) for form in number_forms(word)))
