import pytest

from components.own_log.guess.event_guess import Answers
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.sampled_columns import sample
from tests.support.raw_files import write


@pytest.fixture
def guess(tmp_path):
    """Makes a guess of a CSV file, whose lines are divided by vertical bars here, with these answers."""
    return lambda lines, **answers: guess_events(
        sample(write(tmp_path / "log.csv", lines.replace("|", "\n") + "\n")), Answers(**answers)
    )


def test_names_and_values_tell_the_fields(guess):
    found = guess(
        "customer_id,event_time,product_id,search_term,clicked,session_id,device,channel"
        "|c1,1700000000,p1,red mug,1,s1,ios,search|c1,1700000100,p2,,0,s1,web,recommendation"
    )
    assert found.columns == {
        **{"user": "customer_id", "time": "event_time", "item": "product_id", "query": "search_term"},
        **{"surface": "channel", "label": "clicked", "session": "session_id"},
    }
    assert (found.time.name, found.questions, found.doubts, found.obstacles) == ("s", [], [], [])
    assert found.unused == ["device"]
    # A log without a header is understood by its values.
    log = "u1,i1,1700000000,red mug,search,1|u2,i2,1700000001,blue mug,search,0|u3,i1,1700000002,,feed,1"
    told = {"user": "column_1", "item": "column_2"}
    assert guess(log, columns=told).columns == {**told, "time": "column_3", "query": "column_4", "label": "column_6"}


ONLY_NEEDED = "uid,ts,sku|u,1700000000,i"
NOT_NEEDED = "uid,ts,sku,event|u,1700000000,i,addtocart|u,1700000001,j,purchase"
BY_VALUES = "uid,ts,sku,q,x1,x2|u,1700000000,i,mug,buy,srp|u,1700000001,j,,shown,home|u,1700000002,j,,buy,srp"
EMPTY_USERS = "user_id,visitorid,ts,sku|,v1,1700000000,i|,v2,1700000001,j|u,v3,1700000002,k"


@pytest.mark.parametrize(
    ("log", "columns", "doubts"),
    [
        ("uid,sku,x7|u,i,1700000000000", {"time": "x7"}, ["'x7' is taken for the time, because only its values tell"]),
        (BY_VALUES, {"label": "x1"}, ["'x1' is taken for the label, because of its values (buy, shown)"]),
        (BY_VALUES, {"surface": "x2"}, ["'x2' is taken for the surface, because of its values (home, srp)"]),
        (EMPTY_USERS, {"user": "visitorid"}, ["taken for the user, because 'user_id' is empty in most rows"]),
        (NOT_NEEDED, {"label": None}, ["all it holds are engagements (addtocart, purchase)"]),
        (ONLY_NEEDED, {"surface": None, "label": None}, ["all events are of the feed", "each event is an engagement"]),
    ],
)
def test_what_is_not_sure_is_a_doubt(log, columns, doubts, guess):
    found = guess(log)
    assert {name: found.columns.get(name) for name in columns} == columns
    assert all(any(doubt in each for each in found.doubts) for doubt in doubts)


PAGES = "uid,ts,sku,q,page|u,1700000000,i,mug,srp|u,1700000001,j,,home"
A_LOST_CLICK = "|u,1700000002,k,,srp"
"""A click on a search result without its query."""


def test_surfaces_are_needed_where_they_do_not_agree_with_the_query(guess):
    found = guess(PAGES)
    assert "surface" not in found.columns and found.surfaces == {} and found.obstacles == []
    assert "'page' is not needed: it agrees with whether there is a query" in found.doubts
    assert guess(PAGES + A_LOST_CLICK).surfaces == {"srp": "search", "home": "recommendation"}
    # An unknown surface is decided by its queries, or asked for.
    log = PAGES + A_LOST_CLICK + "|u,1700000003,k,,moon"
    found = guess(log)
    assert found.surfaces["moon"] == "recommendation"
    assert "'moon' in 'page' is taken for recommendation, because none of its events have a query" in found.doubts
    log += "|u,1700000004,k,mug,moon"
    (question,) = guess(log).questions
    assert (question.option, question.text) == ("--value surface:moon=", "Is 'moon' in 'page' a search?")
    told = guess(log, surfaces={"moon": "search"})
    assert told.surfaces["moon"] == "search" and not told.questions


def test_kinds_of_events_become_labels(guess):
    log = "uid,ts,sku,event_type|u,1700000000,i,click|u,1700000001,j,impression"
    assert guess(log).labels == {"click": "1", "impression": "0"}
    view, zap = guess(log + "|u,1700000002,j,view|u,1700000002,j,zap").questions
    assert (view.option, view.answers, zap.option) == ("--value label:view=", ("1", "0", "drop"), "--value label:zap=")
    told = guess(log + "|u,1700000002,j,view", labels={"view": "0"})
    assert told.labels["view"] == "0" and not told.questions
    how_often = guess("uid,ts,sku,clicks|u,1700000000,i,0|u,1700000001,j,3")
    assert how_often.labels == {"0": "0", "3": "1"}


def test_what_no_name_tells_is_asked_for(guess):
    log = "who,ts,what|a,1700000000,i|b,1700000001,j"
    user, item = guess(log).questions
    assert (user.option, item.option) == ("--column user=", "--column item=")
    assert user.text == "Which column says who the user is? There are who (such as 'a'), what (such as 'i')."
    assert not guess(log, columns={"user": "who", "item": "what", "label": ""}).questions
    # So is a time that can be read in two ways or in none.
    log = "uid,sku,ts|u,i,01/02/2023 10:00|u,j,03/04/2023 11:00"
    (question,) = guess(log).questions
    assert (question.option, question.answers) == ("--time ", ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"))
    assert guess(log, time="%d/%m/%Y %H:%M").questions == []
    (question,) = guess("uid,sku,ts|u,i,noon", columns={"time": "ts"}).questions
    assert question.text.startswith("How does 'ts' tell the time, such as 'noon'? Say s, ms, us")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"columns": {"usr": "uid"}}, "--column usr=uid: there is no field 'usr'. Known: user, time, item, query"),
        ({"columns": {"user": "uidd"}}, "--column user=uidd: there is no such column. Found: uid, ts, sku."),
        ({"labels": {"x": "2"}}, "--value label:x=2: there is no such label. Known: 1, 0, drop."),
        ({"surfaces": {"x": "feed"}}, "--value surface:x=feed: there is no such surface. Known: search, recomm"),
    ],
)
def test_wrong_answers_are_refused(answers, told, guess):
    with pytest.raises(ValueError) as refused:
        guess(ONLY_NEEDED, **answers)
    assert str(refused.value).startswith(told)
