import numpy as np

from components.baselines.item_features import NOTHING
from components.metrics.served_lists.listed_items import read_listed_items
from tests.support.rule_logs import hotels, write_hotels


def test_engagements_and_traits_of_a_catalogue(tmp_path):
    found = read_listed_items([write_hotels(tmp_path, {"b": 7, "e": 1})])
    assert len(found) == 5 and found.engagements.tolist() == [0, 7, 0, 0, 1, 0]
    # What two items share is what the rules see.
    assert np.array_equal(found.traits, hotels(tmp_path).traits) and set(found.traits[-1]) == {NOTHING}
    assert found.indices([b"b", b"nowhere", b"a"]).tolist() == [1, 5, 0]
