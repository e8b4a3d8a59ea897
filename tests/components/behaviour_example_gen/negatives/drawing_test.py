import collections
import itertools
import random

import pytest

from components.behaviour_example_gen.examples.example_bytes import text
from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.behaviour_example_gen.negatives.shown_items import ShownItems
from components.raw_files.refusal import DataError
from schemas.canonical_event import Event, Surface

ITEMS = [f"i{number}" for number in range(10)]
WEIGHTS = [1, 0, 5, 0, 2, 9, 0, 0, 3, 1]
FEED = Surface.RECOMMENDATION
TARGET = Event("u1", 9, FEED, item_id="i2")


def draw(items=ITEMS, weights=None, seed=17, user="u1", engaged=(), position=0, count=3):
    return NegativeSampler.of(items, weights, seed).outside(user, engaged).draw(position, count)


def test_seed_user_and_position_decide_and_nothing_else():
    user = NegativeSampler.of(ITEMS, None, 17).outside("u1", ())
    places = list(range(50))
    in_order = {place: user.draw(place, 3) for place in places}
    random.Random(0).shuffle(places)
    assert {place: draw(position=place) for place in places} == in_order
    for change in ({"seed": 18}, {"user": "u2"}):
        assert [draw(position=place, **change) for place in range(50)] != [in_order[place] for place in range(50)]
    assert len({tuple(each) for each in in_order.values()}) > 40
    # Nor do the version and the machine.
    assert draw(position=4, count=5) == ["i1", "i7", "i8", "i2", "i0"]
    assert draw(position=4, count=3, weights=WEIGHTS) == ["i2", "i5", "i8"]


@pytest.mark.parametrize(
    ("weights", "engaged", "count", "shares"),
    [
        # Three of nine items.
        (None, {"i0"}, 3, dict.fromkeys(ITEMS[1:], 1 / 3)),
        ([1, 3, 0, 6], set(), 1, {"i0": 0.1, "i1": 0.3, "i3": 0.6}),
        # Of the weight, 999,996 of 1,000,000 is the user's own, so that proposals hit hardly ever.
        ([999_996, 1, 3], {"i0"}, 1, {"i1": 0.25, "i2": 0.75}),
    ],
    ids=["uniform", "popularity", "second way of drawing"],
)
def test_items_are_drawn_in_proportion_to_their_weights(weights, engaged, count, shares):
    draws = 10_000
    user = NegativeSampler.of(ITEMS[: len(weights or ITEMS)], weights, 17).outside("u", engaged)
    counts = collections.Counter(item for place in range(draws) for item in user.draw(place, count))
    assert set(counts) == set(shares)
    for item, share in shares.items():
        assert abs(counts[item] - share * draws) < 5 * (draws * share * (1 - share)) ** 0.5, "five deviations"


@pytest.mark.parametrize(
    ("items", "left", "positions"),
    # Proposals rarely hit five of 10,000. They find some of ten of 100, and the second way of drawing the others.
    [(10_000, 5, 1), (100, 10, 50)],
)
def test_where_few_items_are_left_all_are_found(items, left, positions):
    catalogue = [str(number) for number in range(items)]
    for position in range(positions):
        drawn = draw(items=catalogue, engaged=catalogue[left:], position=position, count=left)
        assert sorted(drawn) == catalogue[:left]


PATHS = [("Mugs",), ("Mugs",), ("Mugs", "Red"), ("Mugs", "Red"), ("Mugs", "Red"), *[("Lamps",)] * 4, ()]


def hard(target, count, engaged=(), position=0, items=ITEMS, paths=PATHS):
    user = NegativeSampler.of(items, None, 17, CategoryPools(paths)).outside("u1", {target, *engaged})
    return user.draw(position, count, Event("u1", 5, FEED, item_id=target))


def test_of_the_category_the_narrowest_come_first():
    for position in range(20):
        assert sorted(hard("i2", 2, position=position)) == ["i3", "i4"]
        drawn = hard("i2", 3, position=position)
        assert sorted(drawn[:2]) == ["i3", "i4"] and drawn[2] in {"i0", "i1"}
        drawn = hard("i2", 6, engaged={"i0"}, position=position)
        assert sorted(drawn[:2]) == ["i3", "i4"] and drawn[2] == "i1"
        assert set(drawn[3:]) <= {"i5", "i6", "i7", "i8", "i9"} and len(set(drawn)) == 6


# i9 shares no category, so it is told from any.
@pytest.mark.parametrize(("target", "others"), [("i5", {"i6", "i7", "i8"}), ("i9", set(ITEMS[:9]))])
def test_any_of_a_large_category_may_be_drawn(target, others):
    assert {item for position in range(60) for item in hard(target, 1, position=position)} == others


def test_of_a_category_far_larger_than_the_draw_nearly_all_is_free():
    items, paths = [str(number) for number in range(2_000)], [("A",)] * 1_000 + [("B",)] * 1_000
    for position in range(20):
        drawn = hard("7", 5, position=position, items=items, paths=paths)
        assert len({*drawn} - {"7"}) == 5 and {*drawn} < {*items[:1_000]}


