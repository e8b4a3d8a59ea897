"""Write the vectors of all items that the pushed model finds, for other systems.

`items.parquet` has a row for each item: `item_id` and `vector`. The product of an item's vector and a user's, which
`tandem score --vectors` writes, is the logit by which the retriever orders items. With --faiss, `items.faiss` is an
index of the same rows by this product, and its number i is row i.

tandem vectors                          # into `vectors` below the run's root
tandem vectors --faiss Flat             # and an exact index
tandem vectors --faiss HNSW32           # or a fast one; FAISS's own names of its indices
"""

import argparse
import json
import os
import sys

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.serving.asked_version import retriever_dir
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.shown import shown
from tfx_pipeline.runners import root_lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--output", default="", metavar="FOLDER", help="where the files go (ROOT/vectors)")
    parser.add_argument("--version", default="", metavar="N", help="the pushed version to ask (the newest)")
    parser.add_argument("--faiss", default="", metavar="KIND", help="write an index of FAISS, too, such as Flat")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """Writes the files; 0 when all are there."""
    config = config_arguments.load(args)
    model_dir = retriever_dir(config, args.version)
    folder = args.output or os.path.join(config.run_root, "vectors")
    with root_lock.held(folder, "tandem vectors"), shown(everything=args.verbose) as display:
        display.stage("Importing TensorFlow and Beam", remark=": some 10 seconds")
        from tfx_pipeline.scoring import vector_files
        from tfx_pipeline.scoring.asked_recommender import AskedRecommender

        display.stage("Reading the vectors", remark=f" of {model_dir}")
        items, vectors = AskedRecommender(model_dir).item_vectors()
        try:
            index = vector_files.index_of(vectors, args.faiss) if args.faiss else b""
        except vector_files.NoIndexError as error:
            print(f"tandem vectors: {error}", file=sys.stderr)
            return ExitCode.FAILED
        vector_files.write_table(folder, items, vectors)
        if index:
            vector_files.write_index(folder, index)
    names = [vector_files.TABLE, *([vector_files.INDEX] if index else [])]
    if args.json:
        written = {"items": len(items), "dim": vectors.shape[1], "files": names, "folder": folder, "model": model_dir}
        print(json.dumps(written, indent=2))
    else:
        told = f"{len(items):,} vectors of {vectors.shape[1]} numbers"
        print(f"{folder}: {told} in {' and '.join(names)}. Asked: {model_dir}")
    return ExitCode.OK
