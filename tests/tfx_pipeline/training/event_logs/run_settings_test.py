from tests.support.event_logs import settings_of, tags_of, texts_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.run_settings import write_settings

SETTINGS = {
    "model": "unisar",
    "unisar": {"dim": 8, "fusion": True, "tower_units": [6, 4], "note": None},
    "train": {"learning_rate": 0.5},
}


def test_each_section_is_a_text_and_all_are_hyper_parameters(tmp_path):
    write_settings(EventWriters(str(tmp_path)), SETTINGS, trial="unisar search 2026-11-30 14:05/trial 03")
    heading = "| setting | value |\n| --- | --- |\n"
    assert texts_of(tmp_path) == {
        "settings/training": [(0, f'{heading}| `model` | "unisar" |')],
        "settings/unisar": [(0, f"{heading}| `dim` | 8 |\n| `fusion` | true |\n| `tower_units` | [6, 4] |")],
        "settings/train": [(0, f"{heading}| `learning_rate` | 0.5 |")],
    }
    found, group = settings_of(tmp_path)
    assert found == {
        "model": "unisar",
        "unisar.dim": 8,
        "unisar.fusion": True,
        "unisar.tower_units": "[6, 4]",
        "train.learning_rate": 0.5,
    }
    assert group == "trial 03 (unisar search 2026-11-30 14:05)", "what tells trials apart comes first"
    assert set(tags_of(tmp_path).values()) == {"text", "hparams"}
