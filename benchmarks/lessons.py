"""Every lesson with five seeds: whether its surprise came, what it said, and how long it took.

    python -m benchmarks.lessons [--seeds 5] [KEY …]

What was taken before, with the same runs and the same code of the lesson, is remembered in `benchmarks/.proof` and not
taken again; so the table can be stopped with Ctrl-C and goes on later. Times are of one core, without loading torch.
"""

import argparse
import hashlib
import inspect
import json
import sys
from collections.abc import Sequence
from time import process_time
from typing import Any

from benchmarks.measuring import MEMORY, RESULTS, machine
from tlcore.lessons import COURSES, LESSONS, Lesson, course
from tlcore.lessons.taking import take

PLACE = RESULTS / "lessons.md"
TAKEN = MEMORY.with_name("lessons.jsonl")
LIMIT = 20  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("keys", nargs="*", help="only these; the table holds whatever is known")
    given = parser.parse_args()
    known = remembered()
    for lesson in LESSONS:
        for seed in range(given.seeds):
            if mark(lesson, seed) not in known and (not given.keys or lesson.key in given.keys):
                known[mark(lesson, seed)] = taken(lesson, seed)
                PLACE.write_text(table(known, given.seeds), encoding="utf-8")
    PLACE.write_text(table(known, given.seeds), encoding="utf-8")


def taken(lesson: Lesson, seed: int) -> dict[str, Any]:
    """Take it once, and remember."""
    began = process_time()
    found = lesson.surprise(take(lesson, seed))
    told = {"mark": mark(lesson, seed), "lesson": lesson.key, "seed": seed, "holds": found.holds,
            "answer": found.answer, "sentence": found.sentence, "numbers": dict(found.numbers),
            "seconds": round(process_time() - began, 2)}  # fmt: skip
    TAKEN.parent.mkdir(parents=True, exist_ok=True)
    with TAKEN.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stderr.write(f"{lesson.key}, seed {seed}: {told['holds']}, {told['seconds']:.1f} s\n")
    return told


def mark(lesson: Lesson, seed: int) -> str:
    """What a taking depends on, as far as the lesson says it: its runs and its own code."""
    code = inspect.getsource(lesson.surprise)
    runs = {name: spec.as_json() for name, spec in lesson.runs(seed).items()}
    said = json.dumps([lesson.key, seed, code, runs, lesson.maps], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def remembered() -> dict[str, dict[str, Any]]:
    if not TAKEN.exists():
        return {}
    rows = [json.loads(line) for line in TAKEN.read_text(encoding="utf-8").splitlines()]
    return {row["mark"]: row for row in rows}


def table(known: dict[str, dict[str, Any]], seeds: int) -> str:
    lines = [
        "# The lessons' surprises", "",
        f"{machine()} Every lesson is taken with {seeds} seeds by `python -m benchmarks.lessons`; the same stands as "
        f"a test in `tests/lessons/test_surprises.py` (`make slow`). *Seconds* are of one core, the longest of the "
        f"seeds; a lesson may take {LIMIT}. The sentences are what the page says.", "",
    ]  # fmt: skip
    for key, title in COURSES.items():
        lines += [f"## {title}", "", "| lesson | holds | seconds | with seed 0 |", "|---|---|---|---|"]
        lines += [row(lesson, known, seeds) for lesson in course(key)] + [""]
    return "\n".join(lines)


def row(lesson: Lesson, known: dict[str, dict[str, Any]], seeds: int) -> str:
    rows = [known[mark(lesson, seed)] for seed in range(seeds) if mark(lesson, seed) in known]
    name = f"{lesson.number} · {lesson.title}"
    if not rows:
        return f"| {name} | not taken yet | – | – |"
    held = sum(each["holds"] and each["answer"] == lesson.right for each in rows)
    return f"| {name} | {held} of {len(rows)} | {longest(rows):.1f} | {rows[0]['sentence']} |"


def longest(rows: Sequence[dict[str, Any]]) -> float:
    return max(float(each["seconds"]) for each in rows)


if __name__ == "__main__":
    main()
