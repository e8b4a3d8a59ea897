"""Python code in a process of its own: what it prints, and what it has imported by its end."""

import subprocess
import sys
import textwrap

TANDEM = (sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main")
"""The command, as a program that is started."""


def python(code: str, *arguments: object, **options) -> subprocess.CompletedProcess:
    """Runs the code; `sys.argv[1:]` are the arguments, the options those of `subprocess.run`."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.run(command, check=False, **options)
