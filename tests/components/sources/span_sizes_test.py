import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.log_sources import EventSource
from components.sources.source_files import SourceFiles
from components.sources.span_sizes import check_newest_span


@pytest.fixture
def days(tmp_path):
    """Writes the files of days, by their sizes in bytes, and checks the newest."""

    def check(*sizes, share=0.5, last_spans=0, version="", first=1):
        for day, size in enumerate(sizes, start=first):
            folder = tmp_path / "a log" / str(day)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"events{version}.tsv").write_bytes(bytes(size))
        pattern = "{SPAN}/events{VERSION}.tsv" if version else "{SPAN}/*.tsv"
        config = DataConfig(events=f"{tmp_path}/a log/{pattern}", last_spans=last_spans)
        check_newest_span(SourceFiles.of_config(config), share)

    return check


def test_a_day_with_less_than_its_share_is_refused_with_both_sizes(days, tmp_path):
    days(100, 120, 50)
    with pytest.raises(DataError) as refused:
        days(100, 120, 49)
    assert str(refused.value) == (
        f"data.events = {tmp_path}/a log/{{SPAN}}/*.tsv: the files of span 3 have 49 bytes, less than 50% of the 100 "
        "bytes of span 1, the smallest of the 2 before it. Has all of it arrived? Wait for the rest, or lower "
        "data.least_span_share."
    )


def test_by_default_and_for_a_first_day_nothing_is_refused(days):
    days(1000, 1, share=0)
    days(1, share=1)


def test_however_few_days_are_read_those_before_count(days):
    with pytest.raises(DataError, match="of span 1, the one before it"):
        days(100, 10, last_spans=1)


def test_a_quiet_day_of_the_week_is_like_the_one_a_week_before_and_older_days_do_not_count(days):
    days(40, 100, 100, 100, 100, 100, 100, 40)
    with pytest.raises(DataError, match="span 9 have 40 bytes, less than 50% of the 100 bytes"):
        days(100, 100, 100, 100, 100, 100, 100, 40, first=2)  # The quiet day is the eighth before it now.


def test_all_files_of_a_day_count_and_of_its_versions_the_newest(days, tmp_path):
    days(100, 100, version="1")
    second = tmp_path / "a log" / "2"
    (second / "events1.tsv").write_bytes(bytes(10))
    with pytest.raises(DataError):
        days(version="1")
    (second / "events2.tsv").write_bytes(bytes(100))
    days(version="1")
    (second / "events2.tsv").write_bytes(bytes(60))
    days()  # Without versions all of them are read: 10 and 60 bytes.
    (second / "events1.tsv").unlink()
    (second / "events2.tsv").write_bytes(bytes(49))
    with pytest.raises(DataError):
        days()


def test_each_of_several_logs_is_looked_at_by_itself(tmp_path):
    for name, sizes in (("feed", (1000, 1000)), ("searches", (100, 5))):
        for day, size in enumerate(sizes, start=1):
            (tmp_path / name / str(day)).mkdir(parents=True)
            (tmp_path / name / str(day) / "a.tsv").write_bytes(bytes(size))
    sources = tuple(EventSource(events=f"{tmp_path}/{name}/{{SPAN}}/*.tsv") for name in ("feed", "searches"))
    with pytest.raises(DataError, match=r"data\.sources\[1\]\.events = .*span 2 have 5 bytes"):
        check_newest_span(SourceFiles.of_config(DataConfig(sources=sources)), 0.5)
