import dataclasses

import numpy as np

from components.baselines.rules.recently_popular_items import RecentlyPopularItems
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_the_newest_tenth_counts_and_then_all(tmp_path):
    # Of 20 examples the newest two are d and b. Of all, a has 12, c 4, d 3, b 1.
    log = training_log("aaaaaaaaaaaa" + "cccc" + "dd" + "db")
    rule = RecentlyPopularItems(hotels(tmp_path), log)
    assert orders(rule, asked("")) == ["dbac[ex]"]
    # The order of the rows does not matter, only their times.
    turned = dataclasses.replace(log, positives=log.positives[::-1].copy(), times=log.times[::-1].copy())
    assert orders(RecentlyPopularItems(hotels(tmp_path), turned), asked("")) == ["dbac[ex]"]


def test_what_happened_at_the_same_moment_counts_too(tmp_path):
    # Of five examples the newest is one; all of its millisecond are counted: c twice, b once.
    log = dataclasses.replace(training_log("aaccb"), times=np.array([1, 1, 7, 7, 7]))
    assert orders(RecentlyPopularItems(hotels(tmp_path), log), asked("")) == ["cba[dex]"]


def test_without_a_log_all_are_equal(tmp_path):
    assert orders(RecentlyPopularItems(hotels(tmp_path), training_log()), asked("")) == ["[abcdex]"]
