"""The schema against examples as they are written: TFDV finds nothing, TFX reads every feature as a sparse tensor."""

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.coders import example_coder
from tfx_bsl.tfxio import tensor_representation_util

from components.behaviour_example_gen.examples.behaviour_examples import behaviour_example, catalog_example
from schemas import features
from schemas.behaviour_schema import SERVING, TRAINING, behaviour_schema
from schemas.canonical_event import Event, Item, Surface, Token

FIRST = behaviour_example(Event("u1", 5, Surface.RECOMMENDATION, item_id="a"), [], ["b"])
LATER = behaviour_example(
    Event("u2", 9, Surface.SEARCH, query="mug", session_id="s", item_id="c"),
    [Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b", "d"), "tea"), Token(Surface.SEARCH, (), "pot")],
    ["b", "e", "f"],
)


def anomalies(examples, environment):
    schema = behaviour_schema()
    batch = example_coder.ExamplesToRecordBatchDecoder(schema.SerializeToString()).DecodeBatch(examples)
    statistics = stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions(schema=schema))
    return dict(tfdv.validate_statistics(statistics, schema, environment=environment).anomaly_info)


NOT_IN_REQUESTS = {features.LABELS, features.TIMESTAMP_MS, features.SEQUENCE_END}
WEIGHTS = {features.WEIGHT, features.HISTORY_WEIGHTS}
TABLES = {*features.CATALOG_FEATURES, *features.AUDIENCE_FEATURES}


def test_every_raw_feature_stands_in_the_schema_with_its_type():
    types = {each.name: each.type for each in behaviour_schema().feature}
    assert set(types) == {*features.BEHAVIOUR_FEATURES, *WEIGHTS, features.SHOWN_PLACE, *TABLES}
    assert {name for name, kind in types.items() if kind == schema_pb2.INT} == set(features.INT_FEATURES)
    assert {name for name, kind in types.items() if kind == schema_pb2.FLOAT} == set(features.FLOAT_FEATURES)


def test_requests_have_no_labels_no_time_and_no_tables():
    schema = behaviour_schema()
    assert list(schema.default_environment) == [TRAINING, SERVING]
    outside = {each.name for each in schema.feature if SERVING in each.not_in_environment}
    assert outside == NOT_IN_REQUESTS | TABLES | WEIGHTS | {features.SHOWN_PLACE}


def test_surfaces_are_those_of_the_canonical_event():
    domains = {each.name: list(each.value) for each in behaviour_schema().string_domain}
    assert domains == {"surfaces": [surface.value for surface in Surface]}


def test_every_feature_is_read_as_a_sparse_tensor():
    representations = tensor_representation_util.InferTensorRepresentationsFromSchema(behaviour_schema())
    assert {each.WhichOneof("kind") for each in representations.values()} == {"varlen_sparse_tensor"}
    assert len(representations) == len(behaviour_schema().feature)


def without(example, *names):
    result = tf.train.Example.FromString(example)
    for name in names:
        del result.features.feature[name]
    return result.SerializeToString()


def test_examples_and_requests_have_no_anomalies_in_their_own_environment():
    assert not anomalies([FIRST, LATER], TRAINING)
    assert not anomalies([without(each, *NOT_IN_REQUESTS) for each in (FIRST, LATER)], SERVING)
    assert set(anomalies([FIRST, LATER], SERVING)) == NOT_IN_REQUESTS


@pytest.mark.parametrize(
    "name", [features.USER_ID, features.SURFACE, features.QUERY, features.CANDIDATES, features.LABELS]
)
def test_what_is_missing_is_an_anomaly(name):
    assert set(anomalies([FIRST, without(LATER, name)], TRAINING)) == {name}


def test_unknown_values_are_anomalies():
    broken = tf.train.Example.FromString(LATER)
    broken.features.feature[features.SURFACE].bytes_list.value[0] = b"homepage"
    broken.features.feature[features.HISTORY_KINDS].int64_list.value[0] = 3
    broken.features.feature[features.LABELS].float_list.value[0] = 2.0
    found = anomalies([FIRST, broken.SerializeToString()], TRAINING)
    assert set(found) == {features.SURFACE, features.HISTORY_KINDS, features.LABELS}


@pytest.mark.parametrize(("weight", "is_good"), [(0.0, True), (5.0, True), (-1.0, False), (float("nan"), False)])
def test_weights_are_at_least_0(weight, is_good):
    event = Event("u1", 5, Surface.RECOMMENDATION, item_id="a", weight=weight)
    history = [Token(Surface.RECOMMENDATION, ("a",), weights=(weight,))]
    found = anomalies([behaviour_example(event, history, ["b"], with_weight=True)], TRAINING)
    assert {*found} & WEIGHTS == (set() if is_good else WEIGHTS)


def test_the_catalogue_is_no_behaviour():
    found = anomalies([catalog_example(Item("a", "RED MUG", ("Home",)))], TRAINING)
    assert {features.USER_ID, features.CANDIDATES} <= set(found)
    assert not set(found) & set(features.CATALOG_FEATURES)


@pytest.mark.parametrize(("place", "is_good"), [(0, True), (3, True), (-1, False)])
def test_places_are_at_least_0(place, is_good):
    event = Event("u1", 5, Surface.RECOMMENDATION, item_id="a", place=place)
    found = anomalies([behaviour_example(event, [], ["b"], with_place=True)], TRAINING)
    assert {*found} - {features.HISTORY_KINDS} == (set() if is_good else {features.SHOWN_PLACE})
