"""The story of the demo, told while it happens.

One trip that succeeds; one whose flight fails, so that car and hotel are cancelled in reverse; one in the
middle of which the server is killed and started again; and a changed process, deployed while everything runs.
It ends by itself in under a minute.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from counterflow.cli.address import Address
from counterflow.cli.demo.processes import DemoServer, workers
from counterflow.cli.demo.showcase import find_showcase
from counterflow.cli.drawing import draw
from counterflow.cli.exits import Failure
from counterflow.cli.remote import Remote
from counterflow.cli.timeline import timeline
from counterflow_wire import counterflow_v1 as wire

SERVICES = ("hotel", "car", "flight")
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
PROCESS = "trip-booking"


class Demo:
    """A server, its workers, and the person who watches."""

    def __init__(self, folder: Path, console: Console, pace_seconds: float) -> None:
        self.models, services = find_showcase()
        self.services = [services / f"{name}.py" for name in SERVICES]
        self.folder = folder
        self.pace_seconds = pace_seconds
        self.console = console
        self.server = DemoServer(folder)
        self.remote = Remote(Address(self.server.address))

    def begin_chapter(self, title: str, words: str) -> None:
        """Print the heading of a chapter, and what it is about."""
        self.console.print()
        self.console.print(Rule(f"[bold]{title}", align="left", style="dim"))
        self.console.print(f"{words}\n")

    def deploy(self, model: Path) -> int:
        """Deploy a model; answers the version that it gave."""
        answer = self.remote.call(
            "DeployResource", resources=[{"name": model.name, "content": model.read_bytes()}]
        )
        version: int = answer.deployments[0].process.version
        return version

    def start(self, variables: str = "{}") -> int:
        """Start a trip; answers its key."""
        answer = self.remote.call(
            "CreateProcessInstance", bpmnProcessId=PROCESS, version=-1, variables=variables
        )
        key: int = answer.processInstanceKey
        return key

    def look(self, key: int) -> Any:
        """A trip as it stands: the answer of `GetProcessInstance`."""
        return self.remote.call("GetProcessInstance", process_instance_key=key)

    def watch(self, key: int, until: Callable[[Any], bool] | None = None) -> Any:
        """Draw a trip while it goes on, until it has ended (or until that).

        Raises `TimeoutError` when nothing comes of it.
        """
        is_over = until or (lambda answer: answer.process_instance.HasField("ended_at_ms"))
        give_up = time.monotonic() + PATIENCE_SECONDS
        with Live(console=self.console, auto_refresh=False, transient=not self.console.is_terminal) as live:
            while True:
                answer = self.look(key)
                live.update(_picture(answer), refresh=self.console.is_terminal)
                if is_over(answer):
                    break
                if time.monotonic() > give_up:
                    raise TimeoutError(
                        f"Expected trip {key} to go on, but it has not for {PATIENCE_SECONDS:g} s; see "
                        f"{self.folder}"
                    )
                time.sleep(LOOK_SECONDS)
        if not self.console.is_terminal:
            self.console.print(_picture(answer))
        return answer


def play_chapters(demo: Demo) -> None:
    """Play all chapters, one after another.

    Raises `Failure`, `RuntimeError` or `TimeoutError` where one cannot go on.
    """
    seconds = demo.server.start()
    demo.begin_chapter(
        "A process engine starts",
        f"[bold]counterflow serve[/] on {demo.server.database}, ready after {seconds:.1f} s.",
    )
    model = demo.models / "trip-booking.bpmn"
    version = demo.deploy(model)
    demo.console.print(
        f"Deployed [bold]{near(model)}[/], version {version}: hotel, car, flight, each with its undo."
    )
    with workers(demo.services, demo.server.address, demo.folder, demo.pace_seconds) as process_ids:
        demo.console.print(
            "Three worker processes take its jobs: hotel, car and flight "
            f"({', '.join(map(str, process_ids))})."
        )
        _succeed(demo)
        _fail_and_undo(demo)
        _kill_and_go_on(demo)
        _change(demo)
    demo.server.stop()
    demo.begin_chapter("What to try next", _next_steps(demo))


def _succeed(demo: Demo) -> None:
    demo.begin_chapter(
        "A trip",
        "Hotel, car and flight are booked one after another, by three workers that know nothing of each "
        "other.",
    )
    demo.watch(demo.start())


def _fail_and_undo(demo: Demo) -> None:
    demo.begin_chapter(
        "A trip without a flight",
        "The flight fails for good. What was booked is cancelled, [magenta]in reverse[/]: car, then hotel.",
    )
    demo.watch(demo.start('{"flightFails": true}'))


def _kill_and_go_on(demo: Demo) -> None:
    demo.begin_chapter(
        "A trip through a crash",
        "In the middle of the booking of a car the server is killed with SIGKILL, and started again.",
    )
    key = demo.start('{"flightFails": true}')
    demo.watch(
        key, until=lambda answer: any(child.element_id == "book-car" for child in answer.root.children)
    )
    demo.server.kill()
    demo.console.print("\n[bold red]SIGKILL.[/] The server is gone; the car's worker does not know yet.")
    seconds = demo.server.start()
    demo.remote = Remote(Address(demo.server.address))
    demo.console.print(f"[bold green]Back[/] after {seconds:.1f} s, from the file alone. The trip goes on:\n")
    demo.watch(key)


def _change(demo: Demo) -> None:
    demo.begin_chapter(
        "The process changes",
        "Cars can now be cancelled for free, so the car is to be booked first. One edited model is deployed; "
        "no worker restarts.",
    )
    before = demo.start()
    version = demo.deploy(demo.models / "car-first" / "trip-booking.bpmn")
    after = demo.start()
    demo.console.print(f"Deployed version {version}. A trip begun before it finishes on version 1:\n")
    demo.watch(before)
    demo.console.print(f"\nA trip begun after it follows version {version}, car first:\n")
    demo.watch(after)


def _next_steps(demo: Demo) -> str:
    steps = {
        f"dev --database sqlite:///{demo.server.database}": (
            "the same server, with all of the above in it; then, beside it:"
        ),
        "instances": "every trip; `show KEY` draws one, `history KEY` tells it event by event",
        f"worker {near(demo.services[0])}": "a worker; car.py and flight.py in terminals of their own",
        "start trip-booking --await": (
            "a trip of your own; with --variables '{\"flightFails\": true}' it is undone"
        ),
        "lint FILE": "what would be said of a process that you draw in Camunda Modeler or bpmn.io",
    }
    program = "counterflow" if which("counterflow") else near(Path(sys.executable).parent / "counterflow")
    return "\n".join(f"  [bold]{program} {command}[/]\n      {words}" for command, words in steps.items())


def near(path: Path) -> str:
    """A path as it is typed here: relative if it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _picture(answer: wire.GetProcessInstanceResponse) -> RenderableType:
    now_ms = time.time_ns() // 1_000_000
    return Group(draw(answer, now_ms), Text(), timeline(answer, now_ms))


def main(folder: Path, console: Console | None = None, *, pace_seconds: float) -> int:
    """Tell the story, with what it leaves behind in `folder`; each booking takes `pace_seconds`.

    Answers an exit code.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    demo = Demo(folder, console or Console(highlight=False), pace_seconds)
    try:
        play_chapters(demo)
    except (Failure, RuntimeError, TimeoutError) as error:
        demo.console.print(f"[bold red]The demo cannot go on:[/] {error}\nLogs are in {folder}.")
        return 1
    finally:
        demo.server.kill()
    return 0
