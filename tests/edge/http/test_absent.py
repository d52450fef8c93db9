"""What clients ask for that is not there: searches find nothing, one is not found, changes say why not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.edge.http.asking import Asking

PAGE = {"totalItems": 0, "hasMoreTotalItems": False, "startCursor": None, "endCursor": None}


@pytest.mark.parametrize(
    "path",
    [
        "/users/search",
        "/roles/admin/groups/search",
        "/tenants/a/mapping-rules/search",
        "/cluster-variables/search",
    ],
)
@pytest.mark.parametrize("body", [None, {}, {"filter": {"name": "x"}, "page": {"limit": 5}}])
async def test_a_search_finds_nothing(asked: Asking, path: str, body: Any) -> None:
    assert await asked.good("POST", path, body) == {"items": [], "page": PAGE}


async def test_what_modeler_asks_of_the_caller(asked: Asking) -> None:
    own = await asked.good("POST", "/authentication/me/authorizations/search", {})
    assert own == {"authorizationsEnabled": False, "items": [], "page": PAGE}
    assert await asked.good("POST", "/secrets/list") == {"references": []}


@pytest.mark.parametrize(
    "method, path, status, title, words",
    [
        ("GET", "/users/ann", 404, "NOT_FOUND", "'ann'"),
        ("POST", "/users", 403, "FORBIDDEN", "not kept by this server"),
        ("PUT", "/groups/a/users/b", 403, "FORBIDDEN", "not kept by this server"),
        ("DELETE", "/mapping-rules/a", 403, "FORBIDDEN", "not kept by this server"),
        ("POST", "/backups/runtime", 501, "UNIMPLEMENTED", "VACUUM INTO"),
    ],
)
async def test_what_is_refused_says_what_there_is(
    asked: Asking, method: str, path: str, status: int, title: str, words: str
) -> None:
    told = await asked.ask(method, path)
    assert (told.status, told.json["title"], words in told.json["detail"]) == (status, title, True)
