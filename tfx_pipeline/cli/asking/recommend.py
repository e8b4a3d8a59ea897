"""Ask the model server for a user's feed, and print it with titles.

The user's history comes from the event log that the configuration names. Items that the user already has are left out.
A model that retrieves finds the items itself; any other model is sent the catalogue to rank.
"""

import argparse

from tfx_pipeline.cli.asking import asked_user


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    asked_user.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Asks; 0 when answered, 1 when not."""
    return asked_user.ask(args, "", "recommend")
