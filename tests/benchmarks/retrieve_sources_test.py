import pytest

from benchmarks import retrieve_sources
from components.servability_gate.requests.rank_inputs import strings
from schemas import features
from tests.support.behaviour_examples import behaviour_example, write_examples
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.sources_config import SourcesConfig


def test_a_run_without_a_trained_retriever_is_told(tmp_path):
    with pytest.raises(SystemExit, match="transformed_examples holds nothing. Give the configuration of a finished"):
        retrieve_sources.main(["--set", f"root={tmp_path}"])


def test_what_is_compared():
    config = load_config(overrides=["retriever.retrieved=20", "retriever.sources.words=0"])
    few = retrieve_sources._variants(config, every_source=False, mixes=())
    assert list(few.values()) == [None, config.retriever.sources]
    assert "words" not in list(few)[1]
    every = retrieve_sources._variants(config, every_source=True, mixes=())
    assert every["vectors, words"] == SourcesConfig(10, 10, 0, 0, 0, 0, 0)
    assert every["vectors, queries"] == SourcesConfig(10, 0, 10, 0, 0, 0, 0)
    assert len(every) == 2 + 6


def test_other_quotas_are_measured_beside_the_configurations():
    config = load_config(overrides=["retriever.retrieved=20", "retriever.sources.popularity=3"])
    found = retrieve_sources._variants(config, every_source=False, mixes=["words=50,category=0", "vectors=7"])
    own = config.retriever.sources
    assert list(found.values())[2:] == [
        SourcesConfig(own.vectors, 50, own.queries, 0, own.neighbours, 0, 3),
        SourcesConfig(7, own.words, own.queries, own.category, own.neighbours, 0, 3),
    ]
    for wrong in ("word=3", "words", "words=-1", "words=3;vectors=2"):
        with pytest.raises(SystemExit, match="such as words=50,neighbours=40, of vectors, words, .* Received: "):
            retrieve_sources._variants(config, every_source=False, mixes=[wrong])


def test_the_examples_of_one_split_each_with_its_positive_alone(tmp_path):
    examples = {"validation": (["a", "b"], 1), "test": (["c", "d"], 0)}
    for split, (candidates, positive) in examples.items():
        folder = tmp_path / "BehaviourExampleGen" / "examples" / "3" / f"Split-{split}"
        folder.mkdir(parents=True)
        rows = [behaviour_example(candidates, positive=positive), behaviour_example(candidates, positive=-1)]
        write_examples(folder / "1.gz", rows)
    wanted = {split: list(retrieve_sources._wanted(tmp_path, split)) for split in examples}
    told = {split: [strings(example, features.CANDIDATES) for example in found] for split, found in wanted.items()}
    assert told == {"validation": [[b"b"]], "test": [[b"c"]]}
