"""What clients ask for that this server has not: said in a way that they can go on with.

A search finds nothing, one of them is not found, and a change is refused with what there is in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final, NoReturn

from counterflow.edge.http.problems import HttpRefusal
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.absent import (
    EmptyPage,
    NothingFound,
    OwnAuthorizations,
    SecretNames,
    Unread,
)

IDENTITY: Final = (
    "Users, groups, roles and what they may do are not kept by this server: whoever reaches it may do "
    "everything"
)
ELSEWHERE: Final = (
    "let whoever is in front of it, or client certificates (--tls-client-authority), say who may reach it"
)
MEMBERS: Final = {
    "group": ("user", "client", "mapping-rule", "role"),
    "role": ("user", "client", "group", "mapping-rule"),
    "tenant": ("user", "client", "group", "role", "mapping-rule"),
}
"""What may be put into what."""
IDS: Final = {
    "user": "username",
    "group": "groupId",
    "role": "roleId",
    "tenant": "tenantId",
    "client": "clientId",
    "mapping-rule": "mappingRuleId",
    "authorization": "authorizationKey",
}
KEPT: Final = ("user", "group", "role", "tenant", "mapping-rule", "authorization")
ADMINISTRATION: Final = (
    ("POST", "/backups/runtime"),
    ("GET", "/backups/runtime"),
    ("POST", "/backups/history"),
    ("GET", "/backups/history"),
    ("GET", "/exporting"),
    ("POST", "/exporting/pause"),
    ("POST", "/exporting/resume"),
    ("PATCH", "/mode"),
    ("POST", "/restore"),
    ("GET", "/restore"),
)
"""What is done to a cluster, and here by the command line: beside the server, or to its file."""
BACKUP: Final = (
    "Administration of clusters is not there: this is one server with one database, and "
    "whoever looks after its file copies it (VACUUM INTO copies it while it runs)"
)


class AbsentOperations:
    """The operations that find nothing, or are refused."""

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            *(operation for name in KEPT for operation in _kept(name)),
            *(
                operation
                for owner, members in MEMBERS.items()
                for member in members
                for operation in _members(owner, member)
            ),
            *self._of_the_caller(),
            *(
                Operation(_name(method, path), method, path, "Not there.", _not_there, Unread)
                for method, path in ADMINISTRATION
            ),
        )

    def _of_the_caller(self) -> Iterator[Operation]:
        yield Operation(
            "searchOwnAuthorizations",
            "POST",
            "/authentication/me/authorizations/search",
            "What the caller may do: nothing is asked for, and nothing is kept.",
            _own_authorizations,
            Unread,
            OwnAuthorizations,
        )
        yield Operation(
            "listSecrets",
            "POST",
            "/secrets/list",
            "The names of secrets: none are kept.",
            _secrets,
            Unread,
            SecretNames,
        )
        for what in (
            "cluster-variables",
            "global-task-listeners",
            "audit-logs",
            "agent-definitions",
            "agent-instances",
        ):
            yield _search(f"/{what}/search", what)


def _kept(name: str) -> Iterator[Operation]:
    path, one = f"/{name}s", f"/{name}s/{{{IDS[name]}}}"
    yield _search(f"{path}/search", f"{name}s")
    yield Operation(_name("GET", one), "GET", one, "There is none.", _not_found)
    for method, where in (("POST", path), ("PUT", one), ("DELETE", one)):
        yield _refused(method, where)


def _members(owner: str, member: str) -> Iterator[Operation]:
    inside = f"/{owner}s/{{{IDS[owner]}}}/{member}s"
    yield _search(f"{inside}/search", f"{member}s of a {owner}")
    for method in ("PUT", "DELETE"):
        yield _refused(method, f"{inside}/{{{IDS[member]}}}")


def _search(path: str, what: str) -> Operation:
    return Operation(
        _name("POST", path), "POST", path, f"Search {what}: there are none.", _nothing, Unread, NothingFound
    )


def _refused(method: str, path: str) -> Operation:
    return Operation(
        _name(method, path), method, path, "Refused: identity is not kept here.", _forbidden, Unread
    )


def _name(method: str, path: str) -> str:
    words = [word for part in path.split("/") for word in part.strip("{}").replace("-", " ").split()]
    return method.lower() + "".join(word[0].upper() + word[1:] for word in words)


async def _nothing(call: RestCall) -> NothingFound:
    return NothingFound(page=EmptyPage())


async def _own_authorizations(call: RestCall) -> OwnAuthorizations:
    return OwnAuthorizations(page=EmptyPage())


async def _secrets(call: RestCall) -> SecretNames:
    return SecretNames()


async def _not_found(call: RestCall) -> NoReturn:
    raise HttpRefusal(HTTPStatus.NOT_FOUND, "NOT_FOUND", f"{IDENTITY}; there is no '{_asked_for(call)}'")


async def _forbidden(call: RestCall) -> NoReturn:
    raise HttpRefusal(HTTPStatus.FORBIDDEN, "FORBIDDEN", f"{IDENTITY}; {ELSEWHERE}")


async def _not_there(call: RestCall) -> NoReturn:
    raise HttpRefusal(HTTPStatus.NOT_IMPLEMENTED, "UNIMPLEMENTED", BACKUP)


def _asked_for(call: RestCall) -> str:
    return ", ".join(call.path.values())[:200]
