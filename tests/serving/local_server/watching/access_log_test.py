import json

import pytest

from serving.local_server.watching.access_log import AccessLog


def test_a_line_for_each_request(tmp_path):
    path = tmp_path / "access.jsonl"
    for status in ("OK", "NOT_FOUND"):
        with AccessLog(str(path)) as log:
            log.write("REST", "predict", "m", 7, "rank", status, 123)
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "entrypoint": "REST",
        "api": "predict",
        "model": "m",
        "version": 7,
        "signature": "rank",
        "status": "OK",
        "microseconds": 123,
    }
    assert second["status"] == "NOT_FOUND"


def test_the_standard_output(capsys):
    with AccessLog("-") as log:
        log.write("GRPC", "Predict", "m", None, "", "NOT_FOUND", 1)
    assert json.loads(capsys.readouterr().out)["version"] is None
    print("still open")
    assert capsys.readouterr().out == "still open\n"


def test_nothing_is_written_without_a_path_or_after_the_end(tmp_path, capsys):
    AccessLog().write("REST", "predict", "m", 1, "", "OK", 1)
    log = AccessLog(str(tmp_path / "access.jsonl"))
    log.close()
    log.write("REST", "predict", "m", 1, "", "OK", 1)
    assert (tmp_path / "access.jsonl").read_text(encoding="utf-8") == ""
    assert capsys.readouterr().out == ""


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        AccessLog(str(tmp_path / "none" / "access.jsonl"))
