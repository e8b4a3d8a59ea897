"""Ask the model server for the items most like another, and print them with titles.

A score is the cosine similarity of the two items' vectors: 1 if they have the same direction.
"""

import argparse
import sys

from components.raw_files.refusal import DataError
from schemas import signatures
from serving.client.call import CallError
from serving.shop_log.event_log import EventLog
from tfx_pipeline.cli.asking import asked_user
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.parsing import config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("item", metavar="ITEM", help="item id")
    asked_user.add_server_arguments(parser)
    asked_user.add_k(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args: argparse.Namespace) -> int:
    """Asks; 0 when answered, 1 when not, 2 when `--k` is too large."""
    config = config_arguments.load(args)
    # If each surface has a model of its own, their items are much alike: any of them can answer.
    served = config.served_models[0]
    try:
        log = read_source_log(config.data, [])
        with asked_user.connected(args, served) as client:
            names = client.signature_names()
            if signatures.SIMILAR_ITEMS not in names:
                return asked_user.fail(
                    "similar",
                    f"the model {served.name!r} tells no similar items. It has no signature "
                    f"`{signatures.SIMILAR_ITEMS}`, only {', '.join(sorted(names))}.",
                    code=1,
                )
            similar = client.similar_items(args.item, args.k)
    except DataError as error:
        return asked_user.fail("similar", str(error), code=1)
    except CallError as error:
        return asked_user.fail("similar", asked_user.explain(error, served), code=1)
    except ValueError as error:
        return asked_user.fail("similar", str(error), code=2)
    if not similar:
        return asked_user.fail("similar", f"the model does not know the item {args.item!r}", code=1)
    _say_what_is_asked(args.item, log)
    asked = {"item": args.item, "title": log.title(args.item), "signature": signatures.SIMILAR_ITEMS}
    print(asked_user.ranked_json(asked, similar, log) if args.json else asked_user.ranked_table(similar, log))
    return 0


def _say_what_is_asked(item: str, log: EventLog) -> None:
    print(f"Similar to {item!r}: {log.title(item)}", file=sys.stderr)
