"""When to try again: calls that did not reach the server, and jobs whose handler failed.

Both wait with an exponential back-off and jitter, so that a thousand workers do not come back in the same
instant. Chance comes in as a `random.Random`, so that a test can name its seed.
"""

from collections.abc import Mapping
from random import Random

import msgspec

from counterflow_worker.job import Job


class BackOff(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait before attempt 2, 3, 4 and so on.

    That is `initial_ms`, then `factor` times as long each time, at most `maximum_ms`; `jitter` is the share
    of each wait that is left to chance: 0.1 waits between 90 % and 110 %.
    """

    initial_ms: int = 1_000
    factor: float = 2.0
    maximum_ms: int = 60_000
    jitter: float = 0.1

    def __post_init__(self) -> None:
        if self.initial_ms < 0 or self.maximum_ms < self.initial_ms:
            raise ValueError(
                f"back-off needs 0 <= initial_ms <= maximum_ms, found {self.initial_ms} and {self.maximum_ms}"
            )
        if self.factor < 1 or not 0 <= self.jitter < 1:
            raise ValueError(
                f"back-off needs factor >= 1 and 0 <= jitter < 1, found {self.factor} and {self.jitter}"
            )

    def delay_ms(self, failures: int, random: Random) -> int:
        """Milliseconds to wait after this many failures in a row (1 is the first)."""
        # Past this many doublings every wait is the maximum; the bound keeps the power from overflowing.
        exponent = min(max(failures, 1) - 1, 64)
        delay = min(self.initial_ms * self.factor**exponent, self.maximum_ms)
        return round(delay * random.uniform(1 - self.jitter, 1 + self.jitter))


NO_BACK_OFF = BackOff(initial_ms=0, maximum_ms=0)


class CallRetry(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call that met an absent or overloaded server is made, the first time included.

    The default is what Zeebe's stock clients do: five attempts, 0.1 s to 5 s, three times as long each time.
    """

    attempts: int = 5
    back_off: BackOff = BackOff(initial_ms=100, factor=3.0, maximum_ms=5_000)


# The result of a finished job is worth more patience than a question: about two minutes of an absent server.
REPORT_RETRY = CallRetry(attempts=30)

# A worker looks for an absent server for ever, and soon enough that nobody waits for it once it is back.
RECONNECT = BackOff(initial_ms=100, factor=2.0, maximum_ms=5_000, jitter=0.2)


class JobRetry(msgspec.Struct, frozen=True, kw_only=True):
    """What a failed job asks for: one retry less, after a back-off that grows with every failure.

    The wire tells how many retries are left, not how many failures there were; `expected_retries` is the
    number that the model gives this task (3 where it says nothing), from which the failures so far are
    counted. With `gives_up` the first failure is an incident. `per_exception` has other policies for some
    classes of exceptions.
    """

    expected_retries: int = 3
    back_off: BackOff = BackOff()
    gives_up: bool = False
    per_exception: Mapping[type[Exception], "JobRetry"] = {}

    def policy_for(self, error: Exception) -> "JobRetry":
        """The policy of the exception's class, or of the nearest class that it comes from; else this one."""
        named = (self.per_exception[kind] for kind in type(error).__mro__ if kind in self.per_exception)
        return next(named, self)

    def retries_left(self, job: Job) -> int:
        """The retries of a job after one more failure; 0 is an incident."""
        return 0 if self.gives_up else max(job.retries - 1, 0)

    def back_off_ms(self, job: Job, random: Random) -> int:
        """Milliseconds before the next attempt of a job, by the failures it has had."""
        return self.back_off.delay_ms(self.expected_retries - job.retries + 1, random)


GIVE_UP = JobRetry(gives_up=True, back_off=NO_BACK_OFF)
"""For what trying again cannot mend."""
