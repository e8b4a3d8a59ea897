import pytest

from tfx_pipeline.cli.parsing.command_parser import CommandParser


@pytest.fixture
def parser():
    parser = CommandParser("tandem ask")
    parser.add_argument("--user", required=True)
    parser.add_argument("--k", type=int, default=10, help="how many (%(default)s)")
    parser.add_argument("words", nargs="*")
    return parser


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["--us=7", "red", "mug"], {"words": ["red", "mug"]}),
        (["red", "--user", "7", "mug", "--verbose"], {"words": ["red", "mug"], "verbose": True}),
        (["--user", "7", "--k", "-3"], {"k": -3}),
        # Behind two dashes everything is an argument.
        (["--user", "7", "--", "--red", "mug"], {"words": ["--red", "mug"]}),
    ],
)
def test_options_may_be_shortened_and_stand_between_arguments(words, read, parser):
    assert vars(parser.parse_words(words)) == {"user": "7", "k": 10, "words": [], "verbose": False} | read


@pytest.mark.parametrize("word", ["-h", "--help", "--he"])
def test_help_tells_of_arguments_and_defaults(word, parser, capsys):
    with pytest.raises(SystemExit):
        parser.parse_words(["red", word])
    text = capsys.readouterr().out
    assert "[words ...]" in text and "how many (10)" in text
