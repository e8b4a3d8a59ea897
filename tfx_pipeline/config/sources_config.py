"""From which sources the candidates come that a ranking model orders."""

from dataclasses import dataclass

from schemas import signatures
from schemas.number_checks import check_least


@dataclass(frozen=True)
class SourcesConfig:
    """How many items each source offers to the ranking model; 0 switches a source off.

    The sources are mixed in proportion until there are `retriever.retrieved` items, each once; more by vectors fill
    what is left. A change trains the retriever anew.

    Attributes:
        vectors: The items whose vectors suit the request's best; at least 1, because they also fill what others leave.
        words: The items with the highest BM25 of the query in title, categories and attributes. In the feed, the newest
            query of the history counts.
        queries: The items that training's searches led to with queries like this one: those with the highest BM25 of
            the query in all queries that led to an item. In the feed, the newest query of the history counts. A log
            without searches offers none, and an item that came after the training is not among them.
        category: The most popular items of the categories of the five newest items of the history.
        neighbours: The items that stand in the same training histories as the 50 newest items of the history.
        history: The items of the request's own history, those engaged with most often first, of equal ones the newest
            first. For logs where users engage with the same items again. A request with `exclude_seen` gets none.
        popularity: The most popular items. They are the first to go where the others are enough. Whatever the number,
            a request of which nothing is known, neither a word nor an item, is answered with the most popular items.
    """

    vectors: int = 80
    words: int = 40
    queries: int = 20
    category: int = 20
    neighbours: int = 40
    history: int = 0
    popularity: int = 10

    def __post_init__(self) -> None:
        """Refuses numbers that no request could ask for."""
        check_least(self, 1, "vectors")
        check_least(self, 0, "words", "queries", "category", "neighbours", "history", "popularity")
        for name, quota in vars(self).items():
            if quota > signatures.LARGEST_K:
                raise ValueError(f"`{name}` should be at most {signatures.LARGEST_K}. Received: {name}={quota}")
