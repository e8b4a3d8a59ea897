from benchmarks import train_unisar

# Compiling takes longer the more layers there are, whatever their size, so most of the model is switched off.
OFF = ("search_to_search", "search_to_recommendation", "recommendation_to_search", "history_alignment", "fusion")
LEAST = ("experts=shared_bottom", "tower_units=[3]", "prediction_units=[]", *(f"{part}=false" for part in OFF))
SMALL = ["--scale=0.005", "--steps=2", *(f"--set={each}" for each in LEAST)]


def test_every_part_of_a_step_is_measured(report_of):
    report = report_of(train_unisar.main, *SMALL)
    sections = ["workload", "machine", "step", "parts_of_a_step_ms", "click_loss_only", "ratios", "peak_memory_mib"]
    assert list(report) == sections
    assert (report["workload"]["rows_a_step"], report["workload"]["candidates_a_step"]) == (10, 50)
    assert report["workload"]["trained_parameters"] > 0
    for timed in (report["step"], report["click_loss_only"]):
        assert set(timed) == {"milliseconds", "rows_per_second", "candidates_per_second"}
        assert min(timed.values()) > 0
        assert abs(timed["candidates_per_second"] / timed["rows_per_second"] - 5) < 1e-6
    parts = report["parts_of_a_step_ms"]
    assert list(parts) == ["forward", "losses_and_backward", "optimizer_and_metrics"]
    assert abs(sum(parts.values()) - report["step"]["milliseconds"]) < 1e-6
    assert parts["forward"] > 0
    assert report["ratios"]["step_to_click_loss_only"] > 0
    assert report["peak_memory_mib"]["process"] > 0
