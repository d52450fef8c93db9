"""Asks both sides: every behaviour, one at a time, and the commands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from tests.behaviours.script import Script, read_script
from tests.conformance.zeebe_oracle.compare import compare
from tests.conformance.zeebe_oracle.ours import counterflow_side
from tests.conformance.zeebe_oracle.play import Player, Seen
from tests.conformance.zeebe_oracle.reasons import Reasons
from tests.conformance.zeebe_oracle.report import Outcome
from tests.conformance.zeebe_oracle.side import Side
from tests.conformance.zeebe_oracle.zeebe import ZeebeSide

BEHAVIOURS = Path(__file__).parents[3] / "bpmn" / "behaviours"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
CAMUNDA_TITLE = "models of the camunda: dialect"

Pair = Callable[[], AbstractAsyncContextManager[tuple[Side, Side]]]
"""Opens the two sides for one script, and clears up behind it."""


def scripts() -> dict[str, Path]:
    """The scripts of all behaviours, by name."""
    return {str(path.relative_to(BEHAVIOURS).with_suffix("")): path for path in sorted(BEHAVIOURS.glob("*/*.script"))}


def diagram_of(script: Path) -> Path:
    """A script's own diagram, or the one it shares: `name.variant.script` plays on `name.bpmn`."""
    own = script.with_suffix(".bpmn")
    return own if own.exists() else script.with_name(script.name.split(".")[0] + ".bpmn")


async def ask(outcome: Outcome, name: str, path: Path, reasons: Reasons, pair: Pair) -> None:
    """One behaviour, put to both."""
    diagram = diagram_of(path)
    title = reasons.why_not_asked(name) or (CAMUNDA_TITLE if CAMUNDA in diagram.read_text() else "")
    if title:
        outcome.not_asked[name] = title
        return
    script = _read(path)
    async with pair() as (first, second):
        seen = await play(script, diagram, first, second, is_as_drawn=reasons.is_as_drawn(name))
    if seen[0][0].answer != "OK" and seen[1][0].answer == "OK":
        outcome.refused[name] = " ".join(seen[0][0].details.split())
    else:
        outcome.add(name, compare(name, *seen))


async def play(script: Script, diagram: Path, *sides: Side, is_as_drawn: bool = True) -> list[list[Seen]]:
    """One script on each side, line by line in turn; a diagram that is refused is not played."""
    players = [Player(side, script, diagram.parent, is_as_drawn=is_as_drawn) for side in sides]
    seen = [[await player.deploy(diagram)] for player in players]
    for line in script.lines if all(first.answer == "OK" for (first,) in seen) else ():
        for player, lines in zip(players, seen, strict=True):
            lines.append(await player.play(line))
    return seen


def _read(path: Path) -> Script:
    return read_script(path.read_text())


def beside(zeebe: ZeebeSide) -> Pair:
    """Zeebe, and a fresh Counterflow whose clock stands where Zeebe's does."""

    @asynccontextmanager
    async def pair() -> AsyncIterator[tuple[Side, Side]]:
        await zeebe.begin()
        try:
            async with counterflow_side(now_ms=zeebe.script_began_ms) as ours:
                yield zeebe, ours
        finally:
            await zeebe.finish()

    return pair
