import argparse
from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf

from benchmarks.workloads import generated_batches, workload
from schemas import features


def parse(*arguments):
    parser = argparse.ArgumentParser()
    workload.add_arguments(parser, default_steps=3)
    return workload.from_arguments(parser, parser.parse_args(arguments))


def test_options_become_sizes_and_hyper_parameters():
    work = parse("--size", "kuaisar", "--scale", "0.5", "--set", "query_item_pairs=0", "--set", "experts=single_task")
    assert work.size.recommendation_rows == 512
    assert (work.size.unisar.query_item_pairs, work.size.unisar.experts) == (0, "single_task")
    assert work.description()["unisar"]["query_item_pairs"] == 0
    assert work.description()["rows"] == "generated"


def test_functions_leave_rows_and_candidates_open():
    work = parse("--scale", "0.005")
    inputs, labels = tf.nest.map_structure(tf.constant, generated_batches.joint(work.size))
    given, labelled = work.function(lambda inputs, labels: 0, (inputs, labels)).input_signature
    assert given["search"][features.CANDIDATE_ITEMS].shape.as_list() == [None, None]
    assert given["search"][features.SEARCH_ITEMS].shape.as_list() == [None, 12, 1]
    assert labelled["recommendation"].shape.as_list() == [None, None]
    assert labelled["recommendation"].dtype == tf.float32


def test_files_bring_their_vocabularies_and_lengths():
    shapes = {
        features.QUERY_WORDS: [2],
        features.RECOMMENDATION_ITEMS: [3],
        features.SEARCH_ITEMS: [4, 5],
        features.ITEM_WORDS: [6],
        features.ITEM_CATEGORIES: [1],
    }
    spec = {name: tf.io.FixedLenFeature(shape, tf.int64) for name, shape in shapes.items()}
    known = {"users": 10, "items": 20, "words": 30, "categories_0": 40}
    output = SimpleNamespace(transformed_feature_spec=lambda: spec, vocabulary_size_by_name=known.get)
    size = workload.size_of_files(output, generated_batches.AMAZON)
    # Padding and the unknown beside the known.
    assert (size.vocabulary.users, size.vocabulary.items, size.vocabulary.words) == (12, 22, 32)
    assert size.vocabulary.categories == (42,)
    assert (size.words_per_query, size.items_per_session, size.words_per_title) == (2, 5, 6)
    assert (size.unisar.recommendation_history, size.unisar.search_history) == (3, 4)
    assert size.unisar.query_item_weight == generated_batches.AMAZON.unisar.query_item_weight


def test_no_factor_of_one_and_no_summand_of_zero_is_left_and_little_changes():
    model = keras.Sequential([keras.layers.Dense(50), keras.layers.LayerNormalization()])
    model.build([None, 3])
    before = [weight.numpy() for weight in model.trainable_weights]
    workload.disturb(model, seed=1)
    after = [weight.numpy() for weight in model.trainable_weights]
    assert not any(np.isin(weight, (0.0, 1.0)).any() for weight in after)
    moved = np.concatenate([(one - other).ravel() for one, other in zip(before, after, strict=True)])
    # 300 draws with a standard deviation of 0.01.
    assert 0.008 < moved.std() < 0.012
    assert len(np.unique(moved)) > 250
