import pytest

from components.baseline_model.push_records import version_beaten_by, versions_pushed_of
from tests.support.push_store import PushStore


def test_what_a_version_had_to_beat_if_it_is_known(tmp_path):
    pushes = PushStore(tmp_path)
    assert version_beaten_by(pushes.store, "models", "4") is None
    pushes.add_push(pushes.add_baseline(version=""), "models", "4")
    pushes.add_push(pushes.add_baseline(version="4"), "models", "7")
    pushes.add_push(pushes.add_baseline(version="1"), "others", "7")
    # As earlier releases left it.
    pushes.add_push(pushes.add_baseline(source="last blessed version 3"), "models", "8")
    # Of a model that was indexed, the gate alone says something.
    pushes.add_indexed_push("models", "9")
    assert [version_beaten_by(pushes.store, "models", version) for version in "4789"] == ["", "4", None, None]


@pytest.mark.parametrize(("is_pushed", "versions"), [(True, [("models", "4")]), (False, [])])
def test_the_versions_that_a_blessing_has_led_to(tmp_path, is_pushed, versions):
    pushes = PushStore(tmp_path)
    blessing = pushes.add_push(pushes.add_baseline(version=""), "models", "4", is_pushed=is_pushed)
    pushes.add_push(pushes.add_baseline(version="4"), "models", "7")
    assert list(versions_pushed_of(pushes.store, blessing)) == versions
    assert list(versions_pushed_of(pushes.store, pushes.add_indexed_push("models", "9"))) == [("models", "9")]
