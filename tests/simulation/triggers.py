"""What events of a grown process are begun by: errors, timers, messages, signals, conditions, several."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from tests.simulation.shapes import OWN, Trigger


class Triggers:
    """Grows triggers; ids are counted, so every element has its own."""

    def __init__(self, chance: random.Random, dialect: str, count: int) -> None:
        self._chance = chance
        self._dialect = dialect
        self._count = count
        self._process = "main"
        self._messages = 0

    def _trigger(self, codes: dict[str, list[str]], taken: Sequence[Trigger | None]) -> Trigger:
        told = ["escalation"] * 4 if codes.get("escalation") else []
        kind = self._chance.choice(
            ["error", "error", "timer", "message", "signal", *["condition"] * 2, *told]
        )
        if codes.get(kind):
            code = self._chance.choice(codes[kind])
            codes[kind].remove(code)
            return Trigger(kind, code)
        if kind == "timer":
            return self._timer()
        if kind == "condition":
            return self._condition()
        found = self._message() if kind == "message" else self._signal()
        return self._timer() if is_among(found, taken) else found

    def _several(
        self, trigger: Trigger, taken: Sequence[Trigger | None], codes: dict[str, list[str]]
    ) -> Trigger:
        """Now and then one of several events: another kind beside the first, or, where both are waited for,
        together with it.
        """
        if trigger.kind == "escalation" or not self._is_chance(0.18):
            return trigger
        kinds = {"timer": self._timer, "message": self._message, "signal": self._signal}
        kinds["condition"] = self._condition
        if codes.get("error") and trigger.kind != "error" and self._is_chance(0.3):
            code = self._chance.choice(codes["error"])
            codes["error"].remove(code)
            return replace(trigger, others=(Trigger("error", code),))
        other = kinds[self._chance.choice([kind for kind in kinds if kind != trigger.kind])]()
        if is_among(other, taken):
            return trigger
        together = trigger.kind != "error" and self._is_chance(0.5)
        return replace(trigger, others=(other,), together=together)

    def _cycle(self, trigger: Trigger, interrupting: bool) -> Trigger:
        """What does not interrupt may come again."""
        if (
            trigger.kind == "timer"
            and trigger.text.startswith("P")
            and not trigger.others
            and not interrupting
            and self._is_chance(0.5)
        ):
            return Trigger("timer", f"R2/{trigger.text}")
        return trigger

    def _wait(self) -> Trigger:
        kind = self._chance.choice(["timer", "timer", "message", "message", "signal", *["condition"] * 2])
        wait = {
            "timer": self._timer,
            "message": self._message,
            "signal": self._signal,
            "condition": self._condition,
        }[kind]()
        return self._several(wait, (), {})

    def _timer(self) -> Trigger:
        seconds = self._chance.choice([0, 1, 2, 5, 10, 30])
        if self._dialect == "zeebe" and self._is_chance(0.15):
            return Trigger("timer", f'= now() + duration("PT{seconds}S")')
        return Trigger("timer", f"PT{seconds}S")

    def _message(self) -> Trigger:
        """A name of its own, one that another event of the process waits for too, or one that other processes
        wait for.
        """
        meant = OWN if self._dialect == "camunda" and self._is_chance(0.5) else ""
        if self._is_chance(0.15):
            return Trigger("message", f"{meant}shared")
        if not self._messages or self._is_chance(0.6):
            self._messages += 1
        number = self._chance.randint(1, self._messages)
        return Trigger("message", f"{meant}{self._process}-{number}")

    def _signal(self) -> Trigger:
        """One of few names, so that many wait for the same."""
        return Trigger("signal", self._chance.choice(["s1", "s2", "s3"]))

    def _condition(self) -> Trigger:
        """A variable of its own, so that what is set moves one token."""
        return Trigger("condition", self._id("q"))

    def _id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _is_chance(self, probability: float) -> bool:
        return self._chance.random() < probability


def is_among(trigger: Trigger, taken: Sequence[Trigger | None]) -> bool:
    return any(known is not None and trigger in known.each for known in taken)
