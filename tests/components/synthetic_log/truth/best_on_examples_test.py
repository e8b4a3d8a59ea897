import numpy as np
import pytest

from components.synthetic_log.behaviour import draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.truth.best_on_examples import AskedExample, best_on_examples
from schemas.rank_metrics import metric_named
from tests.support.two_click_world import two_clicks

USERS = 60
TOY = two_clicks(USERS)


def clicks(config=TOY):
    rows = draw_behaviour(config, Catalogue(config), range(config.users)).rows
    return rows.item.reshape(config.users, 2).tolist()


def test_the_very_candidates_and_all_items_without_the_history_are_ranked_by_who_knows_the_process():
    examples, among_candidates, among_all = [], [], []
    for user, (first, second) in enumerate(clicks()):
        others = [item for item in range(4) if item not in (first, second)][:1]
        negatives = others if first == second else [*others, first]
        examples.append(AskedExample(user, "recommendation", second, np.array(negatives), np.array([first])))
        if first == second:
            # Likelier than all others. It is in the history, which is ranked, too.
            among_candidates.append(1.0)
            among_all.append(1.0)
        else:
            # Behind the first and equal to the other. Without the first, equal to two others.
            among_candidates.append((1 / 2 + 1 / 3) / 2)
            among_all.append((1 + 1 / 2 + 1 / 3) / 3)
    assert 0.4 < np.mean(np.array(among_all) == 1) < 0.95
    found = best_on_examples(TOY, examples, [metric_named("mrr")])
    assert found["candidates"]["recommendation"] == {"process": {"mrr": pytest.approx(np.mean(among_candidates))}}
    assert found["catalogue"]["recommendation"] == {"process": {"mrr": pytest.approx(np.mean(among_all))}}


def test_a_positive_of_the_history_is_ranked_with_the_history():
    user, (first, second) = next((user, each) for user, each in enumerate(clicks()) if each[0] != each[1])
    history = np.array([first, second])
    found = best_on_examples(
        TOY, [AskedExample(user, "recommendation", second, np.array([first]), history)], [metric_named("mrr")]
    )
    # The first is likelier; the two others are as likely.
    assert found["catalogue"]["recommendation"]["process"]["mrr"] == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)


def test_where_items_come_and_go_who_does_not_know_it_is_asked_too():
    config = GeneratorConfig.of_world("news", events=400, truth_users=0)
    behaviour = draw_behaviour(config, Catalogue(config), range(config.users))
    actions, rows = behaviour.actions, behaviour.rows
    examples = []
    for user in range(config.users):
        of_user = np.flatnonzero((actions.user[rows.action] == user) & ~actions.is_search[rows.action])
        last = int(rows.item[of_user[-1]])
        rest = np.setdiff1d(np.arange(config.items), [last])
        examples.append(AskedExample(user, "recommendation", last, rest, rows.item[of_user[:-1]]))
    found = best_on_examples(config, examples, [metric_named("hit_rate_at_10")])["candidates"]["recommendation"]
    assert list(found) == ["process", "timeless"]
    # Some 57 of 1,200 items are there at a time.
    assert found["process"]["hit_rate_at_10"] > 5 * found["timeless"]["hit_rate_at_10"]


@pytest.mark.parametrize(("user", "surface"), [(0, "search"), (USERS, "recommendation")])
def test_an_example_of_another_log_is_refused(user, surface):
    example = AskedExample(user, surface, clicks()[0][1], np.array([0]), np.array([0]))
    with pytest.raises(
        ValueError, match="Examples should be the last engagements of the log that these settings make."
    ):
        best_on_examples(TOY, [example], [metric_named("mrr")])
