import json

import pytest

from components.synthetic_log.finished_set import AnotherSetError, FinishedSet


def finish(folder, names, identity, force=False):
    finished = FinishedSet(str(folder), names, identity)
    finished.begin(force)
    for name in names:
        (finished.aside / name).write_text(f"{name} of {identity}")
    assert not finished.is_there
    finished.finish({**identity, "more": 1})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_come_into_their_place_at_the_end_and_what_an_interrupted_call_left_is_removed(tmp_path):
    folder = tmp_path / "new" / "log"
    interrupted = FinishedSet(str(folder), ("a",), {"seed": 1})
    interrupted.begin(force=False)
    (interrupted.aside / "old").write_text("x")
    assert names(folder) == [".partial"]
    finish(folder, ("a", "b"), {"seed": 2})
    assert names(folder) == ["a", "b", "truth.json"]
    assert json.loads((folder / "truth.json").read_text()) == {"seed": 2, "more": 1, "files": ["a", "b"]}


def test_a_set_is_known_by_what_it_is_made_of(tmp_path):
    def is_there(seed):
        return FinishedSet(str(tmp_path), ("a", "b"), {"seed": seed, "lengths": (1, 2)}).is_there

    finish(tmp_path, ("a", "b"), {"seed": 1, "lengths": (1, 2)})
    assert is_there(seed=1) and not is_there(seed=2)
    (tmp_path / "b").unlink()
    assert not is_there(seed=1)
    for no_truth in ("[]", "{"):
        (tmp_path / "truth.json").write_text(no_truth)
        assert FinishedSet(str(tmp_path), (), {}).truth() == {}


@pytest.mark.parametrize(
    ("new", "taken"),
    [(("a", "c"), "a, truth.json"), (("c",), "truth.json"), (("real",), "real, truth.json")],
)
def test_another_set_and_files_of_somebody_else_stay_unless_forced(tmp_path, new, taken):
    finish(tmp_path, ("a", "b"), {"seed": 1})
    (tmp_path / "real").write_text("a real log")
    with pytest.raises(AnotherSetError) as error:
        finish(tmp_path, new, {"seed": 2})
    assert str(error.value) == (
        f"{tmp_path} holds {taken} already, and not of these settings. "
        "Give another folder with --output, or --force to replace them."
    )
    assert names(tmp_path) == ["a", "b", "real", "truth.json"]
    assert (tmp_path / "a").read_text() == "a of {'seed': 1}"
    finish(tmp_path, new, {"seed": 2}, force=True)
    # Nothing of the old set stays.
    assert names(tmp_path) == sorted({*new, "real", "truth.json"})
    assert (tmp_path / new[0]).read_text() == f"{new[0]} of {{'seed': 2}}"
