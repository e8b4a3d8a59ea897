"""The types of a task's artifacts, by the names that its component was compiled with.

Kubeflow's driver hands on a type in several forms, by version: whole, as a title, as one of Kubeflow's own, or empty
(2.17 says nothing of what a task before has made). TFX needs to know its class.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import yaml

FLAG: Final = "--tandem_artifact_types"
"""The argument of a container that holds them, as JSON: the names of types, by the names of inputs and outputs."""
OUR_SCHEMA: Final = "tandem:behaviour_schema"
"""Stands for the schema's file in a specification: Tandem lies elsewhere in the image than where it was compiled."""
_PARTS: Final = (("inputs", "inputDefinitions"), ("outputs", "outputDefinitions"))


def argument(component: Mapping[str, Any]) -> str:
    """What a container of a component is told.

    Args:
        component: The component, as it stands in the specification.
    """
    types = {
        name: _title(each["artifactType"])
        for _, part in _PARTS
        for name, each in component.get(part, {}).get("artifacts", {}).items()
    }
    return f"{FLAG}={json.dumps(types, sort_keys=True)}"


def set_types(invocation: Mapping[str, Any], said: str) -> None:
    """Gives each artifact of an ExecutorInput the type of its component, whatever the driver says of it.

    What the component does not know is left out: where Kubeflow keeps the logs of containers, they are one more output.

    Args:
        invocation: The ExecutorInput, as JSON. It is changed.
        said: What stands behind `FLAG`.
    """
    types = json.loads(said)
    for part, _ in _PARTS:
        artifacts = invocation.get(part, {}).get("artifacts", {})
        for name in artifacts.keys() - types.keys():
            del artifacts[name]
        for name, listed in artifacts.items():
            for artifact in listed.get("artifacts", []):
                artifact["type"] = {"schemaTitle": types[name]}


def _title(schema: Mapping[str, str]) -> str:
    return schema.get("schemaTitle") or yaml.safe_load(schema["instanceSchema"])["title"]
