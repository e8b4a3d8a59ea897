from schemas.score_map import ScoreMap, from_json, to_json


def test_maps_are_read_as_they_were_written():
    maps = {"search": ScoreMap(0.5, -3.25, 20.0, 0.125), "recommendation": ScoreMap(slope=2.0, candidates=None)}
    assert from_json(to_json(maps)) == maps
    assert '"slope": 0.5' in to_json(maps)
