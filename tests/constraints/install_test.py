"""`make setup` on machines that lack something, played by a PATH of few programs; uv and apt-get are played too."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
TOOLS = (
    *("awk", "bash", "cat", "chmod", "cut", "df", "dirname", "du", "env", "flock", "getconf", "grep", "head", "ln"),
    *("mkdir", "rm", "sed", "sha256sum", "sleep", "sort", "tail", "touch", "uname"),
)

UV = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$1 $2" in
  "python install") printf 'error: Failed to install\\n  cause: no route\\n' >&2; exit 2 ;;
  "venv --quiet") mkdir -p .venv/bin && ln -sf "$PYTHON" .venv/bin/python ;;
  "pip install") if [ -e hang ]; then touch hanging; sleep 60; fi ;;
esac
"""
APT_GET = """#!/bin/sh
echo "apt-get $*" >> "$CALLS"
case "$*" in
  *install*python*) ln -sf "$PYTHON" "$BIN/python$VERSION" ;;
  *install*g++*) ln -sf /bin/true "$BIN/g++" ;;
esac
"""
APT_CACHE = f"""#!/bin/sh
[ "$2" != python{VERSION}-venv ] || echo "$2 | 1 | source"
"""


class Machine:
    """A clone, a PATH with next to nothing on it, and a user who is not root."""

    def __init__(self, folder: Path):
        self.clone, self.bin, self.calls = folder / "clone", folder / "bin", folder / "calls"
        self.bin.mkdir()
        self.clone.mkdir()
        self.calls.touch()
        shutil.copytree(ROOT / "constraints", self.clone / "constraints")
        for name in ("setup.py", "pyproject.toml"):
            shutil.copy(ROOT / name, self.clone)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.program("id", "#!/bin/sh\necho 1000\n")
        self.environment = {
            "PATH": str(self.bin),
            "BIN": str(self.bin),
            "HOME": str(folder),
            "CALLS": str(self.calls),
            # The interpreter itself: a link to that of an environment would be that environment.
            "PYTHON": os.path.realpath(sys.executable),
            "VERSION": VERSION,
            "TANDEM_PYTHONS": VERSION,
            "TANDEM_STACK": "newer",
            "TANDEM_SYSTEM": "Linux x86_64",
            "TANDEM_GLIBC": "2.41",
            "TANDEM_FREE_MB": "9000",
        }

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def with_python(self) -> "Machine":
        (self.bin / f"python{VERSION}").symlink_to(self.environment["PYTHON"])
        return self

    def with_uv(self) -> "Machine":
        self.program("uv", UV)
        return self

    def with_apt_as_root(self) -> "Machine":
        self.program("id", "#!/bin/sh\necho 0\n")
        self.program("apt-get", APT_GET)
        self.program("apt-cache", APT_CACHE)
        return self

    def start(self, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["bash", "constraints/install.sh"],
            cwd=self.clone,
            env=self.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def setup(self, **environment: str) -> tuple[int, str]:
        process = self.start(**environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"TANDEM_SYSTEM": "Darwin arm64"}, ("for Linux on x86_64 alone, and this is Darwin arm64", "Debian 13")),
        ({"TANDEM_GLIBC": ""}, ("need the GNU C library, which is not here", "Debian 13")),
        ({"TANDEM_STACK": "both"}, ("TANDEM_STACK is 'both'; it may be 'newer' or 'older'.",)),
        ({"TANDEM_FREE_MB": "3100"}, ("take 5 GB, and ", " has 3 GB left", "Make room there and call make again.")),
    ],
)
def test_what_no_package_can_mend_is_told_before_anything_is_downloaded(machine, environment, told):
    code, output = machine.with_python().with_uv().setup(**environment)
    assert code == 1
    assert all(words in output for words in told), output
    assert machine.calls.read_text() == ""


@pytest.mark.parametrize(
    ("manager", "python", "compiler"),
    [
        ("apt-get", f"apt-get install -y python{VERSION} python{VERSION}-venv", "apt-get install -y g++"),
        ("dnf", f"dnf install -y python{VERSION}", "dnf install -y gcc-c++"),
        ("zypper", f"zypper install -y python{VERSION.replace('.', '')}", "zypper install -y gcc-c++"),
        ("pacman", None, "pacman -S --noconfirm gcc"),
    ],
)
def test_what_is_missing_is_named_with_the_command_of_the_system(machine, manager, python, compiler):
    machine.program(manager, "#!/bin/sh\nexit 1\n")
    missing = "Missing: {}. Install it and call make again:\nsetup:   sudo {}\n"
    if python:
        code, output = machine.setup()
        assert code == 1 and output.endswith(missing.format(f"Python {VERSION} with venv", python))
    machine.with_python().with_uv()
    code, output = machine.setup(TANDEM_STACK="older")
    assert code == 1 and missing.format("a C++ compiler", compiler) in output
    assert machine.setup()[0] == 0, "the newer stack needs no compiler"


def test_root_with_apt_has_what_is_missing_installed_and_is_told_so(machine):
    machine.with_uv().with_apt_as_root()
    for stack, what, packages in (
        ("newer", f"Python {VERSION} with venv", f"python{VERSION} python{VERSION}-venv"),
        ("older", "a C++ compiler", "g++"),
    ):
        code, output = machine.setup(TANDEM_STACK=stack)
        assert code == 0 and f"setup: installing {what}: apt-get install -y {packages}\n" in output
        assert f"apt-get install -qq -y {packages}\n" in machine.calls.read_text()


def test_where_no_python_can_be_brought_all_ways_are_told(machine):
    code, output = machine.with_uv().setup(
        TANDEM_STACK="older", TANDEM_PYTHONS="3.10", TANDEM_GLIBC="2.36", VERSION="none"
    )
    assert code == 1
    for told in (
        "no Python 3.10 here, which TFX 1.16 needs on this machine (glibc 2.36): trying 'uv python install",
        "uv could not bring Python 3.10; it ended with\nsetup:   cause: no route\n",
        *("uv python install 3.10", "pyenv install 3.10", "Debian 13 or Ubuntu 24.04"),
    ):
        assert told in output


UP_TO_DATE = "setup: the environment .venv is up to date (TFX 1.21)\n"


def test_a_second_call_does_nothing_but_install_changed_versions_into_the_environment_that_is_there(machine):
    machine.with_python().with_uv()
    assert machine.setup()[0] == 0 and "pip install" in machine.calls.read_text()
    machine.calls.write_text("")
    assert machine.setup() == (0, UP_TO_DATE)
    assert "pip install" not in machine.calls.read_text()
    with (machine.clone / "constraints" / "python3.11.txt").open("a") as file:
        file.write("another==1\n")
    assert machine.setup()[0] == 0
    calls = machine.calls.read_text()
    assert "pip install" in calls and "venv --quiet" not in calls


def test_a_call_that_was_cut_off_goes_on_with_an_environment_made_anew(machine):
    machine.with_python().with_uv()
    (machine.clone / "hang").touch()
    process = machine.start()
    while not (machine.clone / "hanging").exists():
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (machine.clone / ".venv" / ".installed").exists()
    (machine.clone / "hang").unlink()
    machine.calls.write_text("")
    code, output = machine.setup()
    assert code == 0, output
    assert "venv --quiet --clear" in machine.calls.read_text()
    assert machine.setup()[1] == UP_TO_DATE
