"""Asks a model for the rank of each example's positive among all items."""

from collections.abc import Callable, Iterator

import apache_beam as beam
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
from apache_beam.utils.shared import Shared

from components.progress import Progress
from schemas import features, signatures


class RankInCatalogue(beam.DoFn):
    """Turns batches of serialized examples into pairs (surface, rank), one for each example that has a positive.

    The rank is 0 if the model does not know the positive.

    Args:
        model_dir: A SavedModel with the signature `catalogue_ranks`. It is loaded once a process.
        examples: How many examples there are, to display progress; None if nobody knows.
    """

    def __init__(self, model_dir: str, examples: int | None = None):
        self._model_dir = model_dir
        self._progress = Progress("examples ranked among all items", examples)
        self._shared = Shared()

    def setup(self) -> None:
        """Loads the model, or takes the one that this process has loaded."""
        self._model = self._shared.acquire(self._load)

    def process(self, batch: list[bytes]) -> Iterator[tuple[str, int]]:
        """Ranks the positives of a batch."""
        examples = tf.constant(batch)
        ranks = self._model.signature(**{signatures.EXAMPLES: examples})[signatures.RANKS].numpy()
        columns = tf.io.parse_example(
            examples,
            {
                features.SURFACE: tf.io.FixedLenFeature([], tf.string),
                features.LABELS: tf.io.RaggedFeature(tf.float32),
            },
        )
        surfaces = columns[features.SURFACE].numpy()
        has_positive = tf.reduce_any(columns[features.LABELS] > 0, axis=1).numpy()
        for surface, rank, is_ranked in zip(surfaces, ranks, has_positive, strict=True):
            if is_ranked:
                yield surface.decode(), int(rank)
        self._progress.advance(len(batch))

    def _load(self) -> "_Model":
        loaded = tf.saved_model.load(self._model_dir)
        if signatures.CATALOGUE_RANKS not in loaded.signatures:
            raise ValueError(
                f"Only a model that retrieves can be measured over the whole catalogue: {self._model_dir} should have "
                f"the signature `{signatures.CATALOGUE_RANKS}`, it has {sorted(loaded.signatures)}"
            )
        return _Model(loaded)


class _Model:
    """Keeps the whole loaded model, because a signature alone does not keep its variables alive."""

    def __init__(self, loaded: tf.Module):
        self._loaded = loaded
        self.signature: Callable = loaded.signatures[signatures.CATALOGUE_RANKS]
