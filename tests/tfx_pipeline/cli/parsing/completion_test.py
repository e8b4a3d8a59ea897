import shutil
import subprocess

import pytest

from tfx_pipeline.cli.main import COMMANDS


@pytest.fixture
def script(tmp_path, tandem):
    """Writes what completes in a shell."""

    def of(shell):
        path = tmp_path / f"tandem.{shell}"
        path.write_text(tandem("completion", shell).out)
        return path

    return of


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes_commands_options_choices_and_files(script, tmp_path):
    path = script("bash")
    (tmp_path / "shop.yaml").touch()

    def offers(words):
        """What Tab offers after the words, asked of bash itself."""
        code = (
            f"source {path}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
            'complete -p tandem > complete; _shtab_tandem; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert not result.stderr
        return set(result.stdout.split())

    assert offers("tandem ''") == set(COMMANDS)
    assert offers("tandem que") == {"query"}
    assert offers("tandem run --con") == {"--config"}
    assert offers("tandem run --verb") == {"--verbose"}
    assert offers("tandem query --protocol ''") == {"rest", "grpc"}
    assert offers("tandem run --config sh") == {"shop.yaml"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_what_is_printed(shell, script):
    path = script(shell)
    assert all(name in path.read_text() for name in COMMANDS)
    if shutil.which(shell):
        subprocess.run([shell, "--no-execute", str(path)], check=True)


def test_another_shell_is_refused_with_those_that_are_known(tandem):
    error = tandem("completion", "csh", code=2).err
    assert all(shell in error for shell in ("'csh'", "bash", "zsh", "fish"))
