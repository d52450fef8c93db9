"""Words that people bring from zbctl and c8ctl, and where they lead here.

Both put a verb and a noun first (`zbctl create instance order`, `c8 list incidents`), where we have one word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

NOUNS: Mapping[str, Sequence[str]] = {
    "instance": ("instance", "instances", "process-instance", "process-instances", "pi"),
    "definition": (
        "definition",
        "definitions",
        "process-definition",
        "process-definitions",
        "process",
        "processes",
        "pd",
    ),
    "resource": ("resource", "resources", "deployment", "process", "processes"),
    "decision": ("decision", "decisions", "dd"),
    "incident": ("incident", "incidents", "inc"),
    "job": ("job", "jobs"),
    "message": ("message", "messages", "msg"),
    "signal": ("signal", "signals"),
    "variable": ("variable", "variables", "var", "vars"),
    "task": ("user-task", "user-tasks", "usertask", "usertasks", "ut"),
    "worker": ("worker", "workers"),
    "topology": ("topology", "status"),
    "profile": ("profile", "profiles"),
    "completion": ("completion",),
    "retries": ("retries",),
    "timeout": ("timeout",),
}
"""What each of the nouns is written as."""

LIST = {
    "instance": "instances",
    "definition": "definitions",
    "decision": "decisions",
    "incident": "incidents",
    "job": "jobs",
    "task": "tasks",
    "variable": "show KEY",
    "topology": "topology",
}
SHOW = {**LIST, "instance": "show KEY", "task": "tasks show KEY", "incident": "incidents --instance KEY"}
ADDRESS = "--address HOST:PORT COMMAND, or the environment variable ZEEBE_ADDRESS"

WORDS: Mapping[str, Mapping[str, str]] = {
    "activate": {"job": "worker FILE.py"},
    "add": {"profile": ADDRESS},
    "await": {"instance": "start ID --await"},
    "broadcast": {"signal": "broadcast NAME"},
    "cancel": {"instance": "cancel KEY"},
    "complete": {"job": "jobs complete KEY", "task": "tasks complete KEY"},
    "correlate": {"message": "publish NAME --key KEY"},
    "create": {
        "instance": "start ID",
        "worker": "worker FILE.py",
        "resource": "deploy FILE",
        "job": "worker FILE.py",
    },
    "deploy": {"resource": "deploy FILE"},
    "describe": SHOW,
    "evaluate": {"decision": "evaluate DECISION"},
    "fail": {"job": "jobs fail KEY"},
    "generate": {"completion": "--install-completion"},
    "get": SHOW,
    "list": LIST,
    "ls": LIST,
    "publish": {"message": "publish NAME --key KEY"},
    "resolve": {"incident": "resolve INCIDENT"},
    "run": {"resource": "deploy FILE, then counterflow start ID"},
    "search": LIST,
    "set": {"variable": "set-variables KEY JSON"},
    "status": {"topology": "topology"},
    "throw-error": {"job": "jobs throw KEY CODE"},
    "throwerror": {"job": "jobs throw KEY CODE"},
    "update": {
        "retries": "jobs retries KEY N",
        "timeout": "jobs timeout KEY TIME",
        "variable": "set-variables KEY JSON",
    },
    "use": {"profile": ADDRESS},
    "version": {"version": "--version"},
    "help": {"help": "--help"},
}
"""By verb and noun: the command line here, without `counterflow` in front."""

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "dmn eval": {"--context": "dmn eval FILE --variables JSON"},
    "evaluate": {"--context": "evaluate DECISION --variables JSON"},
    "feel": {"--context": "feel EXPRESSION --variables JSON"},
    "jobs fail": {"--error-message": "jobs fail KEY --message TEXT"},
    "jobs retries": {"--retries": "jobs retries KEY N"},
    "jobs throw": {
        "--code": "jobs throw KEY CODE",
        "--error-code": "jobs throw KEY CODE",
        "--error-message": "jobs throw KEY CODE --message TEXT",
    },
    "jobs timeout": {"--timeout": "jobs timeout KEY TIME"},
    "publish": {"--correlation-key": "publish NAME --key KEY", "--name": "publish NAME --key KEY"},
    "set-variables": {"--variables": "set-variables KEY JSON"},
}
"""The command line that is meant by an option that a command does not have, by command and option. People
look for it since others have it.
"""


def hint_for_option(command: str, option: str) -> str:
    """What to write in place of an option that a command does not have; empty where that is unknown."""
    ours = OPTIONS.get(command, {}).get(option)
    return f"There is no option {option} here: it is `counterflow {ours}`." if ours else ""


def hint_for_unknown(words: Sequence[str]) -> str:
    """What to write in place of a command that is not ours; empty where nothing is known of it."""
    leads = WORDS.get(words[0].lower())
    if leads is None:
        return ""
    ours = _lead(leads, words[1:2])
    if ours:
        return f"There is no command '{words[0]}' here: {_meant(words)} is `counterflow {ours}`."
    choices = "; ".join(f"{noun}: `counterflow {lead}`" for noun, lead in leads.items())
    if len(leads) == 1:
        return f"There is no command '{words[0]}' here: it is `counterflow {next(iter(leads.values()))}`."
    return f"There is no command '{words[0]}' here. It depends on what it is for: {choices}."


def hint_for(words: Sequence[str]) -> str:
    """What to write where a command of ours has a noun behind it; empty where there is none. It could only
    take the noun for a name.

    `counterflow publish message` publishes a message of that name, and `counterflow deploy resource` a file
    of that name.
    """
    leads = WORDS.get(words[0], {})
    named = [word for word in words[1:3] if not word.startswith("-")]
    ours = _lead(leads, named[:1])
    if not ours or len(named) < 2 or named[1:] == [words[0]] or Path(named[0]).exists():
        return ""
    return f"Here the command has one word: {_meant(words)} is `counterflow {ours}`."


def _lead(leads: Mapping[str, str], nouns: Sequence[str]) -> str:
    """Where a noun leads behind this verb."""
    return next(
        (ours for noun, ours in leads.items() if nouns and nouns[0].lower() in NOUNS.get(noun, ())), ""
    )


def _meant(words: Sequence[str]) -> str:
    return f"`{' '.join(words[:2])}`"
