"""Asks a model for the rank of each example's positive among all items."""

from collections.abc import Callable, Iterator

import apache_beam as beam
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
from apache_beam.utils.shared import Shared

from components.progress import Progress
from schemas import features, signatures

Ranked = tuple[str, int, int | None, bool]
"""An example that has a positive: its surface, the positive's rank, that by vectors, whether it is a repeat.

A rank is 0 if the model does not know the positive. Where one model retrieves and another ranks, the first rank is that
in the answer as it is served, the second that by the retriever's vectors alone; of any other model, the second is None.
A repeat is a positive that is in the example's history.
"""


class RankInCatalogue(beam.DoFn):
    """Turns batches of serialized examples into `Ranked`, one for each example that has a positive.

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

    def process(self, batch: list[bytes]) -> Iterator[Ranked]:
        """Ranks the positives of a batch."""
        examples = tf.constant(batch)
        ranks = self._model.signature(**{signatures.EXAMPLES: examples})
        answer = {name: each.numpy() for name, each in ranks.items()}
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
        for row, history in enumerate(columns[features.HISTORY_ITEMS].to_list()):
            if positives[row]:
                is_repeat = positives[row][0] in history
                leaves_out = self._exclude_seen and not is_repeat
                rank = answer[signatures.UNSEEN_RANKS if leaves_out else signatures.RANKS][row]
                by_vectors = answer.get(signatures.UNSEEN_VECTOR_RANKS if leaves_out else signatures.VECTOR_RANKS)
                vector_rank = None if by_vectors is None else int(by_vectors[row])
                yield surfaces[row].decode(), int(rank), vector_rank, is_repeat
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
