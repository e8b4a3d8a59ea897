"""The popularity model: it ranks items by how often users engaged with them, alike for every request."""

from collections.abc import Mapping

import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures


class PopularityModel(tf.Module):
    """Scores each candidate by its share of all engagements.

    It consists of one static hash table, so it runs wherever a SavedModel runs. It has the signatures of the exported
    networks (`schemas.signatures`), so the same Evaluator and the same servers take it.
    """

    def __init__(self, counts: Mapping[bytes, int]):
        """Builds the table of scores.

        Args:
            counts: Item id to number of engagements. Items not in it score 0.

        Raises:
            ValueError: There are no engagements.
        """
        super().__init__(name="popularity_model")
        if not counts:
            raise ValueError("Popularity needs at least one engagement. Received: counts={}")
        total = sum(counts.values())
        initializer = tf.lookup.KeyValueTensorInitializer(
            keys=tf.constant(list(counts), tf.string),
            values=tf.constant([count / total for count in counts.values()], tf.float32),
        )
        self.shares = tf.lookup.StaticHashTable(initializer, default_value=0.0)

    @tf.function
    def serving_default(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores the candidates of serialized tf.Examples.

        Args:
            examples: string [batch]. The Evaluator batches any examples, so their candidate lists may differ in length.
                The scores of a shorter list are padded with minus infinity.

        Returns:
            `scores`: float32 [batch, candidates of the longest list].
        """
        columns = tf.io.parse_example(examples, {features.CANDIDATES: tf.io.RaggedFeature(tf.string)})
        candidates = columns[features.CANDIDATES]
        scores = candidates.with_flat_values(self.shares.lookup(candidates.flat_values))
        return {signatures.SCORES: scores.to_tensor(default_value=float("-inf"))}

    @tf.function
    def rank(self, **request: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores the candidates of a request; all other inputs are ignored.

        Args:
            **request: The inputs of `rank` by name.

        Returns:
            `scores`: float32 [batch, candidates].
        """
        return {signatures.SCORES: self.shares.lookup(request[signatures.RANK_CANDIDATES])}


def save_popularity_model(counts: Mapping[bytes, int], directory: str) -> None:
    """Writes the popularity model of `counts` as a SavedModel."""
    model = PopularityModel(counts)
    functions = {
        signatures.SERVING_DEFAULT: model.serving_default.get_concrete_function(
            *input_specs(signatures.SERVING_DEFAULT).values()
        ),
        signatures.RANK: model.rank.get_concrete_function(**input_specs(signatures.RANK)),
    }
    tf.saved_model.save(model, directory, signatures=functions)
