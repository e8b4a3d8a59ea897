"""Encodes users and items, from their ids and attributes, as vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
from keras import ops

from models.layers.embedding.table_lookup import look_up
from models.layers.embedding.text_encoder import TextEncoder
from models.layers.fast.dropout import Dropout
from models.layers.fast.projection import Projection
from models.registration import register
from models.vocabulary import Attribute
from schemas.features import PADDING


@register
class EntityEncoder(keras.layers.Layer):
    """Concatenates the embeddings of an id and of its attributes, then applies a dense layer and tanh.

    The attributes' values are weights that are not trained, one table for each attribute. So saved and exported models
    carry them. Value 0 stands for an unknown value. Its embedding starts at 0: it adds nothing unless training has
    unknown values to learn from. Numbers are taken as they are. A content vector goes through a dense layer of its own,
    without a bias, and tanh. Numbers and vectors that are 0 add nothing.

    Source: UniSAR (arXiv 2404.09520), embedding of users and items. Numbers and content vectors are additions of ours.

    Example:
    >>> encoder = EntityEncoder(count=10, id_dim=4, dim=8)
    >>> encoded = encoder(np.array([[3, 0]]))
    >>> tuple(encoded.shape)
    (1, 2, 8)
    >>> float(ops.max(ops.abs(encoded[0, 1])))  # Padding is exactly 0.
    0.0

    Args:
        count: Number of ids, padding and out-of-vocabulary included.
        id_dim: Width of the id's embedding.
        dim: Width of the output.
        attributes: The attributes of each id; each is a `models.vocabulary.Attribute` or its fields as a dict.
        text_encoder: Encodes the attributes that are texts; needed if there are any.
        mask_padding: Whether id 0 becomes exactly 0 and attribute value 0 adds nothing. It is True for items. Users
            have no padding.
        id_dropout: In training, the share of ids of a call that count as unknown: their own embedding adds nothing, so
            that attributes alone have to do. With it, the out-of-vocabulary id is unknown always.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        ids: Int [...].
        training: Whether ids are dropped.

    Returns:
        Float [..., dim].

    Raises:
        ValueError: An attribute is a text, and there is no `text_encoder`.
    """

    def __init__(
        self,
        count: int,
        id_dim: int,
        dim: int,
        attributes: Sequence[Attribute | Mapping[str, Any]] = (),
        text_encoder: TextEncoder | None = None,
        mask_padding: bool = True,
        id_dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.count = count
        self.id_dim = id_dim
        self.dim = dim
        self.attributes = tuple(each if isinstance(each, Attribute) else Attribute(**each) for each in attributes)
        self.text_encoder = text_encoder
        self.mask_padding = mask_padding
        self.id_dropout = id_dropout
        texts = [each.name for each in self.attributes if each.is_text]
        if texts and text_encoder is None:
            raise ValueError(f"`text_encoder` is needed for attributes that are texts. Received: {texts}")

    def build(self, ids_shape=None):
        """Creates the embedding tables, the tables of attribute values and the projection."""
        self.id_embedding = self.add_weight(
            name="id_embedding", shape=(self.count, self.id_dim), initializer="glorot_normal"
        )
        self.id_is_known, self.drop_ids = None, None
        if self.id_dropout:
            self.id_is_known = self.add_weight(
                name="id_is_known", shape=(self.count, 1), initializer=_all_but_the_last, trainable=False
            )
            self.drop_ids = Dropout(self.id_dropout, name="drop_ids", dtype=self.dtype_policy)
        self.attribute_values: dict[str, Any] = {}
        self.attribute_embeddings: dict[str, Any] = {}
        self.vector_projections: dict[str, Projection] = {}
        width = self.id_dim
        if self.text_encoder is not None and not self.text_encoder.built:
            self.text_encoder.build(None)
        for each in self.attributes:
            self.attribute_values[each.name] = self.add_weight(
                name=f"{each.name}_values",
                shape=(self.count, each.row_width) if each.row_width else (self.count,),
                initializer="zeros",
                dtype="float32" if each.is_real else "int32",
                trainable=False,
                autocast=False,  # Rows are cast once they are looked up.
            )
            if each.is_text:
                width += self._text_encoder().dim
            elif each.numbers:
                width += each.numbers
            elif each.vector:
                project = Projection(
                    self.dim, activation="tanh", use_bias=False, name=f"{each.name}_projection", dtype=self.dtype_policy
                )
                project.build((None, each.vector))
                self.vector_projections[each.name] = project
                width += self.dim
            else:
                self.attribute_embeddings[each.name] = self.add_weight(
                    name=f"{each.name}_embedding", shape=(each.size, each.dim), initializer=_unknown_is_zero
                )
                width += each.dim
        self.projection = Projection(self.dim, activation="tanh", name="projection", dtype=self.dtype_policy)
        self.projection.build((None, width))
        self.built = True

    def set_attributes(self, values: Mapping[str, Any]) -> None:
        """Fills the tables of attribute values.

        Args:
            values: A dict from each attribute's name to an array: int [count] for a category, int [count, words] for a
                text, float [count, width] for numbers and content vectors.

        Raises:
            ValueError: A name is unknown or missing, a shape is wrong, a value lies outside its vocabulary, or a number
                is not finite.
        """
        expected = {each.name: each for each in self.attributes}
        if set(values) != set(expected):
            raise ValueError(
                f"{self.name} has the attributes {sorted(expected)}, and each needs its values. "
                f"Received: {sorted(values)}"
            )
        for name, table in self.attribute_values.items():
            array = ops.convert_to_numpy(values[name]).astype(table.dtype)
            if array.shape != tuple(table.shape):
                raise ValueError(
                    f"Values of {name!r} should have the shape {tuple(table.shape)}. Received: {array.shape}"
                )
            if expected[name].is_real:
                if not np.isfinite(array).all():
                    raise ValueError(f"Values of {name!r} should be finite. Received: {array[~np.isfinite(array)][0]}")
                table.assign(array)
                continue
            size = self._text_encoder().words if expected[name].is_text else expected[name].size
            if array.size and (array.min() < 0 or array.max() >= size):
                raise ValueError(
                    f"Values of {name!r} should lie in 0..{size - 1}. Received: {array.min()}..{array.max()}"
                )
            table.assign(array)

    def table_vocabularies(self, of_ids: str) -> dict[str, str]:
        """The vocabulary of each trained table, by the weight's path; `of_ids` is that of the ids."""
        of_values = {table.path: name for name, table in self.attribute_embeddings.items()}
        return {self.id_embedding.path: of_ids, **of_values}

    def call(self, ids, training=False):
        """Encodes each id."""
        parts = [self._id_part(ids, training)]
        parts += [self._attribute_part(each, lambda table: ops.take(table, ids, axis=0)) for each in self.attributes]
        return self._project(parts, ids)

    def encode_texts(self, ids):
        """The sum of each id's encoded texts: float [..., text encoder's dim]; 0 for padding with `mask_padding`."""
        texts = [
            self._attribute_part(each, lambda table: ops.take(table, ids, axis=0)) for each in self.text_attributes
        ]
        total = texts[0] if len(texts) == 1 else ops.sum(ops.stack(texts), axis=0)
        real = ops.cast(ops.not_equal(ids, PADDING), total.dtype)
        return ops.multiply(total, ops.expand_dims(real, -1)) if self.mask_padding else total

    @property
    def text_attributes(self) -> list[Attribute]:
        """The attributes that are texts."""
        return [each for each in self.attributes if each.is_text]

    def table(self):
        """Encodes all ids: float [count, dim]. Faster than `call` if there are more lookups than ids."""
        of_ids = ops.convert_to_tensor(self.id_embedding)
        parts = [of_ids if self.id_is_known is None else ops.multiply(of_ids, self.id_is_known)]
        parts += [self._attribute_part(each, ops.convert_to_tensor) for each in self.attributes]
        return self._project(parts, ops.arange(self.count, dtype="int32"))

    def _id_part(self, ids, training):
        vectors = look_up(self.id_embedding, ids)
        if self.id_is_known is None:
            return vectors
        known = ops.take(self.id_is_known, ids, axis=0)
        kept = ops.greater(self.drop_ids(ops.ones_like(known), training=training), 0)
        return ops.multiply(vectors, ops.multiply(known, ops.cast(kept, known.dtype)))

    def _text_encoder(self) -> TextEncoder:
        assert self.text_encoder is not None, "the constructor refuses texts without an encoder"
        return self.text_encoder

    def _attribute_part(self, attribute: Attribute, of_ids):
        values = of_ids(self.attribute_values[attribute.name])
        if attribute.is_text:
            return self._text_encoder()(values)
        if attribute.is_real:
            return self.vector_projections[attribute.name](values) if attribute.vector else values
        table = self.attribute_embeddings[attribute.name]
        if self.mask_padding:
            real = ops.cast(ops.not_equal(ops.arange(attribute.size), PADDING), table.dtype)
            table = ops.multiply(table, ops.expand_dims(real, -1))
        return ops.take(table, values, axis=0)

    def _project(self, parts, ids):
        parts = [ops.cast(part, self.compute_dtype) for part in parts]
        vectors = self.projection(parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1))
        if not self.mask_padding:
            return vectors
        real = ops.cast(ops.not_equal(ids, PADDING), self.compute_dtype)
        return ops.multiply(vectors, ops.expand_dims(real, -1))

    def compute_output_shape(self, ids_shape):
        """[..., dim]."""
        return (*ids_shape, self.dim)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "count": self.count,
            "id_dim": self.id_dim,
            "dim": self.dim,
            "attributes": [asdict(each) for each in self.attributes],
            "text_encoder": keras.saving.serialize_keras_object(self.text_encoder),
            "mask_padding": self.mask_padding,
            "id_dropout": self.id_dropout,
        }

    @classmethod
    def from_config(cls, config):
        """Makes the layer from its configuration, with a text encoder of its own."""
        config = dict(config)
        config["text_encoder"] = keras.saving.deserialize_keras_object(config["text_encoder"])
        return cls(**config)


def _unknown_is_zero(shape, dtype=None):
    """Initial embeddings of values: `glorot_normal`, but 0 for the unknown value."""
    known = ops.cast(ops.not_equal(ops.arange(shape[0]), PADDING), dtype)
    return ops.multiply(keras.initializers.GlorotNormal()(shape, dtype), ops.expand_dims(known, -1))


def _all_but_the_last(shape, dtype=None):
    """1 for each id, but 0 for the out-of-vocabulary one: float [ids, 1]."""
    return ops.cast(ops.less(ops.arange(shape[0]), shape[0] - 1), dtype)[:, None]
