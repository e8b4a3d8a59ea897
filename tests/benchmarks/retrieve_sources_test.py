import pytest

from benchmarks import retrieve_sources
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.sources_config import SourcesConfig


def test_a_run_without_a_trained_retriever_is_told(tmp_path):
    with pytest.raises(SystemExit, match="transformed_examples holds nothing. Give the configuration of a finished"):
        retrieve_sources.main(["--set", f"root={tmp_path}"])


def test_what_is_compared():
    config = load_config(overrides=["retriever.retrieved=20", "retriever.sources.words=0"])
    few = retrieve_sources._variants(config, every_source=False)
    assert list(few.values()) == [None, config.retriever.sources]
    assert "words" not in list(few)[1]
    every = retrieve_sources._variants(config, every_source=True)
    assert every["vectors, words"] == SourcesConfig(10, 10, 0, 0, 0, 0)
    assert every["vectors, queries"] == SourcesConfig(10, 0, 10, 0, 0, 0)
    assert len(every) == 2 + 5
