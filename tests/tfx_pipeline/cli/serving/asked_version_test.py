import pytest

from tests.support import tiny_logs
from tfx_pipeline.cli.serving.asked_version import retriever_dir
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.runners.failures import NotReadyError


@pytest.fixture
def config(tmp_path):
    return load_config(str(tiny_logs.write(tmp_path)), ["model=unifiedssr"])


@pytest.fixture
def pushed(config, tmp_path):
    folder = tmp_path / "run" / "pushed" / "tiny"
    for version in ("9", "10"):
        (folder / version).mkdir(parents=True)
        (folder / version / "saved_model.pb").touch()
    return folder


def test_the_newest_or_the_one_that_is_asked_for(config, pushed):
    assert (retriever_dir(config, ""), retriever_dir(config, "9")) == (f"{pushed}/10", f"{pushed}/9")


def test_a_version_that_is_not_there_is_told_with_those_that_are(config, pushed):
    with pytest.raises(NotReadyError, match="There is no version 8 of tiny, but 10, 9."):
        retriever_dir(config, "8")


def test_nothing_pushed(config):
    with pytest.raises(NotReadyError, match="Nothing is pushed to .*/pushed/tiny yet: run `tandem run` first."):
        retriever_dir(config, "")


def test_a_model_that_only_ranks(tmp_path):
    with pytest.raises(ConfigError, match="tiny ranks candidates and finds no items"):
        retriever_dir(load_config(str(tiny_logs.write(tmp_path))), "")
