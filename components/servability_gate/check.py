"""Tries a SavedModel as TF Serving would run it, and prints the verdict as one line of JSON.

    python -m components.servability_gate.check MODEL_DIR EXAMPLES_FILE...

A process of its own, because a broken graph can take down the process that runs it. Exit code 0: it may be served,
1: it is refused, 2: it could not be checked.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence

from components.servability_gate.config import GateConfig
from components.servability_gate.further_signatures import try_further_signatures
from components.servability_gate.probes import Probe, probes
from components.servability_gate.scoring import SIGNATURES, Asked, RefusedError, agree, answer, load, request
from components.servability_gate.verdict import Verdict
from components.servability_gate.warm_up_file import RecordedServable
from schemas import signatures


def check(model_dir: str, files: Sequence[str], config: GateConfig, warm_up_file: str = "") -> Verdict:
    """Sends a model everything that the gate asks.

    Args:
        model_dir: The folder that holds `saved_model.pb`.
        files: Gzipped TFRecord files of behaviour examples.
        config: How much is asked, and what is let pass.
        warm_up_file: Where to write some of the requests, for a server to replay, if the model may be served; empty
            writes none.

    Returns:
        Whether the model may be served, with every reason against it.

    Raises:
        ValueError: The files hold no example that could be asked for.
    """
    asked = probes(files, config.examples)
    try:
        servable = RecordedServable(load(model_dir), config.warm_up_requests)
    except RefusedError as error:
        return Verdict((str(error),))
    reasons = []
    latencies_ms: list[float] = []
    try:
        for probe in asked:
            try:
                latencies_ms += _try(servable, probe, config.tolerance)
            except RefusedError as error:
                reasons.append(f"{probe.name}: {error}")
    finally:
        servable.close()
    median = statistics.median(latencies_ms) if latencies_ms else 0.0
    if 0 < config.latency_limit_ms < median:
        reasons.append(
            f"the median `{signatures.RANK}` request of one example took {median:.2f} ms, more than the limit of "
            f"{config.latency_limit_ms:g} ms"
        )
    if warm_up_file and not reasons:
        servable.write(warm_up_file)
    return Verdict(tuple(reasons), median)


def _try(servable: Asked, probe: Probe, tolerance: float) -> list[float]:
    """Asks for the probe's examples together and one by one; returns the milliseconds of each `rank` request."""
    together = {
        name: answer(servable, name, request(servable, name, probe.examples), probe.shape) for name in SIGNATURES
    }
    agree(
        together[signatures.RANK],
        together[signatures.SERVING_DEFAULT],
        tolerance,
        f"`{signatures.RANK}` and `{signatures.SERVING_DEFAULT}` score the same examples differently",
    )
    latencies_ms = []
    for place, example in enumerate(probe.examples):
        for name in SIGNATURES:
            inputs = request(servable, name, [example])
            start = time.perf_counter()
            alone = answer(servable, name, inputs, (1, probe.shape[1]))
            if name == signatures.RANK:
                latencies_ms.append(1000 * (time.perf_counter() - start))
            difference = f"`{name}` scores an example differently alone and together with others"
            agree(alone[0], together[name][place], tolerance, difference)
    try_further_signatures(servable, probe.examples, tolerance)
    return latencies_ms


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="servability_gate.check", description="Can TF Serving run this model?")
    parser.add_argument("model_dir", metavar="MODEL_DIR", help="the folder that holds saved_model.pb")
    parser.add_argument("files", metavar="EXAMPLES_FILE", nargs="+", help="gzipped TFRecords of behaviour examples")
    parser.add_argument("--config", default="{}", help="JSON of what to change in the gate's configuration")
    parser.add_argument("--warm_up_file", default="", metavar="FILE", help="write requests for a server to replay")
    options = parser.parse_args(arguments)
    try:
        config = GateConfig(**json.loads(options.config))
        verdict = check(options.model_dir, options.files, config, options.warm_up_file)
    except (ValueError, TypeError, OSError) as error:
        print(f"The check could not be carried out: {error}", file=sys.stderr)
        return 2
    print(verdict.to_json())
    return 0 if verdict.servable else 1


if __name__ == "__main__":
    sys.exit(main())
