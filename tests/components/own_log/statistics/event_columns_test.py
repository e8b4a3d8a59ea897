from components.own_log.statistics.event_columns import read_event_columns
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
from tests.support.raw_files import write

NOW_MS = 1_800_000_000_000
HEADER = "user_id,timestamp_ms,surface,query,session_id,item_id,label\n"


def test_events_are_put_in_the_order_of_users_and_times(tmp_path):
    rows = "b,20,recommendation,,,i2,1\na,30,search,mug,s1,,1\nb,10,search,mug,s1,i1,0\na,30,search,mug,s1,i1,1\n"
    write(tmp_path / "events.csv", HEADER + rows + "a,x,recommendation,,,i1,1\n")
    write(tmp_path / "items.csv", "item_id,title\ni9,clock\ni1,red mug\n")
    config = DataConfig(path=str(tmp_path), events="events.csv", items="items.csv", earliest="")
    log = read_event_columns(config, NOW_MS)
    assert (log.users, log.items, log.queries) == ({"b": 0, "a": 1}, {"i9": 0, "i1": 1, "i2": 2}, {"mug": 0})
    assert log.titles == {"i9": "clock", "i1": "red mug"}
    assert log.refused == {"unparsable time": 1}
    assert log.user.tolist() == [0, 0, 1, 1]
    assert log.time.tolist() == [10, 20, 30, 30]
    # Those of one moment stay as the file has them.
    assert log.item.tolist() == [1, 2, -1, 1]
    assert log.query.tolist() == [0, -1, 0, 0]
    assert log.search.tolist() == [True, False, True, True]
    assert log.engaged.tolist() == [False, True, False, True]
    assert log.session[1] == 0 and log.session[0] == log.session[2] == log.session[3] != 0
    # Progress is told.
    write(tmp_path / "events.csv", HEADER + "a,10,recommendation,,,i1,1\n" * 50_000)
    told = []
    read_event_columns(config, NOW_MS, lambda path, rows: told.append((path, rows)))
    assert told == [(f"{tmp_path}/events.csv", 50_000)]


def test_events_that_stand_in_the_log_twice_are_one(tmp_path):
    header = "user_id,timestamp_ms,surface,item_id,device\n"
    rows = [
        "u,5,recommendation,b,tv",
        "u,7,recommendation,b,tv",
        "u,5,recommendation,a,tv",
        "u,5,recommendation,b,phone",
    ]
    for name, order in (("one.csv", rows), ("two.csv", rows[::-1])):
        write(tmp_path / name, header + "".join(f"{row}\n" for row in order))
    config = DataConfig(events=f"{tmp_path}/*.csv", columns=EventColumns(context=("device",)), earliest="")
    found = read_event_columns(config, now_ms=1_800_000_000_000)
    items = list(found.items)
    # Of the events of one time, the order of the first file counts.
    assert [(int(time), items[item]) for time, item in zip(found.time, found.item, strict=True)] == [
        *((5, "b"), (5, "a"), (5, "b"), (7, "b"))
    ]
    assert found.repeated == 4
