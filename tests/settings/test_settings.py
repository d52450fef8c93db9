"""Settings: where each comes from, which source wins, and how a bad one is told."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from counterflow.model.events import CompensationOrder
from counterflow.settings import (
    SETTINGS,
    LogFormat,
    LogLevel,
    Settings,
    SettingsError,
    TransportName,
    differing,
    is_loopback,
    read_settings,
    unknown_variables,
    usable,
)

SAMPLES: dict[str, tuple[str, object]] = {
    "database": ("memory:", "memory:"),
    "accept_loss": ("yes", True),
    "take_over": ("yes", True),
    "host": ("localhost", "localhost"),
    "grpc_port": ("1", 1),
    "http_port": ("Off", None),
    "management_port": ("2", 2),
    "unix_socket_mode": ("0660", "0660"),
    "compensation_order": ("Parallel", CompensationOrder.PARALLEL),
    "insecure_public": ("yes", True),
    "hold_due": ("yes", True),
    "manual_clock": ("yes", True),
    "transport": ("grpcio", TransportName.GRPCIO),
    "max_connection_age_ms": ("60000", 60_000),
    "compressed_answer_bytes": ("100000", 100_000),
    "tls_certificate": (__file__, Path(__file__)),
    "tls_key": (__file__, Path(__file__)),
    "tls_client_authority": (__file__, Path(__file__)),
    "request_timeout_ms": ("20000", 20_000),
    "long_poll_ms": ("5", 5),
    "shutdown_grace_ms": ("7", 7),
    "message_bytes": ("8388608", 8_388_608),
    "variable_bytes": ("1024", 1_024),
    "resource_bytes": ("1024", 1_024),
    "decision_elements": ("100", 100),
    "documents_bytes": ("0", 0),
    "steps_without_wait": ("10", 10),
    "command_limit_ms": ("500", 500),
    "pending_commands": ("3", 3),
    "pending_bytes": ("65536", 65_536),
    "new_calls_at_once": ("1", 1),
    "new_calls_in_line": ("0", 0),
    "new_calls_in_burst": ("0", 0),
    "refusal_pause_ms": ("0", 0),
    "waiting_calls": ("1", 1),
    "client_bytes": ("268435456", 268_435_456),
    "connections": ("10", 10),
    "connections_per_address": ("5", 5),
    "cached_instances": ("0", 0),
    "cached_instance_bytes": ("0", 0),
    "cached_model_bytes": ("0", 0),
    "cached_waiting": ("0", 0),
    "cached_message_bytes": ("0", 0),
    "reading_ms": ("500", 500),
    "deployments_in_line": ("0", 0),
    "log_level": ("Warning", LogLevel.WARNING),
    "log_format": ("json", LogFormat.JSON),
}


def test_there_is_a_row_for_every_setting() -> None:
    names = [setting.name for setting in SETTINGS]
    assert names == [field.name for field in fields(Settings)] == list(SAMPLES)


def test_nothing_said_is_the_defaults() -> None:
    assert read_settings({}, {}) == Settings()
    assert read_settings({"grpc_port": None, "host": None}, {"COUNTERFLOW_GRPC_PORT": ""}) == Settings()


def test_the_defaults_are_those_of_the_documents() -> None:
    settings = Settings()
    assert (settings.grpc_port, settings.host) == (26500, "127.0.0.1")
    assert settings.compensation_order is CompensationOrder.MIRROR
    assert (settings.message_bytes, settings.variable_bytes) == (4 * 1024 * 1024, 2 * 1024 * 1024)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_can_be_said_in_three_ways(name: str, tmp_path: Path) -> None:
    text, value = SAMPLES[name]
    (setting,) = (setting for setting in SETTINGS if setting.name == name)
    file = tmp_path / "counterflow.toml"
    file.write_text(f"{name} = '{text}'\n")
    others = {
        other: __file__
        for other in ("tls_certificate", "tls_key")
        if name.startswith("tls_") and other != name
    }
    said: tuple[tuple[dict[str, str], dict[str, str], Path | None], ...] = (
        ({name: text}, {}, None),
        ({}, {setting.variable: text}, None),
        ({}, {}, file),
    )
    for settings in (read_settings(flags | others, environment, path) for flags, environment, path in said):
        assert getattr(settings, name) == value


def test_flags_and_variables_have_the_documented_names() -> None:
    named = {setting.name: (setting.flag, setting.variable) for setting in SETTINGS}
    assert named["database"] == ("--database", "COUNTERFLOW_DATABASE")
    assert named["grpc_port"] == ("--grpc-port", "COUNTERFLOW_GRPC_PORT")
    assert named["compensation_order"] == ("--compensation-order", "COUNTERFLOW_COMPENSATION_ORDER")
    assert named["insecure_public"] == ("--insecure-public", "COUNTERFLOW_INSECURE_PUBLIC")


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "counterflow.toml"
    file.write_text("grpc_port = 3\nlong_poll_ms = 3\nshutdown_grace_ms = 3\n")
    environment = {
        "COUNTERFLOW_GRPC_PORT": "2",
        "COUNTERFLOW_LONG_POLL_MS": "2",
        "COUNTERFLOW_CONFIG": str(file),
    }
    settings = read_settings({"grpc_port": 1}, environment)
    assert (settings.grpc_port, settings.long_poll_ms, settings.shutdown_grace_ms) == (1, 2, 3)


@pytest.mark.parametrize(
    "host, path",
    [
        ("unix:/run/counterflow.sock", "/run/counterflow.sock"),
        (" unix:///run/counterflow.sock ", "/run/counterflow.sock"),
        ("unix:counterflow.sock", "counterflow.sock"),
        ("unix:/run/a%20b", "/run/a b"),
        ("localhost", None),
    ],
)
def test_a_host_may_be_a_socket_in_the_file_system(host: str, path: str | None) -> None:
    settings = read_settings({"host": host}, {})
    assert settings.unix_socket == (None if path is None else Path(path))
    assert is_loopback(settings.host)


@pytest.mark.parametrize("host", ["unix:", "unix://", "unix://run/counterflow.sock", "unix:/run/"])
def test_a_socket_has_a_path(host: str) -> None:
    with pytest.raises(SettingsError, match=r"--host: expected the path of a socket, such as unix:/run/"):
        read_settings({"host": host}, {})


@pytest.mark.parametrize("mode", ["rw", "0888", "66", "07777", 600, True])
def test_permissions_are_octal(mode: object) -> None:
    with pytest.raises(SettingsError, match=r'expected the permissions of a file in octal, such as "0660"'):
        read_settings({"unix_socket_mode": mode}, {})


@pytest.mark.parametrize(
    "flags, environment, complaint",
    [
        ({"grpc_port": "70000"}, {}, "--grpc-port: expected a whole number from 0 to 65535, found '70000'"),
        ({"grpc_port": True}, {}, "--grpc-port: expected a whole number from 0 to 65535, found True"),
        (
            {},
            {"COUNTERFLOW_GRPC_PORT": "x"},
            "COUNTERFLOW_GRPC_PORT: expected a whole number from 0 to 65535, found 'x'",
        ),
        ({"database": " "}, {}, "--database: expected text, found ' '"),
        (
            {},
            {"COUNTERFLOW_COMPENSATION_ORDER": "random"},
            "COUNTERFLOW_COMPENSATION_ORDER: expected one of mirror, parallel, sequential, found 'random'",
        ),
        ({"insecure_public": "perhaps"}, {}, "--insecure-public: expected true or false, found 'perhaps'"),
        ({"tls_key": "/none/at/all"}, {}, "--tls-key: expected a file, found none at /none/at/all"),
        ({"tls_client_authority": "/"}, {}, "--tls-client-authority: expected a file, found a folder at /"),
        (
            {"request_timeout_ms": 0},
            {},
            "--request-timeout-ms: expected a whole number from 1 to 86400000, found 0",
        ),
    ],
)
def test_a_bad_value_names_where_it_came_from(
    flags: dict[str, Any], environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings(flags, environment)
    assert str(refusal.value) == complaint


def test_all_bad_values_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "counterflow.toml"
    file.write_text("long_poll_ms = -1\ncolour = 'red'\n")
    with pytest.raises(SettingsError) as refusal:
        read_settings({"grpc_port": "a"}, {"COUNTERFLOW_REQUEST_TIMEOUT_MS": "b"}, file)
    lines = str(refusal.value).splitlines()
    assert [line.split(": ", 1)[0] for line in lines] == [
        f"{file}, colour",
        "--grpc-port",
        "COUNTERFLOW_REQUEST_TIMEOUT_MS",
        f"{file}, long_poll_ms",
    ]
    assert re.fullmatch(
        r".*: there is no such setting; the nearest one is [a-z_]+, and `counterflow serve --help` lists all",
        lines[0],
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_each_is_read_in_a_program_as_on_a_command_line(name: str) -> None:
    said, value = SAMPLES[name]
    others = dict.fromkeys(
        ("tls_certificate", "tls_key") if name.startswith("tls_") else (), Path(__file__)
    )  # a path stays one
    given: dict[str, Any] = {**others, name: said}
    assert getattr(usable(Settings(**given)), name) == value
    with pytest.raises(SettingsError, match=f"^{name}: expected "):
        usable(Settings(**{**given, name: object()}))


def test_settings_of_a_program_at_their_defaults_are_usable() -> None:
    assert usable(Settings()) == Settings()


def test_settings_of_a_program_fit_together() -> None:
    with pytest.raises(SettingsError, match="variable_bytes 2097152: expected at most message_bytes"):
        usable(Settings(message_bytes=65_536))


def test_a_database_that_a_program_says_wrongly_is_not_told_with_its_password() -> None:
    wrong: Any = ["postgresql://me:s3cret@host/x"]
    with pytest.raises(SettingsError, match=r"^database: expected text, found") as refusal:
        usable(Settings(database=wrong))
    assert "s3cret" not in str(refusal.value)


def test_what_is_not_at_its_default_is_shown_without_secrets() -> None:
    assert differing(Settings()) == {}
    changed = Settings(
        database="postgresql://me:s3cret@host/x",
        grpc_port=0,
        compensation_order=CompensationOrder.PARALLEL,
    )
    assert differing(changed) == {
        "database": "postgresql://me:***@host/x",
        "grpc_port": "0",
        "compensation_order": "parallel",
    }


def test_a_database_that_is_refused_is_not_told_with_its_password(tmp_path: Path) -> None:
    file = tmp_path / "counterflow.toml"
    file.write_text("database = ['postgresql://me:s3cret@host/x']\n")
    with pytest.raises(SettingsError, match="expected text, found") as refusal:
        read_settings({}, {}, file)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "name,nearest",
    [
        ("COUNTERFLOW_GRPC_PROT", "COUNTERFLOW_GRPC_PORT"),
        ("COUNTERFLOW_DATABASE_URL", "COUNTERFLOW_DATABASE"),
        ("COUNTERFLOW_LOGLEVEL", "COUNTERFLOW_LOG_LEVEL"),
        ("Counterflow_Log_Format", "COUNTERFLOW_LOG_FORMAT"),
        ("COUNTERFLOW_CONFG", "COUNTERFLOW_CONFIG"),
        ("COUNTERFLOW_TOKN", "COUNTERFLOW_TOKEN"),
    ],
)
def test_an_unknown_variable_is_named_with_the_nearest_one(name: str, nearest: str) -> None:
    known = {setting.variable: "1" for setting in SETTINGS} | {
        "COUNTERFLOW_CONFIG": "x",
        "COUNTERFLOW_TOKEN": "x",
        "ZEEBE_ADDRESS": "x",
    }
    assert list(unknown_variables(known)) == []
    (sentence,) = unknown_variables({**known, name: "s3cret"})
    assert sentence == f"There is no variable {name}, so it changes nothing; the nearest one is {nearest}"


@pytest.mark.parametrize(
    "content, words",
    [(b"grpc_port = ", "is not TOML"), (b"\xff\xfe", "is not TOML"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_used(content: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "counterflow.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        read_settings({}, {}, file)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_only_this_machine_reaches_a_loopback_address(host: str) -> None:
    assert is_loopback(host)
    assert read_settings({"host": host}, {}).host == host


@pytest.mark.parametrize("host", ["192.0.2.1", "::", "10.0.0.1", "example.org", "localhost.example.org"])
def test_a_public_address_needs_a_word_of_consent(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match=r"expected a loopback address .* --insecure-public"):
        read_settings({"host": host}, {})
    assert read_settings({"host": host, "insecure_public": True}, {}).host == host


def test_a_public_address_needs_no_consent_where_only_clients_with_certificates_are_let_in() -> None:
    public = {"host": "192.0.2.1", "tls_certificate": __file__, "tls_key": __file__}
    with pytest.raises(
        SettingsError,
        match=r"this server has no authentication of its own .*tls_client_authority.* --insecure-public",
    ):
        read_settings(public, {})
    assert read_settings({**public, "tls_client_authority": __file__}, {}).host == "192.0.2.1"


@pytest.mark.parametrize(
    "given, words",
    [
        (["tls_certificate"], r"^tls_key: expected a file, found nothing, though there is a tls_certificate"),
        (["tls_key"], r"^tls_certificate: expected a file, found nothing, though there is a tls_key"),
        (
            ["tls_client_authority"],
            r"^tls_certificate, tls_key: expected a file for each, .* though there is a tls_client_authority",
        ),
    ],
)
def test_tls_takes_a_certificate_and_a_key(given: list[str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_settings(dict.fromkeys(given, __file__), {})


def test_variables_must_fit_into_a_message() -> None:
    with pytest.raises(SettingsError, match="expected at most message_bytes"):
        read_settings({"message_bytes": 65_536}, {})


def test_a_message_must_fit_into_what_is_kept_for_clients() -> None:
    with pytest.raises(SettingsError, match="client_bytes 65536: expected at least four times message_bytes"):
        read_settings({"client_bytes": 65_536}, {})
