"""Prices, pictures, ages and purchases: the whole way from tables to an answered request that names ids alone."""

import pytest

from schemas import features

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_a_log_with_numbers_vectors_and_weights_goes_all_the_way(three_runs, capsys):
    from serving.client.ranking_client import RankingClient
    from serving.client.requests import RetrievalRequest
    from serving.local_server.server import LocalServer, ServerConfig
    from tfx_pipeline.cli.main import main

    assert main(["check", str(three_runs.path), *(f"--set={each}" for each in three_runs.overrides)]) == 0
    assert "Engagements weigh 1 to 4" in capsys.readouterr().out
    assert three_runs.models[0].outcome == "pushed" and three_runs.models[0].blessed
    assert "data.item_columns.numbers: 'price' is unknown of 1 of 72 items" in three_runs.said
    assert "data.item_columns.vectors: vectors of 6 numbers; 2 of 72 items have none" in three_runs.said
    # A SASRec, which knows nothing of all that, was trained beside them and ranked as they were.
    for scope in ("candidates", "catalogue"):
        for surface in ("recommendation", "search"):
            found = three_runs.models[0].rules[scope][surface]
            assert list(found["rules"])[-1] == "sasrec"
            # Nobody's next item follows from the ids of the last ones here, so it is not asked to be good.
            assert 0 < found["rules"]["sasrec"]["mrr"][0] < 1

    graph = three_runs.artifact("Transform", "transform_graph")
    assert f'name: "{features.EXAMPLE_WEIGHT}"' in (graph / "transformed_metadata" / "schema.pbtxt").read_text()
    with (
        LocalServer(ServerConfig("tiny", three_runs.config.pushed_model_dir, port=0, rest_api_port=0)) as server,
        RankingClient(server.rest_address, "tiny") as client,
    ):
        assert server.model.wait_until_settled() is None
        for user in ("u1", "u79", "nobody"):
            assert len(client.recommend(RetrievalRequest(user, k=3))) == 3
