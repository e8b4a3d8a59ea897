"""The Dockerfiles say what an image may be: no root, no tools, no addresses, the versions that the tests run with."""

import ast
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from serving.local_server.server_config import ServerConfig

ROOT = Path(__file__).resolve().parents[3]
DOCKER = ROOT / "serving" / "deploy" / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
SERVER = DOCKER / "server.Dockerfile"
REQUIREMENTS = DOCKER / "server_requirements.txt"
ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")

pytestmark = pytest.mark.skipif(not DOCKERFILES, reason="a wheel has no Dockerfiles")


def instructions(dockerfile):
    """The instructions of a Dockerfile as (word, rest), joined where a line goes on, without comments."""
    lines = [line for line in dockerfile.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", "", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def stages(dockerfile):
    """The instructions of each stage, with its FROM first."""
    found = []
    for word, rest in instructions(dockerfile):
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def versions(name):
    """The exact versions of a file of constraints, by name."""
    lines = (ROOT / "constraints" / name).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.split("==")[0]): line for line in lines}


def installed_by_the_server_image():
    """The names in the file of the server's requirements."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [canonicalize_name(line) for line in lines if line and not line.startswith("#")]


@pytest.fixture(params=DOCKERFILES, ids=lambda path: path.name)
def dockerfile(request):
    return request.param


def test_the_last_stage_ends_as_a_user_with_a_number(dockerfile):
    last = stages(dockerfile)[-1]
    words = [word for word, _ in last]
    (user,) = [rest for word, rest in last if word == "USER"]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user), "Kubernetes cannot tell of a name that it is not root"
    assert not {"RUN", "COPY"} & set(words[words.index("USER") :])
    (made,) = [rest for word, rest in last if word == "RUN"]
    assert f"--uid {user.split(':')[0]} " in made


def test_users_choose_the_base(dockerfile):
    (base,) = [rest for word, rest in instructions(dockerfile)[:1] if word == "ARG"]
    assert re.fullmatch(r"BASE=python:3\.1[123]-slim-trixie", base), "glibc 2.39, and the newer stack's Python"
    assert {stage[0][1].split()[0] for stage in stages(dockerfile)} == {"${BASE}"}


def test_the_result_has_no_tools(dockerfile):
    *builders, last = stages(dockerfile)
    assert builders
    assert [rest for word, rest in last if word == "COPY"] == ["--from=builder /opt/tandem /opt/tandem"]
    text = " ".join(rest for _, rest in last)
    assert not re.search(r"\b(uv|pip|apt-get|curl|git)\b", text)


def test_no_addresses_and_no_downloads_by_hand(dockerfile):
    assert not [rest for word, rest in instructions(dockerfile) if word == "ADD"]
    text = dockerfile.read_text(encoding="utf-8")
    assert set(re.findall(r"\w+://([\w.:-]*)", text)) <= {"127.0.0.1:8501"}
    assert not re.search(r"--(extra-)?index|--find-links|--trusted-host", text)
    # TFX's own image sets it for every program in it. Here `tfx_pipeline` sets it for itself.
    assert "TF_USE_LEGACY_KERAS" not in text


def test_what_is_copied_is_there(dockerfile):
    allowed = {line.removeprefix("!") for line in ignore_file() if line.startswith("!")}
    for stage in stages(dockerfile)[:-1]:
        for word, rest in stage:
            if word != "COPY":
                continue
            *sources, _ = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                assert source == "." or {source, source.split("/")[0]} & allowed, f".dockerignore leaves out {source}"


def test_every_install_has_the_versions_of_the_tests(dockerfile):
    runs = [rest for word, rest in instructions(dockerfile) if word == "RUN"]
    calls = [call for rest in runs for call in rest.split("&&") if re.search(r"/uv (pip install|build) ", call)]
    assert len(calls) == 3
    for call in calls:
        assert re.search(r"--(build-)?constraint constraints/python3\.11\.txt|--no-deps", call), call
    overridden = [call for call in calls if "setup.py" in call]
    assert all("--override constraints/overrides.txt" in call for call in overridden)


def test_uv_is_the_same_release_in_both():
    arguments = [rest for each in DOCKERFILES for word, rest in instructions(each) if word == "ARG"]
    releases = {rest for rest in arguments if "UV_RELEASE" in rest}
    assert len(releases) == 1 and re.fullmatch(r"UV_RELEASE=\d+\.\d+\.\d+", releases.pop())


def ignore_file():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_nothing_goes_into_an_image_that_is_not_named():
    first, *others = ignore_file()
    assert first == "*", "what a user has beside the code stays there: logs, models, keys"
    allowed = {line.removeprefix("!") for line in others if line.startswith("!")}
    assert set(ROOMS) <= allowed and {"setup.py", "pyproject.toml", "constraints"} <= allowed
    assert all((ROOT / name).exists() for name in allowed)
    ignored_by_git = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    assert not allowed & (ignored_by_git | {".git", "data", "tests"})


def test_what_setup_installs_goes_into_an_image():
    """`data_files` of folders that are missing are left out without a word."""
    call = next(
        node
        for node in ast.walk(ast.parse((ROOT / "setup.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "shared_files"
    )
    allowed = {line.removeprefix("!") for line in ignore_file()}
    for folder in (argument.value for argument in call.args):
        assert {folder, folder.split("/")[0]} & allowed, f".dockerignore leaves out {folder}"


def test_the_server_image_takes_the_place_of_tf_servings():
    last = dict(stages(SERVER)[-1])
    assert {int(port) for port in last["EXPOSE"].split()} == {ServerConfig().port, ServerConfig().rest_api_port}
    shell, flag, script, name = json.loads(last["ENTRYPOINT"])
    assert (shell, flag, name) == ("sh", "-c", "tandem")
    # As TF Serving's image does it: options that follow the image's name come last, and so count.
    fake = f'tandem() {{ printf "%s\\n" "$@"; }}; {script.removeprefix("exec ")}'
    environment = {"MODEL_NAME": "a shop", "MODEL_BASE_PATH": "/models"}
    words = subprocess.run(
        ["/bin/sh", "-c", fake, name, "--port=1", "--access_log=-"],
        env=environment,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout.splitlines()
    own = ["serve", "--host=0.0.0.0", "--model_name=a shop", "--model_base_path=/models/a shop"]
    assert words == [*own, "--port=1", "--access_log=-"]
    assert script.startswith("exec "), "a shell that stays would keep signals from the server"
    assert {"MODEL_NAME=model", "MODEL_BASE_PATH=/models"} <= set(last["ENV"].split())


def test_the_server_image_is_healthy_when_a_version_answers(rank_server, server_without_a_version):
    (check,) = [rest for word, rest in stages(SERVER)[-1] if word == "HEALTHCHECK"]
    python, flag, code = json.loads(check.partition("CMD ")[2])
    assert (python, flag) == ("python", "-c")

    def healthy(server):
        here = code.replace("127.0.0.1:8501", server.rest_address)
        result = subprocess.run([sys.executable, flag, here], env={"MODEL_NAME": "shop"}, stderr=subprocess.DEVNULL)
        return result.returncode == 0

    assert (healthy(rank_server), healthy(server_without_a_version)) == (True, False)


def test_the_server_image_installs_what_setup_names_by_exact_versions():
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    named = {canonicalize_name(name) for name in re.findall(r'"([A-Za-z][\w.-]*)(?:[<>=;\["]|\b)', setup)}
    exact = versions("python3.11.txt")
    for name in installed_by_the_server_image():
        # TensorFlow brings these itself, at versions of its own.
        assert name in named or name == "protobuf", name
        assert name in exact, name


BLOCKED = """
import importlib, pathlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is not in the image")

