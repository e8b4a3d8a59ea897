from components.retrieve_then_rank.executor import Executor
from schemas import signatures
from serving.local_server.models.servable import Servable
from tests.support.model_folders import artifact_at
from tests.support.rank_models import save_rank_model
from tests.support.retrieval_models import save_retrieval_model


def test_writes_one_model_out_of_two(tmp_path):
    save_retrieval_model(tmp_path / "retriever" / "Format-Serving", {"a": 1.0})
    save_rank_model(tmp_path / "ranker" / "Format-Serving")
    retriever, ranker, composed = ([artifact_at(tmp_path / name)] for name in ("retriever", "ranker", "composed"))

    Executor().Do({"retriever": retriever, "ranker": ranker}, {"model": composed}, {"retrieved": 3})

    servable = Servable(str(tmp_path / "composed" / "Format-Serving"))
    assert {signatures.RECOMMEND, signatures.SEARCH, signatures.RANK} <= set(servable.signature_defs)
