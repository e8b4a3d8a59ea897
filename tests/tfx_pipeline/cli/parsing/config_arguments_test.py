import argparse

from tfx_pipeline.cli.parsing import config_arguments


def test_overrides_are_applied_in_their_order(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: shop\ndata: {events: a.tsv}\n")
    parser = argparse.ArgumentParser()
    config_arguments.add(parser)
    args = parser.parse_args(["--config", str(file), "--set", "train.epochs=3", "--set", "train.epochs=4"])
    assert config_arguments.load(args).train.epochs == 4
