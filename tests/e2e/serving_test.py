"""The pushed model over real REST and gRPC on loopback, compared with the Keras model called directly."""

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from schemas import features
from schemas.canonical_event import Surface, Token, tokens

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def test_examples(three_runs):
    return list(itertools.islice(three_runs.records("test"), 40))


@pytest.fixture(scope="module")
def trained(three_runs):
    """The Transform's output, and the Keras model, rebuilt from the training's weights."""
    import tensorflow_transform as tft

    from tfx_pipeline.training import trained_weights, training_job

    config = three_runs.config
    transformed = three_runs.artifact("Transform", "transformed_examples")
    graph = three_runs.artifact("Transform", "transform_graph")
    job = training_job.TrainingJob(
        train_files=(),
        validation_files=(),
        catalog_files=(str(transformed / "Split-catalog" / "*"),),
        audience_files=(str(transformed / "Split-audience" / "*"),),
        transform_graph=str(graph),
        model_dir="",
        log_dir="",
        **training_job.from_custom_config(training_job.custom_config(config, config.model, config.train)),
    )
    output = tft.TFTransformOutput(str(graph))
    model = training_job.build_model(job, output, training_job.read_catalog(job, output))
    trained_weights.load(model, str(three_runs.artifact("Trainer", "model") / "Format-Serving"))
    return output, model


def read(output, examples):
    """What the model reads of raw examples, by the Transform graph that is exported."""
    inputs = output.transform_raw_features(tf.io.parse_example(examples, output.raw_feature_spec()))
    inputs = {name: inputs[name] for name in features.MODEL_INPUTS}
    return inputs | {features.CANDIDATE_ITEMS: tf.sparse.to_dense(inputs[features.CANDIDATE_ITEMS])}


@pytest.fixture(scope="module")
def direct_scores(trained, test_examples):
    """The candidates' probabilities by the Keras model itself."""
    output, model = trained
    return keras.ops.convert_to_numpy(keras.ops.sigmoid(model(read(output, test_examples))))


@pytest.fixture(scope="module")
def server(three_runs):
    from serving.local_server.server import LocalServer, ServerConfig

    config = ServerConfig(three_runs.config.name, three_runs.config.pushed_model_dir, port=0, rest_api_port=0)
    with LocalServer(config) as running:
        assert running.model.wait_until_settled() is None
        yield running


def test_the_pushed_model_brings_requests_of_all_its_signatures(three_runs):
    records = tf.data.TFRecordDataset(str(three_runs.version / "assets.extra" / "tf_serving_warmup_requests"))
    asked = {PredictionLog.FromString(each.numpy()).predict_log.request.model_spec.signature_name for each in records}
    assert asked == set(three_runs.signatures())


@pytest.fixture(scope="module", params=["rest", "grpc"])
def client(request, server, three_runs):
    from serving.client.ranking_client import RankingClient, WireProtocol

    address = server.rest_address if request.param == "rest" else server.grpc_address
    with RankingClient(address, three_runs.config.name, WireProtocol(request.param), timeout_s=30) as made:
        yield made


def request_of(record):
    from serving.client.requests import RankRequest

    feature = tf.train.Example.FromString(record).features.feature
    strings = {name: [value.decode() for value in feature[name].bytes_list.value] for name in feature}
    items, queries = iter(strings[features.HISTORY_ITEMS]), iter(strings.get(features.HISTORY_QUERIES, []))
    history = []
    for kind, count in zip(
        feature[features.HISTORY_KINDS].int64_list.value,
        feature[features.HISTORY_ITEM_COUNTS].int64_list.value,
        strict=True,
    ):
        surface = Surface.SEARCH if kind == Surface.SEARCH.token_kind else Surface.RECOMMENDATION
        query = next(queries) if surface is Surface.SEARCH else ""
        history.append(Token(surface, tuple(next(items) for _ in range(count)), query))
    return RankRequest(
        user_id=strings[features.USER_ID][0],
        query="".join(strings.get(features.QUERY, [])),
        candidates=tuple(strings[features.CANDIDATES]),
        history=tuple(history),
    )


def test_both_protocols_answer_what_the_keras_model_says(client, test_examples, direct_scores):
    answers = client.rank_many([request_of(record) for record in test_examples])
    for row, (record, ranked) in enumerate(zip(test_examples, answers, strict=True)):
        by_item = {each.item_id: each.score for each in ranked}
        served = [by_item[item] for item in request_of(record).candidates]
        np.testing.assert_allclose(served, direct_scores[row], atol=1e-5)
        assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)


def rows_by_users_and_candidates(inputs):
    """The place of each row by its surface, user and candidates."""
    names = (features.SURFACE_INDEX, features.USER, features.CANDIDATE_ITEMS)
    columns = [np.asarray(inputs[name]).reshape(len(inputs[name]), -1).tolist() for name in names]
    return {str(key): place for place, key in enumerate(zip(*columns, strict=True))}


