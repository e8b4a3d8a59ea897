"""What is known of users, from the Transform graph to a request that names the user alone.

`tests/components/behaviour_example_gen/examples/audience_test.py` has the way from files to examples.
"""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.behaviour_example_gen.examples.behaviour_examples import audience_example
from models.catalogue import Catalogue
from models.unisar.unisar_config import UniSARConfig
from schemas import features, signatures
from schemas.canonical_event import User
from tests.support.behaviour_examples import write_examples
from tests.support.exported_retriever import ITEMS, USER_LEVELS, rank_inputs
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.training import training_job

MODEL = UniSARConfig(dim=4, user_dim=2, item_dim=2, word_dim=2, num_heads=2, recommendation_history=3, search_history=2)
LEVELS = features.user_attribute_vocabulary(0)


@pytest.fixture(scope="module")
def model(exported, tmp_path_factory):
    """A UniSAR that a Trainer would build for the exported Transform output and its users."""
    output = exported.transform_output
    examples = [audience_example(User(user, {"level": level}), ("level",)) for user, level in USER_LEVELS.items()]
    transformed = output.transform_raw_features(tf.io.parse_example(examples, output.raw_feature_spec()))
    rows = zip(transformed[features.USER].numpy(), transformed[features.USER_ATTRIBUTE_INDICES].numpy(), strict=True)
    file = write_examples(tmp_path_factory.mktemp("users") / "users.gz", (_row(*row) for row in rows))
    nowhere = dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), "")
    no_files = dict.fromkeys(("train_files", "validation_files", "catalog_files"), ())
    job = training_job.TrainingJob("unisar", MODEL, TrainConfig(), audience_files=(file,), **no_files, **nowhere)
    return training_job.build_model(job, output, Catalogue.of_ids(len(ITEMS) + 2))


def _row(user, values):
    example = tf.train.Example()
    example.features.feature[features.USER].int64_list.value.append(user)
    example.features.feature[features.USER_ATTRIBUTE_INDICES].int64_list.value.extend(values)
    return example.SerializeToString()


@pytest.fixture(scope="module")
def scores(exported, model):
    """Scores of two items for users who have done nothing yet, as the export answers."""
    _, functions = saved_model.assemble(model, exported.transform_output, np.zeros([len(ITEMS) + 2, 0], np.int32))

    def scores(*users):
        inputs = rank_inputs([()] * len(users), users, [""] * len(users), ITEMS[:2])
        answer = functions[signatures.RANK](*(tf.constant(inputs[name]) for name in signatures.RANK_INPUTS))
        return answer[signatures.SCORES].numpy()

    return scores


@contextlib.contextmanager
def changed(variable, change):
    kept = variable.numpy()
    variable.assign(change(kept))
    yield
    variable.assign(kept)


def moved(before, after):
    return (np.abs(after - before).max(axis=-1) > 0).tolist()


def test_the_model_knows_each_users_values_by_which_that_users_scores_move(exported, model, scores):
    table = model.embedding.users.attribute_values[LEVELS]
    u1, u2 = (exported.index(user, features.USER_VOCABULARY) for user in USER_LEVELS)
    levels = [0] * 4  # Padding, two users and the unknown.
    levels[u1], levels[u2] = (exported.index(level, LEVELS) for level in USER_LEVELS.values())
    assert table.numpy().tolist() == levels
    before = scores("u1", "u2", "nobody")
    # Of the two values the other one.
    with changed(table, lambda values: np.where(np.arange(4) == u1, 3 - values, values)):
        assert moved(before, scores("u1", "u2", "nobody")) == [True, False, False]


def test_of_an_unknown_user_nothing_is_assumed(model, scores):
    users = ("nobody", "somebody", "u1", "u2")
    before = scores(*users)
    assert np.isfinite(before).all()
    np.testing.assert_array_equal(before[0], before[1])
    embedding = model.embedding.users.attribute_embeddings[LEVELS]
    with changed(embedding, lambda values: np.where(np.arange(len(values))[:, None] > 0, values + 0.5, values)):
        assert moved(before, scores(*users)) == [False, False, True, True]
