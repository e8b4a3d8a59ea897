from components.baselines.rules.rule_chains import CategoryThenQuery, QueryThenCategory
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_what_comes_first_decides_and_the_next_breaks_its_ties(tmp_path):
    catalogue, log = hotels(tmp_path), training_log("ddde")
    # The last item is a, so only a counts: it shares 3 with itself, 2 with b and c, nothing with d, e and x.
    examples = asked("da", "da", "", queries=["mill nice", "", "nice"])
    assert orders(CategoryThenQuery(catalogue, log), examples) == ["acbdex", "a[bc]dex", "de[abcx]"]
    # c is the only one with `mill`, d the only one with `nice`; c's text is shorter.
    assert orders(QueryThenCategory(catalogue, log), examples) == ["cdabex", "a[bc]dex", "de[abcx]"]
