import collections
import random

import pytest

from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.behaviour_example_gen.negatives.shown_items import ShownItems
from components.raw_files.refusal import DataError
from schemas.canonical_event import Event, Surface

ITEMS = [f"i{number}" for number in range(10)]


def draw(items=ITEMS, weights=None, seed=17, user="u1", engaged=(), position=0, count=3):
    return NegativeSampler(items, weights, seed).outside(user, engaged).draw(position, count)


def test_negatives_differ_and_are_outside_of_what_the_user_engaged_with():
    engaged = {"i0", "i3", "i7", "not in the catalogue"}
    for position in range(200):
        drawn = draw(engaged=engaged, position=position, count=5)
        assert len(set(drawn)) == 5
        assert set(drawn) <= set(ITEMS) - engaged


def test_seed_user_and_position_decide_and_nothing_else():
    sampler = NegativeSampler(ITEMS, None, 17)
    user = sampler.outside("u1", ())
    places = list(range(50))
    in_order = {place: user.draw(place, 3) for place in places}
    random.Random(0).shuffle(places)
    assert {place: draw(position=place) for place in places} == in_order
    for change in ({"seed": 18}, {"user": "u2"}):
        assert [draw(position=place, **change) for place in range(50)] != [in_order[place] for place in range(50)]
    assert len({tuple(each) for each in in_order.values()}) > 40


def test_the_draw_is_the_same_in_all_versions_and_on_all_machines():
    assert draw(position=4, count=5) == GOLDEN_UNIFORM
    assert draw(position=4, count=3, weights=[1, 0, 5, 0, 2, 9, 0, 0, 3, 1]) == GOLDEN_POPULARITY


GOLDEN_UNIFORM = ["i1", "i7", "i8", "i2", "i0"]
GOLDEN_POPULARITY = ["i2", "i5", "i8"]


def test_uniform_is_uniform():
    counts = collections.Counter(item for place in range(6_000) for item in draw(position=place, engaged={"i0"}))
    # 6,000 draws of 3 out of 9: each item 2,000 times, give or take five standard deviations (36.5 each).
    assert set(counts) == set(ITEMS[1:])
    assert all(abs(count - 2_000) < 183 for count in counts.values())


def test_popularity_is_in_proportion_to_the_weights():
    sampler = NegativeSampler(["a", "b", "c", "d"], [1, 3, 0, 6], 17)
    user = sampler.outside("u", ())
    counts = collections.Counter(user.draw(place, 1)[0] for place in range(10_000))
    assert counts["c"] == 0
    assert abs(counts["a"] - 1_000) < 150 and abs(counts["b"] - 3_000) < 230 and abs(counts["d"] - 6_000) < 245


def test_where_proposals_rarely_hit_all_are_found_all_the_same():
    # All but five of 10,000 items are the user's own.
    items = [str(number) for number in range(10_000)]
    drawn = draw(items=items, engaged=items[5:], count=5)
    assert sorted(drawn) == items[:5]


def test_both_ways_of_drawing_together_repeat_nothing():
    # Proposals find some of the ten items left, and the second way the others.
    items = [str(number) for number in range(100)]
    for position in range(50):
        assert sorted(draw(items=items, engaged=items[10:], position=position, count=10)) == items[:10]


def test_the_second_way_of_drawing_keeps_the_proportions():
    # Of the weight, 999,996 of 1,000,000 is the user's own, so that proposals hit hardly ever.
    sampler = NegativeSampler(["own", "a", "b"], [999_996, 1, 3], 17)
    user = sampler.outside("u", {"own"})
    counts = collections.Counter(user.draw(place, 1)[0] for place in range(4_000))
    assert abs(counts["b"] - 3_000) < 137


FEED = Surface.RECOMMENDATION
PATHS = [("Mugs",), ("Mugs",), ("Mugs", "Red"), ("Mugs", "Red"), ("Mugs", "Red"), *[("Lamps",)] * 4, ()]


def hard(target, count, engaged=(), position=0):
    sampler = NegativeSampler(ITEMS, None, 17, CategoryPools(PATHS))
    user = sampler.outside("u1", {target, *engaged})
    return user.draw(position, count, Event("u1", 5, FEED, item_id=target))


def test_of_the_category_the_narrowest_come_first():
    for position in range(20):
        assert sorted(hard("i2", 2, position=position)) == ["i3", "i4"]
        drawn = hard("i2", 3, position=position)
        assert sorted(drawn[:2]) == ["i3", "i4"] and drawn[2] in {"i0", "i1"}
        drawn = hard("i2", 6, engaged={"i0"}, position=position)
        assert sorted(drawn[:2]) == ["i3", "i4"] and drawn[2] == "i1"
        assert set(drawn[3:]) <= {"i5", "i6", "i7", "i8", "i9"} and len(set(drawn)) == 6


