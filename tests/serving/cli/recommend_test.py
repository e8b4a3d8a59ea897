from tfx_pipeline.cli.main import main


def test_asks_without_a_query(shop, rank_server, capsys):
    arguments = ["recommend", "--user", "8", "--config", str(shop), "--address", rank_server.rest_address]
    assert main(arguments) == 0
    ranked = [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]]
    assert ranked == ["b", "c", "d", "e"]
