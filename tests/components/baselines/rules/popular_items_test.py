from components.baselines.rules.popular_items import PopularItems
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_the_most_frequent_positive_comes_first_for_everybody(tmp_path):
    rule = PopularItems(hotels(tmp_path), training_log("cacbca"))
    # c three times, a twice, b once; nobody had d and e, and the log does not know x.
    assert orders(rule, asked("", "abde", queries=["", "mill"])) == ["cab[dex]"] * 2


def test_without_a_log_all_are_equal(tmp_path):
    assert orders(PopularItems(hotels(tmp_path), training_log()), asked("")) == ["[abcdex]"]
