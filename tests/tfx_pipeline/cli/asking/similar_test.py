"""`tandem similar` against a real server, whose items are the more similar the closer their scores are."""

import json


def test_a_table_with_titles(ask, retrieval_server):
    printed = ask(retrieval_server, "similar", "d", "--k", "3")
    assert printed.out.splitlines() == [
        "rank  item  title   score",
        "   1  c     CAT    0.8750",
        "   2  é     é      0.8750",
        "   3  b     BEE    0.7500",
    ]
    assert "Similar to 'd': DOG" in printed.err


def test_json_over_grpc(ask, retrieval_server):
    answer = json.loads(ask(retrieval_server, "similar", "a", "--json", "--protocol", "grpc").out)
    items = answer.pop("items")
    assert answer == {"item": "a", "title": "ANT", "signature": "similar_items"}
    assert items[0] == {"rank": 1, "item_id": "b", "title": "BEE", "score": 0.875}
    assert len(items) == 4


def test_what_cannot_be_answered(ask, retrieval_server, rank_server):
    told = "tandem similar: the model does not know the item 'zebra'\n"
    assert ask(retrieval_server, "similar", "zebra", code=1) == ("", told)
    told = "tandem similar: `k` should be from 1 to 10000. Received: k=10001\n"
    assert ask(retrieval_server, "similar", "a", "--k", "10001", code=2) == ("", told)
    told = "tandem similar: the model 'shop' tells no similar items. It has no signature `similar_items`, only rank.\n"
    assert ask(rank_server, "similar", "a", code=1) == ("", told)
