import dataclasses

import numpy as np

from components.baselines.rules.shared_traits import SharedTraits, shared_traits
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_each_category_level_and_attribute_that_is_shared_counts(tmp_path):
    catalogue = hotels(tmp_path)
    # a is Italy, Rome, 4 stars. With itself it shares 3; b two (Italy, Rome); c two (Italy, 4 stars); d and e nothing.
    # c and b together: a shares 2 + 2, b 3 + 1, c 1 + 3, d 0 + 1 (3 stars).
    history, items = asked("a", "bc").history, np.arange(6)[np.newaxis].repeat(2, axis=0)
    assert shared_traits(catalogue, history, items).tolist() == [[3, 2, 2, 0, 0, 0], [4, 4, 4, 1, 0, 0]]


def test_popularity_breaks_ties_and_orders_all_for_who_has_no_history(tmp_path):
    rule = SharedTraits(hotels(tmp_path), training_log("ddccccb"))
    # Items without a category, and unknown ones, share nothing: not even with each other.
    assert orders(rule, asked("a", "", "e", "x")) == ["acbd[ex]", *["cdb[aex]"] * 3]


def test_only_the_newest_five_items_count(tmp_path):
    rule = SharedTraits(hotels(tmp_path), training_log("c"))
    # d shares its three only if it is among the newest five.
    assert orders(rule, asked("deeee", "deeeee")) == ["dbc[aex]", "c[abdex]"]


def test_equal_names_on_different_levels_are_not_shared(tmp_path):
    catalogue = hotels(tmp_path)
    slots = catalogue.traits.shape[1]
    assert slots == 3 and len(set(catalogue.traits[:4].ravel())) == 2 + 3 + 2
    none = dataclasses.replace(catalogue, traits=catalogue.traits[:, :0])
    assert shared_traits(none, asked("a").history, np.array([[0, 1]])).tolist() == [[0, 0]]
