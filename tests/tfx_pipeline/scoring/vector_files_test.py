import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

from tfx_pipeline.scoring.vector_files import NoIndexError, index_of, write_index, write_table

VECTORS = np.array([[1, 0], [0, 2], [-1, 3]], np.float32)


def test_a_row_for_each_item(tmp_path):
    write_table(str(tmp_path), ["a", "ü", "c"], VECTORS)
    assert pq.read_table(tmp_path / "items.parquet").to_pylist() == [
        {"item_id": "a", "vector": [1, 0]},
        {"item_id": "ü", "vector": [0, 2]},
        {"item_id": "c", "vector": [-1, 3]},
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["items.parquet"]


def test_an_index_of_earlier_vectors_does_not_stay(tmp_path):
    write_index(str(tmp_path), b"of others")
    write_table(str(tmp_path), ["a"], VECTORS[:1])
    assert [path.name for path in tmp_path.iterdir()] == ["items.parquet"]


@pytest.fixture
def faiss():
    return pytest.importorskip("faiss", reason="FAISS is not installed: the extra `faiss`")


@pytest.mark.parametrize("kind", ["Flat", "HNSW8"])
def test_an_index_finds_the_largest_products(kind, faiss, tmp_path):
    write_index(str(tmp_path), index_of(VECTORS, kind))
    products, rows = faiss.read_index(str(tmp_path / "items.faiss")).search(np.array([[1, 1]], np.float32), 3)
    # 1 + 0, 0 + 2 and -1 + 3: the first is the last.
    assert sorted(rows[0][:2]) == [1, 2] and rows[0][2] == 0
    assert products[0].tolist() == [2, 2, 1]


@pytest.mark.parametrize("kind", ["Flot", "IVF256,Flat"])
def test_an_index_that_cannot_be_is_refused_with_the_reason(kind, faiss):
    with pytest.raises(NoIndexError, match=f"FAISS makes no index '{kind}' of 3 vectors: .+"):
        index_of(VECTORS, kind)


def test_without_faiss_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(NoIndexError, match="FAISS is not installed. Install it: `pip install faiss-cpu`"):
        index_of(VECTORS, "Flat")
