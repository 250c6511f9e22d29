"""How a run stands: its numbers, and what a person should look at in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tlcore.cli.accuracies import lines

if TYPE_CHECKING:
    from tlcore.runs.alerting import Alert
    from tlcore.runs.rows import Run
    from tlcore.runs.store import Store


@dataclass(frozen=True)
class Stands:
    """A run and its alerts, in words and as JSON."""

    run: "Run"
    alerts: "Sequence[Alert]"

    @classmethod
    def of(cls, store: "Store", run: "Run") -> Self:
        from tlcore.runs.alerting import of_run

        return cls(run, of_run(store, run))

    @property
    def remarks(self) -> list[str]:
        """A line for each alert; why a run ended is said by the run itself."""
        return [alert.line for alert in self.alerts if alert.level != "error"]

    @property
    def sentence(self) -> str:
        run, spec = self.run, self.run.spec
        at = "" if run.status == "finished" else f" at step {run.step} of {run.steps or '?'}"
        head = f"Run {run.id}, {spec.strategy} on {spec.scenario} with {spec.backbone}: {run.status}{at}"
        told = lines(run)
        return "\n".join([f"{head} after {run.seconds:.1f} s{':' if told else '.'}", *told])

    def words(self) -> str:
        return "\n".join([self.sentence, *(f"  {line}" for line in self.remarks)])

    def as_json(self) -> dict[str, Any]:
        return {**self.run.as_json(), "alerts": [each.as_json() for each in self.alerts]}
