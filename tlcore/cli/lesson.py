"""`tlcore lesson`: the lessons of the page, taken in this terminal."""

import json
import time
from typing import Any

import click

from tlcore.errors import OutOfRange


@click.group()
def lesson() -> None:
    """Lessons: predict, run, see; the same as on the page."""


@lesson.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def list_(as_json: bool) -> int:
    """All lessons, by course."""
    from tlcore.lessons import COURSES, course

    if as_json:
        told = [_facts(each) for key in COURSES for each in course(key)]
        click.echo(json.dumps(told, ensure_ascii=False))
        return 0
    for key, title in COURSES.items():
        click.echo(f"{title}")
        for each in course(key):
            click.echo(f"  {each.number:>2}  {each.title} ({each.minutes} min): {each.teaser}")
    return 0


@lesson.command()
@click.argument("number")
@click.option("--seeds", default=1, show_default=True, help="Take it so many times, with other seeds.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def run(number: str, seeds: int, as_json: bool) -> int:
    """Run the lesson of that NUMBER or key here, and tell whether its surprise holds; exit code 1 where it does not."""
    from tlcore.lessons import find

    chosen = find(number)
    if not 1 <= seeds <= 100:
        raise OutOfRange(f"--seeds takes a number from 1 to 100, but got {seeds}.")
    from tlcore.lessons.taking import take

    if not as_json:
        click.echo(f"{chosen.number} · {chosen.title}\n{chosen.story}\n\n{chosen.question}")
        click.echo("".join(f"  {'abc'[k]}) {answer}\n" for k, answer in enumerate(chosen.answers)))
    told, holding = [], True
    for seed in range(seeds):
        began = time.monotonic()
        found = chosen.surprise(take(chosen, seed))
        holding = holding and found.holds
        seconds = time.monotonic() - began
        told.append({"seed": seed, "holds": found.holds, "answer": found.answer, "sentence": found.sentence,
                     "numbers": dict(found.numbers), "seconds": round(seconds, 2)})  # fmt: skip
        if not as_json:
            aside = "" if found.holds else " The surprise did not come with this seed."
            click.echo(f"Seed {seed}: {'abc'[found.answer]}) {found.sentence}{aside} ({seconds:.1f} s)")
    if as_json:
        click.echo(json.dumps({"lesson": chosen.number, "key": chosen.key, "takes": told}, ensure_ascii=False))
    else:
        click.echo(f"\n{chosen.why}")
    return 0 if holding else 1


def _facts(each: Any) -> dict[str, Any]:
    names = ("number", "key", "title", "course", "minutes", "teaser", "question", "answers")
    return {name: getattr(each, name) for name in names}
