"""`tandem query` and `tandem recommend` against a real server. User 8 has item a.

`asked_user_test.py` has the errors that other commands share.
"""

import json

import pytest
import tensorflow as tf

from schemas import signatures
from serving.local_server.server import LocalServer, ServerConfig
from tests.support.rank_models import letters, save_rank_model, signature_of
from tests.support.retrieval_models import QUERY_BONUS as RETRIEVAL_BONUS
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS, QUERY_BONUS

USER_8 = ("--user", "8")


def items(printed):
    """The item ids of a table."""
    return [line.split()[1] for line in printed.out.splitlines()[1:]]


def test_ranks_what_the_user_does_not_have(ask, rank_server):
    printed = ask(rank_server, "query", "e", *USER_8, "--k", "2")
    assert printed.out == "rank  item  title   score\n   1  e     EMU    2.0000\n   2  b     BEE    0.2500\n"
    assert "User '8': 1 history tokens are sent along." in printed.err


def test_grpc_and_json(ask, rank_server):
    answer = json.loads(ask(rank_server, "query", "e", *USER_8, "--json", "--protocol", "grpc").out)
    assert (answer["user"], answer["query"], answer["signature"]) == ("8", "e", "rank")
    assert answer["items"][0] == {"rank": 1, "item_id": "e", "title": "EMU", "score": QUERY_BONUS}
    assert len(answer["items"]) == 4


def test_a_model_that_retrieves_searches_the_catalogue_itself(ask, retrieval_server):
    answer = json.loads(ask(retrieval_server, "query", "b", *USER_8, "--k", "2", "--json").out)
    assert answer["signature"] == "search"
    # `é` is in the model's catalogue and not in the log's.
    assert [(item["item_id"], item["title"], item["score"]) for item in answer["items"]] == [
        ("b", "BEE", 2.0 + RETRIEVAL_BONUS),
        ("é", "é", 5.0),
    ]


def test_candidates_of_ones_own(ask, rank_server, retrieval_server, tmp_path):
    (tmp_path / "ids").write_text("c\n\na\nb\na\n")
    answer = json.loads(ask(rank_server, "query", "x", *USER_8, "--json", "--candidates", tmp_path / "ids").out)
    assert [(item["item_id"], item["score"]) for item in answer["items"]] == [
        ("a", BASE_SCORES["a"] + HISTORY_BONUS),
        ("b", BASE_SCORES["b"]),
        ("c", BASE_SCORES["c"]),
    ]
    # A model that retrieves ranks them as well, by its own scores: 1 for a, 2 for b, 3 for c.
    assert items(ask(retrieval_server, "query", "x", *USER_8, "--candidates", tmp_path / "ids")) == ["c", "b", "a"]


def test_a_feed_is_asked_for_without_a_query_and_leaves_out_what_the_user_has(ask, rank_server, retrieval_server):
    assert items(ask(rank_server, "recommend", *USER_8)) == ["b", "c", "d", "e"]
    # User 7 has a, b, c and d; the history that is sent along holds two of them. Of two settings the last counts.
    limits = [
        f"--set=data.{each}" for each in ("recommendation_history=2", "recommendation_history=1", "search_history=1")
    ]
    printed = ask(retrieval_server, "recommend", "--user", "7", "--k", "3", *limits)
    assert items(printed) == ["é"]
    assert "User '7': 2 history tokens are sent along." in printed.err


def test_a_category(ask, retrieval_server):
    """The categories of the model that retrieves are first letters; those of the log's items stand in its file."""
    assert items(ask(retrieval_server, "query", "e", *USER_8, "--category", "c")) == ["c"]


def test_an_unknown_user(ask, rank_server):
    printed = ask(rank_server, "query", "e", "--user", "nobody")
    assert "User 'nobody' is not in the event log: asking with an empty history." in printed.err
    assert items(printed) == ["e", "a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("surface", "asking", "refused", "other"),
    [
        ("recommendation", ["recommend"], ["query", "e"], "`tandem recommend`"),
        ("search", ["query", "e"], ["recommend"], "`tandem query`"),
    ],
)
def test_a_log_of_one_surface_is_asked_on_that_alone(surface, asking, refused, other, ask, rank_server, shop):
    header, *rows = (shop.parent / "events.csv").read_text().splitlines()
    kept = [row for row in rows if surface in row]
    (shop.parent / "events.csv").write_text("\n".join([header, *kept]) + "\n")
    assert items(ask(rank_server, *asking, *USER_8, "--k", "1"))
    printed = ask(rank_server, *refused, *USER_8, code=2)
    lacking = {"recommendation": "search", "search": "recommendation"}[surface]
    assert printed.out == ""
    assert printed.err == (
        f"tandem {refused[0]}: the log has no {lacking} event with an engagement, so no model has learned {lacking} "
        f"from it. It has {surface}: {other}.\n"
    )


