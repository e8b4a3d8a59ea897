"""Configurations fitted to the surfaces of a log, which is read once for all of them."""

import pytest

from tfx_pipeline.cli.running import surfaces_of_log
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

REMARK = "The log has no search event with an engagement; train.surfaces: [recommendation]"


@pytest.fixture
def feed_only(tmp_path):
    (tmp_path / "e.csv").write_text("user_id,timestamp_ms,surface,item_id\nu,5,recommendation,a\n")
    (tmp_path / "c.yaml").write_text(f"data:\n  path: {tmp_path}\n  events: e.csv\n  earliest: ''\n")
    return lambda *overrides: load_config(str(tmp_path / "c.yaml"), overrides)


def test_variants_of_one_log_are_told_once_and_read_once(feed_only, monkeypatch):
    read, said = [], []
    found = surfaces_of_log.engaged_surfaces
    monkeypatch.setattr(surfaces_of_log, "engaged_surfaces", lambda *args: read.append(1) or found(*args))
    configs = [feed_only(), feed_only("train.epochs=2"), feed_only("data.seed=4")]
    fitted = fitted_to_log(configs, said.append)
    assert [config.train.surfaces for config in fitted] == [("recommendation",)] * 3
    assert [config.train.epochs for config in fitted] == ["auto", 2, "auto"]
    assert said == [REMARK] and len(read) == 2  # `data.seed` makes another log of it, as far as one can tell.


def test_a_log_with_both_is_not_spoken_of(feed_only, tmp_path):
    with open(tmp_path / "e.csv", "a") as file:
        file.write("u,6,search,b\n")
    said = []
    config = feed_only()
    assert fitted_to_log([config], said.append) == [config] and said == []


def test_what_a_run_tells_better_is_left_to_it(feed_only):
    config = feed_only("data.events=nothing.csv")
    assert fitted_to_log([config], pytest.fail) == [config]


def test_a_run_says_so_before_anything_is_imported_and_refuses_the_missing_surface(feed_only, tmp_path, tandem):
    arguments = ("run", "--config", tmp_path / "c.yaml", "--set", "train.surfaces=[search]")
    error = tandem(*arguments, code=2).err
    assert "tandem: train.surfaces = [search]: the log has no search event with an engagement." in error
    with pytest.raises(ConfigError):
        fitted_to_log([feed_only("train.surfaces=[search]")], pytest.fail)


SHOWN = ("calibration.method=platt", "data.negatives=shown", "data.columns.label=label")


def test_the_share_of_clicks_in_what_was_shown_is_counted_where_scores_are_calibrated_to_it(feed_only, tmp_path):
    rows = "u,5,recommendation,a,1\n" + "u,6,recommendation,b,0\n" * 3 + "u,7,search,a,1\nu,8,search,b,0\n"
    (tmp_path / "e.csv").write_text("user_id,timestamp_ms,surface,item_id,label\n" + rows)
    said = []
    (config,) = fitted_to_log([feed_only(*SHOWN)], said.append)
    assert (config.calibration.candidates, config.calibration.search_candidates) == (4.0, 2.0)
    assert said == ["One item of 4 in recommendation, of 2 in search that users were shown was clicked"]
    (unasked,) = fitted_to_log([feed_only(*SHOWN, "calibration.candidates=9")], pytest.fail)
    assert unasked.calibration.candidates == 9
    with pytest.raises(ConfigError, match="no item in search that was shown and not clicked"):
        (tmp_path / "e.csv").write_text((tmp_path / "e.csv").read_text().replace("u,8,search,b,0\n", ""))
        fitted_to_log([feed_only(*SHOWN)], pytest.fail)


def test_variants_of_a_log_that_cannot_be_read_are_left_to_the_run_too(feed_only):
    configs = [feed_only(*SHOWN, "data.events=nothing.csv", f"train.epochs={epochs}") for epochs in (1, 2)]
    assert len(fitted_to_log(configs, pytest.fail)) == 2
