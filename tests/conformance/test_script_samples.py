"""Scripts of a model, run by the sample workers of their languages against a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conformance.looking import create_with_result, deploy
from tests.conformance.server_process import ServerProcess
from tests.conformance.test_trip_samples import NPM, ROOT, Sample, at_work, cases
from tests.conformance.toolchains import built

SCRIPTS = ROOT / "workers" / "samples" / "scripts"
PYTHON = Sample("python", (), (), (sys.executable, "-m", "counterflow", "worker", "worker.py"))
NODE = Sample("node", ("node", "npm"), NPM, ("node", "worker.js"))
LANGUAGES = {"python": "python", "node": "javascript"}
SOURCES = {
    "python": "execution.setVariable('seen', x)\nx + 1",
    "javascript": "execution.setVariable('seen', x); x + 1",
}


def model(language: str) -> str:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
        f'<process id="scripts-{language}" isExecutable="true"><startEvent id="a"/><endEvent id="z"/>'
        f'<scriptTask id="n" scriptFormat="{language}" camunda:resultVariable="y"><script>{SOURCES[language]}</script>'
        '</scriptTask><sequenceFlow id="f1" sourceRef="a" targetRef="n"/>'
        '<sequenceFlow id="f2" sourceRef="n" targetRef="z"/></process></definitions>'
    )


@pytest.mark.parametrize("group", cases((PYTHON,), (NODE,)))
def test_a_script_is_run_by_a_worker_of_its_language(
    server: ServerProcess, group: Sequence[Sample], tmp_path: Path
) -> None:
    (sample,) = group
    language = LANGUAGES[sample.name]
    file = tmp_path / f"{language}.bpmn"
    file.write_text(model(language))
    deploy(server.address, file)
    with at_work(sample, server.address, folder=built(SCRIPTS / sample.name, sample.build)):
        _, variables = create_with_result(server.address, f"scripts-{language}", json.dumps({"x": 1}))
        assert variables == {"x": 1, "seen": 1, "y": 2}
