"""Each case is a process of its own, which gets real signals."""

import signal
import subprocess
import sys
import textwrap

import pytest

from tfx_pipeline.console import interruption

LISTENING = "import sys, threading, time\nfrom tfx_pipeline.console import interruption\ninterruption.listen()\n"
KEPT = "interrupted; what was finished is kept, and the same command goes on from there\n"


def interrupted(code: str, *numbers: int) -> tuple[int, str]:
    """Sends a signal each time that the process prints a line; returns its exit code and what it said of errors."""
    command = [sys.executable, "-u", "-c", LISTENING + textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for number in numbers:
            process.stdout.readline()
            process.send_signal(number)
        _, errors = process.communicate()
    return process.returncode, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize(("command", "message"), [("run", KEPT), ("index", KEPT), ("query", "interrupted\n")])
def test_what_wraps_the_interruption_is_one_all_the_same(number, command, message):
    code = f"""
        try:
            try:
                print("ready")
                time.sleep(60)
            except BaseException as error:
                raise RuntimeError(f"{{error!r}} [while running 'Examples']")
        except Exception as error:
            assert interruption.is_one(error)
            sys.exit(interruption.end("{command}", 1, at_once=False))
        """
    assert interrupted(code, number) == (1, f"tandem {command}: {message}")


def test_threads_that_still_work_are_not_waited_for():
    code = """
        threading.Thread(target=time.sleep, args=(3600,)).start()
        try:
            print("ready")
            time.sleep(60)
        except KeyboardInterrupt:
            interruption.end("run", 1, at_once=True)
        """
    assert interrupted(code, signal.SIGINT) == (1, f"tandem run: {KEPT}")


def test_a_second_one_ends_it_at_once():
    code = """
        try:
            print("ready")
            time.sleep(60)
        finally:
            print("putting things away")
            time.sleep(3600)
        """
    assert interrupted(code, signal.SIGINT, signal.SIGINT)[0] == -signal.SIGINT


def test_an_error_without_a_signal_is_none():
    assert not interruption.received()
    assert not interruption.is_one(RuntimeError("KeyboardInterrupt"))
    assert interruption.is_one(KeyboardInterrupt())
