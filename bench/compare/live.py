"""Times the same steps of `jada finetune` with and without `--live` in turn, with a reader on the live page's feed.

    python3 bench/compare/live.py

Measured is the wall time from one line of the trace to another, so that what the page costs between two steps
counts as well. The reader takes the feed's events and throws them away: drawing them is the browser's affair.
"""
import itertools
import os
import re
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from sides import Row, parser, print_table

ADDRESS = re.compile(r"http://\S+/")


def read(address, seen):
    """Reads events until the page ends."""
    try:
        with urllib.request.urlopen(address + "events") as feed:
            for line in feed:
                seen.append(len(line))
    except OSError:
        pass


def seconds(a, live):
    """Seconds between the lines `skip` and `steps` of the trace; with `live`, bytes of events that came, too."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        os.mkfifo(trace)  # what is written to a pipe arrives at once
        command = [a.jada, "finetune", "--no-head-baseline", "--max-steps", str(2 * a.steps), "--threads", str(a.threads),
                   "--out", f"{folder}/run", "--trace", str(trace), *(["--live"] if live else []), *a.more]
        seen = []
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)

        def listen():
            for line in process.stderr:
                address = ADDRESS.search(line)
                if live and address and not seen:
                    seen.append(0)
                    threading.Thread(target=read, args=(address[0], seen), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        with open(trace) as lines:
            times = [time.perf_counter() for _ in itertools.islice(lines, a.steps)]
        if len(times) < a.steps:
            raise SystemExit(f"{' '.join(command)}\nended before its last step")
        os.killpg(process.pid, signal.SIGINT)  # what comes after is not measured
        process.wait()
        if live and sum(seen) == 0:
            raise SystemExit("the live page sent nothing")
        return times[-1] - times[a.skip - 1], sum(seen)


def rows(a):
    """Seconds with and without the page."""
    pairs = []
    for _ in range(a.rounds):
        alone, _ = seconds(a, live=False)
        watched, sent = seconds(a, live=True)
        pairs.append((watched, alone, sent))
        print(f"with {watched:.2f} s, without {alone:.2f} s, {sent:,} bytes of events", flush=True)
    ratio = statistics.median(watched / alone for watched, alone, _ in pairs)
    with_page, without = (statistics.median(column) for column in list(zip(*pairs))[:2])
    return [Row(f"{a.steps - a.skip} steps with --live and a reader, against without", f"{with_page:.2f} s",
                f"{without:.2f} s", ratio, "≤ 1.02")]


if __name__ == "__main__":
    p = parser(__doc__, rounds=5, peer=False)
    p.add_argument("--jada", default="./jada")
    p.add_argument("--steps", type=int, default=220)
    p.add_argument("--skip", type=int, default=60, help="steps that warm up")
    p.add_argument("more", nargs="*", help="further options of finetune, after --")
    print_table(rows(p.parse_args()), peer="without")
