from components.data_checks.finding import Finding, read_findings, write_findings

OF_A_FEATURE = Finding("train", "labels", "Out-of-range values", "Unexpectedly high value: 2.", is_allowed=False)
OF_A_SPLIT = Finding("test", "", "Few examples", "There were 3.", is_allowed=True)


def test_a_finding_is_one_line_and_what_is_written_is_read(tmp_path):
    assert str(OF_A_FEATURE) == "train, labels: Out-of-range values: Unexpectedly high value: 2."
    assert str(OF_A_SPLIT) == "test: Few examples: There were 3. (allowed)"
    write_findings(str(tmp_path), [OF_A_FEATURE, OF_A_SPLIT])
    assert read_findings(str(tmp_path)) == [OF_A_FEATURE, OF_A_SPLIT]
