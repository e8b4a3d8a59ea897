from tfx import types
from tfx.types import standard_artifacts

from components.retrieve_then_rank.component import RetrieveThenRank
from components.retrieve_then_rank.executor import Executor


def test_the_node_hands_its_arguments_to_the_executor():
    retriever, ranker = (types.Channel(type=standard_artifacts.Model) for _ in range(2))
    node = RetrieveThenRank(retriever, ranker, retrieved=7)
    assert node.exec_properties == {"retrieved": 7}
    assert (node.inputs["retriever"], node.inputs["ranker"]) == (retriever, ranker)
    assert node.outputs["model"].type is standard_artifacts.Model
    assert node.executor_spec.executor_class is Executor
    assert RetrieveThenRank(retriever, ranker).exec_properties == {"retrieved": 200}
