import os
import pty

from tests.support.own_process import python

CODE = "from tfx_pipeline.cli.own_log import reading_progress as p; p.show('log.csv', 50_000); p.clear()"


def test_a_terminal_sees_one_line_which_goes_again_and_a_file_nothing():
    controller, terminal = pty.openpty()
    python(CODE, stderr=terminal)
    os.close(terminal)
    assert os.read(controller, 1000).decode() == "\rlog.csv: 50,000 rows\033[K\r\033[K"
    os.close(controller)
    assert python(CODE).stderr == ""
