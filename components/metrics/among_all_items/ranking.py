"""Asks a model for the rank of each example's positive among all items, and for the lists that it serves."""

from collections.abc import Callable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
from apache_beam.utils.shared import Shared

from components.baselines.example_ranking import is_chosen
from components.metrics.served_lists.asked_lists import AskedLists
from components.metrics.served_lists.list_figures import LISTED
from components.metrics.served_lists.list_sums import ListSums
from components.metrics.served_lists.listed_items import ListedItems
from components.progress import Progress
from schemas import features, signatures

Ranked = tuple[str, int, int | None, bool]
"""An example that has a positive: its surface, the positive's rank, that by vectors, whether it is a repeat.

A rank is 0 if the model does not know the positive. Where one model retrieves and another ranks, the first rank is that
in the answer as it is served, the second that by the retriever's vectors alone; of any other model, the second is None.
A repeat is a positive that is in the example's history.
"""

LISTS = "lists"
"""The tag of the lists."""


class RankInCatalogue(beam.DoFn):
    """Turns batches of serialized examples into `Ranked`, one for each example that has a positive.

    With the tag `LISTS` it yields pairs of a surface and the `ListSums` of a batch's lists.

    Args:
        model_dir: A SavedModel with the signature `catalogue_ranks`. It is loaded once a process.
        exclude_seen: Whether the items of the history are left out, as answers do with `exclude_seen`. A repeat is
            ranked among all items nevertheless: such an answer could not hold it.
        examples: How many examples there are, to display progress; None if nobody knows.
        listed_share: Of which share of the users the model is also asked for lists; chosen by a hash of the user.
    """

    def __init__(self, model_dir: str, exclude_seen: bool, examples: int | None = None, listed_share: float = 0.0):
        self._model_dir = model_dir
        self._exclude_seen = exclude_seen
        self._listed_share = listed_share
        self._progress = Progress("examples ranked among all items", examples)
        self._shared = Shared()

    def setup(self) -> None:
        """Loads the model, or takes the one that this process has loaded."""
        self._model = self._shared.acquire(self._load)

    def process(self, batch: list[bytes], catalogue: ListedItems) -> Iterator[Any]:
        """Ranks the positives of a batch among the items of a catalogue."""
        examples = tf.constant(batch)
        ranks = self._model.signature(**{signatures.EXAMPLES: examples})
        answer = {name: each.numpy() for name, each in ranks.items()}
        columns = tf.io.parse_example(
            examples,
            {
                features.SURFACE: tf.io.FixedLenFeature([], tf.string),
                features.USER_ID: tf.io.FixedLenFeature([], tf.string, ""),
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
        users = columns[features.USER_ID].numpy().tolist()
        chosen = [row for row, user in enumerate(users) if positives[row] and is_chosen(user, self._listed_share)]
        for surface, sums in self._lists(np.array(batch, object)[chosen].tolist(), catalogue).items():
            yield beam.pvalue.TaggedOutput(LISTS, (surface, sums))
        self._progress.advance(len(batch))

    def _lists(self, batch: list[bytes], catalogue: ListedItems) -> dict[str, ListSums]:
        sums: dict[str, ListSums] = {}
        for surface, listed, wanted in self._model.lists.of(tf.constant(batch, tf.string)) if batch else ():
            sums.setdefault(surface, ListSums()).add(listed, wanted, catalogue)
        return sums

    def _load(self) -> "_Model":
        loaded = tf.saved_model.load(self._model_dir)
        if signatures.CATALOGUE_RANKS not in loaded.signatures:
            raise ValueError(
                f"Only a model that retrieves can be measured over the whole catalogue: {self._model_dir} should have "
                f"the signature `{signatures.CATALOGUE_RANKS}`, it has {sorted(loaded.signatures)}"
            )
        return _Model(loaded, self._exclude_seen)


class _Model:
    """Keeps the whole loaded model, because a signature alone does not keep its variables alive."""

    def __init__(self, loaded: tf.Module, exclude_seen: bool):
        self._loaded = loaded
        self.lists = AskedLists(loaded, LISTED, exclude_seen)
        self.signature: Callable = loaded.signatures[signatures.CATALOGUE_RANKS]
