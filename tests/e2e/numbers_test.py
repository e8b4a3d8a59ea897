"""Prices, pictures, ages and purchases: the whole way from tables to an answered request that names ids alone."""

import json
import random
from pathlib import Path

import pytest

from schemas import features
from tests.support import tiny_logs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

OPTIONS = [
    "data.item_columns.numbers=[price]",
    "data.item_columns.vectors=picture",
    "data.user_columns.numbers=[age]",
    "data.columns.weight=did",
    "data.columns.weight_values={click: 1, buy: 4}",
    "retriever.model=unifiedssr",
    "retriever.train.epochs=2",
    *("unifiedssr.dim=16", "unifiedssr.num_layers=1", "unifiedssr.item_attributes=true"),
    "gate.examples=8",
    "evaluation.sasrec=true",
]


def test_a_log_with_numbers_vectors_and_weights_goes_all_the_way(tmp_path, capsys, caplog):
    from serving.client.ranking_client import RankingClient
    from serving.client.requests import RetrievalRequest
    from serving.local_server.server import LocalServer, ServerConfig
    from tfx_pipeline.cli.main import main

    caplog.set_level("INFO")
    path, rng = tiny_logs.write(tmp_path), random.Random(3)
    header, *events = (tmp_path / "events.tsv").read_text().splitlines()
    weighed = [f"{row}\t{'buy' if place % 3 else 'click'}\n" for place, row in enumerate(events)]
    (tmp_path / "events.tsv").write_text(f"{header}\tdid\n" + "".join(weighed))
    rows = [
        # What a model of pictures would know: the topic.
        {"item_id": item, "title": title, "price": round(rng.lognormvariate(2, 1), 2) if place else None,
         "picture": [float(item.startswith(topic)) for topic in tiny_logs.TOPICS] if place > 1 else None}
        for place, (item, title) in enumerate(tiny_logs.ITEMS)
    ]  # fmt: skip
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "users.csv").write_text("user_id,age\n" + "".join(f"u{user},{20 + user}\n" for user in range(79)))
    tables = [f"data.items={tmp_path}/items.jsonl", f"data.users={tmp_path}/users.csv"]
    assert main(["check", str(path), *(f"--set={each}" for each in (*OPTIONS, *tables))]) == 0
    assert "Engagements weigh 1 to 4" in capsys.readouterr().out
    options = ["--config", str(path), *(f"--set={each}" for each in (*OPTIONS, *tables))]
    assert main(["run", *options, "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"].values()
    assert model["outcome"] == "pushed" and model["blessed"]
    # A SASRec, which knows nothing of all that, was trained beside them and ranked as they were.
    for scope in ("candidates", "catalogue"):
        for surface in ("recommendation", "search"):
            found = model["rules"][scope][surface]
            assert list(found["rules"])[-1] == "sasrec"
            # Nobody's next item follows from the ids of the last ones here, so it is not asked to be good.
            assert 0 < found["rules"]["sasrec"]["mrr"][0] < 1
    assert "data.item_columns.numbers: 'price' is unknown of 1 of 72 items" in caplog.text
    assert "data.item_columns.vectors: vectors of 6 numbers; 2 of 72 items have none" in caplog.text

    (schema,) = tmp_path.glob("**/transformed_metadata/schema.pbtxt")
    assert f'name: "{features.EXAMPLE_WEIGHT}"' in schema.read_text()
    pushed = Path(model["pushed_model_dir"])
    with (
        LocalServer(ServerConfig("tiny", str(pushed), port=0, rest_api_port=0)) as server,
        RankingClient(server.rest_address, "tiny") as client,
    ):
        assert server.model.wait_until_settled() is None
        for user in ("u1", "u79", "nobody"):
            assert len(client.recommend(RetrievalRequest(user, k=3))) == 3
