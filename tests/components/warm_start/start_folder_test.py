from components.warm_start.start_folder import Start, copy_starts, left_by, read_start, write_start

START = Start("Trainer", "/runs/examples/3", "17", {"transform.context": ["hour"]}, "")


def test_what_was_written_is_read(tmp_path):
    folder = str(tmp_path / "a folder" / "below")
    assert read_start(folder) is None
    write_start(folder, START)
    assert read_start(folder) == START


def test_copies_take_what_each_training_left_and_nothing_else(tmp_path):
    models = [tmp_path / name for name in ("retriever", "ranker", "both")]
    for model, training in zip(models, ("RetrieverTrainer", "Trainer"), strict=False):
        write_start(left_by(str(model), training), START)
        (model / "assets.extra" / "warm_start" / training / "values").mkdir()
        (model / "assets.extra" / "warm_start" / training / "values" / "items").write_text(training)
        (model / "assets.extra" / "calibration.json").write_text("of another kind")
        copy_starts(str(model), str(models[-1]))
    copied = {path.relative_to(models[-1]).as_posix() for path in models[-1].rglob("*") if path.is_file()}
    below = "assets.extra/warm_start"
    assert copied == {
        f"{below}/{each}/{of}" for each in ("RetrieverTrainer", "Trainer") for of in ("start.json", "values/items")
    }
    assert (models[-1] / below / "Trainer" / "values" / "items").read_text() == "Trainer"


def test_a_model_without_any_leaves_nothing(tmp_path):
    copy_starts(str(tmp_path / "model"), str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
