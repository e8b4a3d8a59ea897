import pytest

from components.baseline_model.push_records import version_beaten_by, versions_pushed_of
from tests.support.push_store import PushStore


@pytest.fixture
def pushes(tmp_path) -> PushStore:
    return PushStore(tmp_path)


def test_what_a_version_had_to_beat(pushes):
    pushes.add_push(pushes.add_baseline(version=""), "models", "4")
    pushes.add_push(pushes.add_baseline(version="4"), "models", "7")
    pushes.add_push(pushes.add_baseline(version="1"), "others", "7")
    assert version_beaten_by(pushes.store, "models", "4") == ""
    assert version_beaten_by(pushes.store, "models", "7") == "4"


def test_a_version_that_nobody_knows(pushes):
    assert version_beaten_by(pushes.store, "models", "4") is None
    # As earlier releases left it.
    pushes.add_push(pushes.add_baseline(source="last blessed version 3"), "models", "4")
    assert version_beaten_by(pushes.store, "models", "4") is None


def test_the_versions_that_a_blessing_has_led_to(pushes):
    blessing = pushes.add_push(pushes.add_baseline(version=""), "models", "4")
    pushes.add_push(pushes.add_baseline(version="4"), "models", "7")
    assert list(versions_pushed_of(pushes.store, blessing)) == [("models", "4")]


def test_no_push_no_version(pushes):
    blessing = pushes.add_push(pushes.add_baseline(version=""), "models", "4", is_pushed=False)
    assert list(versions_pushed_of(pushes.store, blessing)) == []
