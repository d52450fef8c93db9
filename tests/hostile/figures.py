"""What was measured of one attack, and whether that is good enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.hostile.target import UNTYPED, Target

P99_MS = 250.0
GROWTH_MEGABYTES = 256.0
RESTART_SECONDS = 5.0
TURN_MS = 250.0
"""No turn of the event loop takes as much of a processor, however busy the machine is."""
COLUMNS = (
    f"{'attack':26} {'by':6} {'dose':>9} {'lasts':>7} {'calls':>6} {'p50':>6} {'p99':>7} {'worst':>7} "
    f"{'net p99':>7} {'turn':>6} {'errors':>6} {'MB':>5} {'+MB':>5} {'CPU s':>6} {'back s':>6}  verdict, and what was told"
)


class Played(NamedTuple):
    """One attack and what came of it. Times are in the units that their names end with."""

    name: str
    transport: str
    dose: int
    seconds: float
    measured: Mapping[str, object]
    """What the innocent client says: `latencies_ms`, `net_ms`, `errors` by how often."""
    before_megabytes: float
    peak_megabytes: float
    processor_seconds: float
    """What the server took meanwhile."""
    target: Target
    """What the attacker was told, and found wrong."""
    turn_ms: float = 0.0
    """What the longest turn of the server's event loop took of a processor."""
    start_seconds: float = 0.0
    restart_seconds: float | None = None
    restarted_megabytes: float = 0.0
    """The most that the server had which was started behind it."""
    is_alive: bool = True
    faults: Sequence[str] = ()
    """Lines of the server's log that tell of faults of its own."""

    @classmethod
    def ended_early(cls, name: str, transport: str, dose: int, target: Target) -> Played:
        """The server did not live to see the end."""
        return cls(name, transport, dose, 0.0, {}, 0.0, 0.0, 0.0, target, is_alive=False)

    @property
    def growth_megabytes(self) -> float:
        """How much more memory the server had at the most than before."""
        return max(0.0, self.peak_megabytes - self.before_megabytes)

    def latency_ms(self, share: float, what: str = "latencies_ms") -> float:
        """The latency that this share of the innocent calls stayed below."""
        values = self.measured.get(what) or [0.0]
        assert isinstance(values, list)
        ordered = sorted(values)
        return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])

    @property
    def errors(self) -> Mapping[str, int]:
        """What the innocent client was told beside its answers, by how often."""
        found = self.measured.get("errors") or {}
        assert isinstance(found, dict)
        return found


def complaints(played: Played) -> Iterator[str]:
    """What must not be, whatever machine it was measured on."""
    if not played.is_alive:
        yield "the server has ended, or answers no more"
    for error, count in played.errors.items():
        yield f"{count} innocent calls were told {error}"
    if played.growth_megabytes >= GROWTH_MEGABYTES:
        yield f"memory has grown by {played.growth_megabytes:.0f} MB, {GROWTH_MEGABYTES:.0f} are too many"
    if played.restarted_megabytes - played.before_megabytes >= GROWTH_MEGABYTES:
        yield f"a restart took {played.restarted_megabytes:.0f} MB, and {played.before_megabytes:.0f} before"
    if played.turn_ms >= TURN_MS:
        yield f"the event loop was held for {played.turn_ms:.0f} ms, {TURN_MS:.0f} are too many"
    yield from played.target.complaints
    told, words = played.target.told, played.target.words
    for status in UNTYPED & set(told):
        yield f"{told[status]} refusals were {status}: {words[status][:200]!r}"
    for line in played.faults[:3]:
        yield f"the log says: {line[:200]}"


def slowness(played: Played) -> Iterator[str]:
    """What took too long, waits for a processor left out."""
    if played.latency_ms(0.99, "net_ms") >= P99_MS:
        yield f"p99 {played.latency_ms(0.99, 'net_ms'):.0f} ms, {P99_MS:.0f} are too many"
    if played.restart_seconds is not None and played.restart_seconds >= RESTART_SECONDS:
        yield f"back only after {played.restart_seconds:.1f} s"


def row(played: Played) -> str:
    """A line of the table."""
    wrong = [*complaints(played), *slowness(played)]
    told = ", ".join(f"{status} {count}" for status, count in played.target.told.most_common())
    latencies = [played.latency_ms(share) for share in (0.5, 0.99, 1.0)]
    calls = played.measured.get("latencies_ms") or []
    assert isinstance(calls, list)
    back = "-" if played.restart_seconds is None else f"{played.restart_seconds:.1f}"
    return (
        f"{played.name:26} {played.transport:6} {played.dose:9,} {played.seconds:6.1f}s {len(calls):6,} "
        f"{latencies[0]:6.1f} {latencies[1]:7.1f} {latencies[2]:7.1f} "
        f"{played.latency_ms(0.99, 'net_ms'):7.1f} {played.turn_ms:6.1f} {sum(played.errors.values()):6,} "
        f"{played.peak_megabytes:5.0f} {played.growth_megabytes:5.0f} {played.processor_seconds:6.1f} "
        f"{back:>6}  {'; '.join(wrong) if wrong else 'bears it'} [{told}]"
    )
