import os
import pty
import subprocess
import sys

CODE = "from tfx_pipeline.cli.own_log import reading_progress as p; p.show('log.csv', 50_000); p.clear()"


def test_a_terminal_sees_one_line_which_goes_again():
    controller, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", CODE], stderr=terminal, check=True)
    os.close(terminal)
    assert os.read(controller, 1000).decode() == "\rlog.csv: 50,000 rows\033[K\r\033[K"
    os.close(controller)


def test_a_file_sees_nothing():
    assert subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stderr == b""
