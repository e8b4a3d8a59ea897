"""Lists with places: what is written, that examination is found again in a log, and what that is good for."""

import dataclasses
import json

import numpy as np
import pytest

from components.baselines.by_place.place_estimates import Weighted, place_estimates
from components.baselines.by_place.place_weights import PlaceWeights, places_of
from components.item_catalog.table import CatalogItem
from components.shown_places.count_files import count_files
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
from components.synthetic_log.behaviour import NO_ITEM, Rows, draw_behaviour
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.shown_lists import examination, is_promoted, shown_in_lists
from schemas.rank_metrics import MeanReciprocalRank
from tests.support.generated_examples import generate as generate_examples
from tests.support.made_logs import read
from tests.support.small_behaviour import BEHAVIOUR

SMALL = GeneratorConfig(events=3_000, items=300, topics=10, list_length=6, place_bias=1.0)


def drawn(config):
    return shown_in_lists(config, draw_behaviour(config, Catalogue(config), range(config.users)))


def test_each_item_of_a_list_has_a_place_of_its_own_and_wants_below_are_often_not_seen():
    wanted = draw_behaviour(SMALL, Catalogue(SMALL), range(SMALL.users))
    rows = shown_in_lists(SMALL, wanted).rows
    is_item = rows.item != NO_ITEM
    assert rows.place[~is_item].tolist() == [0] * int((~is_item).sum())
    keys = list(zip(rows.action[is_item].tolist(), rows.place[is_item].tolist(), strict=True))
    assert len(set(keys)) == len(keys) and {place for _, place in keys} == set(range(1, 7))
    # The same items as before, in the order of actions; whatever is engaged with was wanted.
    before = wanted.rows.item != NO_ITEM
    assert rows.item[is_item].tolist() == wanted.rows.item[before].tolist()
    assert np.all(rows.action[:-1] <= rows.action[1:])
    was_wanted = wanted.rows.engaged[before]
    assert not np.any(rows.engaged[is_item] & ~was_wanted)
    for place, chance in enumerate([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6], start=1):
        here = was_wanted & (rows.place[is_item] == place)
        count = int(here.sum())
        seen = rows.engaged[is_item][here].mean()
        assert count > 50 and abs(seen - chance) <= 4 * (chance * (1 - chance) / count) ** 0.5
    # Who is promoted stands higher, and both kinds stand everywhere.
    promoted = is_promoted(rows.item[is_item])
    mean = [rows.place[is_item][each].mean() for each in (promoted, ~promoted)]
    assert mean[0] < mean[1] - 1
    assert {*rows.place[is_item][promoted]} == {*rows.place[is_item][~promoted]} == set(range(1, 7))


def test_without_a_bias_all_that_is_wanted_is_engaged_with():
    plain = dataclasses.replace(SMALL, place_bias=0.0)
    wanted = draw_behaviour(plain, Catalogue(plain), range(plain.users)).rows
    rows = drawn(plain).rows
    assert rows.engaged.tolist() == wanted.engaged.tolist() and rows.item.tolist() == wanted.item.tolist()


def test_a_search_none_of_whose_clicks_was_seen_is_one_without_a_click():
    """With such a bias, only the first place is seen. Of each action of the small log one item at most stands there."""
    config = dataclasses.replace(SMALL, place_bias=60.0)
    rows = shown_in_lists(config, BEHAVIOUR).rows
    assert np.all(rows.place[rows.engaged] <= 1)
    for action in (1, 2):
        of_action = rows.action == action
        clicks = int((rows.engaged & of_action & (rows.item != NO_ITEM)).sum())
        without = int((of_action & (rows.item == NO_ITEM)).sum())
        assert (clicks, without) in ((1, 0), (0, 1))
    # The feed needs no such row, and another search without a click has one already.
    assert NO_ITEM not in rows.item[np.isin(rows.action, (0, 3))]
    assert rows.item[rows.action == 2].tolist() == [NO_ITEM, 11]


