from benchmarks import score_unisar

SMALL = ["--scale", "0.005", "--steps", "2", "--set", "fusion=false", "--set", "search_to_search=false"]


def test_every_kind_of_call_is_measured(report_of):
    report = report_of(score_unisar.main, *SMALL, "--users", "3", "--candidates", "7")
    calls = [(row["surface"], row["users"], row["candidates"], row["items_embedded"]) for row in report["scoring"]]
    assert calls == [
        (surface, users, 7 * users, items_embedded)
        for surface in ("recommendation", "search")
        for users in (3, 1)
        for items_embedded in ("precomputed, as served", "precomputed", "in the call")
    ]
    for row in report["scoring"]:
        assert row["milliseconds"] > 0
        assert abs(row["candidates_per_second"] * row["milliseconds"] / 1e3 - row["candidates"]) < 1e-6
    speedups = report["speed_by_a_precomputed_item_table"]
    assert list(speedups) == ["recommendation, 3 users", "recommendation, 1 user", "search, 3 users", "search, 1 user"]
    _, precomputed, in_the_call = report["scoring"][:3]
    assert abs(speedups["recommendation, 3 users"] - in_the_call["milliseconds"] / precomputed["milliseconds"]) < 1e-9
