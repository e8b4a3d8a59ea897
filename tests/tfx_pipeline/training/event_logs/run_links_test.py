import datetime
import re
import shutil

import pytest

from tfx_pipeline.training.event_logs import run_links


@pytest.fixture
def logs(tmp_path):
    """Makes the folder of a training's logs, as TFX names it."""

    def make(number, component="Trainer"):
        folder = tmp_path / "artifacts" / component / "model_run" / str(number)
        folder.mkdir(parents=True)
        return str(folder)

    return make


@pytest.fixture
def links(tmp_path):
    return tmp_path / "tensorboard"


def names(links):
    return sorted(str(path.relative_to(links)) for path in links.rglob("*") if path.is_symlink())


MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d"


def test_a_training_is_named_by_its_model_what_it_is_for_day_and_time(logs, links):
    begun = datetime.datetime.now()
    with run_links.shown_in(str(links)):
        told = [
            run_links.show(logs(3), "unisar").name,
            run_links.show(logs(4, "RetrieverTrainer"), "unifiedssr").name,
        ]
    retriever, ranker = names(links)
    assert told == [ranker, retriever]
    assert re.fullmatch(f"unifiedssr retriever {MOMENT}", retriever)
    assert re.fullmatch(f"unisar {MOMENT}", ranker)
    named = datetime.datetime.strptime(ranker, "unisar %Y-%m-%d %H:%M")
    assert begun.replace(second=0, microsecond=0) <= named <= datetime.datetime.now()
    assert (links / ranker).resolve().name == "3"


@pytest.fixture
def one_minute(monkeypatch):
    class OneMinute(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, 27, 14, 5, 59)

    monkeypatch.setattr(run_links.datetime, "datetime", OneMinute)


@pytest.mark.usefixtures("one_minute")
def test_trainings_of_one_minute_are_told_apart_and_one_is_shown_once(logs, links):
    first, second = logs(3), logs(4)
    with run_links.shown_in(str(links)):
        for log_dir in (first, second, second, first):
            run_links.show(log_dir, "unisar")
    assert names(links) == ["unisar 2026-11-27 14:05", "unisar 2026-11-27 14:05 (2)"]
    assert [(links / name).resolve().name for name in names(links)] == ["3", "4"]


@pytest.mark.parametrize("is_removed", [False, True])
@pytest.mark.usefixtures("one_minute")
def test_a_training_that_goes_on_keeps_its_first_name(is_removed, logs, links):
    first, second, other = logs(3), logs(4), logs(5)
    with run_links.shown_in(str(links)):
        run_links.show(other, "unisar")
        (links / "unisar 2026-11-27 14:05").rename(links / "unisar 2026-11-30 09:00")
        (links / "unisar 2026-11-26 23:59").symlink_to(first, target_is_directory=True)
        if is_removed:  # TFX removes the folder of an attempt that failed.
            shutil.rmtree(first)
        told = run_links.show(second, "unisar", run_links.Earlier("unisar 2026-11-26 23:59", first))
    assert told == run_links.Shown("unisar 2026-11-26 23:59", is_by_moment=True)
    assert {name: (links / name).resolve().name for name in names(links)} == {
        "unisar 2026-11-26 23:59": "4",
        "unisar 2026-11-30 09:00": "5",
    }


def test_a_first_name_that_other_logs_have_by_now_is_left_to_them(logs, links):
    """As where the folder of the names was removed."""
    other, earlier = logs(3), run_links.Earlier("unisar 2026-11-26 23:59", logs(4))
    links.mkdir()
    (links / earlier.name).symlink_to(other, target_is_directory=True)
    with run_links.shown_in(str(links)):
        told = run_links.show(logs(5), "unisar", earlier)
    assert told.name == "unisar 2026-11-26 23:59 (2)"
    assert (links / earlier.name).resolve().name == "3"
    # Where nothing is shown it has its name all the same.
    assert run_links.show(logs(6), "unisar", earlier).name == earlier.name


def test_a_variant_has_its_own_name_and_its_newest_training_takes_it(logs, links):
    with run_links.shown_in(str(links), "few/without fusion"):
        run_links.show(logs(3), "unisar")
        told = run_links.show(logs(4, "SearchTrainer"), "unisar")
        assert told == run_links.Shown("few/without fusion (search)", is_by_moment=False)
    run_links.show_as(links / "few" / "without fusion", logs(5))
    assert names(links) == ["few/without fusion", "few/without fusion (search)"]
    assert (links / "few" / "without fusion").resolve().name == "5"


@pytest.mark.usefixtures("one_minute")
def test_a_copy_that_has_folders_in_place_of_links_keeps_them(logs, links):
    """As `cp -rL` makes it."""
    for name in ("unisar 2026-11-27 14:05", "few/complete"):
        (links / name).mkdir(parents=True)
        (links / name / "events").write_text(name)
    with run_links.shown_in(str(links)):
        run_links.show(logs(4), "unisar")
    run_links.show_as(links / "few" / "complete", logs(5))
    assert names(links) == ["unisar 2026-11-27 14:05 (2)"]
    assert (links / "few" / "complete" / "events").read_text() == "few/complete"


