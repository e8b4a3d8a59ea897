from tfx.types import standard_artifacts

from components.retrieve_then_rank.executor import Executor
from schemas import signatures
from serving.local_server.models.servable import Servable
from tests.support.rank_models import save_rank_model
from tests.support.retrieval_models import save_retrieval_model


def model_at(folder):
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder)
    return artifact


def test_writes_one_model_out_of_two(tmp_path):
    save_retrieval_model(tmp_path / "retriever" / "Format-Serving", {"a": 1.0})
    save_rank_model(tmp_path / "ranker" / "Format-Serving")
    inputs = {"retriever": [model_at(tmp_path / "retriever")], "ranker": [model_at(tmp_path / "ranker")]}

    Executor().Do(inputs, {"model": [model_at(tmp_path / "composed")]}, {"retrieved": 3})

    servable = Servable(str(tmp_path / "composed" / "Format-Serving"))
    assert {signatures.RECOMMEND, signatures.SEARCH, signatures.RANK} <= set(servable.signature_defs)
