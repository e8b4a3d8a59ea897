"""`tandem demo` on a shop whose pipeline and server are stood in for by small programs and the tests' own server."""

import sys

import pytest

from tfx_pipeline.cli.demo import demo
from tfx_pipeline.cli.main import main


@pytest.fixture
def stage(shop, rank_server, tmp_path, monkeypatch):
    """Sets the stage; returns the programs that stand in for subcommands, to be changed by a test."""
    (tmp_path / "run").mkdir()
    serving = f"Serving shop: gRPC {rank_server.grpc_address}, REST http://{rank_server.rest_address}"
    programs = {
        "run": "print('the pipeline ran', flush=True)",
        "serve": f"import time; print('a warning'); print({serving!r}, flush=True); time.sleep(60)",
    }
    monkeypatch.setattr(demo, "_tandem", lambda name, *options: [sys.executable, "-c", programs[name]])
    return programs


def test_shows_everything(stage, shop, capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["demo", "--config", str(shop)]) == 0
    printed = capfd.readouterr().out
    steps = [
        "the pipeline ran",
        "shop: version 7 is available.",
        "User 17850 is not in the log; taking the most active one instead.",
        "=== 3. 1 users, just before the last thing that they did on each surface ===",
        "--- User 7: 4 clicks in the log ---",
        'Search "a", out of 2 candidates:',
        'search "red": CAT',
        "What the user did next: DOG, which the model put at rank 1.",
        "Feed, out of 3 candidates:",
        "What the user did next: ANT, which the model put at rank 1.",
        "REST and gRPC gave the same ranking, in each of 2 answers.",
        "=== 4. What next ===",
        f"tandem serve --config {shop}",
        f"tandem explore --config {shop}",
        f"tandem tensorboard --config {shop}",
        "tandem init",
        "The server is stopped.",
    ]
    place = 0
    for step in steps:
        assert step in printed[place:], step
        place = printed.index(step, place) + len(step)


def test_a_model_that_retrieves_is_asked_once(stage, shop, capfd, retrieval_server):
    other = f"gRPC {retrieval_server.grpc_address}, REST http://{retrieval_server.rest_address}"
    stage["serve"] = f"import time; print('Serving shop: {other}', flush=True); time.sleep(60)"
    assert main(["demo", "--config", str(shop)]) == 0
    printed = capfd.readouterr().out
    # Not in its catalogue is e; b and c stand in the history.
    for line in (
        'Search "a", out of the whole catalogue:',
        "What the user did next: DOG, which the model put at rank 2.",
        "Feed, out of the whole catalogue:",
        "What the user did next: ANT, which the model put at rank 3.",
    ):
        assert line in printed


def test_a_user_without_searches(stage, shop, capfd):
    assert main(["demo", "--config", str(shop), "--user", "8"]) == 0
    printed = capfd.readouterr().out
    assert "The user has no search event to ask for." in printed
    # The other user of this shop is asked for as well.
    assert printed.index("--- User 8: 1 clicks") < printed.index("--- User 7: 4 clicks")


def test_a_model_that_is_not_pushed_leaves_the_stage_to_the_one_before(stage, shop, capfd, tmp_path):
    stage["run"] = "raise SystemExit(3)"
    version = tmp_path / "run" / "pushed" / "shop" / "7"
    version.mkdir(parents=True)
    (version / "saved_model.pb").touch()
    assert main(["demo", "--config", str(shop)]) == 3
    printed = capfd.readouterr().out
    assert "Going on with the version that was pushed before." in printed
    assert "The model of this run was not pushed" in printed.splitlines()[-1]


def test_a_model_that_is_not_pushed_and_none_before(stage, shop, capfd):
    stage["run"] = "raise SystemExit(3)"
    assert main(["demo", "--config", str(shop)]) == 3
    printed = capfd.readouterr()
    assert "the model was not pushed, see above, and there is no earlier version to serve" in printed.err
    assert "The model server" not in printed.out


def test_the_help_tells_of_the_exit_code(capsys):
    assert main(["demo", "--help"]) == 0
    assert "the exit code is 3" in " ".join(capsys.readouterr().out.split())


def test_a_pipeline_that_fails(stage, shop, capfd):
    stage["run"] = "raise SystemExit(1)"
    assert main(["demo", "--config", str(shop)]) == 1
    printed = capfd.readouterr()
    assert "tandem demo: the pipeline failed; its messages above say why" in printed.err
    assert "The model server" not in printed.out


def test_a_server_that_does_not_start(stage, shop, capfd, tmp_path):
    stage["serve"] = "import sys; sys.exit('no port')"
    assert main(["demo", "--config", str(shop)]) == 1
    log = tmp_path / "run" / "demo_server.log"
    assert f"tandem demo: the server did not start; see {log}" in capfd.readouterr().err
    assert log.read_text() == "no port\n"


def test_a_model_that_never_loads(stage, shop, capfd, half_plus_two_server, monkeypatch):
    monkeypatch.setattr(demo, "_LOAD_SECONDS", 0.3)
    other = f"gRPC {half_plus_two_server.grpc_address}, REST http://{half_plus_two_server.rest_address}"
    stage["serve"] = f"import time; print('Serving shop: {other}', flush=True); time.sleep(60)"
    assert main(["demo", "--config", str(shop)]) == 1
    assert "no version of shop became available in 0 s; see " in capfd.readouterr().err