def test_nothing_is_shown_where_nobody_says_where(logs, links):
    with run_links.shown_in(str(links)):
        pass
    assert re.fullmatch(f"unisar {MOMENT}", run_links.show(logs(3), "unisar").name)
    assert not links.exists()


def test_a_folder_that_cannot_be_made_does_not_end_a_training(logs, links):
    links.write_text("a file")
    with run_links.shown_in(str(links)):
        run_links.show(logs(3), "unisar")
    # An experiment shows what it took from the cache itself.
    run_links.show_as(links / "few" / "complete", logs(4))
    run_links.show_as(links.with_name("names") / ("long" * 100), logs(5))
    assert links.read_text() == "a file"


def test_a_root_that_is_moved_keeps_its_names(logs, links, tmp_path):
    run_links.show_as(links / "few" / "complete", logs(3))
    moved = tmp_path.with_name(f"{tmp_path.name} moved")
    shutil.move(tmp_path, moved)
    shutil.move(moved, tmp_path / "deeper")
    assert (tmp_path / "deeper" / "tensorboard" / "few" / "complete").resolve(strict=True).name == "3"


def test_names_of_logs_that_were_removed_go_and_nothing_else(logs, links):
    for name, number in (("few/complete", 3), ("more/complete", 4), ("more/other", 3)):
        if number == 3 and "other" not in name:
            removed = logs(3)
        run_links.show_as(links / name, removed if number == 3 else logs(4))
    (links / "notes.txt").write_text("mine")
    shutil.rmtree(removed)
    run_links.remove_dangling(str(links))
    assert names(links) == ["more/complete"]
    assert sorted(path.name for path in links.iterdir()) == ["more", "notes.txt"]
    # A folder that is not there holds none.
    run_links.remove_dangling(str(links / "nowhere"))


@pytest.mark.parametrize(
    ("text", "name"),
    [("a/b: c", "a-b: c"), ("..", "-"), (".hidden", "hidden"), ("", "-"), ("ohne Fusion", "ohne Fusion")],
)
def test_any_text_makes_a_name(text, name):
    assert run_links.name_of(text) == name


def test_trainings_of_a_group_stand_together_wherever_trainings_are_shown(logs, links):
    with run_links.shown_as_part_of("search", "trial 01"):  # Nobody said where.
        run_links.show(logs(1), "unisar")
    assert not links.exists()
    with run_links.shown_in(str(links)):
        with run_links.shown_as_part_of("search", "trial 01"):
            assert run_links.show(logs(3), "unisar").name == "search/trial 01"
        with run_links.shown_as_part_of("search", "trial 02"):
            run_links.show(logs(4, "RetrieverTrainer"), "unifiedssr")
    assert names(links) == ["search/trial 01", "search/trial 02 (retriever)"]
    with run_links.shown_in(str(links), "few/complete"), run_links.shown_as_part_of("search", "trial 01"):
        run_links.show(logs(5), "unisar")
    assert "few/complete/search/trial 01" in names(links)


def test_a_training_that_begins_in_another_process_is_not_taken_for_removed(logs, links, tmp_path):
    begins = tmp_path / "artifacts" / "Trainer" / "model_run" / "7"  # Nothing is written there yet.
    with run_links.shown_in(str(links)), run_links.shown_as_part_of("a search", "trial 01"):
        run_links.show(str(begins), "unisar")
    run_links.remove_dangling(str(links))
    assert names(links) == ["a search/trial 01"]


def test_a_folder_that_another_process_removes_before_it_is_filled_is_made_again(logs, links, monkeypatch):
    symlink_to, removed = type(links).symlink_to, []

    def after_a_removal(self, *arguments, **options):
        if len(removed) < 3:
            self.parent.rmdir()
            removed.append(self)
        symlink_to(self, *arguments, **options)

    monkeypatch.setattr(type(links), "symlink_to", after_a_removal)
    run_links.show_as(links / "a search" / "trial 01", logs(3))
    assert names(links) == ["a search/trial 01"] and len(removed) == 3


def test_a_folder_that_is_filled_before_it_is_removed_stays(logs, links, monkeypatch):
    (links / "a search").mkdir(parents=True)
    rmdir = run_links.os.rmdir

    def after_a_link(folder):
        run_links.show_as(links / "a search" / "trial 01", logs(3))
        rmdir(folder)

    monkeypatch.setattr(run_links.os, "rmdir", after_a_link)
    run_links.remove_dangling(str(links))
    assert names(links) == ["a search/trial 01"]


def test_another_process_shows_trainings_where_this_one_would(logs, links):
    assert run_links.place() is None
    with run_links.shown_in(str(links), "a variant"):
        place = run_links.place()
    with run_links.shown_at(place):
        run_links.show(logs(3), "unisar")
    with run_links.shown_at(None):
        run_links.show(logs(4), "unisar")
    assert names(links) == ["a variant"]
