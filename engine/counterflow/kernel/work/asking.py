"""Conditions that are to be asked: each after the turn in which something has changed for it, before anything
else is done, and those of outer scopes first.

So what a condition interrupts does not go on from there. What a full page leaves comes before all else in the
next one, in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.work.errands import Regarding
from counterflow.kernel.work.held import Held

if TYPE_CHECKING:
    from counterflow.kernel.work.step import Step, Token


def ask_all(step: Step) -> None:
    """Ask what is to be asked, as far as the page goes."""
    while step.asked and not step.is_page_full:
        key = step.next_asked()
        _ask(step, key, step.asked.pop(key))


def ask_those_of(token: Token) -> None:
    """Ask what one element waits for, of that which is to be asked."""
    asked = token.step.asked
    for key in sorted(key for key, waiting in asked.items() if waiting.key == token.key):
        _ask(token.step, key, asked.pop(key))


def put_off(step: Step) -> None:
    """What is to be asked has no room in this page: it is the first in the next one."""
    for key in sorted(step.asked):
        step.first.append((Regarding(step.house.ask, str(key)), step.asked.pop(key)))


def _ask(step: Step, key: int, token: Token) -> None:
    """Whoever is gone, or is being swept away, asks nothing any more."""
    if not token.is_there or is_swept(step.state, token.instance, token.key):
        return
    step.at_work = token.instance
    try:
        step.house.ask(token, str(key))
    except Held as held:
        token.hold(held)
