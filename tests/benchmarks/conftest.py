"""What the tests of the scripts share: their report, read back."""

import json

import pytest


@pytest.fixture
def report_of(capsys):
    """Calls the `main` of a script and gives back the JSON that it prints."""

    def call(main, *arguments):
        main([*arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    return call