def test_a_cut_catalogue_is_told(ask, rank_server, monkeypatch):
    monkeypatch.setattr("serving.shop_log.best_items.choose_candidates.__defaults__", ((), (), 2))
    printed = ask(rank_server, "query", "e", *USER_8)
    assert "Ranked: the 2 most popular of 4 items." in printed.err
    assert len(items(printed)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["  ", *USER_8], "tandem query: the query is empty; use `tandem recommend` to ask without one."),
        (["e", *USER_8, "--k", "0"], "argument --k: should be a whole number from 1 on, not '0'"),
        (["e", *USER_8, "--k", "10001"], "tandem query: `k` should be from 1 to 10000. Received: k=10001"),
        (["e"], "the following arguments are required: --user"),
        (["e", *USER_8, "--category", "c", "--candidates", "f"], "not allowed with argument --category"),
        (["e", *USER_8, "--category", "zoo"], "tandem query: there is no item to rank"),
        (["e", *USER_8, "--candidates", "/dev/null"], "tandem query: there is no item to rank"),
        (["e", *USER_8, "--context", "phone"], "argument --context: should be name=value, not 'phone'"),
        (["e", *USER_8, "--context", "device=tv"], "tandem query: the model takes no context 'device'; it takes none"),
    ],
)
def test_wrong_usage(arguments, message, ask, rank_server):
    printed = ask(rank_server, "query", *arguments, code=2)
    assert printed.out == "" and message in printed.err


def test_a_model_that_takes_the_time_is_told_it(ask, tmp_path):
    """It is now, which this model answers by leaving the order of letters as it is."""
    later = 1_700_000_000_000

    @signature_of(signatures.RANK, {signatures.RANK_TIMESTAMP_MS: tf.int64})
    def rank(**request):
        is_now = tf.cast(request[signatures.RANK_TIMESTAMP_MS] > later, tf.float32)
        return {signatures.SCORES: letters(request[signatures.RANK_CANDIDATES]) * is_now[:, tf.newaxis]}

    save_rank_model(tmp_path / "models" / "1", rank=None, further={signatures.RANK: rank})
    config = ServerConfig("shop", str(tmp_path / "models"), port=0, rest_api_port=0)
    with LocalServer(config) as server:
        assert server.model.wait_until_settled() is None
        told = ask(server, "query", "e", "--user", "8", "--json", "--set", "transform.context=[hour]")
    assert {item["score"] for item in json.loads(told.out)["items"]} == {1.0}


def test_a_model_is_told_the_context_that_is_named(ask, shop, tmp_path):
    """This model answers with the lengths of the device and of the city."""
    rows = (tmp_path / "events.csv").read_text().splitlines()
    (tmp_path / "events.csv").write_text(
        "\n".join([f"{rows[0]},device,city", *(f"{row},," for row in rows[1:])]) + "\n"
    )

    @signature_of(signatures.RANK, {"device": tf.string, "city": tf.string})
    def rank(**request):
        lengths = 10 * tf.strings.length(request["device"]) + tf.strings.length(request["city"])
        ones = tf.ones_like(letters(request[signatures.RANK_CANDIDATES]))
        return {signatures.SCORES: ones * tf.cast(lengths, tf.float32)[:, tf.newaxis]}

    save_rank_model(tmp_path / "models" / "1", rank=None, further={signatures.RANK: rank})
    config = ServerConfig("shop", str(tmp_path / "models"), port=0, rest_api_port=0)
    context = ("--set", "transform.context=[device, city]", "--set", "data.columns.context=[device, city]")
    with LocalServer(config) as server:
        assert server.model.wait_until_settled() is None
        for told, score in (
            ((), 0.0),
            (("--context", "device=tv"), 20.0),
            (("--context", "city=Rome=Roma", "--context", "device=tv"), 29.0),
        ):
            answer = ask(server, "recommend", "--user", "9", "--json", *told, *context)
            assert {item["score"] for item in json.loads(answer.out)["items"]} == {score}