def test_a_client_that_tells_all_it_knows_is_answered_as_training_would_score(client, three_runs, trained):
    """From the log to a request, and from the log to a batch of training: the same logits but for the one number by
    which a positive is rarer among all items than among a row's candidates, 4 of them negatives."""
    from tfx_pipeline.cli.asking.source_log import read_source_log
    from tfx_pipeline.training.inputs import joint_batches

    output, model = trained
    rarity = float(model.rarity_of_positives)
    assert rarity == pytest.approx(np.log(model.vocabulary.items / 4))
    files = str(three_runs.artifact("Transform", "transformed_examples") / "Split-validation" / "*")
    expected = {}
    for inputs, labels in joint_batches([files], output, batch_size=64):
        answer = model(inputs)  # Of losses, too.
        for surface, logits in ((surface, answer[surface]) for surface in labels):
            scores = keras.ops.convert_to_numpy(keras.ops.sigmoid(logits - rarity))
            expected |= {key: scores[place] for key, place in rows_by_users_and_candidates(inputs[surface]).items()}
    examples = list(three_runs.records("validation"))
    log = read_source_log(three_runs.config.data)
    longest = 0
    for key, place in rows_by_users_and_candidates(read(output, examples)).items():
        record = examples[place]
        moment = tf.train.Example.FromString(record).features.feature[features.TIMESTAMP_MS].int64_list.value[0]
        asked = request_of(record)
        events = log.events_of(asked.user_id)
        # What is test is in no history of validation: the last engagement of each surface.
        tests = [[each for each in events if each.is_target and each.surface is surface][-1:] for surface in Surface]
        before = [each for each in events if each.timestamp_ms < moment and [each] not in tests]
        everything = tuple(tokens(before, items_per_session=100))
        longest = max(longest, len(everything) - len(asked.history))
        by_item = {each.item_id: each.score for each in client.rank(replace(asked, history=everything))}
        np.testing.assert_allclose([by_item[item] for item in asked.candidates], expected[key], atol=1e-5)
    assert longest >= 3  # The log tells more of some users than their examples.


def test_strangers_are_served(client):
    from serving.client.requests import RankRequest

    history = (Token(Surface.SEARCH, ("no-such-item",), "Ωmega qqq"), Token(Surface.RECOMMENDATION, ("nothing",)))
    for query in ("", "zzz unknown"):
        for told in ((), history):
            ranked = client.rank(RankRequest("a stranger", ("mug-1", "never heard of", "lamp-2"), query, told))
            assert len(ranked) == 3 and all(0.0 <= each.score <= 1.0 for each in ranked)


def test_serving_default_takes_serialized_examples(server, three_runs, test_examples, direct_scores):
    import grpc
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = three_runs.config.name
    request.inputs["examples"].CopyFrom(tf.make_tensor_proto(test_examples))
    with grpc.insecure_channel(server.grpc_address) as channel:
        answer = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=30)
    np.testing.assert_allclose(tf.make_ndarray(answer.outputs["scores"]), direct_scores, atol=1e-5)


@pytest.fixture(scope="module")
def engagements(three_runs):
    """How often each item of the catalogue was engaged with, as the table of items tells."""
    items = [tf.train.Example.FromString(record).features.feature for record in three_runs.records("catalog")]
    return {
        each[features.ITEM_ID].bytes_list.value[0].decode(): sum(each[features.ENGAGEMENTS].int64_list.value)
        for each in items
    }


def log_odds(scores):
    return np.log(scores) - np.log1p(-np.array(scores))


@pytest.mark.parametrize("query", ["", "mug"])
def test_one_request_retrieves_then_ranks(client, test_examples, engagements, query):
    from serving.client.requests import RankRequest, RetrievalRequest

    asked = request_of(test_examples[0])
    seen = {item for token in asked.history for item in token.items}
    request = RetrievalRequest(asked.user_id, 7, query, asked.history, exclude_seen=True)
    found = client.retrieve(request)
    assert len({each.item_id for each in found}) == 7 and not seen & {each.item_id for each in found}
    # The log-odds are those of the model that ranks and, its negatives being drawn by popularity, the items' priors.
    items = tuple(each.item_id for each in found)
    by_rank = {
        each.item_id: each.score for each in client.rank(RankRequest(asked.user_id, items, query, asked.history))
    }
    priors = client.item_priors(items)
    expected, listed = log_odds([by_rank[item] for item in items]) + priors, log_odds([each.score for each in found])
    np.testing.assert_allclose(listed, expected, atol=1e-4)
    assert (np.diff(expected) < 1e-4).all() and len({round(each, 3) for each in priors}) > 1
    # They tell how often training was engaged with an item, each counted once more.
    counts = {item: 1 + count for item, count in engagements.items()}
    relative = [counts[item] / np.mean([*counts.values()]) for item in items]
    np.testing.assert_allclose(np.exp(priors), relative, rtol=1e-5)
