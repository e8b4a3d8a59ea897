from tests.support.own_process import python
from tfx_pipeline.tuning.search_folders import executions_of, folders_of, note, searched_by


def test_the_executions_that_worked_in_a_search_are_noted_once_each(tmp_path):
    assert executions_of(tmp_path) == frozenset()
    note(tmp_path)  # Nobody said whose it is.
    for output in ("artifacts/Tuner/tuner_results/12", "artifacts/Tuner/tuner_results/12", "a b/tuner_results/31"):
        with searched_by(output):
            note(tmp_path)
    note(tmp_path)
    assert executions_of(tmp_path) == {12, 31}


def test_an_output_of_another_name_tells_no_execution(tmp_path):
    with searched_by("gs://bucket/tuner_results"):
        note(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_searches_of_a_root_are_its_folders(tmp_path):
    assert folders_of(str(tmp_path)) == []
    for name in ("b", "a"):
        (tmp_path / "tuning" / name).mkdir(parents=True)
    (tmp_path / "tuning" / "notes.txt").write_text("mine")
    assert [path.name for path in folders_of(str(tmp_path))] == ["a", "b"]


def test_tensorflow_is_not_imported():
    code = """
        import sys
        import tfx_pipeline.tuning.search_folders
        print({"tensorflow", "keras", "keras_tuner"} & sys.modules.keys())
        """
    assert python(code).stdout == "set()\n"
