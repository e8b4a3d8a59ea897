import pytest

from tfx_pipeline.cli.parsing.command_parser import CommandParser, did_you_mean


@pytest.fixture
def parser():
    parser = CommandParser("tandem ask")
    parser.add_argument("--user", required=True)
    parser.add_argument("--k", type=int)
    parser.add_argument("words", nargs="*")
    return parser


def test_options_may_be_shortened_and_joined(parser):
    args = parser.parse_args(["--us=7", "red", "mug"])
    assert (args.user, args.words, args.verbose) == ("7", ["red", "mug"], False)


def test_arguments_may_stand_between_options(parser):
    args = parser.parse_words(["red", "--user", "7", "mug", "--verbose"])
    assert (args.user, args.words, args.verbose) == ("7", ["red", "mug"], True)


@pytest.mark.parametrize("word", ["-h", "--help", "--he"])
def test_help_tells_of_arguments_and_defaults(word, parser, capsys):
    parser.add_argument("--colour", default="red", help="which (%(default)s)")
    with pytest.raises(SystemExit):
        parser.parse_words(["red", word])
    text = capsys.readouterr().out
    assert "[words ...]" in text and "which (red)" in text


def test_what_only_looks_like_an_option_is_none(parser):
    assert parser.parse_args(["--user", "7", "--", "--red"]).words == ["--red"]
    assert parser.parse_args(["--user", "7", "--k", "-3"]).k == -3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--usre", "7"], "there is no option --usre. Did you mean --user?"),
        (["--usre=7"], "there is no option --usre. Did you mean --user?"),
        (["--colour", "7"], "there is no option --colour."),
        ([], "the following arguments are required: --user."),
        (["--user", "7", "--k", "x"], "argument --k: invalid int value: 'x'."),
    ],
)
def test_what_is_wrong_is_told_in_one_line(parser, arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parser.parse_words(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"tandem ask: {message} `tandem ask --help` tells more.\n"


def test_only_what_is_near_is_meant():
    assert did_you_mean("serv", ["serve", "run"]) == " Did you mean serve?"
    assert did_you_mean("xyz", ["serve", "run"]) == ""
