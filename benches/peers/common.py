"""What the peers' programs share: data, clock, peak memory, one line of JSON at the end."""

import json
import os
import resource
import sys
import time
from pathlib import Path

THREADS = int(os.environ.get("BENCH_THREADS", "2"))
DATA = Path(sys.argv[-1])


def load(*names):
    """Arrays that our side wrote."""
    import numpy

    return [numpy.load(DATA / f"{name}.npy") for name in names]


def timed(action):
    """The result and the seconds of one call."""
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def report(**measures):
    """Prints the measures, and the peak memory of this process in MiB."""
    measures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measures))
