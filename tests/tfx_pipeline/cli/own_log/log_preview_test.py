from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.sampled_columns import sample
from tests.support.raw_files import write
from tfx_pipeline.cli.own_log.log_preview import preview


def test_rows_are_shown_as_they_are_understood(tmp_path):
    text = "uid,ts,sku,q,event\n用户1,1700000000,i1,红色 杯子,click\nu2,soon,i2,,impression\n"
    rows = "".join(f"u{n},1700000000,i{n},,click\n" for n in range(20))
    path = write(tmp_path / "log.csv", text + rows)
    shown = preview(guess_events(sample(path))).splitlines()
    assert shown[0].split() == ["user", "time", "surface", "query", "item", "label"]
    assert shown[1].split() == ["用户1", "2023-11-14", "22:13:20", "search", "红色", "杯子", "i1", "1", "engaged"]
    assert shown[2].split() == ["u2", "?", "soon", "recommendation", "i2", "0", "shown"]
    assert len(shown) == 1 + 6


def test_the_other_surface_is_shown_where_the_first_rows_have_only_one(tmp_path):
    rows = "".join(f"u{n},1700000000,i{n},{'mug' if n == 15 else ''}\n" for n in range(20))
    shown = preview(guess_events(sample(write(tmp_path / "log.csv", "uid,ts,sku,q\n" + rows)))).splitlines()
    assert [line.split()[0] for line in shown[1:]] == ["u0", "u1", "u2", "u3", "u4", "u15"]
    assert "search" in shown[-1] and "mug" in shown[-1]
