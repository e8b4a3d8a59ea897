import json
import shutil
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

OF_RETRIEVER = ("--set", "model=unifiedssr")


@pytest.fixture
def pushed(exported, tmp_path, shop):
    """The folder of a version of a model that retrieves."""
    folder = tmp_path / "run" / "pushed" / "shop"
    shutil.copytree(exported.model_dir, folder / "7")
    return folder


def test_the_product_with_a_users_vector_orders_as_the_model_does(pushed, tandem, shop, tmp_path):
    told = tandem("vectors", "--config", shop, *OF_RETRIEVER)
    folder = tmp_path / "run" / "vectors"
    assert told.out == f"{folder}: 12 vectors of 4 numbers in items.parquet. Asked: {pushed}/7\n"
    items = pq.read_table(folder / "items.parquet").to_pydict()
    tandem("score", "--config", shop, *OF_RETRIEVER, "--k", 12, "--parts", 1, "--vectors", "--include_seen")
    (part,) = (tmp_path / "run" / "scores").glob("*.parquet")
    known, unknown = pq.read_table(part).to_pylist()
    assert {*known["sources"]} == {"vectors"} and {*unknown["sources"]} == {"popularity"}
    products = np.array(items["vector"]) @ known["vector"]
    assert known["items"] == [items["item_id"][place] for place in np.argsort(-products)]
    assert known["scores"] == pytest.approx(np.sort(1 / (1 + np.exp(-products)))[::-1], abs=1e-5)


def test_what_was_written_as_json(pushed, tandem, shop, tmp_path):
    told = tandem("vectors", "--config", shop, *OF_RETRIEVER, "--output", tmp_path / "my vectors", "--json")
    assert json.loads(told.out) == {
        "items": 12, "dim": 4, "files": ["items.parquet"], "folder": f"{tmp_path}/my vectors", "model": f"{pushed}/7"
    }  # fmt: skip


def test_no_index_leaves_no_file(pushed, tandem, shop, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    told = tandem("vectors", "--config", shop, *OF_RETRIEVER, "--faiss", "Flat", code=1)
    assert "tandem vectors: FAISS is not installed. Install it: " in told.err
    assert not list((tmp_path / "run" / "vectors").glob("items.*"))


def test_an_index_beside_the_table(pushed, tandem, shop, tmp_path):
    faiss = pytest.importorskip("faiss", reason="FAISS is not installed: the extra `faiss`")
    told = tandem("vectors", "--config", shop, *OF_RETRIEVER, "--faiss", "Flat")
    assert "12 vectors of 4 numbers in items.parquet and items.faiss. Asked: " in told.out
    folder = tmp_path / "run" / "vectors"
    vectors = np.array(pq.read_table(folder / "items.parquet")["vector"].to_pylist(), np.float32)
    index = faiss.read_index(str(folder / "items.faiss"))
    assert index.reconstruct_n(0, 12) == pytest.approx(vectors)
