import numpy as np
import pytest

from components.synthetic_log.behaviour import NO_ITEM, draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue

CONFIG = GeneratorConfig(events=3_000, events_per_user=60, items=200, topics=10, categories=2)


@pytest.fixture(scope="module")
def behaviour():
    return draw_behaviour(CONFIG, Catalogue(CONFIG), range(CONFIG.users))


def test_the_log_is_about_as_long_as_asked_for(behaviour):
    assert len(behaviour.rows.item) == pytest.approx(CONFIG.events, rel=0.05)


def test_what_a_user_does_does_not_depend_on_the_chunk(behaviour):
    alone = draw_behaviour(CONFIG, Catalogue(CONFIG), range(7, 9))
    begin, end = behaviour.actions.first[[7, 9]]
    assert alone.actions.timestamp_ms.tolist() == behaviour.actions.timestamp_ms[begin:end].tolist()
    assert alone.actions.terms.tolist() == behaviour.actions.terms[begin:end].tolist()
    chosen = (behaviour.rows.action >= begin) & (behaviour.rows.action < end)
    for name in ("item", "engaged"):
        assert getattr(alone.rows, name).tolist() == getattr(behaviour.rows, name)[chosen].tolist()


def test_an_action_has_its_engagements_first_then_other_items(behaviour):
    actions, rows = behaviour.actions, behaviour.rows
    assert (np.diff(rows.action) >= 0).all()
    topics = Catalogue(CONFIG).topic(rows.item)
    for action in range(len(actions.user)):
        chosen = rows.action == action
        engaged, items = rows.engaged[chosen].tolist(), rows.item[chosen].tolist()
        clicks = actions.clicks[action]
        assert engaged == [True] * max(clicks, 1) + [False] * (len(engaged) - max(clicks, 1))
        assert len(set(items)) == len(items)
        assert (items[0] == NO_ITEM) == (clicks == 0)
        assert (topics[chosen][:clicks] == actions.topic[action]).all()
        if actions.is_search[action]:
            assert (topics[chosen][int(clicks == 0) :] == actions.topic[action]).all()
            assert clicks or len(items) > 1
