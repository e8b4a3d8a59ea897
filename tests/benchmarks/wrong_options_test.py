"""What a script cannot use ends it before anything is measured, and is said."""

import pytest

from benchmarks import ingest, score_unisar, serve, train_unifiedssr

TOGETHER = "--input and --transform_graph go together"
INGEST = "--events and --workers should be at least 1"
SERVE = "--clients, --steps and --seconds should be above 0"


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        (score_unisar, ["--input", "a"], TOGETHER),
        (score_unisar, ["--transform_graph", "a"], TOGETHER),
        (score_unisar, ["--steps", "0"], "--steps should be at least 1"),
        (score_unisar, ["--set", "dim"], "--set takes FIELD=VALUE. Received: 'dim'"),
        (score_unisar, ["--set", "dims=3"], "UniSARConfig has no field dims."),
        (score_unisar, ["--scale", "-1"], "`scale` should be above 0. Received: scale=-1.0"),
        (train_unifiedssr, ["--set=layers=3"], "UnifiedSSRConfig has no field layers."),
        (ingest, ["--events", "0"], INGEST),
        (ingest, ["--workers", "0"], INGEST),
        (ingest, ["--events", "300", "--set", "generate.no_such=1"], "no_such"),
        (serve, ["--clients", "0"], SERVE),
        (serve, ["--steps", "0"], SERVE),
        (serve, ["--base_path", "/no/such"], "There is no version below /no/such"),
    ],
)
def test_wrong_options_are_refused(script, arguments, message, capsys):
    with pytest.raises(SystemExit):
        script.main(arguments)
    assert message in capsys.readouterr().err
