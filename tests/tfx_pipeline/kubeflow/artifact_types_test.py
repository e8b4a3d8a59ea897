import json

import pytest

from tests.support.kubeflow_cluster import TYPE_FORMS
from tfx_pipeline.kubeflow import artifact_types

EXAMPLES = "title: tfx.Examples\ntype: object\nproperties:\n  span:\n    type: integer\n"
FINDINGS = "title: tandem.DataFindings\ntype: object\n"
COMPONENT = {
    "executorLabel": "DataChecks_executor",
    "inputDefinitions": {
        "artifacts": {
            "examples": {"artifactType": {"instanceSchema": EXAMPLES}},
            "schema": {"artifactType": {"schemaTitle": "tfx.Schema"}},
        },
        "parameters": {"limit": {"parameterType": "STRING"}},
    },
    "outputDefinitions": {"artifacts": {"findings": {"artifactType": {"instanceSchema": FINDINGS}}}},
}


def invocation(form):
    examples, schema = ({"uri": "minio://b/e"} | form(each) for each in (EXAMPLES, "title: tfx.Schema"))
    return {
        "inputs": {"artifacts": {"examples": {"artifacts": [examples]}, "schema": {"artifacts": [schema]}}},
        "outputs": {"artifacts": {"findings": {"artifacts": [{"uri": "minio://b/f"} | form(FINDINGS)]}}},
    }


def said():
    flag, _, types = artifact_types.argument(COMPONENT).partition("=")
    assert flag == artifact_types.FLAG
    return types


def test_a_container_is_told_the_type_of_each_input_and_output():
    types = {"examples": "tfx.Examples", "schema": "tfx.Schema", "findings": "tandem.DataFindings"}
    assert json.loads(said()) == types


@pytest.mark.parametrize("form", TYPE_FORMS)
def test_the_compiled_type_counts_in_whatever_form_the_driver_hands_it_on(form):
    given = invocation(TYPE_FORMS[form])
    artifact_types.set_types(given, said())
    inputs, outputs = given["inputs"]["artifacts"], given["outputs"]["artifacts"]
    assert inputs["examples"]["artifacts"] == [{"uri": "minio://b/e", "type": {"schemaTitle": "tfx.Examples"}}]
    assert inputs["schema"]["artifacts"] == [{"uri": "minio://b/e", "type": {"schemaTitle": "tfx.Schema"}}]
    assert outputs["findings"]["artifacts"] == [{"uri": "minio://b/f", "type": {"schemaTitle": "tandem.DataFindings"}}]


def test_an_output_that_the_component_does_not_know_is_left_to_the_launcher():
    given = invocation(TYPE_FORMS["empty"])
    given["outputs"]["artifacts"]["executor-logs"] = {"artifacts": [{"uri": "minio://b/executor-logs"}]}
    artifact_types.set_types(given, said())
    assert list(given["outputs"]["artifacts"]) == ["findings"]


def test_a_component_without_artifacts_has_no_types():
    types = artifact_types.argument({"executorLabel": "x"}).partition("=")[2]
    given = {"inputs": {}, "outputs": {"outputFile": "/tmp/output.json"}}
    artifact_types.set_types(given, types)
    assert given == {"inputs": {}, "outputs": {"outputFile": "/tmp/output.json"}}
