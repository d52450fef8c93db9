"""One line when the server goes, one when it is back."""

import pytest

from counterflow_worker import UnavailableError
from counterflow_worker.outage import Outage

ERROR = UnavailableError("ActivateJobs", "UNAVAILABLE", "connection refused")


def test_many_tasks_and_tries_are_one_outage(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("host:1")
    for task in ("hotel", "car", "hotel", "car"):
        outage.begin(task, ERROR)
    assert caplog.messages == [
        "no jobs from host:1, trying again until they come: ActivateJobs answered UNAVAILABLE: connection refused"
    ]


def test_it_is_over_when_the_last_task_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("host:1")
    outage.begin("hotel", ERROR)
    outage.begin("car", ERROR)
    outage.end("hotel")
    assert len(caplog.messages) == 1
    outage.end("car")
    outage.end("car")
    assert caplog.messages[1:] == ["host:1 answers again"]


def test_answers_without_an_outage_are_not_news(caplog: pytest.LogCaptureFixture) -> None:
    Outage("host:1").end("hotel")
    assert not caplog.messages


def test_next_outage_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("host:1")
    for _ in range(2):
        outage.begin("hotel", ERROR)
        assert outage.includes("hotel")
        outage.end("hotel")
        assert not outage.includes("hotel")
    assert len(caplog.messages) == 4
