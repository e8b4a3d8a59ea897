"""A log of the feed alone, and one of searches alone: the whole way from the log to an answer."""

import json
from pathlib import Path

import pytest

from tests.support import tiny_logs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

RETRIEVES = [
    *("model=unifiedssr", "unifiedssr.dim=16", "unifiedssr.num_layers=1", "unifiedssr.item_attributes=true"),
    *("train.epochs=3", "gate.examples=8"),
]


@pytest.fixture
def of_one_surface(tmp_path):
    """A configuration of the tiny log, in which all that happened on one surface happened on the other."""

    def write(surface):
        path = tiny_logs.write(tmp_path, rules=())
        header, *rows = ((tmp_path / "events.tsv").read_text()).splitlines()
        changed = []
        for row in rows:
            user, moment, _, query, session, item = row.split("\t")
            searched = ("search", query or item.split("-")[0], session or f"s{user}-{moment}")
            changed.append("\t".join([user, moment, *(searched if surface == "search" else (surface, "", "")), item]))
        (tmp_path / "events.tsv").write_text("\n".join([header, *changed]) + "\n")
        return path

    return write


@pytest.mark.parametrize(
    ("surface", "missing", "overrides"), [("recommendation", "search", []), ("search", "recommendation", RETRIEVES)]
)
def test_a_log_of_one_surface_goes_all_the_way(surface, missing, overrides, of_one_surface, capsys, caplog):
    from serving.local_server.server import LocalServer, ServerConfig
    from tfx_pipeline.cli.main import main

    caplog.set_level("INFO")
    path = of_one_surface(surface)
    options = ["--config", str(path), *(f"--set={each}" for each in overrides)]
    assert main(["run", *options, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert f"The log has no {missing} event with an engagement; train.surfaces: [{surface}]" in caplog.text
    (model,) = report["models"].values()
    assert model["outcome"] == "pushed" and model["blessed"] and model["shortfalls"] == []
    # It is measured where there is something to measure, and nowhere else.
    assert set(model["metrics"]["model"]) == {surface}
    assert set(model["whole_catalogue"]) <= {surface}

    pushed = Path(model["pushed_model_dir"])
    with LocalServer(ServerConfig("tiny", str(pushed), port=0, rest_api_port=0)) as server:
        assert server.model.wait_until_settled() is None
        asks = {"recommendation": ["recommend"], "search": ["query", "mug"]}
        asked = [*options, "--user", "u1", "--address", server.rest_address, "--k", "3", "--timeout", "120"]
        assert main([*asks[surface], *asked]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 4
        assert main([*asks[missing], *asked]) == 2
        assert f"the log has no {missing} event with an engagement" in capsys.readouterr().err
