from tfx import types
from tfx.types import standard_artifacts

from components.baseline_model.component import BaselineModel
from components.baseline_model.executor import Executor


def test_the_node_hands_its_arguments_to_the_executor():
    node = BaselineModel(types.Channel(type=standard_artifacts.Examples), "models/tandem", version="17")
    assert node.exec_properties == {"pushed_model_dir": "models/tandem", "version": "17"}
    assert node.outputs["model"].type is standard_artifacts.Model
    assert node.executor_spec.executor_class is Executor
