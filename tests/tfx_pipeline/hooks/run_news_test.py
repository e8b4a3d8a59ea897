import json

import pytest

from tests.support.finished_runs import report
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.hooks.run_news import Ended, decisive_rules, news
from tfx_pipeline.runners.failures import NotReadyError


def ended(**changes):
    return Ended("tandem run", 1_700_000_000.0, 12.5, **changes)


@pytest.fixture
def config(tmp_path):
    return PipelineConfig(name="shop", root=str(tmp_path / "my runs"))


def failure(component, cause):
    """An error as the runner raises it."""
    error = RuntimeError(f"{component}: {cause}")
    error.component, error.__cause__ = component, cause
    return error


def test_a_pushed_model_is_told_with_its_metrics_beside_the_best_rule(config):
    told = json.loads(json.dumps(news(config, ended(report=report(), number=3))))
    assert (told["name"], told["command"], told["state"], told["exit_code"]) == ("shop", "tandem run", "pushed", 0)
    assert (told["began"], told["duration_s"], told["root"]) == ("2023-11-14T22:13:20+00:00", 12.5, config.run_root)
    assert (told["run"], told["error"], told["report"]) == (3, None, None)  # There is no page.
    assert told["said"] == ["Pushed: version 17 in pushed/shop."]
    model = told["models"]["shop"]
    assert (model["outcome"], model["version"], model["pushed_version"]) == ("pushed", "17", "17")
    assert model["metrics"]["search"] == {"hit_rate_at_1": 0.5, "ndcg_at_5": 0.5, "mrr": 0.5}
    assert "overall" not in model["metrics"]
    # An earlier report does not say what decides: candidates. The rules are 0.03125 and 0.25 there.
    assert model["best_rule"]["search"] == {
        "among": "candidates",
        "metric": "ndcg_at_5",
        "model": 0.5,
        "best_rule": "item_neighbours",
        "value": 0.25,
        "difference": [0.25, 0.22, 0.28],
        "beaten": True,
    }


def test_the_page_is_named_where_there_is_one(config, tmp_path):
    page = tmp_path / "my runs" / "reports" / "run_3.html"
    page.parent.mkdir(parents=True)
    page.write_text("")
    assert news(config, ended(report=report(), number=3))["report"] == str(page)


def test_rules_are_those_of_the_scope_that_decides():
    model = report()["models"]["shop"]
    model["rules"]["decides_among"] = "catalogue"
    rules = decisive_rules(model)
    assert list(rules) == ["search"] and rules["search"]["among"] == "catalogue"
    assert (rules["search"]["model"], rules["search"]["value"]) == (0.25, 0.125)
    assert decisive_rules({**model, "rules": {}}) == {}


@pytest.mark.parametrize(
    ("outcomes", "state", "code"),
    [
        (["pushed", "unchanged"], "pushed", 0),
        (["unchanged", "unchanged"], "unchanged", 0),
        (["pushed", "not_pushed"], "not_pushed", 3),
    ],
)
def test_of_several_models_the_worst_counts(config, outcomes, state, code):
    models = {f"shop_{place}": report(outcome=each)["models"]["shop"] for place, each in enumerate(outcomes)}
    told = news(config, ended(report={**report(), "models": models}))
    assert (told["state"], told["exit_code"]) == (state, code)


def test_a_model_that_is_not_pushed_is_told_with_what_it_lacks(config):
    shortfall = {"surface": "search", "metric": "ndcg_at_5", "value": 0.2, "needed": 0.25}
    told = news(config, ended(report=report(outcome="not_pushed", version="", shortfalls=[shortfall])))
    assert told["state"] == "not_pushed"
    assert told["said"] == [
        "Not pushed: NDCG@5 in search 0.2000, needed 0.2500, 0.0500 more (last blessed version 12). "
        "Version 17 in pushed/shop stays served."
    ]


@pytest.mark.parametrize(
    ("error", "component", "text", "code"),
    [
        (NotReadyError("data.events = a.tsv: no such file."), "", "data.events = a.tsv: no such file.", 1),
        (ConfigError("there is no search in the log"), "", "there is no search in the log", 2),
        (failure("Trainer", MemoryError()), "Trainer", "memory ran out: MemoryError. Lower train.batch_size", 1),
    ],
)
def test_a_failure_is_told_with_its_mend(config, error, component, text, code):
    told = news(config, ended(error=error))
    assert (told["state"], told["exit_code"], told["run"]) == ("failed", code, None)
    assert (told["models"], told["said"]) == ({}, [])
    assert told["error"]["component"] == component and told["error"]["text"].startswith(text)
