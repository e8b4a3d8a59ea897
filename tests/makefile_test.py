import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_help_lists_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([^\s:#=.]+):(?!=)", text, flags=re.MULTILINE)
    assert {"demo", "test-e2e", "test-newer-stack"} <= set(targets)
    help_text = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    ).stdout
    assert [line.split()[0] for line in help_text.splitlines()] == targets
    phony = re.search(r"^\.PHONY:(.*)$", text, flags=re.MULTILINE).group(1).split()
    assert sorted(phony) == sorted(targets)
