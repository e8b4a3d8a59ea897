import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.data_checks.anomalies import described, drift, skew
from components.data_checks.finding import Finding
from schemas import features
from schemas.behaviour_schema import behaviour_schema
from tests.support import surface_examples


@pytest.mark.parametrize(
    ("compare", "split"), [(drift, "train since the last span"), (skew, "train beside requests")], ids=["drift", "skew"]
)
def test_a_share_that_moved_by_more_than_the_threshold(compare, split):
    even = surface_examples.statistics(search_share=0.5)
    # A label beyond its domain: what breaks the schema is not told a second time.
    one_sided = surface_examples.statistics(search_share=0.9, label=2.0)
    # The share of searches goes from 0.5 to 0.9, and that of their one query with it.
    found = list(described(compare(one_sided, even, behaviour_schema(), 0.39, "train")))
    assert [(each.split, each.feature) for each in found] == [(split, features.QUERY), (split, features.SURFACE)]
    assert all("0.4" in each.detail and "0.39" in each.detail for each in found)
    assert list(described(compare(one_sided, even, behaviour_schema(), 0.41, "train"))) == []


def test_anomalies_in_words():
    anomalies = anomalies_pb2.Anomalies()
    anomalies.dataset_anomaly_info.reason.add(short_description="Few examples", description="There are 3.")
    for feature in ("query", "labels"):
        anomalies.anomaly_info[feature].reason.add(short_description="Odd", description=f"{feature} is odd.")
    assert list(described({"test": anomalies, "train": anomalies_pb2.Anomalies()}, allowed=["query"])) == [
        Finding("test", "", "Few examples", "There are 3.", is_allowed=False),
        Finding("test", "labels", "Odd", "labels is odd.", is_allowed=False),
        Finding("test", "query", "Odd", "query is odd.", is_allowed=True),
    ]
