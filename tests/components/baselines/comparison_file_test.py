from components.baselines.comparison_file import read_comparison, write_comparison


def test_what_is_written_is_read(tmp_path):
    write_comparison(str(tmp_path), {"candidates": {"search": {"beaten": True}}, "reasons": []})
    assert read_comparison(str(tmp_path)) == {"candidates": {"search": {"beaten": True}}, "reasons": []}
    assert (tmp_path / "metrics.json").exists()
