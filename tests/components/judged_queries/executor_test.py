import logging
from pathlib import Path

import pytest
from tfx.types import artifact_utils, standard_artifacts

from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from components.judged_queries.artifact import SearchJudgement
from components.judged_queries.executor import Executor
from components.judged_queries.judge import read_judgement
from schemas.canonical_event import Item
from tests.support.behaviour_examples import write_examples
from tests.support.model_folders import artifact_at
from tests.support.retrieval_models import save_retrieval_model


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("red mug", "Judged 4 queries: precision of the first 5 is 1.0000"),
        ("", "Search was not judged: no item has a title"),
    ],
)
def test_titles_of_the_catalogue_are_judged(tmp_path, caplog, title, said):
    """Words of three letters are neither misspelt nor written backwards; and of nonsense no item is right."""
    caplog.set_level(logging.INFO)
    examples = artifact_at(tmp_path / "examples", standard_artifacts.Examples)
    examples.split_names = artifact_utils.encode_split_names(["catalog"])
    write_examples(tmp_path / "examples" / "Split-catalog" / "1.gz", [catalog_example(Item("a", title), [], 0, [])])
    save_retrieval_model(tmp_path / "model" / "Format-Serving", {"a": 1.0})
    judgement = artifact_at(tmp_path / "judgement", SearchJudgement)
    Path(judgement.uri).mkdir()
    inputs = {"model": [artifact_at(tmp_path / "model")], "examples": [examples]}
    Executor().Do(inputs, {"judgement": [judgement]}, {"of_each": 1})
    assert bool(read_judgement(judgement.uri)["kinds"]) == bool(title)
    assert said in caplog.text
