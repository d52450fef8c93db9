"""What a person gets who has no clone: the wheel, its metadata, its demo, and peace with a stock client
installed after it.
"""

from __future__ import annotations

import json
import re
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from tests.packaging.installation import ROOT, Installation, build_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(content.read(name).decode())


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel first and pyzeebe second, for one who starts with our SDK and meets an older worker."""
    made = Installation(tmp_path_factory.mktemp("installed"))
    made.install(str(wheel))
    made.install("pyzeebe")
    return made


def test_the_metadata_tells_what_it_is(metadata: Message) -> None:
    """A readme, an address and keywords are what an index shows of a package."""
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert "compensation" in metadata["Keywords"].split(",")
    assert [value.split(", ")[0] for value in metadata.get_all("Project-URL", [])] == ["Homepage"]


def test_no_generated_code_of_others_is_asked_for(metadata: Message) -> None:
    """Such code refuses a protobuf that is older than its compiler, and other clients pin theirs."""
    asked = [
        requirement for requirement in metadata.get_all("Requires-Dist", []) if "extra ==" not in requirement
    ]
    names = {re.split(r"[^\w-]", requirement, maxsplit=1)[0].lower() for requirement in asked}
    assert {"grpcio", "protobuf"} <= names
    assert not [name for name in names if name.startswith("grpcio-")]


def test_the_demo_needs_no_clone(installation: Installation) -> None:
    """Models and workers travel with it; the saga is told to its end."""
    story = installation.run("counterflow", "demo", "--pace", "0.1", COLUMNS="200")
    assert "A trip begun after it follows version 2" in story
    assert "What to try next" in story
    assert not [line for line in story.splitlines() if str(ROOT) in line]


def test_a_stock_client_installed_later_leaves_the_server_working(installation: Installation) -> None:
    """A trip, served by the installed server, done by pyzeebe from the same environment."""
    models = next(installation.folder.rglob("showcase/models"))
    worker = ROOT / "workers" / "samples" / "trip" / "python_pyzeebe" / "worker.py"
    with installation.running(
        "counterflow",
        "serve",
        "--database",
        "memory:",
        "--grpc-port",
        "0",
        "--http-port",
        "0",
        "--management-port",
        "0",
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("grpc=")[1].split()[0]
        installation.run("counterflow", "deploy", str(models / "trip-booking.bpmn"), ZEEBE_ADDRESS=address)
        with installation.running("python", str(worker), ZEEBE_ADDRESS=address):
            trip = json.loads(
                installation.run(
                    "counterflow", "start", "trip-booking", "--await", "--json", ZEEBE_ADDRESS=address
                )
            )
    assert set(trip["variables"]) >= {"hotelReservation", "carReservation", "flightReservation"}
