def test_data_that_cannot_be_used_is_told_in_one_message(tiny, tandem, tmp_path):
    (tmp_path / "events.tsv").write_text("who\twhen\nu1\t5\n")
    error = tandem("run", "--config", tiny, code=1).err
    assert "events.tsv" in error and "data.columns.user_id" in error and "Traceback" not in error
