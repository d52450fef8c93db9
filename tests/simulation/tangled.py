"""Unstructured processes: flows at random between tasks and gateways, of which only the invariants judge."""

from __future__ import annotations

import random

from tests.bpmn.diagram import compensate, element, end, flow, gateway, process, service, start, throw, undo
from tests.simulation.shapes import Case


def tangled(chance: random.Random) -> Case:
    """Flows at random: implicit forks and merges, loops, joins that may never come together."""
    count = chance.randint(3, 8)
    names = [f"t{place}" for place in range(count)]
    elements = [start(), end()]
    for place, name in enumerate(names):
        elements += _tangled_element(chance, name, place)
        elements.append(flow(names[place - 1] if place else "start", name))
    elements.append(flow(names[-1], "end"))
    forward = [
        name
        for name in names[:-1]
        if not any(f'<intermediateThrowEvent id="{name}"' in text for text in elements)
    ]
    for number in range(chance.randint(0, 3) if forward else 0):
        source = chance.choice(forward)
        target = chance.choice(names[names.index(source) + 1 :])
        elements.append(flow(source, target, "= again = true", id=f"forward{number}"))
    tasks = [name for name in names[1:] if any(f'<serviceTask id="{name}"' in text for text in elements)]
    if tasks and chance.random() < 0.6:
        source = chance.choice(tasks)
        target = chance.choice(names[: names.index(source) + 1])
        elements.append(flow(source, target, f"= go_{source} = true", id="back"))
    return Case(raw=(process(*_with_defaults(elements), process_id="main"),))


def _tangled_element(chance: random.Random, name: str, place: int) -> list[str]:
    kind = chance.choices(["task", "undone", "parallel", "throw", "inner"], [4, 4, 2, 2, 2])[0]
    job = "odd" if place % 2 else "even"
    if kind == "parallel":
        return [gateway(name, "parallel")]
    if kind == "throw":
        return [throw(name, compensate())]
    if kind == "inner":
        inside = (start(f"{name}s"), service(f"{name}i", job=job), end(f"{name}e", compensate()))
        flows = (flow(f"{name}s", f"{name}i"), flow(f"{name}i", f"{name}e"))
        undone = (undo(f"{name}i", by=f"{name}h"), service(f"{name}h", job=job, isForCompensation="true"))
        return [element("subProcess", *inside, *undone, *flows, id=name)]
    task = [service(name, job=job)]
    return (
        task
        if kind == "task"
        else [*task, undo(name, by=f"{name}u"), service(f"{name}u", job=job, isForCompensation="true")]
    )


def _with_defaults(elements: list[str]) -> list[str]:
    """Conditions make no sense behind a parallel gateway: those flows lose theirs."""
    parallel = {part.split('"')[0] for text in elements for part in text.split('<parallelGateway id="')[1:]}
    cleaned = []
    for text in elements:
        source = text.split('sourceRef="')[1].split('"')[0] if text.startswith("<sequenceFlow") else ""
        cleaned.append(
            text.split("<conditionExpression")[0] + "</sequenceFlow>"
            if source in parallel and "<cond" in text
            else text
        )
    return cleaned
