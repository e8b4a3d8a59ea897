from benchmarks import train_unifiedssr

# Compiling takes longer the more layers there are, whatever their size.
SMALL = ["--rows=3", "--scale=0.005", "--steps=2", "--set=num_layers=1", "--set=sessions=0", "--set=dim=4"]


def test_every_kind_of_batch_is_measured(report_of):
    report = report_of(train_unifiedssr.main, *SMALL)
    assert [step["batch"] for step in report["steps"]] == ["recommendation", "search", "both_surfaces"]
    for step, users in zip(report["steps"], (3, 3, 6), strict=True):
        assert abs(step["users_per_second"] * step["milliseconds"] / 1000 - users) < 1e-6
    recommendation, search = (step["milliseconds"] / 1000 for step in report["steps"][:2])
    pre_training = report["pre_training_in_batches_of_one_surface"]
    assert abs(pre_training["users_per_second"] - 6 / (recommendation + search)) < 1e-6
    assert abs(pre_training["ratio_to_the_reference"] - pre_training["users_per_second"] / 3100) < 1e-6
    assert report["workload"]["unifiedssr"]["dim"] == 4
    assert report["workload"]["trained_parameters"] > 0
