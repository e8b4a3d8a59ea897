"""Asks a model for the rank of each example's positive among all items."""

from collections.abc import Callable, Iterator

import apache_beam as beam
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
from apache_beam.utils.shared import Shared

from components.progress import Progress
from schemas import features, signatures


class RankInCatalogue(beam.DoFn):
    """Turns batches of serialized examples into (surface, rank, is a repeat), one for each that has a positive.

    The rank is 0 if the model does not know the positive. A repeat is a positive that is in the example's history.

    Args:
        model_dir: A SavedModel with the signature `catalogue_ranks`. It is loaded once a process.
        exclude_seen: Whether the items of the history are left out, as answers do with `exclude_seen`. A repeat is
            ranked among all items nevertheless: such an answer could not hold it.
        examples: How many examples there are, to display progress; None if nobody knows.
    """

    def __init__(self, model_dir: str, exclude_seen: bool, examples: int | None = None):
        self._model_dir = model_dir
        self._exclude_seen = exclude_seen
        self._progress = Progress("examples ranked among all items", examples)
        self._shared = Shared()

    def setup(self) -> None:
        """Loads the model, or takes the one that this process has loaded."""
        self._model = self._shared.acquire(self._load)

    def process(self, batch: list[bytes]) -> Iterator[tuple[str, int, bool]]:
        """Ranks the positives of a batch."""
        examples = tf.constant(batch)
        answer = self._model.signature(**{signatures.EXAMPLES: examples})
        columns = tf.io.parse_example(
            examples,
            {
                features.SURFACE: tf.io.FixedLenFeature([], tf.string),
                features.LABELS: tf.io.RaggedFeature(tf.float32),
                features.CANDIDATES: tf.io.RaggedFeature(tf.string),
                features.HISTORY_ITEMS: tf.io.RaggedFeature(tf.string),
            },
        )
        surfaces = columns[features.SURFACE].numpy()
        is_positive = columns[features.LABELS] > 0
        positives = tf.ragged.boolean_mask(columns[features.CANDIDATES], is_positive).to_list()
        ranks = answer[signatures.RANKS].numpy()
        unseen = answer[signatures.UNSEEN_RANKS].numpy() if self._exclude_seen else ranks
        for row, history in enumerate(columns[features.HISTORY_ITEMS].to_list()):
            if positives[row]:
                is_repeat = positives[row][0] in history
                yield surfaces[row].decode(), int((ranks if is_repeat else unseen)[row]), is_repeat
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
