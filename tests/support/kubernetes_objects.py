"""The objects that `serving/deploy/kubernetes` describes: as its files stand, and as kustomize and Helm render them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

KUBERNETES = Path(__file__).resolve().parents[2] / "serving" / "deploy" / "kubernetes"
BASE = KUBERNETES / "base"
OVERLAYS = sorted(path.parent for path in (KUBERNETES / "overlays").glob("*/kustomization.yaml"))
KSERVE = KUBERNETES / "kserve"
CHART = KUBERNETES / "chart"
RELEASE = "tandem-serving"

Object = dict[str, Any]


def documents(text: str) -> list[Object]:
    """The objects of a YAML text, without documents that are empty."""
    return [document for document in yaml.safe_load_all(text) if document]


def as_written(folder: Path) -> list[Object]:
    """The objects of a folder without overlays, with the maps that its kustomization makes of files."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    objects = [each for name in kustomization["resources"] for each in documents((folder / name).read_text())]
    for made in kustomization.get("configMapGenerator", ()):
        data = {name: (folder / name).read_text(encoding="utf-8") for name in made["files"]}
        labels = made["options"]["labels"]
        metadata = {"name": made["name"], "labels": labels}
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    return objects


def kustomized(folder: Path) -> list[Object]:
    """What `kubectl apply --kustomize` would send. Skips the test where neither kubectl nor kustomize is installed."""
    for command in (["kubectl", "kustomize"], ["kustomize", "build"]):
        if shutil.which(command[0]):
            return documents(_output(*command, str(folder)))
    pytest.skip("neither kubectl nor kustomize is installed")


def charted(*settings: str, release: str = RELEASE) -> list[Object]:
    """What `helm install` would send with these settings. Skips the test where Helm is not installed."""
    return documents(helm(*settings, release=release, check=True).stdout)


def helm(
    *settings: str, release: str = RELEASE, check: bool = False, flag: str = "--set"
) -> subprocess.CompletedProcess[str]:
    """Renders the chart; of a failure, `stderr` says why."""
    if not shutil.which("helm"):
        pytest.skip("helm is not installed")
    given = [word for setting in settings for word in (flag, setting)]
    command = ["helm", "template", release, str(CHART), "--kube-version", "1.34", *given]
    return subprocess.run(command, check=check, text=True, capture_output=True)


def the(objects: list[Object], kind: str) -> Object:
    """The only object of a kind."""
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


def pod_of(objects: list[Object]) -> Object:
    """The template of the servers' pods: labels and specification."""
    return the(objects, "Deployment")["spec"]["template"]


def container_of(objects: list[Object]) -> Object:
    """The only container of the servers' pods."""
    (container,) = pod_of(objects)["spec"]["containers"]
    return container


def options_of(container: Object) -> dict[str, str]:
    """The options that a container gives its server, by name. The last one counts."""
    assert all(word.startswith("--") and "=" in word for word in container["args"]), container["args"]
    return dict(word[2:].split("=", 1) for word in container["args"])


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
