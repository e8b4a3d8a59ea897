from tfx import types
from tfx.types import standard_artifacts

from components.baseline_model.component import BaselineModel
from components.baseline_model.driver import Driver
from components.baseline_model.executor import Executor


def test_the_node_hands_its_arguments_to_the_driver_and_the_executor():
    examples, model = types.Channel(type=standard_artifacts.Examples), types.Channel(type=standard_artifacts.Model)
    node = BaselineModel(examples, model, "models/tandem")
    assert node.exec_properties == {"pushed_model_dir": "models/tandem", "version": ""}
    assert set(node.inputs) == {"examples", "candidate"}
    assert node.outputs["model"].type is standard_artifacts.Model
    assert node.executor_spec.executor_class is Executor and node.driver_class is Driver
