"""Folders that look like SavedModels and versions of them, and TFX artifacts that lie in folders."""

from collections.abc import Mapping
from pathlib import Path

from tfx.types import Artifact, artifact_utils, standard_artifacts

from schemas import features


def write_model(folder: Path, graph: str = "graph", **others: str) -> Path:
    """Writes `saved_model.pb` and, for each further folder by its name, a file `data` in it."""
    for name, text in {"variables": "weights", **others}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "data").write_text(text)
    (folder / "saved_model.pb").write_text(graph)
    return folder


def write_versions(folder: Path, graphs: Mapping[str, str | None]) -> str:
    """Writes a folder of versions, by what stands in the graph of each; None makes one that is not whole."""
    for version, graph in graphs.items():
        write_model(folder / version, graph or "")
        if graph is None:
            (folder / version / "saved_model.pb").unlink()
    return str(folder)


def files(folder: Path) -> dict[str, str]:
    """What stands in each file below a folder."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def artifact_at(folder: Path, kind: type[Artifact] = standard_artifacts.Model) -> Artifact:
    """An artifact that lies in a folder; examples have all splits of behaviour."""
    artifact = kind()
    artifact.uri = str(folder)
    if kind is standard_artifacts.Examples:
        artifact.split_names = artifact_utils.encode_split_names(list(features.BEHAVIOUR_SPLITS))
    return artifact
