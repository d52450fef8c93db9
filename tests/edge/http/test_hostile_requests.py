"""What no client sends that means well: numbers that nothing keeps, broken texts and forms, pages of others."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest

from counterflow.edge.engine_rest import application as engine_application
from counterflow.edge.rest import application
from counterflow.edge.rest.shapes.base import Body
from tests.edge import models
from tests.edge.http.asking import Asking, asking
from tests.edge.http.test_rest import begun, job_of

ORDER = b'{"processDefinitionId": "order"}'
FORM = "multipart/form-data; boundary=X"
PART = b'--X\r\nContent-Disposition: form-data; name="resources"; filename="%s"\r\n\r\n%s\r\n'


def records(shape: type[Any]) -> set[type[Any]]:
    return {shape}.union(*(records(each) for each in shape.__subclasses__()))


def has_bare_int(kind: Any) -> bool:
    return kind is int or (not hasattr(kind, "__metadata__") and any(map(has_bare_int, get_args(kind))))


def test_every_number_of_a_request_has_bounds() -> None:
    bare = [
        f"{shape.__name__}.{name}"
        for shape in records(Body)
        for name, kind in get_type_hints(shape, include_extras=True).items()
        if has_bare_int(kind)
    ]
    # loaded with the application
    assert application.__name__
    assert engine_application.__name__
    assert len(records(Body)) > 20
    assert not bare


@pytest.mark.parametrize("found", [10**30, -(10**30), 2**31, f"{10**30}"])
async def test_retries_that_no_log_keeps_are_refused_and_harm_nothing(asked: Asking, found: object) -> None:
    await begun(asked)
    path = f"/jobs/{(await job_of(asked))['jobKey']}"
    for method, where, body in (
        ("POST", f"{path}/failure", {"retries": found}),
        ("PATCH", path, {"changeset": {"retries": found}}),
    ):
        told = await asked.ask(method, where, body)
        assert (told.status, told.json["title"]) == (400, "INVALID_ARGUMENT")
        assert "retries" in told.json["detail"]
    await asked.good("POST", f"{path}/completion")


@pytest.mark.parametrize("key", [2**63, -(2**63) - 1, 10**19 - 1])
async def test_a_key_that_no_database_keeps(asked: Asking, key: int) -> None:
    told = await asked.ask("POST", f"/jobs/{key}/completion")
    assert (told.status, told.json["title"]) == (400, "INVALID_ARGUMENT")
    assert "jobKey" in told.json["detail"]


@pytest.mark.parametrize("broken", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80"])
async def test_variables_that_are_no_text(asked: Asking, broken: bytes) -> None:
    body = b'{"processDefinitionId": "order", "variables": {"a": "%s"}}' % broken
    told = await asked.ask("POST", "/process-instances", body)
    assert (told.status, "no UTF-8" in told.json["detail"]) == (400, True)


async def test_a_form_that_breaks_off_deploys_nothing(asked: Asking) -> None:
    whole = PART % (b"order.bpmn", models.ONE_TASK)
    told = await asked.ask("POST", "/deployments", whole + b"--X\r\nCont", **{"content-type": FORM})
    assert (told.status, "its end is missing" in told.json["detail"]) == (400, True)
    told = await asked.ask("POST", "/process-instances", ORDER)
    assert told.status == 404


async def test_a_model_without_a_name_is_not_left_out(asked: Asking) -> None:
    nameless = b'--X\r\nContent-Disposition: form-data; name="resources"\r\n\r\nx\r\n--X--\r\n'
    form = PART % (b"order.bpmn", models.ONE_TASK) + nameless
    told = await asked.ask("POST", "/deployments", form, **{"content-type": FORM})
    assert (told.status, "no filename" in told.json["detail"]) == (400, True)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", FORM])
async def test_a_body_that_does_not_say_it_is_json(asked: Asking, kind: str) -> None:
    told = await asked.ask("POST", "/process-instances", ORDER, **{"content-type": kind})
    assert (told.status, "application/json" in told.json["detail"]) == (415, True)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.x+json", None])
async def test_a_body_that_is_json(asked: Asking, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    assert (await asked.ask("POST", "/process-instances", ORDER, **headers)).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:3000"},
        {"host": "evil.example:8080"},
    ],
)
async def test_a_page_of_somebody_else_does_nothing(asked: Asking, headers: dict[str, str]) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    told = await asked.ask("POST", "/process-instances", ORDER, **headers)
    assert (told.status, told.json["title"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:8080", "host": "localhost:8080"},
        {"origin": "https://public.example", "host": "localhost", "sec-fetch-site": "same-origin"},
        {"host": "host.docker.internal:8080"},
        {"host": "counterflow.localhost."},
        {"host": "[::1]:8080"},
        {"host": "counterflow:8080"},
    ],
)
async def test_programs_and_our_own_pages_do(asked: Asking, headers: dict[str, str]) -> None:
    assert (await asked.ask("POST", "/process-instances", ORDER, **headers)).status == 404


async def test_a_name_that_points_to_this_machine_reads_nothing(asked: Asking) -> None:
    told = await asked.ask("GET", "/topology", host="evil.example")
    assert (told.status, "header Host" in told.json["detail"]) == (403, True)


async def test_a_server_for_many_may_have_any_name() -> None:
    async with asking(host="0.0.0.0", insecure_public=True) as asked:  # noqa: S104 - what is tested
        assert (await asked.ask("GET", "/topology", host="processes.example")).status == 200


async def test_nobody_is_sent_elsewhere(asked: Asking) -> None:
    assert (await asked.ask("GET", "/topology/", host="localhost")).status == 404
    assert (await asked.manage("/metrics/")).status == 404


async def test_a_page_that_is_not_ours_to_manage(asked: Asking) -> None:
    told = await asked.manage("/metrics", "POST")
    assert (told.status, told.json["title"]) == (405, "METHOD_NOT_ALLOWED")
