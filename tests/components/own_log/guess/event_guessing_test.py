import pytest

from components.own_log.guess.event_guess import Answers
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.sampled_columns import sample
from tests.support.raw_files import write


def guess(tmp_path, header, *rows, name="log.csv", **answers):
    text = "".join(
        ",".join(row) + "\n" for row in ([header.split(",")] if header else []) + [r.split(",") for r in rows]
    )
    return guess_events(sample(write(tmp_path / name, text)), Answers(**answers))


def test_names_and_values_tell_the_fields(tmp_path):
    found = guess(
        tmp_path,
        "customer_id,event_time,product_id,search_term,clicked,session_id,device,channel",
        "c1,1700000000,p1,red mug,1,s1,ios,search",
        "c1,1700000100,p2,,0,s1,web,recommendation",
    )
    assert found.columns == {
        "user": "customer_id",
        "time": "event_time",
        "item": "product_id",
        "query": "search_term",
        "surface": "channel",
        "label": "clicked",
        "session": "session_id",
    }
    assert (found.time.name, found.questions, found.doubts, found.obstacles) == ("s", [], [], [])
    assert found.unused == ["device"]


def test_a_surface_that_agrees_with_the_query_is_not_needed(tmp_path):
    rows = ("u,1700000000,i,mug,srp", "u,1700000001,j,,home")
    found = guess(tmp_path, "uid,ts,sku,q,page", *rows)
    assert "surface" not in found.columns and found.surfaces == {} and found.obstacles == []
    assert "'page' is not needed: it agrees with whether there is a query" in found.doubts
    # A click on a search result without its query would be lost.
    found = guess(tmp_path, "uid,ts,sku,q,page", *rows, "u,1700000002,k,,srp")
    assert found.surfaces == {"srp": "search", "home": "recommendation"}


def test_an_unknown_surface_is_decided_by_its_queries_or_asked_for(tmp_path):
    rows = ("u,1700000000,i,mug,srp", "u,1700000001,j,,home", "u,1700000002,k,,srp", "u,1700000003,k,,moon")
    found = guess(tmp_path, "uid,ts,sku,q,page", *rows)
    assert found.surfaces["moon"] == "recommendation"
    assert "'moon' in 'page' is taken for recommendation, because none of its events have a query" in found.doubts
    found = guess(tmp_path, "uid,ts,sku,q,page", *rows, "u,1700000004,k,mug,moon")
    (question,) = found.questions
    assert (question.option, question.text) == ("--value surface:moon=", "Is 'moon' in 'page' a search?")
    told = guess(tmp_path, "uid,ts,sku,q,page", *rows, "u,1700000004,k,mug,moon", surfaces={"moon": "search"})
    assert told.surfaces["moon"] == "search" and not told.questions


def test_kinds_of_events_become_labels(tmp_path):
    rows = ("u,1700000000,i,click", "u,1700000001,j,impression")
    found = guess(tmp_path, "uid,ts,sku,event_type", *rows)
    assert found.labels == {"click": "1", "impression": "0"}
    found = guess(tmp_path, "uid,ts,sku,event_type", *rows, "u,1700000002,j,view", "u,1700000002,j,zap")
    assert [each.option for each in found.questions] == ["--value label:view=", "--value label:zap="]
    assert found.questions[0].answers == ("1", "0", "drop")
    told = guess(tmp_path, "uid,ts,sku,event_type", *rows, "u,1700000002,j,view", labels={"view": "0"})
    assert told.labels["view"] == "0" and not told.questions


def test_values_tell_a_field_whatever_the_name(tmp_path):
    rows = ("u,1700000000,i,mug,buy,srp", "u,1700000001,j,,shown,home", "u,1700000002,j,,buy,srp")
    found = guess(tmp_path, "uid,ts,sku,q,x1,x2", *rows)
    assert (found.columns["label"], found.columns["surface"]) == ("x1", "x2")
    assert "'x1' is taken for the label, because of its values (buy, shown)" in found.doubts
    assert "'x2' is taken for the surface, because of its values (home, srp)" in found.doubts


