import dataclasses

import pytest
import yaml

from components.own_log.findings.event_tally import EventTally
from components.own_log.findings.log_check import LogCheck
from components.own_log.findings.refused_rows import FileReading
from components.own_log.guess.place_guess import PlaceGuess
from components.own_log.guess.weight_guess import WeightGuess
from components.raw_files.refusal import Reject
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from schemas.canonical_event import Event, Item, Surface
from tfx_pipeline.config.own_log_config import configuration, sizes
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.training_config import TrainConfig

DATA = DataConfig(events="a b/log 'x'.csv", columns=EventColumns(user_id="uid", time_unit="s", surface=""))


def check(
    users=50,
    each=10,
    items=150,
    titles=True,
    surface=None,
    shown=0,
    query="red mug",
    title="a red mug of one litre",
    categories=("Home", "Mugs"),
    own=1_000,
):
    found = LogCheck(EventTally(DATA))
    for user in range(users):
        for place in range(each):
            of = surface or tuple(Surface)[place % 2]
            text = query if of is Surface.SEARCH else ""
            for rank, label in enumerate((1, *[0] * shown)):
                item = f"i{(user + place % own + rank) % items}"
                event = Event(f"u{user}", 1_700_000_000_000 + place, of, text, item_id=item, label=label)
                found.tally.add("log.csv", place, event)
    for item in range(items):
        found.table.add("items.csv", item, Item(f"i{item}", title if titles else "", categories))
    return found


def test_sizes_follow_from_counts():
    of = sizes(check())
    # Each user has 5 events a surface.
    assert (of.recommendation_history, of.search_history) == (5, 5)
    # 59 different items were engaged with, 10 by one user.
    assert (of.train_negatives, of.evaluation_negatives, of.negatives) == (4, 49, "popularity")
    assert (of.words_per_query, of.words_per_title, of.category_levels) == (2, 6, 2)
    assert of.surfaces == ("recommendation", "search")
    assert sizes(check(shown=2)).negatives == "shown", "more was passed by than engaged with"


def test_scripts_without_spaces_have_more_words_a_text():
    """A query of 7 characters has 6 pairs and 7 single ones, a title of 40 has 79; of Latin words 24 are kept."""
    of = sizes(check(query="蓝牙无线耳机红", title="好" * 40))
    assert (of.words_per_query, of.words_per_title) == (13, 79)
    assert sizes(check(title="red mug " * 20)).words_per_title == 24


def test_where_most_items_are_new_negatives_are_of_all_items():
    """Ten engagements of each of 50 users: with 150 items 59 are met, with 10,000 and a step of 10 a user 500."""
    assert sizes(check()).negatives == "popularity"
    new = check(users=1, each=10, items=10_000)
    assert sizes(new).negatives == "uniform"
    assert "# Of all items: most are engaged with once or twice" in configuration("shop", DATA, sizes(new))


def test_ids_are_left_out_as_often_as_engagements_are_with_new_items():
    """To 500 engagements at one time come 60 a day later, more than a tenth; 40 of them are with new items."""
    found = check()
    for row in range(60):
        item = "i0" if row % 3 == 0 else f"new{row}"
        event = Event("u", 1_700_086_400_000 + row, Surface.RECOMMENDATION, item_id=item)
        found.tally.add("log.csv", 500 + row, event)
    of = sizes(found)
    assert of.new_items == 40 / 60 and of.negatives == "popularity"
    described = dataclasses.replace(DATA, items="items.csv")
    text = configuration("shop", described, of)
    assert text.count("  # 67% of the newest engagements are with items that nobody had before these") == 2

    def dropped(data, share):
        text = configuration("shop", data, dataclasses.replace(of, new_items=share))
        assert all(len(line) <= 120 for line in text.splitlines())
        return [yaml.safe_load(text)[model].get("id_dropout") for model in ("unisar", "unifiedssr")]

    assert dropped(described, 40 / 60) == [0.7, 0.7]
    for share, wanted in ((0.04, None), (0.06, 0.1), (0.37, 0.4), (0.96, 0.9), (1.0, 0.9)):
        assert dropped(described, share) == [wanted, wanted]
    assert dropped(DATA, 40 / 60) == [None, None], "nothing but ids is known of items"


def test_the_retriever_embeds_users_only_where_something_is_known_of_them():
    described = dataclasses.replace(DATA, users="users.csv", user_columns=UserColumns(attributes=("country",)))
    texts = [configuration("my", data, sizes(check())) for data in (DATA, described)]
    assert [yaml.safe_load(text)["unifiedssr"].get("user_embedding") for text in texts] == [False, None]


