"""Ask the model server for the items most like another, and print them with titles.

A score is the cosine of the two items' vectors: 1 where they point the same way.
"""

import argparse
import sys

from schemas import signatures
from serving.call_error import CallError
from serving.cli import asking
from serving.event_log import EventLog
from serving.row_files import FileError
from tfx_pipeline.cli import config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("item", metavar="ITEM", help="item id")
    asking.add_server_arguments(parser)
    asking.add_k(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args: argparse.Namespace) -> int:
    """Asks; 0 when answered, 1 when not, 2 when so many items cannot be asked for."""
    config = config_arguments.load(args)
    # Models that are served for one surface each see items much alike.
    served = config.served_models[0]
    try:
        log = asking.read_log(config, [])
        with asking.connected(args, served) as client:
            names = client.signature_names()
            if signatures.SIMILAR_ITEMS not in names:
                return asking.fail(
                    "similar",
                    f"the model {served.name!r} tells no similar items. It has no signature "
                    f"`{signatures.SIMILAR_ITEMS}`, only {', '.join(sorted(names))}.",
                    code=1,
                )
            similar = client.similar_items(args.item, args.k)
    except FileError as error:
        return asking.fail("similar", str(error), code=1)
    except CallError as error:
        return asking.fail("similar", asking.explain(error, served), code=1)
    except ValueError as error:
        return asking.fail("similar", str(error), code=2)
    if not similar:
        return asking.fail("similar", f"the model does not know the item {args.item!r}", code=1)
    _say_what_is_asked(args.item, log)
    asked = {"item": args.item, "title": log.title(args.item), "signature": signatures.SIMILAR_ITEMS}
    print(asking.ranked_json(asked, similar, log) if args.json else asking.ranked_table(similar, log))
    return 0


def _say_what_is_asked(item: str, log: EventLog) -> None:
    print(f"Similar to {item!r}: {log.title(item)}", file=sys.stderr)