sys.meta_path.insert(0, Blocked())
from tfx_pipeline.cli.main import main
assert main(["serve", "--help"]) == 0
from serving.local_server.lean_tensorflow import import_parts
assert import_parts()
import serving
room = pathlib.Path(serving.__file__).parent / "local_server"
for path in sorted(room.rglob("*.py")):
    name = ".".join(("serving", *path.relative_to(room.parent).with_suffix("").parts)).removesuffix(".__init__")
    importlib.import_module(name)
"""


def test_a_server_runs_with_what_the_image_has():
    """With every other package out of sight: those that the named ones do not bring along."""
    present, waiting = set(), ["tandem-recommender", "pip", *installed_by_the_server_image()]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in present:
            continue
        present.add(name)
        if name == "tandem-recommender":
            continue
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, wanted):
            if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for package in metadata.distributions():
        first = {path.parts[0].removesuffix(".py") for path in package.files or () if path.suffix in (".py", ".so")}
        seen[canonicalize_name(package.metadata["Name"]) in present] |= first
    blocked = {name for name in seen[False] - seen[True] - set(ROOMS) if name.isidentifier()}
    assert {"tfx", "apache_beam", "pandas", "pyarrow", "kfp", "sklearn"} <= blocked
    assert not {"tensorflow", "grpc", "uvicorn"} & blocked
    code = f"BLOCKED = {sorted(blocked)!r}\n{BLOCKED}"
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", code], text=True, capture_output=True)
    assert result.returncode == 0, result.stderr[-2000:]
