"""An experiment trains its variants on common examples, compares them, and is not trained again when it is repeated."""

import json

import pytest

from tfx_pipeline.cli.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_variants_are_compared_and_kept(tiny_config, tmp_path, capsys):
    variants = tmp_path / "few.yaml"
    half = "[train.mixed_precision=true, train.ema_momentum=0.9, train.negatives=2]"
    variants.write_text(f"complete: []\naveraged half precision: {half}\n")
    command = ["experiment", "--config", str(tiny_config), "--variants", str(variants), "--set", "train.epochs=1"]

    assert main([*command, "--json"]) == 0
    results = json.loads(capsys.readouterr().out)
    assert [result["name"] for result in results] == ["complete", "averaged half precision"]
    assert all(result["search"]["epoch"] == 1 and 0 < result["search"]["ndcg_at_5"] <= 1 for result in results)
    assert results[0]["search"] != results[1]["search"], "a variant's settings are its own"
    (written,) = tiny_config.parent.glob("**/experiments/few.md")
    hit_rate = results[1]["recommendation"]["hit_rate_at_1"]
    assert f"| averaged half precision | 1 | {hit_rate:.4f} |" in written.read_text()

    # Again, from the cache, and one more that fails: the others' results are there all the same.
    variants.write_text(variants.read_text() + "hopeless: [data.train_negatives=100000]\n")
    assert main([*command, "--json"]) == 1
    output, errors = capsys.readouterr()
    *again, hopeless = json.loads(output)
    assert again == results
    assert "negatives" in hopeless["error"]
    # What failed is told in a paragraph, and its traceback lies below the root.
    (told,) = (line for line in errors.splitlines() if " failed: " in line)
    assert told.startswith("tandem experiment: BehaviourExampleGen failed: data.train_negatives = 100000: for ")
    (failure,) = tiny_config.parent.glob("**/failures/BehaviourExampleGen.txt")
    assert errors.rstrip().endswith(f"The full traceback: {failure}")
    assert "Traceback (most recent call last)" in failure.read_text()
    assert "Traceback" not in errors
