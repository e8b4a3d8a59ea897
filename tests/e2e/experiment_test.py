"""An experiment trains its variants on common examples, compares them, and is not trained again when it is repeated."""

import gc
import json

import keras
import pytest

from components.metrics.by_user.user_gains import read_user_gains
from schemas.rank_metrics import rank_metrics
from tests.support.event_logs import scalars_of
from tfx_pipeline.cli.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def models_in_memory():
    return sum(isinstance(each, keras.Model) for each in gc.get_objects())


def test_variants_are_compared_and_kept(tiny_config, tmp_path, capsys):
    variants = tmp_path / "few.yaml"
    half = "[train.mixed_precision=true, train.ema_momentum=0.9, train.negatives=2]"
    variants.write_text(f"complete: []\naveraged half precision: {half}\n")
    # Without features of candidates, so that no start is better than what each trains.
    settings = ("train.epochs=1", "unisar.overlap_features=false", "unisar.engagement_features=false")
    sets = [f"--set={each}" for each in settings]
    command = ["experiment", "--config", str(tiny_config), "--variants", str(variants), *sets]

    models_before = models_in_memory()
    assert main([*command, "--json"]) == 0
    assert models_in_memory() <= models_before, "each training needs memory of its own"
    found = json.loads(capsys.readouterr().out)
    results = found["trainings"]
    assert [result["variant"] for result in results] == ["complete", "averaged half precision"]
    assert all(result["search"]["epoch"] == 1 and 0 < result["search"]["ndcg_at_5"] <= 1 for result in results)
    assert all(result["parameters"] > 1000 and result["seconds"] > 0 for result in results)
    assert results[0]["search"] != results[1]["search"], "a variant's settings are its own"
    compared = [row for row in found["comparison"] if row["p"] is not None]
    assert [(row["variant"], row["surface"]) for row in compared] == [
        ("averaged half precision", "recommendation"),
        ("averaged half precision", "search"),
    ]
    (written,) = tiny_config.parent.glob("**/experiments/few.md")
    hit_rate = results[1]["recommendation"]["hit_rate_at_1"]
    assert f"| averaged half precision | recommendation | {hit_rate:.4f} |" in written.read_text()
    page = written.with_suffix(".html").read_text()
    assert page.count("<h3>Differences to complete</h3>") == 1 and "averaged half precision: " in page
    (curve,) = results[0]["curves"]["search"]
    assert curve == [1, pytest.approx(results[0]["search"]["ndcg_at_5"], abs=1e-6)]
    # What users are tested by is what the training's validation measured; the first folder is that of `complete`.
    folder = min(tiny_config.parent.glob("**/UserMetrics/gains/*"), key=lambda each: int(each.name))
    for surface, gains in read_user_gains(str(folder)).items():
        means = gains.sums.sum(axis=0) / gains.counts.sum()
        for metric, mean in zip(rank_metrics(), means, strict=True):
            assert mean == pytest.approx(results[0][surface][metric.name], abs=1e-5)

    # TensorBoard shows each by its name.
    (shown,) = tiny_config.parent.glob("*/tensorboard")
    assert {path.name for path in (shown / "few").iterdir()} == {"complete", "averaged half precision"}
    assert scalars_of(shown / "few" / "complete" / "validation")["ndcg@5/search"] == [
        (1, pytest.approx(results[0]["search"]["ndcg_at_5"], abs=1e-6))
    ]

    # Again, from the cache, with a second seed that is trained; and a variant that fails.
    examples = set(tiny_config.parent.glob("**/BehaviourExampleGen/examples/*"))
    variants.write_text("complete: []\nhopeless: [data.train_negatives=100000]\n")
    assert main([*command, "--json", "--seeds", "2"]) == 1
    output, errors = capsys.readouterr()
    first, hopeless, second = json.loads(output)["trainings"]
    assert first == results[0]
    assert (second["variant"], second["seed"]) == ("complete", first["seed"] + 1)
    assert second["search"] != first["search"]
    assert (shown / "few" / "complete, seed 2" / "validation").is_dir()
    assert "negatives" in hopeless["error"]
    # The examples are those of all.
    assert set(tiny_config.parent.glob("**/BehaviourExampleGen/examples/*")) == examples
    # What failed is told in a paragraph, and its traceback lies below the root.
    (told,) = (line for line in errors.splitlines() if " failed: " in line)
    assert told.startswith("tandem experiment: BehaviourExampleGen failed: data.train_negatives = 100000: for ")
    (failure,) = tiny_config.parent.glob("**/failures/BehaviourExampleGen.txt")
    assert f"The full traceback: {failure}\n" in errors
    assert "Traceback (most recent call last)" in failure.read_text()
    assert "Traceback" not in errors
