"""Asks both sides: every behaviour that Operaton can be given, one at a time, line by line in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from counterflow.model.events import CompensationOrder
from tests.behaviours.script import BOOK, Line, Script, diagram_of, read_script
from tests.behaviours.test_behaviours import SCRIPTS
from tests.conformance.oracle.compare import compare
from tests.conformance.oracle.juel import NoTwin
from tests.conformance.oracle.operaton import OperatonSide, Program
from tests.conformance.oracle.ours import Ours
from tests.conformance.oracle.reasons import Reasons
from tests.conformance.oracle.report import Outcome
from tests.conformance.oracle.seen import Describer, Seen
from tests.conformance.oracle.translate import translated, translated_decisions
from tests.conformance.oracle.views import NotThere, Refused, View

NO_TWIN = "what `camunda:` cannot say"


class Side(Protocol):
    """An engine with nothing deployed.

    Every command raises `Refused`, or `NotThere` where a line names what there is not.
    """

    name: str

    def deploy(self, files: dict[str, bytes]) -> None:
        """Deploy files together."""

    def play(self, line: Line) -> None:
        """Carry out a line that is not about files."""

    def view(self) -> View:
        """What is there."""


Pair = Callable[[], tuple[Side, Side]]
"""Two sides for one script."""


def scripts() -> dict[str, Path]:
    """The scripts of all behaviours, by name."""
    return {str(path.relative_to(BOOK).with_suffix("")): path for path in SCRIPTS}


def beside(running: Program) -> Pair:
    """Operaton, and a fresh Counterflow that undoes as Operaton does: all handlers at once."""
    return lambda: (OperatonSide(running), Ours(CompensationOrder.PARALLEL))


def ask(outcome: Outcome, name: str, path: Path, reasons: Reasons, pair: Pair) -> None:
    """One behaviour, put to both."""
    title = reasons.why_not_asked(name)
    if title:
        outcome.not_asked[name] = title
        return
    try:
        first, second = play(path, pair())
    except NoTwin as missing:
        outcome.not_asked[name] = NO_TWIN
        outcome.without_twin[name] = str(missing)
        return
    if first[0].answer != "OK":
        outcome.refused[name] = " ".join(first[0].details.split())
    else:
        outcome.add(name, compare(name, first, second))


def play(path: Path, sides: Sequence[Side]) -> list[list[Seen]]:
    """One script on each side; a diagram that one of them refuses is not played."""
    script = read_script(path.read_text())
    players = [Player(side, path.parent) for side in sides]
    seen = [[player.deploy(diagram_of(path), script)] for player in players]
    for line in script.lines if all(first.answer == "OK" for (first,) in seen) else ():
        for player, lines in zip(players, seen, strict=True):
            lines.append(player.play(line))
    return seen


class Player:
    """A script on one side; files are read from `folder`, and translated."""

    def __init__(self, side: Side, folder: Path) -> None:
        self._side = side
        self._folder = folder
        self._describer = Describer()

    def deploy(self, diagram: Path, script: Script) -> Seen:
        """The script's own diagram, and what is deployed beside it."""
        files = [diagram, *(self._folder / name for name in script.beside)]
        return self._seen(f"deploy {diagram.name}", lambda: self._side.deploy(read(files)))

    def play(self, line: Line) -> Seen:
        """One line."""
        if line.verb == "deploy":
            return self._seen(
                line.text, lambda: self._side.deploy(read(self._folder / word for word in line.words))
            )
        return self._seen(line.text, lambda: self._side.play(line))

    def _seen(self, text: str, command: Callable[[], None]) -> Seen:
        seen = Seen(text)
        try:
            command()
        except Refused as refused:
            seen.answer, seen.details = "refused", str(refused)
        except NotThere:
            seen.answer = "not there"
        self._describer.describe(seen, self._side.view())
        return seen


def read(files: Iterable[Path]) -> dict[str, bytes]:
    """Files by name, translated. Raises `NoTwin`."""
    found = {}
    for file in files:
        if file.suffix == ".form":
            raise NoTwin("a form that is deployed")
        translate = translated if file.suffix == ".bpmn" else translated_decisions
        found[file.name] = translate(file.read_bytes())
    return found
