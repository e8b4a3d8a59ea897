"""`tandem demo` on a shop whose pipeline and server are stood in for by small programs and the tests' own server."""

import json
import sys

import pytest

from serving.cli import demo
from tfx_pipeline.cli.main import main


@pytest.fixture
def stage(shop, rank_server, tmp_path, monkeypatch):
    """Sets the stage; returns the programs that stand in for subcommands, to be changed by a test."""
    model = {
        "metrics": {"model": {"search": {"mrr": 0.5}}, "popularity": {"search": {"mrr": 0.25}}},
        "blessed": True,
    }
    report = {"models": {"shop": model}, "ran": ["Trainer"], "cached": ["Transform"], "tensorboard": "the/logs"}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "report.json").write_text(json.dumps(report))
    serving = f"Serving shop: gRPC {rank_server.grpc_address}, REST http://{rank_server.rest_address}"
    programs = {
        "run": "print('the pipeline ran', flush=True)",
        "serve": f"import time; print('a warning'); print({serving!r}, flush=True); time.sleep(60)",
    }
    monkeypatch.setattr(demo, "_tandem", lambda name, *options: [sys.executable, "-c", programs[name]])
    return programs


def test_shows_everything(stage, shop, capfd):
    assert main(["demo", "--config", str(shop)]) == 0
    printed = capfd.readouterr().out
    steps = [
        "the pipeline ran",
        "Version 7 is available.",
        "User 17850 is not in the log; taking the most active one instead.",
        "=== 3. User 7: 4 clicks in the log ===",
        'search "red": CAT',
        'Asked: search "a", with 3 history tokens and 2 candidates.',
        "What the user did next: DOG (d), which the model put at rank 1.",
        "REST and gRPC gave the same ranking.",
        "Asked: recommendations, with 2 history tokens and 3 candidates.",
        "What the user did next: ANT (a), which the model put at rank 1.",
        "REST and gRPC gave the same ranking.",
        "search   mrr     0.5000      0.2500",
        "Ran: Trainer.",
        "Taken from the cache: Transform.",
        "TensorBoard's logs: the/logs",
        "Look at them with `tandem tensorboard`, or `.venv/bin/tensorboard --logdir the/logs`.",
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
        'Asked: search "a", with 3 history tokens, of the whole catalogue in one request (`search`).',
        "   2  d     DOG    4.0000  <- clicked",
        "What the user did next: DOG (d), which the model put at rank 2.",
        "Asked: recommendations, with 2 history tokens, of the whole catalogue in one request (`recommend`).",
        "What the user did next: ANT (a), which the model put at rank 3.",
        "REST and gRPC gave the same ranking.",
    ):
        assert line in printed


def test_a_user_without_searches(stage, shop, capfd):
    assert main(["demo", "--config", str(shop), "--user", "8"]) == 0
    assert "The user has no search event to ask for." in capfd.readouterr().out


def test_a_pipeline_that_fails(stage, shop, capfd):
    stage["run"] = "raise SystemExit(1)"
    assert main(["demo", "--config", str(shop)]) == 1
    printed = capfd.readouterr()
    assert "tandem demo: the pipeline did not push a model; its messages above say why" in printed.err
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
