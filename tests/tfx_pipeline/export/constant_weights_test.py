"""A small weight is a constant to what is traced, a table is not; and an export keeps no variables of small weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export import constant_weights

WIDTH = 4
TABLE_ROWS = constant_weights.MOST_VALUES // WIDTH + 1


def built(rows):
    model = keras.Sequential([keras.layers.Embedding(rows, WIDTH), keras.layers.Dense(1)])
    model.build([None])
    return model


@pytest.fixture
def model():
    return built(TABLE_ROWS)


@pytest.fixture
def traced(model):
    function = tf.function(model, input_signature=[tf.TensorSpec([None], tf.int32)])
    with constant_weights.as_constants(model):
        return function.get_concrete_function()


def test_only_what_exceeds_the_limit_is_a_table_and_is_read_as_a_variable(model, traced):
    (table,) = constant_weights.tables(model)
    assert table is model.variables[0].value and table.shape == (TABLE_ROWS, WIDTH)
    assert [variable.shape for variable in traced.variables] == [(TABLE_ROWS, WIDTH)]


def test_what_is_traced_keeps_the_small_weights_of_that_moment_and_follows_the_tables(model, traced):
    table, kernel, bias = model.variables
    row, weights = table.numpy()[3], kernel.numpy()
    kernel.assign(np.full([WIDTH, 1], 9.0))
    bias.assign([5.0])
    np.testing.assert_allclose(traced(tf.constant([3]))[0], row @ weights, rtol=1e-6)
    table.assign(np.ones([TABLE_ROWS, WIDTH]))
    np.testing.assert_allclose(traced(tf.constant([3]))[0], weights.sum(axis=0), rtol=1e-6)
    # Outside of what is traced, the weights are variables as before.
    assert model(tf.constant([3]))[0] == 9.0 * WIDTH + 5.0


def test_a_branch_holds_the_kernels_that_it_uses_and_is_handed_a_small_table():
    model = built(constant_weights.MOST_ROWS_IN_PLACE + 1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def where_there_are_rows(rows):
        return keras.ops.cond(tf.size(rows) > 0, lambda: model(rows), lambda: tf.zeros([0, 1]))

    with constant_weights.as_constants(model):
        function = where_there_are_rows.get_concrete_function()
    (cond,) = (operation for operation in function.graph.get_operations() if operation.type in ("If", "StatelessIf"))
    handed = {tuple(tensor.shape) for tensor in cond.inputs if tensor.dtype == tf.float32}
    assert handed == {(constant_weights.MOST_ROWS_IN_PLACE + 1, WIDTH)}
    table, kernel, _ = model.get_weights()
    np.testing.assert_allclose(function(tf.constant([3]))[0], table[3] @ kernel, rtol=1e-6)


def test_an_export_has_variables_for_its_own_tables_and_for_no_small_weight(exported):
    assert all(weight.shape.num_elements() <= constant_weights.MOST_VALUES for weight in exported.model.weights)
    names = {name.split("/")[0] for name, _ in tf.train.list_variables(f"{exported.model_dir}/variables/variables")}
    own = {"item_table", "item_ids", "item_lengths", "item_categories", "index", "item_rows", "popularity"}
    assert names == own | {"_CHECKPOINTABLE_OBJECT_GRAPH"}
