import numpy as np
import pytest

from models.layers.embedding.entity_encoder import EntityEncoder
from models.layers.embedding.text_encoder import TextEncoder
from models.vocabulary import Attribute
from tests.support.layer_case import run_layer_test

ATTRIBUTES = (
    Attribute("title", words=3),
    Attribute("colour", size=4, dim=2),
    Attribute("price", numbers=2),
    Attribute("picture", vector=3),
)
VALUES = {
    "title": [[0, 0, 0], [1, 2, 0], [4, 0, 0], [0, 0, 0], [3, 3, 1]],
    "colour": [0, 1, 3, 0, 2],
    "price": [[0, 0], [1.5, 1], [-2, 1], [0, 0], [0.25, 1]],
    "picture": [[0, 0, 0], [0.6, 0, 0.8], [0, 0, 0], [0, 1, 0], [0, -1, 0]],
}


def encoder(**arguments):
    texts = TextEncoder(words=5, word_dim=3, dim=4)
    layer = EntityEncoder(5, id_dim=3, dim=4, attributes=ATTRIBUTES, text_encoder=texts, **arguments)
    layer.build()
    layer.set_attributes(VALUES)
    return layer


def test_layer_contract_with_ids_only():
    ids = np.array([[1, 2], [0, 4]], "int32")
    run_layer_test(EntityEncoder, {"count": 5, "id_dim": 3, "dim": 4}, {"ids": ids}, (2, 2, 4), trainable_weights=3)


def test_configuration_keeps_attributes_and_text_encoder():
    again = EntityEncoder.from_config(encoder().get_config())
    assert again.attributes == ATTRIBUTES
    assert again.text_encoder.get_config() == encoder().text_encoder.get_config() | {"name": again.text_encoder.name}


@pytest.mark.parametrize("mask_padding", [True, False])
def test_a_table_equals_looking_up_each_id_and_padding_is_zero_if_masked(mask_padding):
    layer = encoder(mask_padding=mask_padding)
    np.testing.assert_allclose(layer.table(), layer(np.arange(5)), rtol=1e-6)
    assert np.any(layer(np.array([0]))) == (not mask_padding)


def test_every_attribute_matters():
    layer = encoder()
    before = layer(np.array([1]))
    for name, changed in (("title", [1, 3, 0]), ("colour", 2), ("price", [1.4, 1]), ("picture", [0.8, 0, 0.6])):
        values = {key: np.array(value) for key, value in VALUES.items()}
        values[name][1] = changed
        layer.set_attributes(values)
        assert np.abs(layer(np.array([1])) - before).max() > 1e-4, name


@pytest.mark.parametrize(("mask_padding", "unknown_moves"), [(True, False), (False, True)])
def test_an_unknown_value_adds_nothing_unless_it_can_be_learned(mask_padding, unknown_moves):
    layer = encoder(mask_padding=mask_padding)
    table, ids = layer.attribute_embeddings["colour"], np.array([1, 3])
    assert not np.any(table[0]) and np.all(np.any(table[1:], axis=-1)), "at the start"
    before = np.asarray(layer(ids))
    table.assign(table + 1.0)
    # Item 1 has colour 1, item 3 has colour 0.
    moved = np.abs(np.asarray(layer(ids)) - before).max(axis=-1) > 1e-4
    assert moved.tolist() == [True, unknown_moves]


