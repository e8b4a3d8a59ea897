from components.score_map_file import read_score_maps, write_score_maps
from schemas.score_map import ScoreMap


def test_a_model_keeps_its_maps_in_a_file_that_servers_leave_alone(tmp_path):
    maps = {"search": ScoreMap(0.5, -3.0, 20.0)}
    write_score_maps(str(tmp_path / "model"), maps)
    assert read_score_maps(str(tmp_path / "model")) == maps
    assert [path.name for path in (tmp_path / "model" / "assets.extra").iterdir()] == ["calibration.json"]


def test_a_model_whose_scores_are_not_calibrated_has_no_file(tmp_path):
    write_score_maps(str(tmp_path), {})
    assert read_score_maps(str(tmp_path)) == {} and not list(tmp_path.iterdir())
