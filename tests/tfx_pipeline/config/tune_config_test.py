import pytest

from tests.support import tiny_logs
from tfx_pipeline.config.loading import ConfigError, as_dict, from_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config
from tfx_pipeline.config.tune_config import TuneConfig


@pytest.mark.parametrize(
    ("section", "is_on"),
    [("", False), ("tune: {}", True), ("tune: {trials: 3}", True), ("tune: {enabled: false}", False)],
)
def test_a_section_that_is_written_is_on_unless_it_says_otherwise(section, is_on, tmp_path):
    path = tiny_logs.write(tmp_path)
    path.write_text(f"{path.read_text()}\n{section}\n")
    config = load_config(str(path))
    assert config.tune.enabled is is_on
    assert from_dict(PipelineConfig, as_dict(config)) == config
    assert load_config(str(path), ["tune.trials=4"]).tune.enabled is (section != "tune: {enabled: false}")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"algorithm": "grid"}, "`algorithm` should be one of random, bayesian, hyperband. Received: algorithm='grid'"),
        ({"trials": -1}, "`trials` should be at least 0"),
        ({"max_epochs": -1}, "`max_epochs` should be at least 0"),
        ({"parallel_trials": 0}, "`parallel_trials` should be at least 1"),
        # KerasTuner takes 0 for any seed.
        ({"seed": 0}, "`seed` should be at least 1"),
        ({"algorithm": "hyperband", "trials": 5}, "`trials` does not go with `algorithm: hyperband`"),
    ],
)
def test_what_no_search_can_have_is_refused(settings, text):
    with pytest.raises(ValueError, match=text):
        TuneConfig(**settings)
    assert TuneConfig(algorithm="hyperband").trials == 0


def test_an_error_names_the_file_and_the_section(tmp_path):
    path = str(tiny_logs.write(tmp_path))
    with pytest.raises(ConfigError, match=r"tiny\.yaml: `tune`: `algorithm` should be one of"):
        load_config(path, ["tune.algorithm=grid"])