def test_numbers_are_taken_as_they_are_and_vectors_through_a_layer_of_their_own():
    """By the formula: tanh of the id's embedding, the numbers and tanh of the projected vector, through one kernel."""
    texts = TextEncoder(words=5, word_dim=3, dim=4)
    layer = EntityEncoder(5, id_dim=3, dim=4, attributes=ATTRIBUTES[2:], text_encoder=texts)
    layer.build()
    layer.set_attributes({name: VALUES[name] for name in ("price", "picture")})
    kernel, ids = np.asarray(layer.projection.kernel), np.asarray(layer.id_embedding)
    of_picture = np.asarray(layer.vector_projections["picture"].kernel)
    assert (kernel.shape, of_picture.shape) == ((3 + 2 + 4, 4), (3, 4))
    row = np.concatenate([ids[1], [1.5, 1], np.tanh(np.array([0.6, 0, 0.8]) @ of_picture)])
    np.testing.assert_allclose(layer(np.array([1]))[0], np.tanh(row @ kernel), rtol=1e-5)
    # Item 3 has no number, item 2 no picture: what would be made of them adds nothing, whatever was learned.
    for weight, item in ((layer.projection.kernel, 3), (layer.vector_projections["picture"].kernel, 2)):
        before, kept = np.asarray(layer(np.array([item]))), np.asarray(weight)
        changed = kept.copy()
        changed[3 : 5 if item == 3 else None] += 7.0
        weight.assign(changed if item == 3 else kept + 7.0)
        np.testing.assert_array_equal(layer(np.array([item])), before)
        weight.assign(kept)
    assert [weight.path.split("/")[-1] for weight in layer.non_trainable_weights if "values" in weight.path] == [
        "price_values",
        "picture_values",
    ]


def test_numbers_and_vectors_are_stored_whole_and_computed_in_the_policys_type():
    layer = encoder(dtype="mixed_bfloat16")
    # 1 + 2^-20 is 1 in bfloat16.
    layer.set_attributes(VALUES | {"price": np.full((5, 2), 1 + 2.0**-20)})
    assert float(layer.attribute_values["price"][1, 0]) == 1 + 2.0**-20
    for encoded in (layer(np.array([1])), layer.table()):
        assert encoded.dtype == "bfloat16" and np.isfinite(np.asarray(encoded, "float32")).all()


def test_refuses_texts_without_encoder():
    with pytest.raises(
        ValueError, match=r"`text_encoder` is needed for attributes that are texts. Received: \['title'\]"
    ):
        EntityEncoder(5, 3, 4, attributes=ATTRIBUTES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"size": [1]},
            r"the attributes \['colour', 'picture', 'price', 'title'\].*Received: .*'price', 'size', 'title'\]",
        ),
        ({"colour": [0, 1]}, r"Values of 'colour' should have the shape \(5,\). Received: \(2,\)"),
        ({"colour": [0, 1, 4, 0, 0]}, r"Values of 'colour' should lie in 0..3. Received: 0..4"),
        ({"title": [[5, 0, 0]] * 5}, r"Values of 'title' should lie in 0..4. Received: 0..5"),
        ({"picture": [[0, 0]] * 5}, r"Values of 'picture' should have the shape \(5, 3\). Received: \(5, 2\)"),
        ({"price": [[0, np.nan]] * 5}, "Values of 'price' should be finite. Received: nan"),
    ],
)
def test_refuses_values_that_do_not_fit(changes, message):
    with pytest.raises(ValueError, match=message):
        encoder().set_attributes(VALUES | changes)


def test_dropped_ids_leave_what_else_is_known():
    """With `id_dropout`, an id counts or does not, whole: in training at random, outside always, if it is known."""
    layer = encoder(id_dropout=0.25)
    ids = np.repeat(np.array([1, 2, 3]), 1000)
    known, dropped = np.asarray(layer(ids)), np.asarray(layer(ids, training=True))
    start = np.asarray(layer.id_embedding)
    layer.id_embedding.assign(np.zeros_like(start))
    without_ids = np.asarray(layer(ids))
    is_known, is_dropped = (np.isclose(dropped, each, atol=1e-6).all(axis=1) for each in (known, without_ids))
    assert np.all(is_known != is_dropped)
    assert 0.2 < is_dropped.mean() < 0.3


def test_with_dropped_ids_the_unknown_id_adds_nothing():
    layer = encoder(id_dropout=0.25)
    before = np.asarray(layer(np.arange(5)))
    layer.id_embedding.assign_add(np.ones((5, 3)))
    moved = np.abs(np.asarray(layer(np.arange(5))) - before).max(axis=1)
    assert moved[4] == 0
    assert moved[1:4].min() > 1e-3
    np.testing.assert_allclose(layer.table(), layer(np.arange(5)), rtol=1e-6)
