from tfx import types
from tfx.types import standard_artifacts

from components.servability_gate.component import ServabilityGate
from components.servability_gate.executor import Executor
from components.servability_gate.gate_config import GateConfig


def test_the_node_hands_its_configuration_to_the_executor():
    model, examples = (types.Channel(type=each) for each in (standard_artifacts.Model, standard_artifacts.Examples))
    node = ServabilityGate(model, examples, GateConfig(examples=3))
    assert GateConfig.from_json(node.exec_properties["config"]) == GateConfig(examples=3)
    assert node.outputs["blessing"].type is standard_artifacts.InfraBlessing
    assert node.executor_spec.executor_class is Executor
