"""What a reader of this code base relies on, as laws.

Each failure says which file breaks which rule. A rule that stands in the way is argued about, not worked around.
"""

import ast
import graphlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from schemas import features

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("schemas", "components", "models", "tfx_pipeline", "serving")

MAY_IMPORT = {
    "schemas": set(),
    "models": {"schemas"},
    "serving": {"schemas"},
    "components": {"schemas"},
    # The gate serves a candidate by the very server that `tandem serve` starts, and asks it by the very client.
    "components/servability_gate": {"schemas", "serving"},
    "tfx_pipeline": {"schemas", "models", "serving", "components"},
}
"""Which rooms a folder may import beside its own; the longest matching folder counts."""

HEAVY = {"tfx", "apache_beam", "tensorflow_transform", "tensorflow_model_analysis", "ml_metadata", "kfp"}
FORBIDDEN_PACKAGES = {
    "schemas": HEAVY | {"tensorflow", "keras", "tf_keras"},
    "models": HEAVY | {"tensorflow", "tf_keras", "jax"},
    "serving": HEAVY,
}
SPEAKS_TO_ONE_BACKEND = {"models/optimizers/lazy_adam.py"}
"""It leaves table rows alone by TensorFlow's sparse gradients, which Keras has no common form of."""
FORBIDDEN_IN_TESTS = {"tests/models": HEAVY, "tests/schemas": {"tfx"}, "tests/serving": HEAVY}


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def all_modules() -> list[Path]:
    return [path for room in ROOMS for path in modules(room)]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}:{node.lineno}: import by full name, not relatively"
            yield node.module or ""


def forbid(paths: Iterable[Path], is_wrong: Callable[[Path, str], bool]) -> None:
    """Fails with all imports, by path and top-level package, that are wrong."""
    wrong = [
        f"{relative(path)} imports {name}"
        for path in paths
        for name in imports(path)
        if is_wrong(path, name.split(".")[0])
    ]
    assert not wrong, "\n".join(wrong)


def allowed_rooms(path: Path) -> set[str]:
    name = relative(path)
    folder = max((each for each in MAY_IMPORT if name.startswith(f"{each}/")), key=len)
    return MAY_IMPORT[folder] | {name.split("/")[0]}


def test_imports_go_one_way():
    forbid(all_modules(), lambda path, package: package in ROOMS and package not in allowed_rooms(path))


def test_only_commands_import_commands():
    """What the terminal and a page both say is no part of a command."""
    commands = "tfx_pipeline.cli"
    wrong = [
        f"{relative(path)} imports {name}"
        for path in all_modules()
        for name in imports(path)
        if name.startswith(commands) and not relative(path).startswith("tfx_pipeline/cli/")
    ]
    assert not wrong, "\n".join(wrong)


def test_folders_of_components_import_in_no_circle():
    """So that a folder can be read after those that stand before it in the flow, and without those behind."""
    arrows: dict[str, set[str]] = {}
    for path in modules("components"):
        folder, *_ = path.relative_to(ROOT / "components").parts
        for name in imports(path):
            room, *rest = name.split(".")
            if room == "components" and rest and rest[0] != folder:
                arrows.setdefault(folder, set()).add(rest[0])
    list(graphlib.TopologicalSorter(arrows).static_order())  # Raises CycleError, which names the circle.


@pytest.mark.parametrize(("folder", "packages"), [*FORBIDDEN_PACKAGES.items(), *FORBIDDEN_IN_TESTS.items()])
def test_light_rooms_stay_light(folder, packages):
    paths = [path for path in modules(folder) if relative(path) not in SPEAKS_TO_ONE_BACKEND]
    forbid(paths, lambda path, package: package in packages)


THIN_EDGES = {"__init__.py", "component.py", "executor.py", "artifact.py"}
"""What only a run of the whole can test: tests/e2e/pipeline_test.py builds every component and runs every executor."""