def test_where_users_get_the_same_items_again_the_history_offers_negatives_and_candidates():
    """20 users engage 10 times with 8 different items, which is 2 in 10 again; with 9 items it is 1 in 10."""
    again, hardly = (sizes(check(users=20, each=10, own=own)) for own in (8, 9))
    assert (again.engaged_again, hardly.engaged_again) == (0.2, 0.1)
    text = configuration("shop", DATA, again)
    assert "  # 20% of engagements are with an item that the user had before; among new items" in text
    assert yaml.safe_load(text)["data"]["history_negatives"] == 0.5
    assert yaml.safe_load(text)["unisar"]["repeat_features"]
    assert yaml.safe_load(text)["retriever"]["sources"] == {"history": 30}
    plain = configuration("shop", DATA, hardly)
    assert "history_negatives" not in plain and "repeat_features" not in plain
    assert "sources" not in yaml.safe_load(plain)["retriever"]
    # Half of one negative is none, and without negatives of it, being in the history would betray what is wanted.
    one = configuration("shop", DATA, dataclasses.replace(again, train_negatives=1))
    assert "history_negatives" not in one and "repeat_features" not in one
    assert all(len(line) <= 120 for line in text.splitlines())


def test_categories_with_words_are_texts():
    with_words = check(titles=False)
    assert sizes(with_words).words_per_category_path == 2
    written = yaml.safe_load(configuration("shop", DATA, sizes(with_words)))
    assert written["transform"]["words_per_category_path"] == 2
    assert [written["unisar"][name] for name in ("text_matching", "overlap_features", "engagement_features")] == [
        True
    ] * 3
    numbered = check(titles=False, categories=("12", "7"))
    written = yaml.safe_load(configuration("shop", DATA, sizes(numbered)))
    assert "words_per_category_path" not in written["transform"]
    assert written["unisar"]["text_matching"] is False


def test_longer_histories_are_kept_longer():
    assert sizes(check(users=7, each=40)).recommendation_history == 20


def test_rows_without_ids_are_let_pass():
    found = check()
    assert sizes(found).max_reject_share == 0.01
    reading = FileReading("log.csv", "event", rows=100)
    for row in range(20):
        reading.refuse(Reject("log.csv", row, "missing user", ""))
    found.files.append(reading)
    assert sizes(found).max_reject_share == pytest.approx(1.1 * 0.2 + 0.01)


@pytest.mark.parametrize("surface", [None, *Surface])
@pytest.mark.parametrize("titles", [True, False])
def test_the_configuration_is_one_that_is_loaded(surface, titles, tmp_path):
    data = DataConfig(
        events="a b/log: 'x' #1.csv",
        columns=EventColumns(user_id="кто", time_unit="s", surface="", query="search term"),
        items="товары.csv",
        item_columns=ItemColumns(item_id="sku", attributes=("brand", "no: 1")),
        users="users.csv",
        user_columns=UserColumns("uid", ("age",)),
    )
    of = sizes(check(surface=surface, titles=titles))
    path = tmp_path / "my.yaml"
    path.write_text(configuration("my", data, of, ["device"], "log.csv"), encoding="utf-8")
    config = load_config(str(path))
    for name in ("events", "items", "users", "columns", "item_columns", "user_columns"):
        assert getattr(config.data, name) == getattr(data, name)
    assert config.data.evaluation_negatives == of.evaluation_negatives
    assert config.train.surfaces == config.retriever.train.surfaces == of.surfaces
    # One rule, in one place: how long and in what batches is chosen when the training starts.
    everything = TrainConfig().automatic
    assert config.train.automatic == config.retriever.train.automatic == everything
    assert config.retriever.train.sequence_ends_only
    assert config.transform.words_per_title == (6 if titles else 0)
    searches = surface is not Surface.RECOMMENDATION
    assert (config.transform.correct_spelling, config.transform.join_word_forms) == (searches, searches)
    assert (config.model, config.retriever.model) == ("unisar", "unifiedssr")
    assert config.unisar.overlap_features and config.unisar.engagement_features
    assert config.unisar.text_matching == searches
    assert config.unifiedssr.input_norm and config.unifiedssr.item_attributes


