"""A thousand hostile or damaged archives and images: none crashes, escapes, leaves a file, or takes long.

    python -m benchmarks.fuzzed [--cases 1000] [--first 0] [--write]

Each is brought in as `tlcore data add` does it. It may become a collection, with what cannot be read left
out, or be refused with one sentence; then everything on disk is what it was before. Cases run in processes
of fifty, so that a crash of the interpreter itself is seen. `--write` puts the table into
`benchmarks/results/fuzzed.md`. The cases are those of `tests/library/fuzzing.py`.
"""

import argparse
import ctypes
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "fuzzed.md"
EACH = 50  # cases a process
PATIENCE = 600  # seconds for one process
SECONDS, MEGABYTES = 5.0, 600  # what one case may take: of a processor, and of memory beside the interpreter's


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.cases)
    if options.here:
        here(seeds)
        return
    told = [each for start in seeds[::EACH] for each in apart(range(start, min(start + EACH, seeds.stop)))]
    lines = [*tabled(told), *signed()]
    print("\n".join(lines))
    if options.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(any(each["wrong"] for each in told))


def apart(seeds: range) -> list[dict[str, Any]]:
    """Some cases in a process of their own. One that dies takes the case that it was at with it."""
    command = [sys.executable, "-m", "benchmarks.fuzzed", "--here", f"--cases={len(seeds)}", f"--first={seeds[0]}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    if done.stderr.strip():
        told.append(_gone(seeds[0], f"said on stderr: {done.stderr.strip()[-300:]}"))
    elif len(told) < len(seeds):
        told.append(_gone(seeds[len(told)], f"the interpreter ended with {done.returncode}"))
    print(f"{seeds.stop:,} …", file=sys.stderr, flush=True)
    return told


def _gone(seed: int, wrong: str) -> dict[str, Any]:
    return {"seed": seed, "kind": "crash", "said": "", "wrong": wrong, "seconds": 0, "megabytes": 0}


def here(seeds: range) -> None:
    from tests.library.fuzzing import case, placed

    for seed in seeds:
        some = case(seed)
        with tempfile.TemporaryDirectory() as top:
            inner = Path(top) / "a" / "b" / "c"
            (inner / "in").mkdir(parents=True)
            upload = placed(inner / "in", some)
            os.environ["TLCORE_DATA"] = str(inner / "data")
            print(json.dumps({"seed": seed, "kind": some.kind, **tried(upload, Path(top))}), flush=True)


def tried(upload: Path, top: Path) -> dict[str, Any]:
    """What became of an upload: accepted or refused, in which words, in what time, and what was wrong."""
    from tests.library.fuzzing import ESCAPE
    from tests.library.packing import everything
    from tlcore.errors import TransferError
    from tlcore.library import arriving, shelf
    from tlcore.library.places import library

    before, began, memory = everything(top), time.process_time(), reset()
    outcome, said, wrong = "refused", "", ""
    try:
        added = arriving.add(upload, copy=upload.is_dir())
        outcome, said = "accepted", " ".join(added.warnings)
    except TransferError as reason:
        said = str(reason)
        wrong = "" if said.isprintable() else f"a sentence that cannot be printed: {said!r}"
    except BaseException as reason:  # noqa: BLE001 - that is what is looked for
        wrong = f"{type(reason).__name__}: {reason}"
    seconds, megabytes = time.process_time() - began, (peak() - memory) / 1024
    if outcome == "accepted":
        outside = [each for each in added.root.rglob("*") if not each.resolve().is_relative_to(added.place)]
        wrong = wrong or ("it lies elsewhere" if outside or len(added.layout()) != added.images else "")
        shelf.remove(added.key)
        library().rmdir()
        library().parent.rmdir()
    left = set(everything(top)) ^ set(before)
    elsewhere = ("/", tempfile.gettempdir(), str(Path.home()), str(Path.cwd()))
    escaped = [each for each in elsewhere if any(Path(each).glob(f"*{ESCAPE}*"))]
    wrong = wrong or (f"left {sorted(left)[:3]}" if left else "") or (f"escaped to {escaped}" if escaped else "")
    wrong = wrong or (f"took {seconds:.1f} s" if seconds > SECONDS else "")
    wrong = wrong or (f"took {megabytes:.0f} MB" if megabytes > MEGABYTES else "")
    return {"outcome": outcome, "said": said, "wrong": wrong, "seconds": seconds, "megabytes": megabytes}


def reset() -> float:
    """Give back what is free and forget the highest memory so far (Linux, glibc); how much there is now, in KiB."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with Path("/proc/self/clear_refs").open("w") as file:
        file.write("5")
    return peak()


def peak() -> float:
    """The highest memory since, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def tabled(told: list[dict[str, Any]]) -> list[str]:
    kinds = defaultdict(list)
    for each in told:
        kinds[each["kind"]].append(each)
    wrong = [each for each in told if each["wrong"]]
    lines = [
        "# Hostile and damaged archives and images",
        "",
        f"{len(told):,} seeded cases, each brought in as `tlcore data add` does it, and taken off the shelf again. "
        "Refused: one sentence. With notes: a collection, and sentences about what was left out or is odd. Time and "
        "memory are the most of any case of a kind: time of a processor, memory beside the interpreter.",
        "",
        "| kind | cases | refused | with notes | accepted | slowest, s | memory, MB |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for kind, some in [*kinds.items(), ("**all**", told)]:
        ends = Counter("notes" if _noted(each) else each.get("outcome") for each in some)
        slow, large = max(each["seconds"] for each in some), max(each["megabytes"] for each in some)
        numbers = [len(some), ends["refused"], ends["notes"], ends["accepted"], f"{slow:.2f}", f"{large:.0f}"]
        lines.append(f"| {kind} | {' | '.join(map(str, numbers))} |")
    bounds = f"took over {SECONDS:g} s or over {MEGABYTES} MB"
    lines += ["", f"Crashed, escaped, left a file, {bounds}: **{len(wrong) or 'none'}**."]
    return lines + [f"- {each['kind']}, seed {each['seed']}: {each['wrong']}" for each in wrong]


def _noted(each: dict[str, Any]) -> bool:
    return each.get("outcome") == "accepted" and bool(each["said"])


def signed() -> list[str]:
    from PIL import __version__ as pillow

    versions = f"Python {platform.python_version()}, Pillow {pillow}"
    return ["", f"{datetime.now(UTC):%Y-%m-%d}, {versions}, {os.cpu_count()} cores."]


if __name__ == "__main__":
    main()
