from schemas.span_pattern import as_glob


def test_the_glob_names_all_spans_and_versions():
    assert as_glob("gs://logs/{SPAN}/v{VERSION}/events-*.tsv") == "gs://logs/*/v*/events-*.tsv"
    assert as_glob("logs/*.tsv") == "logs/*.tsv"
