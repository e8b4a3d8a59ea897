import shutil
import subprocess

import pytest

from tfx_pipeline.cli.main import COMMANDS, main
from tfx_pipeline.cli.parsing import completion


@pytest.fixture
def script(tmp_path, capsys):
    def of(shell):
        assert main(["completion", shell]) == 0
        path = tmp_path / f"tandem.{shell}"
        path.write_text(capsys.readouterr().out)
        return path

    return of


def bash_offers(script, words, tmp_path):
    """What Tab offers after the words, asked of bash itself."""
    code = (
        f"source {script}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        'complete -p tandem > complete; _shtab_tandem; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not result.stderr
    return set(result.stdout.split())


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes_commands_options_choices_and_files(script, tmp_path):
    path = script("bash")
    (tmp_path / "shop.yaml").touch()
    assert bash_offers(path, "tandem ''", tmp_path) == set(COMMANDS)
    assert bash_offers(path, "tandem que", tmp_path) == {"query"}
    assert bash_offers(path, "tandem run --con", tmp_path) == {"--config"}
    assert bash_offers(path, "tandem run --verb", tmp_path) == {"--verbose"}
    assert bash_offers(path, "tandem query --protocol ''", tmp_path) == {"rest", "grpc"}
    assert bash_offers(path, "tandem run --config sh", tmp_path) == {"shop.yaml"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_what_is_printed(shell, script):
    path = script(shell)
    assert all(name in path.read_text() for name in COMMANDS)
    if shutil.which(shell):
        subprocess.run([shell, "--no-execute", str(path)], check=True)


def test_another_shell_is_refused_with_those_that_are_known(capsys):
    assert main(["completion", "csh"]) == 2
    error = capsys.readouterr().err
    assert all(shell in error for shell in completion.SHELLS) and "'csh'" in error