TESTED_BY_A_RUN = {
    "components/baselines/rule_names.py": "tests/components/baselines/rules/known_rules_test.py",
    "components/baselines/comparison_keys.py": "tests/components/baselines/compare_test.py",
    "components/baselines/slices/slice_names.py": "tests/components/baselines/slices/slice_ways_test.py",
    "components/metrics/served_lists/list_figures.py": "tests/components/metrics/served_lists/list_sums_test.py",
    "components/judged_queries/judgement_keys.py": "tests/components/judged_queries/judge_test.py",
    "components/baselines/rules/rule.py": "tests/components/baselines/rules/known_rules_test.py",
    "tfx_pipeline/cli/running/paper_runs.py": "tests/tfx_pipeline/cli/running/reproduce_test.py",
    "components/sources/candidate_row.py": "tests/components/sources/adapters/fixed_benchmark_test.py",
    "tfx_pipeline/trainer.py": "tests/e2e/pipeline_test.py",
    "tfx_pipeline/tuner.py": "tests/tfx_pipeline/tuning/search_job_test.py",
    "tfx_pipeline/tuning/trial_trainings.py": "tests/tfx_pipeline/tuning/search_job_test.py",
    "tfx_pipeline/indexer.py": "tests/e2e/index_test.py",
    "tfx_pipeline/cli/running/index.py": "tests/e2e/index_test.py",
    "tfx_pipeline/runners/index_runner.py": "tests/e2e/index_test.py",
    "tfx_pipeline/cli/asking/recommend.py": "tests/tfx_pipeline/cli/asking/query_test.py",
    "tfx_pipeline/console/installed_versions.py": "tests/tfx_pipeline/cli/main_test.py",
    "tfx_pipeline/console/exit_code.py": "tests/tfx_pipeline/cli/main_test.py",
    "tfx_pipeline/cli/parsing/config_arguments.py": "tests/tfx_pipeline/cli/asking/query_test.py",
    "tfx_pipeline/cli/sessions/session_events.py": "tests/tfx_pipeline/cli/sessions/sessions_test.py",
    "tfx_pipeline/cli/sessions/session_table.py": "tests/tfx_pipeline/cli/sessions/sessions_test.py",
    "tfx_pipeline/cli/running/compile_spec.py": "tests/tfx_pipeline/kubeflow/kubeflow_runner_test.py",
    "tfx_pipeline/experiments/results.py": "tests/tfx_pipeline/experiments/rounds_test.py",
    "tfx_pipeline/export/catalogue/item_vectors.py": "tests/tfx_pipeline/export/signatures/vector_signatures_test.py",
    "tfx_pipeline/export/history_request.py": "tests/tfx_pipeline/export/rank_request_test.py",
    "tfx_pipeline/export/signatures/ranking_signatures.py": "tests/tfx_pipeline/export/rank_request_test.py",
    "tfx_pipeline/past_runs/run_store.py": "tests/tfx_pipeline/cli/running/runs_test.py",
    "tfx_pipeline/runners/experiment_runner.py": "tests/e2e/experiment_test.py",
    "tfx_pipeline/runners/local_runner.py": "tests/e2e/pipeline_test.py",
    "tfx_pipeline/runners/tune_runner.py": "tests/e2e/tune_test.py",
    "tfx_pipeline/runners/run_watcher.py": "tests/tfx_pipeline/runners/watched_runner_test.py",
    "tfx_pipeline/training/training_job.py": "tests/e2e/interrupted_run_test.py",
    "tfx_pipeline/transform/vocabularies.py": "tests/tfx_pipeline/preprocessing_test.py",
}
"""Modules that assemble others or only name fields, and the test that runs what they are made for."""


def test_every_module_has_its_test():
    missing = []
    for path in all_modules():
        name = relative(path)
        if path.name in THIN_EDGES:
            continue
        mirrored = Path("tests") / path.relative_to(ROOT).with_name(f"{path.stem}_test.py")
        test = ROOT / TESTED_BY_A_RUN.get(name, mirrored)
        if not test.exists():
            missing.append(f"{name} has no {relative(test)}")
    assert not missing, "\n".join(missing)


def test_every_folder_of_tests_mirrors_a_folder():
    folders = {path.parent.relative_to(ROOT / "tests") for room in ROOMS for path in modules(f"tests/{room}")}
    assert not [f"tests/{folder}" for folder in folders if not (ROOT / folder).is_dir()]


ROLES = {"component", "executor", "driver", "artifact"}
"""What TFX has each component bring: the same thing for another component."""


def test_names_exist_once():
    """So that a name in a traceback, a search or a conversation says which module is meant."""
    places: dict[str, list[str]] = {}
    for path in all_modules():
        if path.stem not in ROLES | {"__init__"}:
            places.setdefault(path.stem, []).append(relative(path))
    assert not {name: paths for name, paths in places.items() if len(paths) > 1}


def test_no_grab_bags_and_no_names_of_standard_modules():
    names = {"utils", "util", "helpers", "common", "misc"}
    assert not [relative(path) for path in all_modules() if path.stem in names or path.parent.name in names]
    assert not [relative(path) for path in modules("tfx_pipeline") if path.stem in sys.stdlib_module_names]


def test_no_lambda_layers():
    wrong = [relative(path) for path in modules("models") if "layers.Lambda" in path.read_text(encoding="utf-8")]
    assert not wrong, "a Lambda layer cannot be saved and named"


def test_feature_names_stand_in_schemas_alone():
    """Names of one word (`query`, `user`) are words too; those of several are nothing else."""
    names = {
        value for name, value in vars(features).items() if name.isupper() and isinstance(value, str) and "_" in value
    }
    wrong = [
        f"{relative(path)}:{node.lineno}: {node.value!r}"
        for path in all_modules()
        if not relative(path).startswith("schemas/")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    # `user_id` and `item_id` are also the papers' and the logs' own column names.
    wrong = [each for each in wrong if not each.endswith(("'user_id'", "'item_id'", "'timestamp_ms'"))]
    assert not wrong, "\n".join(wrong)


def test_packages_import_nothing():
    """So that a light module of a package can be imported without the heavy ones."""
    packages = [path for path in all_modules() if path.name == "__init__.py"]
    forbid(packages, lambda path, package: package not in sys.stdlib_module_names)
