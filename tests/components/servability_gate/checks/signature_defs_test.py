"""What is seen of a SavedModel without loading it; `check_test.py` has models with too few signatures."""

import pytest
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from components.servability_gate.checks.scores import RefusedError
from components.servability_gate.checks.signature_defs import read_signature_defs


def write(folder, *signatures, tag="serve") -> str:
    saved = SavedModel()
    graph = saved.meta_graphs.add()
    graph.meta_info_def.tags.append(tag)
    for name in signatures:
        graph.signature_def[name].inputs["x"].name = f"{name}_x"
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return str(folder)


def test_reads_all_but_tensorflows_own(tmp_path):
    defs = read_signature_defs(write(tmp_path, "rank", "serving_default", "sessions", "__saved_model_init_op"))
    assert {name: each.inputs["x"].name for name, each in defs.items()} == {
        "rank": "rank_x",
        "serving_default": "serving_default_x",
        "sessions": "sessions_x",
    }


def test_refuses_what_it_does_not_know_how_to_ask(tmp_path):
    with pytest.raises(RefusedError, match=r"of others only some of .*; it has \['classify', 'rank', 'serving_default"):
        read_signature_defs(write(tmp_path, "rank", "serving_default", "classify"))


def test_refuses_what_is_no_model_to_serve(tmp_path):
    with pytest.raises(RefusedError, match="the SavedModel has no graph with the tag `serve`"):
        read_signature_defs(write(tmp_path, "rank", "serving_default", tag="train"))
    (tmp_path / "saved_model.pb").write_bytes(b"\xff no message")
    with pytest.raises(RefusedError, match="the folder holds no SavedModel: "):
        read_signature_defs(str(tmp_path))
