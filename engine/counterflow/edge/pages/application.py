"""The pages at the HTTP port, below the paths that modelling tools link to."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterflow.edge.http.problems import problem_of
from counterflow.edge.pages.documentation import documentation_parts
from counterflow.edge.pages.html import Html, link, moment, page, table, tag
from counterflow.edge.pages.instance import instance_parts
from counterflow.edge.rest.operations import Operation
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.decisions import list_decisions
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance
from counterflow.queries.reasons import reasons
from counterflow.queries.user_tasks import UserTaskFilter, list_user_tasks
from counterflow.service.refusals import EXPECTED
from counterflow.service.service import Service
from counterflow.store.port import Store

ELEMENTS: Final = 500
"""How many elements of an instance are shown."""
_KEY = re.compile(r"[0-9]{1,18}")

Shown = Callable[[Request], Awaitable[Response]]


class PlainPages:
    """The pages of one service."""

    def __init__(self, service: Service, operations: Sequence[Operation], described: dict[str, Any]) -> None:
        self._service = service
        self._operations = operations
        self._described = described

    def routes(self) -> list[Route]:
        """All of them."""
        shown: dict[str, Shown] = {
            "/": self.instances,
            "/operate": self.instances,
            "/operate/processes": self.instances,
            "/operate/processes/{key}": self.instance,
            "/operate/decisions": self.decisions,
            "/tasklist": self.tasks,
            "/docs": self.documentation,
        }
        return [Route(path, self._guarded(shown_by), methods=["GET"]) for path, shown_by in shown.items()]

    async def instances(self, request: Request) -> Response:
        """Process instances, newest first; those of a process where the link names one."""
        chosen = InstanceFilter(bpmn_process_id=request.query_params.get("process", ""))
        page_key = _number(request.query_params.get("after", ""))
        listed = await self._ask(lambda store: list_process_instances(store, chosen, page_key=page_key))
        lines = (
            (
                link(f"/operate/processes/{one.key}", one.key),
                f"{one.bpmn_process_id}, version {one.version}",
                "suspended" if one.suspended_at_ms is not None else one.state,
                moment(one.started_at_ms),
                tag("span", one.incident_count, kind="bad") if one.incident_count else "",
            )
            for one in listed.items
        )
        shown = table(("instance", "process", "state", "began (UTC)", "incidents"), lines)
        return page(
            "Process instances", shown, *_more("/operate", listed.next_page_key, chosen.bpmn_process_id)
        )

    async def instance(self, request: Request) -> Response:
        """One instance as a tree."""
        key = _number(request.path_params["key"])
        asked_for = self._service.asked_for()

        def read(store: Store) -> list[Html]:
            tree = process_instance(store, key, element_limit=ELEMENTS)
            return list(instance_parts(tree, reasons(store, key, asked_for)))

        return page(f"Process instance {key}", *await self._ask(read))

    async def decisions(self, request: Request) -> Response:
        """Versions of decisions."""
        page_key = _number(request.query_params.get("after", ""))
        listed = await self._ask(lambda store: list_decisions(store, page_key=page_key))
        lines = ((one.name, one.decision_id, one.version, one.key) for one in listed.items)
        shown = table(("decision", "id", "version", "key"), lines)
        return page("Decisions", shown, *_more("/operate/decisions", listed.next_page_key))

    async def tasks(self, request: Request) -> Response:
        """Work for people."""
        page_key = _number(request.query_params.get("after", ""))
        listed = await self._ask(lambda store: list_user_tasks(store, UserTaskFilter(), page_key=page_key))
        lines = (
            (
                one.key,
                one.element_name or one.element_id,
                one.assignee,
                ", ".join((*one.candidate_groups, *one.candidate_users)),
                link(f"/operate/processes/{one.process_instance_key}", one.process_instance_key),
                moment(one.created_at_ms),
            )
            for one in listed.items
        )
        heads = ("task", "element", "assignee", "candidates", "instance", "since (UTC)")
        return page("Open user tasks", table(heads, lines), *_more("/tasklist", listed.next_page_key))

    async def documentation(self, request: Request) -> Response:
        """What is served by HTTP."""
        return page("What is served by HTTP", *documentation_parts(self._operations, self._described))

    async def _ask(self, question: Callable[[Store], Any]) -> Any:
        with self._service.admission.under_way():
            return await self._service.questions.ask(question)

    def _guarded(self, shown: Shown) -> Shown:
        async def answer(request: Request) -> Response:
            try:
                return await shown(request)
            except EXPECTED as error:
                problem = problem_of("page", error, request.url.path)
                return page("It cannot be shown", tag("p", problem.detail), status=HTTPStatus(problem.status))

        return answer


def _number(text: str) -> int:
    """A key out of a link. Raises `Rejection`."""
    if text and not _KEY.fullmatch(text):
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a key, which is a whole number, but found '{text[:100]}'",
        )
    return int(text or "0")


def _more(path: str, next_page_key: int, process_id: str = "") -> Iterator[Html]:
    if next_page_key:
        chosen = f"&process={quote(process_id)}" if process_id else ""
        yield tag("p", link(f"{path}?after={next_page_key}{chosen}", "Older ones"))
