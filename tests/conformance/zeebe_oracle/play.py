"""Plays one script on one engine, line by line, and looks at what each line has brought about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from counterflow.testing import EPOCH_MS
from tests.behaviours.script import Line, Script, duration
from tests.conformance.zeebe_oracle.adapt import adapted, backwards
from tests.conformance.zeebe_oracle.side import Refused, Side
from tests.conformance.zeebe_oracle.views import ENDED, TakenJob, View

MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
NO_SUCH_KEY = 2**51 - 2
"""A key of the first partition that nothing has."""
EARLIEST_YEAR = 2021
"""Dates before are meant to have passed long ago, on any clock."""


@dataclass
class Seen:
    """One line of a script as one engine has carried it out. The lists are lines of text, which two engines should share."""

    line: str
    answer: str
    details: str = ""
    jobs: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    job_variables: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


class Player:
    """A script on one side. `folder` is where its files are; a side that reads backwards is given them backwards if not `is_as_drawn`."""

    def __init__(self, side: Side, script: Script, folder: Path, *, is_as_drawn: bool = True) -> None:
        self._side = side
        self._is_given_backwards = side.reads_backwards and not is_as_drawn
        self._folder = folder
        self._beside = script.beside
        self._kept = {line.words[0] for line in script.lines if line.verb == "activate"}
        """Types of jobs that the script takes itself: they are not taken to be looked at."""
        self._taken: dict[int, TakenJob] = {}
        self._known_jobs: set[int] = set()
        self._known_ends: set[int] = set()
        self._process_id = ""
        self._view = View()

    async def deploy(self, diagram: Path) -> Seen:
        """The script's own diagram, and what is deployed beside it."""
        return await self._seen(f"deploy {diagram.name}", lambda: self._deploy(diagram, *(self._folder / name for name in self._beside)))

    async def play(self, line: Line) -> Seen:
        """One line."""
        return await self._seen(line.text, lambda: self._command(line))

    async def _seen(self, text: str, command: Any) -> Seen:
        await self._side.settle()
        self._view = await self._side.view()
        answer, details = "OK", ""
        try:
            await command()
        except Refused as refused:
            answer, details = refused.status, refused.details
        except LookupError as missing:
            answer, details = f"not there: {missing.args[0]}", ""
        seen = Seen(text, answer, details)
        await self._look(seen)
        return seen

    async def _look(self, seen: Seen) -> None:
        await self._side.settle()
        view = await self._side.view()
        ready = dict.fromkeys(job.type for job in view.jobs if job.state == "activatable" and job.type not in self._kept)
        for job_type in ready:
            for taken in await self._side.take(job_type):
                self._taken[taken.key] = taken
        if ready:
            await self._side.settle()
            view = await self._side.view()
        self._view = view
        self._describe(seen, view)

    def _describe(self, seen: Seen, view: View) -> None:
        number = {instance.key: f"{instance.process_id}/{place}" for place, instance in enumerate(view.instances, start=1)}
        for job in view.jobs:
            headers = self._taken[job.key].headers if job.key in self._taken else "unseen"
            seen.jobs.append(f"{job.element_id}: {job.type}, {job.state}, retries {job.retries}, headers {headers}")
            if job.key not in self._known_jobs:
                seen.order.append(job.element_id)
                self._known_jobs.add(job.key)
            if job.key in self._taken:
                seen.job_variables += [f"{job.element_id}: {name} = {value}" for name, value in self._taken[job.key].variables.items()]
        seen.incidents += [f"{incident.element_id}: {incident.error_type}, told of {incident.label}" for incident in view.incidents]
        for element in view.elements:
            place = f"{number.get(element.instance_key, '?')} {element.element_id}"
            if element.state not in ENDED:
                seen.elements.append(f"{place}: {element.state}")
            elif element.key not in self._known_ends:
                seen.ended.append(f"{place}: {element.state}")
            if element.state not in ENDED or (element.key == element.instance_key and element.key not in self._known_ends):
                seen.variables += [f"{place}: {name} = {value}" for name, value in sorted(element.variables.items())]
            if element.state in ENDED:
                self._known_ends.add(element.key)

    async def _deploy(self, *files: Path) -> None:
        processes = await self._side.deploy_together({file.name: self._read(file) for file in files})
        self._process_id = self._process_id or processes[0].bpmnProcessId

    def _read(self, file: Path) -> bytes:
        diagram = adapted(file.read_bytes())
        return backwards(diagram) if self._is_given_backwards else diagram

    async def _command(self, line: Line) -> None:
        await getattr(self, "_do_" + line.verb.replace("-", "_"))(line)

    # -- the verbs of scripts ---------------------------------------------------------------------------------------

    async def _do_deploy(self, line: Line) -> None:
        await self._deploy(*(self._folder / word for word in line.words))

    async def _do_start(self, line: Line) -> None:
        how, *names = line.words or [""]
        process_id = names[0] if how == "in" else self._process_id
        await self._side.start(process_id, self._document(line), names if how == "at" else ())

    async def _do_activate(self, line: Line) -> None:
        for taken in await self._side.take(line.words[0], timeout_ms=300_000, maximum=32):
            self._taken[taken.key] = taken

    async def _do_complete(self, line: Line) -> None:
        await self._side.complete(self._job(line), self._document(line))

    async def _do_fail(self, line: Line) -> None:
        _, retries, *rest = line.words
        back_off = duration(rest[1]) if rest[:1] == ["after"] else timedelta()
        await self._side.fail(self._job(line), int(retries), back_off // timedelta(milliseconds=1), self._document(line))

    async def _do_error(self, line: Line) -> None:
        await self._side.throw_error(self._job(line), line.words[1] if line.words[1:] else "", self._document(line))

    async def _do_retries(self, line: Line) -> None:
        await self._side.update_retries(self._job(line), int(line.words[1]))

    async def _do_set(self, line: Line) -> None:
        await self._side.set_variables(self._element(line), self._document(line), local=False)

    async def _do_set_local(self, line: Line) -> None:
        await self._side.set_variables(self._element(line), self._document(line), local=True)

    async def _do_resolve(self, line: Line) -> None:
        found = [incident.key for incident in self._view.incidents if incident.element_id == line.words[0]]
        await self._side.resolve(_pick(found, "1", f"incident of {line.words[0]}"))

    async def _do_advance(self, line: Line) -> None:
        await self._side.advance(duration(line.words[0]) // timedelta(milliseconds=1))

    async def _do_down(self, line: Line) -> None:
        await self._side.jump(duration(line.words[0]) // timedelta(milliseconds=1))

    async def _do_restart(self, line: Line) -> None:
        """What is kept in memory alone is another test's question."""

    async def _do_cancel(self, line: Line) -> None:
        is_called = line.words == ["child"]
        found = [instance.key for instance in self._view.instances if bool(instance.parent_key) == is_called]
        await self._side.cancel(_pick(found, str(len(found)), "instance"))

    async def _do_publish(self, line: Line) -> None:
        options = dict(zip(line.words[2::2], line.words[3::2], strict=True))
        key = "" if line.words[1] == "-" else line.words[1]
        live_ms = duration(options.get("for", "0s")) // timedelta(milliseconds=1)
        await self._side.publish(line.words[0], key, self._document(line), live_ms, options.get("id", ""))

    # -- what they name ---------------------------------------------------------------------------------------------

    def _job(self, line: Line) -> int:
        name, _, place = line.words[0].partition("/")
        return _pick([job.key for job in self._view.open_jobs(name)], place or "1", f"job {line.words[0]}")

    def _element(self, line: Line) -> int:
        name, _, place = line.words[0].partition("/")
        return _pick([element.key for element in self._view.running(name)], place or "1", f"element {line.words[0]}")

    def _document(self, line: Line) -> str:
        """The line's variables, their moments moved to where the engine's clock stands: scripts begin in November 2023."""
        later = timedelta(milliseconds=self._side.script_began_ms - EPOCH_MS)
        return MOMENT.sub(lambda found: _moved(found[0], later), json.dumps(line.document, ensure_ascii=False))


def _pick(keys: list[int], place: str, what: str) -> int:
    if len(keys) < int(place):
        raise LookupError(what)
    return keys[int(place) - 1]


def _moved(text: str, later: timedelta) -> str:
    moment = datetime.fromisoformat(text)
    if moment.year < EARLIEST_YEAR:
        return text
    return (moment + later).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
