from tests.support import tiny_logs
from tfx_pipeline.cli.main import main


def test_without_logs_it_says_what_writes_them(tmp_path, capsys):
    assert main(["tensorboard", "--config", str(tiny_logs.write(tmp_path))]) == 1
    assert "there are no logs yet" in (error := capsys.readouterr().err) and "`tandem run` writes them" in error