def test_rows_of_no_lists_have_no_places():
    kept = Rows(np.zeros(2, int), np.ones(2, int), np.ones(2, bool)).chosen(np.array([True, False]))
    assert (kept.item.tolist(), kept.place) == ([1], None)
    assert drawn(SMALL).rows.chosen(np.zeros(len(drawn(SMALL).rows.item), bool)).place.tolist() == []


def test_examination_is_told_with_the_truth():
    assert examination(SMALL) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6])


LARGE = GeneratorConfig(events=100_000, events_per_user=200, items=300, topics=10, list_length=8, place_bias=1.0)
COLUMNS = EventColumns(place="place")


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log with position bias: its folder."""
    folder = tmp_path_factory.mktemp("biased")
    generate(LARGE, "events", str(folder), negatives=9)
    return folder


@pytest.fixture(scope="module")
def places(log, tmp_path_factory):
    """What is told of its places after its examples were made."""
    data = DataConfig(path=str(log), events="events.tsv", columns=COLUMNS, train_negatives=1, evaluation_negatives=9)
    made = tmp_path_factory.mktemp("made") / "made"
    generate_examples(made, data, [CatalogItem(item, 0) for item in read(items_of(log))[1]])
    return places_of(count_files(str(made)), {})


def items_of(folder):
    return DataConfig(path=str(folder), events="events.tsv", items="items.tsv", columns=COLUMNS)


def test_the_planted_examination_is_found_in_the_log_of_a_platform_that_puts_some_items_high(log, places):
    """As well as standard errors promise, which follow from the numbers of engagements."""
    truth = json.loads((log / "truth.json").read_text())["examination"]
    for surface in ("recommendation", "search"):
        totals, found = places[surface]
        assert list(found.chances) == list(range(1, 9)) and found.why_not == ""
        for place in range(2, 9):
            assert found.errors[place] < 0.12
            assert abs(found.chances[place] - truth[place - 1]) < 4 * found.errors[place]
        assert totals[1].shown > 1_000


def estimate(folder, weights):
    """The plain and the weighted mean of a ranker that has every third item first, as the platform has, over clicks."""
    of_users = {}
    events, _ = read(items_of(folder))
    clicks = [event for event in events if event.is_target]
    of_clicks, _ = weights.of_examples([each.surface.value for each in clicks], np.array([e.place for e in clicks]))
    for event, weight in zip(clicks, of_clicks.tolist(), strict=True):
        # A hundred promoted items share the places 1 to 100, two hundred others those behind.
        is_first = bool(is_promoted(np.array(int(event.item_id) - 1)))
        gain = np.mean(1 / np.arange(1, 101)) if is_first else np.mean(1 / np.arange(101, 301))
        each = Weighted.of_example(np.full((2, 1), gain), weight, False)
        of_users[event.user_id] = each.plus(of_users.get(event.user_id))
    mrr = MeanReciprocalRank()
    found = place_estimates(list(of_users.values()), len(clicks), {"rule": 0, "model": 1}, {0: mrr}, mrr)
    return found["rankers"]["model"]["mrr"]


def test_weighing_by_place_takes_out_what_the_platform_s_order_added(log, places, tmp_path):
    """The same users want the same in a log without bias. There the ranker is worse than the biased log has it."""
    generate(dataclasses.replace(LARGE, place_bias=0.0), "events", str(tmp_path), negatives=9)
    everything = PlaceWeights({surface: np.array([0.0] + [1.0] * 8) for surface in places}, np.inf)
    truth, _, low, high = estimate(tmp_path, everything)
    plain, weighted, *ends = estimate(log, PlaceWeights.of(places, 0.0))
    assert plain > 1.2 * truth and plain > high
    assert abs(weighted - truth) < abs(plain - truth) / 4
    assert ends[0] < truth < ends[1] < plain
