from tfx_pipeline.cli.exit_code import EXPLAINED, ExitCode


def test_every_code_is_explained():
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3]
    assert EXPLAINED == "exit code: 0 ok, 1 failed, 2 called wrongly, 3 ran but not pushed"
