"""`tandem recommend` against a real server, which ranks a, b, c, d and e in this order."""


def items(printed):
    """The item ids of a table."""
    return [line.split()[1] for line in printed.out.splitlines()[1:]]


def test_asks_without_a_query(ask, rank_server):
    assert items(ask(rank_server, "recommend", "--user", "8")) == ["b", "c", "d", "e"]


def test_a_model_that_retrieves_leaves_out_what_the_user_has(ask, retrieval_server):
    """User 7 has a, b, c and d; the history that is sent along holds two of them."""
    limits = ["--set", "data.recommendation_history=1", "--set", "data.search_history=1"]
    printed = ask(retrieval_server, "recommend", "--user", "7", "--k", "3", *limits)
    assert items(printed) == ["é"]
    assert "User '7': 2 history tokens are sent along." in printed.err
