import pytest

from components.raw_files.refusal import DataError
from schemas.canonical_event import Surface
from serving.client.call import CallError
from serving.shop_log.event_log import HistoryLimits
from tfx_pipeline.cli.asking.asked_user import explain, limits, read_log, served_model
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config


def test_histories_are_as_long_as_in_training(shop):
    overrides = ["data.recommendation_history=3", "data.search_history=4", "data.items_per_session=2"]
    assert limits(load_config(str(shop), overrides)) == HistoryLimits(3, 4, 2)


def test_other_errors_are_told_as_they_are(shop):
    error = CallError("INVALID_ARGUMENT", "bad shape", "h:1")
    assert explain(error, *load_config(str(shop)).served_models) == "h:1 answered INVALID_ARGUMENT: bad shape"


def test_another_program_on_the_port_is_told_as_such(shop):
    error = CallError("UNKNOWN", "another program listens there, not a model server (HTTP 200, text/html)", "h:1")
    assert explain(error, *load_config(str(shop)).served_models) == (
        "h:1: another program listens there, not a model server (HTTP 200, text/html). "
        "Where is the model server? --address HOST:PORT"
    )


def test_logs_lie_below_the_path_of_the_data(shop):
    folder, name = str(shop.parent), load_config(str(shop)).data.events.rpartition("/")[2]
    log = read_log(load_config(str(shop), [f"data.path={folder}", f"data.events={name}"]), ["7"])
    assert log.history_of("7", HistoryLimits(9, 9, 9))


def test_other_sources_are_read_as_the_pipeline_reads_them(shop, tmp_path):
    (tmp_path / "rec_inter.csv").write_text("user_id,item_id,timestamp,click\n7,b,2,1\n7,a,1,1\n8,c,1,1\n")
    overrides = ["data.source=kuaisar", "data.items=", f"data.path={tmp_path}", "data.events=rec_inter*"]
    log = read_log(load_config(str(shop), overrides), ["7"])
    assert [event.item_id for event in log.events_of("7")] == ["a", "b"]
    assert log.events_of("8") == ()
    with pytest.raises(DataError, match="^data.events = .*/nothing[*]: no such file"):
        read_log(load_config(str(shop), [*overrides, "data.events=nothing*"]), [])


def test_each_surface_is_asked_of_the_model_that_serves_it(shop):
    both = load_config(str(shop))
    assert [served_model(both, surface).name for surface in Surface] == ["shop", "shop"]
    one = load_config(str(shop), ["model=unifiedssr", "fine_tuning.surfaces=[search]"])
    assert served_model(one, Surface.SEARCH).name == "shop_search"
    with pytest.raises(ConfigError, match="no model of this configuration serves recommendation; there is shop_search"):
        served_model(one, Surface.RECOMMENDATION)
