import numpy as np

from components.synthetic_log.actions import Actions
from components.synthetic_log.behaviour import NO_ITEM, Behaviour, Rows
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.moments import engaged_rows, last_engagements
from schemas.canonical_event import Surface

CATALOGUE = Catalogue(GeneratorConfig(items=12, topics=6, categories=2))


def behaviour(clicks, vague):
    """User 0: a feed click. User 1: a feed click, a search with `clicks` of topic 5, a search without a click."""
    actions = 4
    zeros = np.zeros(actions, int)
    rows = [(0, 0, True), (1, 1, True), (1, 2, False), *((2, item, True) for item in clicks), (3, NO_ITEM, True)]
    action, item, engaged = (np.array(each) for each in zip(*rows, strict=True))
    return Behaviour(
        np.array([40, 41]),
        Actions(
            first=np.array([0, 1, 4]),
            user=np.array([0, 1, 1, 1]),
            is_search=np.array([False, False, True, True]),
            timestamp_ms=zeros,
            topic=np.array([0, 1, 5, 4]),
            last_feed=np.array([-1, -1, 1, 1]),
            last_search=np.array([-1, -1, -1, 5]),
            after_search=np.array([False, False, False, True]),
            interests=np.array([[0], [1], [2], [3]]),
            vague=np.array([False, False, vague, False]),
            terms=zeros,
            clicks=zeros,
            shown=zeros,
            detail=zeros,
        ),
        Rows(action, item, engaged),
    )


def last(clicks, vague):
    made = behaviour(clicks, vague)
    return list(last_engagements(CATALOGUE, made, engaged_rows(made, 1)))


def test_the_last_engagements_of_a_user():
    feed, search = last([5], vague=True)
    assert (feed.surface, feed.item, feed.moment.engaged.tolist()) == (Surface.RECOMMENDATION, 1, [])
    assert (search.surface, search.item, search.moment.engaged.tolist()) == (Surface.SEARCH, 5, [1])
    known = search.moment
    assert (known.is_search, known.last_feed, known.last_search, known.interests.tolist()) == (True, 1, -1, [2])


def test_a_vague_query_tells_the_category():
    feed, search = last([5], vague=True)
    assert (search.moment.topic, search.moment.category) == (-1, 1)
    assert (feed.moment.topic, feed.moment.category) == (-1, -1)


def test_a_precise_query_tells_the_topic():
    known = last([5], vague=False)[1].moment
    assert (known.topic, known.category) == (5, -1)


def test_an_earlier_click_of_the_search_tells_the_topic():
    search = last([5, 11], vague=True)[1]
    assert (search.item, search.moment.topic, search.moment.engaged.tolist()) == (11, 5, [1, 5])


def test_who_never_searches_has_no_last_search():
    made = behaviour([5], vague=True)
    assert [each.surface for each in last_engagements(CATALOGUE, made, engaged_rows(made, 0))] == ["recommendation"]
