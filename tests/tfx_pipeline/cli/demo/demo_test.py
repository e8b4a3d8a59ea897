"""`tandem demo` on a shop whose pipeline and server are stood in for by small programs and the tests' own server."""

import sys

import pytest

from tfx_pipeline.cli.demo import demo
from tfx_pipeline.cli.main import main


def serving(server):
    """A program that says where a server is, which the test started."""
    line = f"Serving shop: gRPC {server.grpc_address}, REST http://{server.rest_address}"
    return f"import time; print('a warning'); print({line!r}, flush=True); time.sleep(60)"


@pytest.fixture
def stage(shop, rank_server, tmp_path, monkeypatch):
    """Sets the stage; returns the programs that stand in for subcommands, to be changed by a test."""
    (tmp_path / "run").mkdir()
    programs = {"run": "print('the pipeline ran', flush=True)", "serve": serving(rank_server)}
    monkeypatch.setattr(demo, "_tandem", lambda name, *options: [sys.executable, "-c", programs[name]])
    return programs


@pytest.fixture
def show(stage, shop, capfd):
    """Calls `tandem demo`, and returns what it and those programs printed."""

    def call(*arguments, code=0):
        assert main(["demo", "--config", str(shop), *arguments]) == code
        return capfd.readouterr()

    return call


def assert_in_order(steps, text):
    for step in steps:
        assert step in text
        text = text.partition(step)[2]


def test_shows_everything(show, shop, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    steps = [
        "the pipeline ran",
        "shop: version 7 is available.",
        "User 17850 is not in the log; taking the most active one instead.",
        "=== 3. 1 users, just before the last thing that they did on each surface ===",
        "--- User 7: 4 clicks in the log ---",
        # Candidates and history are what there was just before the event.
        'Search "a", out of 2 candidates:\n'
        "history, newest last      title  score\n"
        "feed: BEE              1  DOG     0.00  <- clicked\n"
        'search "red": CAT      2  EMU     0.00\n'
        "feed: ANT\n"
        "What the user did next: DOG, which the model put at rank 1.",
        "Feed, out of 3 candidates:\n"
        "history, newest last      title  score\n"
        "feed: BEE              1  ANT     0.50  <- clicked\n"
        'search "red": CAT      2  DOG     0.00\n'
        "                       3  EMU     0.00\n"
        "What the user did next: ANT, which the model put at rank 1.",
        "REST and gRPC gave the same ranking, in each of 2 answers.",
        "=== 4. What next ===",
        f"tandem serve --config {shop}",
        f"tandem explore --config {shop}",
        f"tandem tensorboard --config {shop}",
        "tandem init",
        "The server is stopped.",
    ]
    assert_in_order(steps, show().out)


def test_a_model_that_retrieves_is_asked_once(show, stage, retrieval_server):
    stage["serve"] = serving(retrieval_server)
    # Not in its catalogue is e; b and c stand in the history.
    steps = [
        'Search "a", out of the whole catalogue:',
        "What the user did next: DOG, which the model put at rank 2.",
        "Feed, out of the whole catalogue:",
        "What the user did next: ANT, which the model put at rank 3.",
    ]
    assert_in_order(steps, show().out)


def test_a_user_without_searches(show):
    # The other user of this shop is asked for as well.
    steps = ["--- User 8: 1 clicks", "The user has no search event to ask for.", "--- User 7: 4 clicks"]
    assert_in_order(steps, show("--user", "8").out)


def test_a_model_that_is_not_pushed_leaves_the_stage_to_the_one_before(show, stage, tmp_path):
    stage["run"] = "raise SystemExit(3)"
    version = tmp_path / "run" / "pushed" / "shop" / "7"
    version.mkdir(parents=True)
    (version / "saved_model.pb").touch()
    printed = show(code=3).out
    assert "Going on with the version that was pushed before." in printed
    assert "The model of this run was not pushed" in printed.splitlines()[-1]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (1, "tandem demo: the pipeline failed; its messages above say why"),
        (3, "the model was not pushed, see above, and there is no earlier version to serve"),
    ],
)
def test_without_a_model_nothing_is_served(code, message, show, stage):
    stage["run"] = f"raise SystemExit({code})"
    printed = show(code=code)
    assert message in printed.err and "The model server" not in printed.out


def test_a_server_that_does_not_start(show, stage, tmp_path):
    stage["serve"] = "import sys; sys.exit('no port')"
    log = tmp_path / "run" / "demo_server.log"
    assert f"tandem demo: the server did not start; see {log}" in show(code=1).err
    assert log.read_text() == "no port\n"


def test_a_model_that_never_loads(show, stage, half_plus_two_server, monkeypatch):
    monkeypatch.setattr(demo, "_LOAD_SECONDS", 0.3)
    stage["serve"] = serving(half_plus_two_server)
    assert "no version of shop became available in 0 s; see " in show(code=1).err
