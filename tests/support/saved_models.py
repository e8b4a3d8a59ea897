"""Saves models that are small enough to be made by the tests that serve them."""

import pathlib
import shutil

import tensorflow as tf

from components.input_specs import input_specs
from schemas import signatures

BASE_SCORES = {"a": 0.5, "b": 0.25, "c": 0.125}
"""What `save_rank_model` gives these candidates; others get 0."""
HISTORY_BONUS = 1.0
QUERY_BONUS = 2.0


def save_half_plus(path: pathlib.Path, addend: float = 2.0) -> None:
    """Saves y = x / 2 + addend, with variables, and `strings`, with a table, an int output and an output *_bytes."""
    module = tf.Module()
    module.half = tf.Variable(0.5)
    module.addend = tf.Variable(addend)
    module.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["one", "two"], [1.0, 2.0]), -1.0)

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, name="x")])
    def half_plus(x):
        return {"y": module.half * x + module.addend}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "word"), tf.TensorSpec([None], tf.int64, "times")])
    def strings(word, times):
        return {
            "number": module.table.lookup(word) * tf.cast(times, tf.float32),
            "length": tf.strings.length(word),
            "known": module.table.lookup(word) > 0,
            "upper": tf.strings.upper(word),
            "word_bytes": word,
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def total(x):
        return {"total": tf.reduce_sum(x)}

    saved = {"serving_default": half_plus, "strings": strings, "total": total.get_concrete_function()}
    save_atomically(module, path, saved)


def save_rank_model(path: pathlib.Path) -> None:
    """Saves a model with a `rank` signature whose scores can be worked out by hand.

    A candidate's score is that of BASE_SCORES, plus HISTORY_BONUS if the history has it, plus QUERY_BONUS if it is the
    query.
    """
    module = tf.Module()
    known = tf.lookup.KeyValueTensorInitializer(list(BASE_SCORES), list(BASE_SCORES.values()))
    module.table = tf.lookup.StaticHashTable(known, 0.0)

    @tf.function(input_signature=list(input_specs(signatures.RANK).values()))
    def rank(user_id, query, candidates, surfaces, queries, items):
        tf.debugging.assert_equal(tf.shape(surfaces), tf.shape(items)[:2])
        tf.debugging.assert_equal(tf.shape(surfaces), tf.shape(queries))
        clicked = tf.reshape(items, [tf.shape(items)[0], -1])
        in_history = tf.reduce_any(tf.equal(candidates[:, :, tf.newaxis], clicked[:, tf.newaxis, :]), axis=2)
        scores = module.table.lookup(candidates)
        scores += HISTORY_BONUS * tf.cast(in_history, tf.float32)
        scores += QUERY_BONUS * tf.cast(tf.equal(candidates, query[:, tf.newaxis]), tf.float32)
        return {signatures.SCORES: scores}

    save_atomically(module, path, {signatures.RANK: rank})


def save_atomically(module: tf.Module, path: pathlib.Path, signature_functions: dict) -> None:
    """Saves beside the path and renames, so that a server never sees a half-written version."""
    staging = path.parent / f"staging-{path.name}"
    tf.saved_model.save(module, str(staging), signatures=signature_functions)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(str(staging), str(path))
