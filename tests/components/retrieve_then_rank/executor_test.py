from tfx import types
from tfx.types import standard_artifacts

from components.retrieve_then_rank.component import RetrieveThenRank
from schemas import signatures
from serving.local_server.models.servable import Servable
from tests.support.model_folders import artifact_at
from tests.support.rank_models import save_rank_model
from tests.support.retrieval_models import save_retrieval_model


def test_the_node_writes_one_model_out_of_two(tmp_path):
    channels = [types.Channel(type=standard_artifacts.Model) for _ in range(2)]
    node = RetrieveThenRank(*channels, retrieved=7)
    assert ([*node.inputs.values()], node.exec_properties) == (channels, {"retrieved": 7, "popular_negatives": 0})
    assert RetrieveThenRank(*channels).exec_properties == {"retrieved": 200, "popular_negatives": 0}
    node = RetrieveThenRank(*channels, retrieved=7, popular_negatives=True)
    assert node.exec_properties == {"retrieved": 7, "popular_negatives": 1}
    retriever_dir = tmp_path / "retriever" / "Format-Serving"
    save_retrieval_model(retriever_dir, {"a": 1.0, "b": 2.0}, shares={"a": 0.5, "b": 0.5})
    save_rank_model(tmp_path / "ranker" / "Format-Serving")
    retriever, ranker, composed = ([artifact_at(tmp_path / name)] for name in ("retriever", "ranker", "composed"))

    inputs = {"retriever": retriever, "ranker": ranker}
    node.executor_spec.executor_class().Do(inputs, {"model": composed}, node.exec_properties)

    servable = Servable(str(tmp_path / "composed" / "Format-Serving"))
    wanted = {signatures.RECOMMEND, signatures.SEARCH, signatures.RANK, signatures.ITEM_PRIOR}
    assert wanted <= set(servable.signature_defs)
