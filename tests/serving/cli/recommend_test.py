from tfx_pipeline.cli.main import main


def test_asks_without_a_query(shop, rank_server, capsys):
    arguments = ["recommend", "--user", "8", "--config", str(shop), "--address", rank_server.rest_address]
    assert main(arguments) == 0
    ranked = [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]]
    assert ranked == ["b", "c", "d", "e"]


def test_a_model_that_retrieves_leaves_out_what_the_user_has(shop, retrieval_server, capsys):
    """User 7 has a, b, c and d; the history that is sent along holds two of them."""
    limits = ["--set", "data.recommendation_history=1", "--set", "data.search_history=1"]
    options = ["--config", str(shop), *limits, "--address", retrieval_server.rest_address]
    assert main(["recommend", "--user", "7", "--k", "3", *options]) == 0
    printed = capsys.readouterr()
    assert [line.split()[1] for line in printed.out.splitlines()[1:]] == ["é"]
    assert "User '7': 2 history tokens are sent along." in printed.err
