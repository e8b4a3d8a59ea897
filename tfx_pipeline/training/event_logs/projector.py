"""Vectors of some items, words and users for TensorBoard's projector, with titles and categories."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from google.protobuf import text_format
from keras import ops
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from models.catalogue import Catalogue
from models.contract import ShowsVectors
from schemas.features import PADDING

ITEMS, WORDS, USERS = "items", "words", "users"
"""Kinds of vectors, as `models.contract.ShowsVectors` names them."""
MOST: Final = 2000
"""So many of each kind. More make the page slow, and their files large."""
_CONFIG: Final = "projector_config.pbtxt"
_FOLDER: Final = "projector"


class Names:
    """What stands beside the vectors: the values of the vocabularies, and what is known of the items.

    Args:
        values: The values of each vocabulary from index 1 on, the most frequent first, by `items` and `words`.
        users: How many users there are. They are told by their place: ids are nobody's business here, and may be many.
        categories: The same of each level of categories, broad to narrow.
        catalogue: What is known of the items.
    """

    def __init__(
        self,
        values: Mapping[str, Sequence[bytes]],
        users: int,
        categories: Sequence[Sequence[bytes]],
        catalogue: Catalogue,
    ):
        self.counts = {USERS: users, **{kind: len(each) for kind, each in values.items()}}
        self._values, self._categories, self._catalogue = values, categories, catalogue

    def rows(self, kind: str, ids: Sequence[int]) -> list[tuple[str, ...]]:
        """The heading and a row for each index: of an item its title, its id and its categories.

        An item without a title has its id there. Titles are what a vocabulary of words has kept of them. Users have one
        column, which TensorBoard wants without a heading.
        """
        if kind == USERS:
            return [(f"user {index}",) for index in ids]
        own = [_text(self._values[kind][index - 1]) for index in ids]
        if kind != ITEMS:
            return [
                (kind.removesuffix("s"), "rank"),
                *((name, str(index)) for name, index in zip(own, ids, strict=True)),
            ]
        titles = [self._words(self._catalogue.words[index]) or name for name, index in zip(own, ids, strict=True)]
        levels = [
            [_value(values, self._catalogue.categories[index, level]) for index in ids]
            for level, values in enumerate(self._categories)
        ]
        heading = ("title", "item", *(f"category_{level + 1}" for level in range(len(levels))))
        return [heading, *zip(titles, own, *levels, strict=True)]

    def _words(self, indices: Sequence[int]) -> str:
        return " ".join(filter(None, (_value(self._values[WORDS], index) for index in indices)))


def write_projector(log_dir: str, model: Any, names: Names, most: int = MOST) -> None:
    """Writes the vectors of a trained model, if it shows any.

    Of each kind it takes as many as `most`, evenly over the vocabulary, so that frequent and rare ones are among them.

    Args:
        log_dir: The folder of the training's logs.
        model: The model.
        names: What stands beside the vectors.
        most: How many of each kind.
    """
    if not isinstance(model, ShowsVectors):
        return
    config = ProjectorConfig()
    for kind, vectors in model.vector_tables().items():
        ids = _evenly(names.counts[kind], most)
        if len(ids) < 2:
            continue  # No two to compare.
        embedding = config.embeddings.add(tensor_name=kind)
        embedding.tensor_path, embedding.metadata_path = f"{_FOLDER}/{kind}.tsv", f"{_FOLDER}/{kind}_names.tsv"
        folder = Path(log_dir, _FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        values = ops.convert_to_numpy(ops.cast(vectors(ids), "float32"))
        np.savetxt(Path(log_dir, embedding.tensor_path), values, fmt="%.5g", delimiter="\t")
        lines = ("\t".join(row) for row in names.rows(kind, ids.tolist()))
        Path(log_dir, embedding.metadata_path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path(log_dir, _CONFIG).write_text(text_format.MessageToString(config), encoding="utf-8")


def _evenly(count: int, most: int) -> np.ndarray:
    """Indices from 1 to `count`: int32 [at most `most`]."""
    return np.unique(np.linspace(PADDING + 1, count, min(count, most)).astype(np.int32))


def _value(values: Sequence[bytes], index: int) -> str:
    """The value of an index; nothing for padding and the unknown."""
    return _text(values[index - 1]) if PADDING < index <= len(values) else ""


def _text(value: bytes) -> str:
    return " ".join(value.decode(errors="replace").split())