def test_what_is_as_by_default_is_left_out_and_what_is_not_read_is_told():
    text = configuration("my", DataConfig(events="log.csv"), sizes(check()), [f"c{number}" for number in range(9)])
    assert "columns:" not in text and "items:" not in text and "max_reject_share" not in text
    assert "# Not read: c0, c1, c2, c3, c4, c5, c6, c7, …." in text
    assert yaml.safe_load(text)["name"] == "my"
    assert all(len(line) <= 120 for line in text.splitlines())


def test_guesses_are_written_with_their_reasons():
    columns = ItemColumns("sku", numbers=("price",), vectors="picture")
    users = UserColumns("uid", numbers=("age",))
    data = DataConfig(events="log.csv", items="i.csv", item_columns=columns, users="u.csv", user_columns=users)
    reasons = {"items": {"numbers": "'price' holds 90 different numbers", "vectors": "lists of 4 numbers"}}
    reasons["users"] = {"numbers": "'age' holds 50 different numbers"}
    written = configuration("my", data, sizes(check()), reasons=reasons)
    assert "    # 'price' holds 90 different numbers.\n    numbers: [price]\n" in written
    assert "    # 'age' holds 50 different numbers.\n    numbers: [age]\n" in written
    assert "    # lists of 4 numbers.\n    vectors: picture\n" in written


@pytest.mark.parametrize("columns", [EventColumns(), EventColumns(user_id="uid", label="event")])
@pytest.mark.parametrize("values", [{}, {"click": 1, "buy": 5}])
def test_a_weight_is_a_comment_that_becomes_a_setting_without_its_signs(columns, values, tmp_path):
    data, weight = DataConfig(events="log.csv", columns=columns), WeightGuess("time: spent", "it is so", values)
    written = configuration("my", data, sizes(check()), weight=weight)
    (tmp_path / "my.yaml").write_text(written, encoding="utf-8")
    assert load_config(str(tmp_path / "my.yaml")).data.columns == columns
    signs = ("  # columns:", "    # weight:", "    # weight_values:")
    lines = [line.replace("# ", "", 1) if line.startswith(signs) else line for line in written.splitlines()]
    (tmp_path / "my.yaml").write_text("\n".join(lines), encoding="utf-8")
    found = load_config(str(tmp_path / "my.yaml")).data.columns
    assert found == dataclasses.replace(columns, weight="time: spent", weight_values=values)
    assert ("weight_cap and weight_log" in written) == (not values)


@pytest.mark.parametrize("columns", [EventColumns(), EventColumns(user_id="uid", label="event")])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("weight", [None, WeightGuess("much", "it is so")])
def test_a_place_is_a_comment_that_becomes_a_setting_without_its_signs(columns, first, weight, tmp_path):
    data = DataConfig(events="log.csv", columns=columns)
    written = configuration("my", data, sizes(check()), weight=weight, place=PlaceGuess("rank: of all", first, 30))
    assert load_config(_written(tmp_path, written)).data.columns == columns
    assert f"'rank: of all' holds whole numbers from {first} to 30." in written
    signs = ("  # columns:", "    # place:", "    # first_place:")
    lines = [line.replace("# ", "", 1) if line.startswith(signs) else line for line in written.splitlines()]
    found = load_config(_written(tmp_path, "\n".join(lines))).data.columns
    assert found == dataclasses.replace(columns, place="rank: of all", first_place=first)


def test_the_split_by_time_is_written_as_a_comment_that_can_be_taken_in(tmp_path):
    """The log begins on 2023-11-14 at 22:13:20 UTC; ten days later it ends."""
    found = check()
    found.tally.add(
        "log.csv", 1, Event("late", 1_700_000_000_000 + 10 * 86_400_000, Surface.SEARCH, "mug", item_id="i1")
    )
    text = configuration("shop", DATA, sizes(found))
    assert load_config(_written(tmp_path, text)).data.split == "leave_one_out"
    names = ("# split:", "# validation_from:", "# test_from:")
    taken = [line.replace("# ", "") if line.strip().startswith(names) else line for line in text.splitlines()]
    data = load_config(_written(tmp_path, "\n".join(taken))).data
    assert (data.split, data.validation_from, data.test_from) == ("time", "2023-11-22T22:13Z", "2023-11-23T22:13Z")
    assert data.test_from_ms - data.validation_from_ms == 86_400_000


def test_a_log_of_one_moment_has_no_two_to_split_at():
    assert "# split: time" not in configuration("shop", DATA, sizes(check(each=1)))


def _written(folder, text):
    (folder / "shop.yaml").write_text(text)
    return str(folder / "shop.yaml")
