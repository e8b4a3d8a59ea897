"""The best achievable ranking: ranks users' last engagements among candidates with rankers that know the process."""

import numpy as np

from components.synthetic_log.behaviour import Behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.moments import engaged_rows, last_engagements
from components.synthetic_log.random_streams import Purpose, stream
from components.synthetic_log.truth.rankers import scores

RankCounts = dict[tuple[str, str], np.ndarray]
"""(surface, ranker) to how often the positive had each rank; index 0 is rank 1. [negatives + 1]"""


def rank_counts(config: GeneratorConfig, catalogue: Catalogue, behaviour: Behaviour, negatives: int) -> RankCounts:
    """Ranks the last engagement on each surface for each sampled user of a chunk.

    As in evaluation, the item is ranked against items drawn uniformly from those that the user never engages with. A
    user with too few such items is skipped. Candidates with equal scores are ordered at random.

    Args:
        config: The platform.
        catalogue: Its items.
        behaviour: The behaviour of the chunk.
        negatives: The number of negatives.
    """
    counts: RankCounts = {}
    for place in np.flatnonzero(_is_sampled(config, behaviour.users)).tolist():
        random = stream(config.seed, Purpose.TRUTH, int(behaviour.users[place]))
        engaged = engaged_rows(behaviour, place)
        had = np.unique(behaviour.rows.item[engaged])
        if not len(had) or catalogue.items - len(had) < negatives:
            continue
        drawn = _negatives(catalogue, had, negatives, random)
        for last in last_engagements(catalogue, behaviour, engaged):
            candidates = np.append(drawn, last.item)
            for ranker, values in scores(config, catalogue, last.moment, candidates).items():
                better, equal = (values[:-1] > values[-1]).sum(), (values[:-1] == values[-1]).sum()
                rank = better + int(random.random() * (equal + 1))
                counts.setdefault((last.surface.value, ranker), np.zeros(negatives + 1, np.int64))[rank] += 1
    return counts


def _is_sampled(config: GeneratorConfig, users: np.ndarray) -> np.ndarray:
    if not config.truth_users:
        return np.zeros(len(users), bool)
    return users % -(-config.users // config.truth_users) == 0


def _negatives(catalogue: Catalogue, had: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    found = np.empty(0, np.int64)
    while len(found) < count:
        proposed = np.concatenate([found, random.integers(catalogue.items, size=count + len(had))])
        proposed = proposed[np.sort(np.unique(proposed, return_index=True)[1])]
        place = np.minimum(np.searchsorted(had, proposed), len(had) - 1)
        found = proposed[had[place] != proposed]
    return found[:count]