def test_kinds_that_are_all_engagements_are_not_needed(tmp_path):
    found = guess(tmp_path, "uid,ts,sku,event", "u,1700000000,i,addtocart", "u,1700000001,j,purchase")
    assert "label" not in found.columns and found.obstacles == []
    assert "'event' is not needed: all it holds are engagements (addtocart, purchase)" in found.doubts


def test_how_often_is_read_as_whether(tmp_path):
    found = guess(tmp_path, "uid,ts,sku,clicks", "u,1700000000,i,0", "u,1700000001,j,3")
    assert found.labels == {"0": "0", "3": "1"}


def test_without_queries_all_is_feed_and_without_labels_all_is_engagement(tmp_path):
    found = guess(tmp_path, "uid,ts,sku", "u,1700000000,i")
    assert found.doubts == [
        "no column holds queries or tells the surface: all events are of the feed",
        "no column tells what the user did: each event is an engagement",
    ]


def test_what_no_name_tells_is_asked_for(tmp_path):
    found = guess(tmp_path, "who,ts,what", "a,1700000000,i", "b,1700000001,j")
    assert [each.option for each in found.questions] == ["--column user=", "--column item="]
    assert found.questions[0].text == (
        "Which column says who the user is? There are who (such as 'a'), what (such as 'i')."
    )
    told = guess(tmp_path, "who,ts,what", "a,1700000000,i", columns={"user": "who", "item": "what", "label": ""})
    assert not told.questions


def test_a_time_known_by_its_values_alone_is_a_doubt(tmp_path):
    found = guess(tmp_path, "uid,sku,x7", "u,i,1700000000000")
    assert found.columns["time"] == "x7"
    assert "'x7' is taken for the time, because only its values tell one" in found.doubts


def test_a_time_that_can_be_read_in_two_ways_is_asked_for(tmp_path):
    rows = ("u,i,01/02/2023 10:00", "u,j,03/04/2023 11:00")
    (question,) = guess(tmp_path, "uid,sku,ts", *rows).questions
    assert (question.option, question.answers) == ("--time ", ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"))
    assert guess(tmp_path, "uid,sku,ts", *rows, time="%d/%m/%Y %H:%M").questions == []
    (question,) = guess(tmp_path, "uid,sku,ts", "u,i,noon", columns={"time": "ts"}).questions
    assert question.text.startswith("How does 'ts' tell the time, such as 'noon'? Say s, ms, us")


def test_a_user_column_that_is_mostly_empty_gives_way(tmp_path):
    found = guess(tmp_path, "user_id,visitorid,ts,sku", ",v1,1700000000,i", ",v2,1700000001,j", "u,v3,1700000002,k")
    assert found.columns["user"] == "visitorid"
    assert "'visitorid' is taken for the user, because 'user_id' is empty in most rows" in found.doubts


def test_a_log_without_a_header_is_understood_by_its_values(tmp_path):
    rows = ("u1,i1,1700000000,red mug,search,1", "u2,i2,1700000001,blue mug,search,0", "u3,i1,1700000002,,feed,1")
    found = guess(tmp_path, "", *rows, columns={"user": "column_1", "item": "column_2"})
    assert found.columns == {
        "user": "column_1",
        "item": "column_2",
        "time": "column_3",
        "query": "column_4",
        "label": "column_6",
    }


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"columns": {"usr": "uid"}}, "--column usr=uid: there is no field 'usr'. Known: user, time, item, query"),
        ({"columns": {"user": "uidd"}}, "--column user=uidd: there is no such column. Found: uid, ts, sku."),
        ({"labels": {"x": "2"}}, "--value label:x=2: there is no such label. Known: 1, 0, drop."),
        (
            {"surfaces": {"x": "feed"}},
            "--value surface:x=feed: there is no such surface. Known: search, recommendation.",
        ),
    ],
)
def test_wrong_answers_are_refused(answers, told, tmp_path):
    with pytest.raises(ValueError) as refused:
        guess(tmp_path, "uid,ts,sku", "u,1700000000,i", **answers)
    assert str(refused.value).startswith(told)