def test_what_was_passed_by_comes_first_and_the_rest_is_drawn():
    shown = ShownItems([Event("u1", time, FEED, item_id=f"i{time}", label=0) for time in (4, 3)], ())
    user = NegativeSampler.of(ITEMS, None, 17).outside("u1", {"i0"}, shown)
    target = Event("u1", 5, FEED, item_id="i0")
    assert user.draw(0, 1, target) == ["i3"]
    drawn = user.draw(0, 5, target)
    assert drawn[:2] == ["i3", "i4"] and len(set(drawn)) == 5 and "i0" not in drawn
    # Without a target there is nothing to be hard to tell from.
    assert user.draw(0, 5) == draw(engaged={"i0"}, count=5)


@pytest.mark.parametrize(
    ("weights", "engaged", "left"),
    [(None, {"i0"}, 9), ([1] * 4 + [0] * 6, {"i0", "i9"}, 3)],
)
def test_a_catalogue_that_is_too_small(weights, engaged, left):
    user = NegativeSampler.of(ITEMS, weights, 17).outside("u1", engaged)
    assert len(user.draw(0, left)) == left
    # Of many targets, the first that lacks items is told of.
    many = [(0, left, TARGET), (1, left + 2, TARGET), (2, left + 1, TARGET)]
    for draw_too_many in (lambda: user.draw(0, left + 2), lambda: user.draw_each(many)):
        with pytest.raises(DataError) as error:
            draw_too_many()
        assert str(error.value) == (
            f"user 'u1': {left + 2} negatives cannot be drawn, because only {left} of the catalogue's 10 items may be "
            "drawn (not the user's own, and with a weight). Lower data.train_negatives and data.evaluation_negatives, "
            "or give more items in data.items."
        )


PARITY = CategoryPools([("even",), ("odd",)] * 5)
PASSED_BY = ShownItems([Event("u1", 5, FEED, item_id="i3", label=0)], ())


# With 10 items, often not enough of the first 2 * count numbers name different ones.
@pytest.mark.parametrize(
    ("sampler", "shown"),
    [
        (NegativeSampler.of(ITEMS, None, 17), None),
        (NegativeSampler.of(ITEMS, WEIGHTS, 17), None),
        (NegativeSampler.of(ITEMS, None, 17), PASSED_BY),
        (NegativeSampler.of(ITEMS, None, 17, PARITY), None),
    ],
)
def test_draws_for_many_targets_are_those_for_each(sampler, shown):
    user = sampler.outside("u1", {"i2", "not in the catalogue"}, shown)
    wanted = [(place, 1 + place % 4, TARGET) for place in range(200)]
    found = user.draw_each(wanted)
    assert [sampler.ids(places) for places in found] == [user.draw(*each) for each in wanted]
    assert [sampler.texts.joined(places) for places in found] == [
        b"".join(map(text, user.draw(*each))) for each in wanted
    ]
    assert user.draw_each(wanted) != sampler.outside("u2", {"i2"}, shown).draw_each(wanted)
    assert user.draw_each([]) == []


@pytest.mark.parametrize("weights", [None, [1 + place % 7 for place in range(100)]])
@pytest.mark.parametrize("engaged", [0, 1, 30])
def test_a_part_of_the_random_numbers_is_enough_or_all_are_or_even_they_are_not(weights, engaged):
    """Of 100 items, 20 come from the first 29 numbers, 40 from the first 80 at best, and 60 hardly from 120."""
    items = [f"i{place}" for place in range(100)]
    sampler = NegativeSampler.of(items, weights, 17)
    user = sampler.outside("u1", set(items[:engaged]))
    wanted = [(place, (20, 40, 60)[place % 3], TARGET) for place in range(60)]
    found = [sampler.ids(places) for places in user.draw_each(wanted)]
    assert found == [user.draw(*each) for each in wanted]
    assert all(len({*drawn} - {*items[:engaged]}) == count for drawn, (_, count, _) in zip(found, wanted, strict=True))


def test_of_given_items_any_may_be_drawn_even_the_users_own():
    user = NegativeSampler.of(ITEMS, WEIGHTS, 17).outside("u1", {"i1", "i3"})
    given = ["i1", "not in the catalogue", "i3", "i8", "i4"]
    drawn = [user.draw_among(position, given, 2) for position in range(200)]
    assert {frozenset(each) for each in drawn} == {
        frozenset(pair) for pair in itertools.combinations((1, 3, 4, 8), 2)
    }, "each pair, and never one item twice"
    # The first of those that are drawn is any of the four, so a part of them is as random as all.
    assert {first for first, _ in drawn} == {1, 3, 4, 8}
    assert drawn == [user.draw_among(position, given, 2) for position in range(200)]
    assert sorted(user.draw_among(0, given, 9)) == [1, 3, 4, 8]
    assert user.draw_among(0, given, 0) == user.draw_among(0, [], 3) == []
    # Nor do the version and the machine decide, and the numbers are not those of `draw`, which begins with item 1.
    user = NegativeSampler.of(ITEMS, None, 17).outside("u1", ())
    assert user.draw_among(4, ITEMS, 5) == [5, 9, 7, 1, 6]


@pytest.mark.parametrize("hard", [{"categories": CategoryPools(PATHS)}, {}])
def test_no_negative_is_drawn_where_none_is_wanted(hard):
    shown = None if hard else ShownItems([Event("u1", 4, FEED, item_id="i3", label=0)], ())
    for user in (NegativeSampler.of(ITEMS, None, 17, **hard).outside("u1", {"i2"}, each) for each in (shown, None)):
        assert user.draw_each([(0, 0, TARGET), (1, 2, TARGET)])[0] == []
