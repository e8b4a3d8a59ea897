import dataclasses

import numpy as np
import pytest

from components.synthetic_log.moments import engaged_rows, last_engagements
from schemas.canonical_event import Surface
from tests.support.small_behaviour import BEHAVIOUR, CATALOGUE


@pytest.mark.parametrize(
    ("clicks", "vague", "item", "topic", "category", "engaged"),
    [
        # A vague query tells the category, a precise one the topic, and so does an earlier click of the search.
        (1, True, 4, -1, 1, [1]),
        (1, False, 4, 1, -1, [1]),
        (2, True, 7, 1, 1, [1, 4]),
    ],
)
def test_the_last_engagements_of_a_user(clicks, vague, item, topic, category, engaged):
    """The first user's: a feed click on item 1, and a search of topic 1 with clicks on 4 and perhaps 7."""
    actions = dataclasses.replace(
        BEHAVIOUR.actions, vague=np.array([False, vague, False, False]), interests=np.array([[5], [6], [7], [8]])
    )
    kept = (BEHAVIOUR.rows.item != 7) | (clicks == 2)
    made = dataclasses.replace(BEHAVIOUR, actions=actions, rows=BEHAVIOUR.rows.chosen(kept))
    feed, search = last_engagements(CATALOGUE, made, engaged_rows(made, 0))
    assert (feed.surface, feed.item, feed.moment.engaged.tolist()) == (Surface.RECOMMENDATION, 1, [])
    assert (feed.moment.topic, feed.moment.category) == (-1, -1)
    assert (search.surface, search.item, search.moment.engaged.tolist()) == (Surface.SEARCH, item, engaged)
    known = search.moment
    assert (known.topic, known.category) == (topic, category)
    assert (known.is_search, known.last_feed, known.last_search, known.interests.tolist()) == (True, 1, -1, [6])
    # The second user never searches, and so has no last search.
    found = last_engagements(CATALOGUE, BEHAVIOUR, engaged_rows(BEHAVIOUR, 1))
    assert [(each.surface, each.item) for each in found] == [(Surface.RECOMMENDATION, 9)]
