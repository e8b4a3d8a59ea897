from components.baselines.rules.items_again import ItemsAgain
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_the_newest_item_comes_first_then_older_ones_then_popular_ones(tmp_path):
    rule = ItemsAgain(hotels(tmp_path), training_log("ddde"))
    # An item that was there twice counts at its newest place; unknown items are told apart.
    assert orders(rule, asked("", "abca", "bx")) == ["de[abcx]", "acbdex", "xbde[ac]"]
    assert orders(rule, asked("bx"), "axy") == ["x[ay]"]
