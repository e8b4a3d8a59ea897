"""The card of a run's models, read as the Markdown that it is."""

import pytest
import yaml

from components.sources.data_config import DataConfig, UserSource
from components.sources.event_rows import UserColumns
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from tests.support.finished_runs import MODEL, evaluated, finish, report
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import RetrieverConfig
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.model_card import model_card

HEADINGS = [
    "Model details",
    "Intended use",
    "Training data",
    "Evaluation",
    "What it knows of people",
    "Caveats",
    "Settings that differ from the defaults",
]


@pytest.fixture
def card(tmp_path):
    """Makes a run and returns its card: the text, or of a heading the lines below it."""

    def make(told=None, **settings):
        past = PastRuns(tmp_path / f"root {len(list(tmp_path.iterdir()))}")
        finish(past, told or report(), **settings)
        return model_card(finished_runs(str(past.root))[0])

    return make


def below(text, heading):
    after = text.split(f"## {heading}\n\n", 1)[1]
    return after.split("\n\n## ")[0].splitlines()


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_starts_with_yaml_and_has_all_headings_in_order(card):
    text = card()
    _, front, body = text.split("---\n", 2)
    assert yaml.safe_load(front) == {"library_name": "tandem", "tags": ["recommendation", "search"]}
    assert body.startswith("\n# Model card: shop, run 1\n")
    assert [line[3:] for line in body.splitlines() if line.startswith("## ")] == HEADINGS


def test_every_metric_stands_beside_what_it_is_compared_with(card):
    lines = below(card(report(**evaluated())), "Evaluation")
    header = ["surface", "metric", "model", "95 % interval", "baseline", "popularity", "model, among all items"]
    assert cells(lines[0]) == header
    rows = {tuple(cells(line)[:2]): cells(line)[2:] for line in lines[2:8]}
    assert rows["search", "HR@1"] == ["0.5000", "0.438 to 0.562", "0.3750", "0.0312", "0.2500"]
    assert rows["recommendation", "NDCG@5, which decides"] == ["0.2500", "", "0.1250", "0.0625", "0.1250"]
    told = "\n".join(lines[8:])
    assert "What decides is NDCG@5: against the baseline among the candidates" in told
    assert "Behind the best rule in search" in told and "(-0.2500, 95 % interval -0.3750 to -0.1250; 1,010 ex" in told
    assert "The baseline is last blessed version 12." in told and "The model against item\\_neighbours." in told


def test_a_baseline_that_is_popularity_is_not_shown_twice(card):
    metrics = dict(MODEL["metrics"], popularity=MODEL["metrics"]["baseline"])
    lines = below(card(report(metrics=metrics, whole_catalogue={})), "Evaluation")
    assert cells(lines[0]) == ["surface", "metric", "model", "95 % interval", "baseline"]


def test_a_model_that_was_not_pushed_says_why(card):
    text = card(report(outcome="not_pushed", servability_reasons=["rank took <10> ms"]), version="")
    assert "* shop: not pushed, so that nothing serves it." in below(text, "Model details")
    assert "Not good enough: rank took \\<10\\> ms" in below(text, "Evaluation")


def test_it_tells_whether_it_has_vectors_of_users(card):
    vectors, none = "* It has a vector for each user", "* It has no vectors of users"
    assert below(card(model="unisar"), "What it knows of people")[0].startswith(vectors)
    assert below(card(model="unifiedssr"), "What it knows of people")[0].startswith(vectors)
    without = card(model="unifiedssr", unifiedssr=UnifiedSSRConfig(user_embedding=False))
    assert below(without, "What it knows of people")[0].startswith(none)


def test_it_names_what_it_learned_of_users(card):
    table = UserSource("u.tsv", user_columns=UserColumns(attributes=("age_group", "a|b"), numbers=("visits",)))
    other = UserSource("v.tsv", user_columns=UserColumns(attributes=("town",)))
    line = "* Of users it learned from age\\_group, a\\|b, visits."
    one = DataConfig(events="e.tsv", users=table.users, user_columns=table.user_columns)
    assert line in below(card(data=one), "What it knows of people")
    two = below(card(data=DataConfig(events="e.tsv", user_sources=(table, other))), "What it knows of people")
    assert line.replace("visits.", "visits, town.") in two
    assert "* Of users it learned" not in card(data=DataConfig(events="e.tsv"))


def test_it_tells_the_weakness_of_its_split(card):
    leak = "training has seen events of some users that are later"
    assert leak in card(data=DataConfig(events="e.tsv"))
    by_time = DataConfig(events="e.tsv", split="time", validation_from="2011-01-01", test_from="2011-02-01")
    assert leak not in card(data=by_time)


def test_texts_of_a_log_stay_texts(card):
    told = report() | {"data_findings": ["a | b\n# c <script>x</script> [d](e) `f`"]}
    line = "* Found in the data: a \\| b \\# c \\<script\\>x\\</script\\> \\[d\\](e) \\`f\\`"
    assert line in below(card(told), "Training data")


def test_two_models_have_a_table_each_and_what_finds_is_named(card):
    told = report()
    told["models"] = {"shop_search": MODEL, "shop_feed": dict(MODEL, version="18")}
    text = card(told, model="unisar", retriever=RetrieverConfig(model="unifiedssr"))
    assert below(text, "Model details")[0].startswith("* UniSAR (arXiv 2404.09520) orders what UnifiedSSR (arXiv 2310.")
    assert "* shop\\_search: pushed as version 17." in text and "* shop\\_feed: pushed as version 18." in text
    assert [line for line in text.splitlines() if line.startswith("### ")] == ["### shop\\_search", "### shop\\_feed"]
