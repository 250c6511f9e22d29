"""Who is who among processes. A pid alone is no identity: the system gives it to another one later."""

from dataclasses import dataclass
from typing import Self

import psutil

_SLACK = 2.0  # seconds; a start time is computed from the system's clock, which may be set


@dataclass(frozen=True)
class Process:
    """A process of this machine, by its pid and the second it began."""

    pid: int
    started: float

    @classmethod
    def me(cls) -> Self:
        return cls.of(psutil.Process().pid)

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has this pid now. Raises `psutil.NoSuchProcess`."""
        return cls(pid, psutil.Process(pid).create_time())

    def alive(self) -> bool:
        """Whether it still works: one that has ended but was not yet waited for (a zombie) does not."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < _SLACK
            return same and found.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True