def test_any_of_a_large_category_may_be_drawn():
    assert {item for position in range(60) for item in hard("i5", 1, position=position)} == {"i6", "i7", "i8"}


def test_a_category_far_larger_than_the_draw():
    items = [str(number) for number in range(2_000)]
    sampler = NegativeSampler(items, None, 17, CategoryPools([("A",)] * 1_000 + [("B",)] * 1_000))
    user = sampler.outside("u1", {"7"})
    drawn = [user.draw(position, 5, Event("u1", 5, FEED, item_id="7")) for position in range(200)]
    assert all(len(set(each)) == 5 for each in drawn)
    # The numbers drawn are twice those wanted, and nearly all of the category is free.
    assert sum(int(item) < 1_000 for each in drawn for item in each) == 1_000
    assert not any("7" in each for each in drawn)


def test_an_item_that_shares_no_category_is_told_from_any():
    assert len({item for position in range(60) for item in hard("i9", 1, position=position)}) == 9


def test_what_was_passed_by_comes_first_and_the_rest_is_drawn():
    shown = ShownItems([Event("u1", time, FEED, item_id=f"i{time}", label=0) for time in (4, 3)], ())
    user = NegativeSampler(ITEMS, None, 17).outside("u1", {"i0"}, shown)
    target = Event("u1", 5, FEED, item_id="i0")
    assert user.draw(0, 1, target) == ["i3"]
    drawn = user.draw(0, 5, target)
    assert drawn[:2] == ["i3", "i4"] and len(set(drawn)) == 5 and "i0" not in drawn
    # Without a target there is nothing to be hard to tell from.
    assert user.draw(0, 5) == NegativeSampler(ITEMS, None, 17).outside("u1", {"i0"}).draw(0, 5)


@pytest.mark.parametrize(
    ("weights", "engaged", "left"),
    [(None, {"i0"}, 9), ([1] * 4 + [0] * 6, {"i0", "i9"}, 3)],
    ids=["uniform", "popularity"],
)
def test_a_catalogue_that_is_too_small(weights, engaged, left):
    assert len(draw(weights=weights, engaged=engaged, count=left)) == left
    with pytest.raises(DataError) as error:
        draw(weights=weights, engaged=engaged, count=left + 1)
    assert str(error.value) == (
        f"user 'u1': {left + 1} negatives cannot be drawn, because only {left} of the catalogue's 10 items may be "
        "(outside of the user's own, with a weight). Lower data.train_negatives and data.evaluation_negatives, or give "
        "more items in data.items."
    )


@pytest.mark.parametrize("weights", [None, [1, 0, 5, 0, 2, 9, 0, 0, 3, 1]])
def test_draws_for_many_targets_are_those_for_each(weights):
    # With 10 items, often not enough of the first 2 * count numbers name different ones.
    user = NegativeSampler(ITEMS, weights, 17).outside("u1", {"i0", "not in the catalogue"})
    wanted = [(place, 1 + place % 4, TARGET) for place in range(200)]
    assert user.draw_each(wanted) == [draw(weights=weights, engaged={"i0"}, position=p, count=c) for p, c, _ in wanted]
    assert user.draw_each([]) == []


def test_hard_draws_for_many_targets_are_those_for_each():
    categories = CategoryPools([("even", "odd")[place % 2 :][:1] for place in range(10)])
    shown = ShownItems([Event("u1", 5, FEED, item_id="i3", label=0)], ())
    for sampler, passed_by in (
        (NegativeSampler(ITEMS, None, 17, categories), None),
        (NegativeSampler(ITEMS, None, 17), shown),
    ):
        user = sampler.outside("u1", {"i2"}, passed_by)
        wanted = [(place, 2, TARGET) for place in range(50)]
        assert user.draw_each(wanted) == [user.draw(*each) for each in wanted]
        assert user.draw_each(wanted) != sampler.outside("u2", {"i2"}).draw_each(wanted)


def test_too_few_items_are_told_of_the_first_target_that_lacks_them():
    user = NegativeSampler(ITEMS, None, 17).outside("u1", set(ITEMS[3:]))
    with pytest.raises(
        DataError, match="^user 'u1': 5 negatives cannot be drawn, because only 3 of the catalogue's 10"
    ):
        user.draw_each([(0, 3, TARGET), (1, 5, TARGET), (2, 4, TARGET)])


TARGET = Event("u1", 9, FEED, item_id="i2")
