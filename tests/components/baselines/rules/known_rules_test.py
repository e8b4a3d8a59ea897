from components.baselines.rule_names import LAST_ITEMS, POPULARITY, RULE_NAMES, SASREC
from components.baselines.rules.known_rules import RULES, learned_rules
from tests.support.rule_logs import hotels, training_log


def test_each_name_has_its_rule(tmp_path):
    assert tuple(RULES) == RULE_NAMES and SASREC not in RULES
    learned = learned_rules((POPULARITY, LAST_ITEMS), hotels(tmp_path), training_log("a"))
    assert [rule.name for rule in learned] == [POPULARITY, LAST_ITEMS]
