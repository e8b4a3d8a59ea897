"""The rules by name."""

from collections.abc import Sequence
from typing import Final

from components.baselines.item_features import ItemFeatures
from components.baselines.rules.item_neighbours import ItemNeighbours
from components.baselines.rules.items_again import ItemsAgain
from components.baselines.rules.matching_queries import MatchingQueries
from components.baselines.rules.matching_words import MatchingWords
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.recently_popular_items import RecentlyPopularItems
from components.baselines.rules.rule import Rule
from components.baselines.rules.rule_chains import CategoryThenQuery, QueryThenCategory
from components.baselines.rules.shared_traits import SharedTraits
from components.baselines.training_log import TrainingLog

RULES: Final[dict[str, type[Rule]]] = {
    each.name: each
    for each in (
        PopularItems,
        RecentlyPopularItems,
        ItemsAgain,
        SharedTraits,
        MatchingWords,
        MatchingQueries,
        ItemNeighbours,
        CategoryThenQuery,
        QueryThenCategory,
    )
}
"""In the order of `rule_names.RULE_NAMES`."""


def learned_rules(names: Sequence[str], catalogue: ItemFeatures, log: TrainingLog) -> list[Rule]:
    """Learns the rules of these names, in their order."""
    return [RULES[name](catalogue, log) for name in names]
