"""Ask the model server for a user's search results, and print them with titles.

The user's history comes from the event log that the configuration names. Items that the user already has are left out.
A model that retrieves finds the items itself; any other model is sent the catalogue to rank.
"""

import argparse
import sys

from tfx_pipeline.cli.asking import asked_user


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("query", help='what the user types, such as "red mug"')
    asked_user.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Asks; 0 when answered, 1 when not, 2 for an empty query."""
    query = args.query.strip()
    if not query:
        print("tandem query: the query is empty; use `tandem recommend` to ask without one.", file=sys.stderr)
        return 2
    return asked_user.ask(args, query, "query")
