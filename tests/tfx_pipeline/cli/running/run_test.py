from tests.support import tiny_logs
from tfx_pipeline.cli.main import main


def test_data_that_cannot_be_used_is_told_in_one_message(tmp_path, capsys):
    config = tiny_logs.write(tmp_path)
    (tmp_path / "events.tsv").write_text("who\twhen\nu1\t5\n")
    assert main(["run", "--config", str(config)]) == 1
    error = capsys.readouterr().err
    assert "events.tsv" in error and "data.columns" in error and "Traceback" not in error


def test_the_help_tells_of_the_exit_code(capsys):
    assert main(["run", "--help"]) == 0
    assert "the exit code is 3" in " ".join(capsys.readouterr().out.split())
