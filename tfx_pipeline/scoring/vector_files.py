"""The files of item vectors: a table for any system, and an index of FAISS for those that search with it."""

import os
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from apache_beam.io.filesystems import FileSystems

from tfx_pipeline.scoring.score_files import whole_file

TABLE: Final = "items.parquet"
INDEX: Final = "items.faiss"
ITEM, VECTOR = "item_id", "vector"


class NoIndexError(Exception):
    """There can be no index. The message says why, and what mends it."""


def write_table(folder: str, items: Sequence[str], vectors: np.ndarray) -> None:
    """Writes `items.parquet`: a row for each item, with its id and its vector. An index of earlier ones is removed.

    Args:
        folder: A local path or, if Beam is installed with support for it, the address of a bucket.
        items: The items' ids.
        vectors: float32 [items, dim].
    """
    index = os.path.join(folder, INDEX)
    if FileSystems.exists(index):
        FileSystems.delete([index])  # Its numbers would stand for other items.
    rows = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1), pa.float32()), vectors.shape[1])
    with whole_file(os.path.join(folder, TABLE)) as file:
        pa.parquet.write_table(pa.table({ITEM: pa.array(items, pa.string()), VECTOR: rows}), file)


def index_of(vectors: np.ndarray, kind: str) -> bytes:
    """Makes an index by inner product, the order in which the model retrieves. Item `i` is row `i` of the table.

    Args:
        vectors: float32 [items, dim].
        kind: As FAISS names it: `Flat` is exact, `HNSW32` and `IVF256,Flat` are faster and miss some.

    Returns:
        The bytes that `faiss.read_index` reads from a file.

    Raises:
        NoIndexError: FAISS is not installed, or makes no such index of these vectors.
    """
    try:
        import faiss
    except ImportError:
        raise NoIndexError(
            "FAISS is not installed. Install it: `pip install faiss-cpu`, or `pip install 'tandem-recommender[faiss]'`."
        ) from None
    try:
        index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        index.add(vectors)
    except RuntimeError as error:  # All that FAISS raises.
        reason = str(error).strip().splitlines()[-1].removeprefix("Error: ")
        raise NoIndexError(f"FAISS makes no index {kind!r} of {len(vectors):,} vectors: {reason}") from None
    return faiss.serialize_index(index).tobytes()


def write_index(folder: str, index: bytes) -> None:
    """Writes `items.faiss`, what `index_of` has made."""
    with whole_file(os.path.join(folder, INDEX)) as file:
        file.write(index)
