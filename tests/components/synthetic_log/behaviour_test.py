import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue

CONFIG = GeneratorConfig(events=3_000, events_per_user=60, items=200, topics=10, categories=2)


def test_an_action_has_its_engagements_first_then_other_items():
    behaviour = draw_behaviour(CONFIG, Catalogue(CONFIG), range(CONFIG.users))
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
