"""What is seen of a SavedModel without loading it; `trial_test.py` has models with too few signatures."""

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


def test_reads_all_but_tensorflows_own_and_refuses_what_is_no_model_to_serve(tmp_path):
    defs = read_signature_defs(write(tmp_path, "rank", "serving_default", "sessions", "__saved_model_init_op"))
    names = {name: each.inputs["x"].name for name, each in defs.items()}
    assert names == {name: f"{name}_x" for name in ("rank", "serving_default", "sessions")}
    with pytest.raises(RefusedError, match="the SavedModel has no graph with the tag `serve`"):
        read_signature_defs(write(tmp_path, "rank", "serving_default", tag="train"))
    (tmp_path / "saved_model.pb").write_bytes(b"\xff no message")
    with pytest.raises(RefusedError, match="the folder holds no SavedModel: "):
        read_signature_defs(str(tmp_path))


EXPECTED = (
    "the model should have the signatures ['rank', 'serving_default'], and of others only some of ['catalogue_ranks', "
    "'embed_item', 'embed_query', 'embed_user', 'explain', 'item_prior', 'recommend', 'search', 'sessions', "
    "'similar_items']"
)


@pytest.mark.parametrize("found", [["serving_default"], ["classify", "rank", "serving_default"]])
def test_refuses_a_model_that_lacks_one_and_one_that_nobody_knows_how_to_ask(tmp_path, found):
    with pytest.raises(RefusedError) as refused:
        read_signature_defs(write(tmp_path, *found))
    assert str(refused.value) == f"{EXPECTED}; it has {found}"
