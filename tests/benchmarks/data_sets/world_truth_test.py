"""What the generator says of a finished run's own examples."""

from pathlib import Path

import pytest

from benchmarks.data_sets.world_truth import achievable
from components.sources.data_config import DataConfig
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.made_logs import read

WORLD = "tiny"


def test_the_test_examples_of_the_newest_run_are_ranked(tmp_path):
    log = tmp_path / "log"
    generate(GeneratorConfig.of_world(WORLD), "events", str(log), negatives=9)
    events, _ = read(DataConfig(source="events", path=str(log), events="events.tsv", items="items.tsv"))
    clicks = [event for event in events if event.item_id and event.label]
    last = {click.user_id: click for click in clicks if click.surface is Surface.RECOMMENDATION}
    assert len(last) > 15
    examples = [
        # Against one item that nobody could take for the wanted one: that of the same number as the history's.
        behaviour_example([click.item_id, "150"], user=user, history=[Token(Surface.RECOMMENDATION, ("150",))])
        for user, click in last.items()
        if click.item_id != "150"
    ]
    folder = tmp_path / "artifacts" / "BehaviourExampleGen" / "examples"
    write_examples(folder / "9" / "Split-test" / "1.gz", [behaviour_example(["no item"])])
    write_examples(folder / "10" / "Split-test" / "1.gz", examples)
    found = achievable(Path(tmp_path), WORLD)
    # Item 150 is the least popular one of its topic.
    assert 0.8 < found["candidates"]["recommendation"]["process"]["hit_rate_at_1"] <= 1
    assert 0 < found["catalogue"]["recommendation"]["process"]["mrr"] < 1
    assert found["catalogue"]["recommendation"]["process"]["hit_rate_at_100"] == pytest.approx(1, abs=0.2)
