"""What the help of each command shows as examples: command lines without `counterflow` in front.

A test reads every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

EXAMPLES: Mapping[str, Sequence[str]] = {
    "": (
        "dev",
        "deploy order.bpmn",
        "start order --variables '{\"items\": 3}' --await",
        "show --last",
        "incidents",
    ),
    "serve": ("serve --database sqlite:///orders.db", "serve --config counterflow.toml --grpc-port 0"),
    "demo": ("demo", "demo --pace 0.2"),
    "render": ("render order.bpmn -o order.svg",),
    "dev": ("dev --database memory:",),
    "worker": ("worker services.py --task charge-card --reload",),
    "deploy": ("deploy order.bpmn shipping.bpmn discount.dmn",),
    "lint": ("lint order.bpmn",),
    "delete": ("delete 2251799813685249", "delete 2251799813685249 --cascade"),
    "definitions": ("definitions --process order --latest",),
    "decisions": ("decisions --latest",),
    "evaluate": ("evaluate discount --variables '{\"total\": 120}'",),
    "start": (
        "start order",
        "start order --variables @order.json --await --timeout 30",
        "start order --at ship-goods --at send-invoice",
    ),
    "instances": (
        "instances --state active --process order",
        "instances --with-incident",
        "instances --since 2h --variable customer='\"anna\"'",
        "instances --since 2026-11-30T08:00 --until 2026-11-30T09:00 --limit 1000",
    ),
    "show": ("show 2251799813685257", "show --last", "show --last --process order --timeline"),
    "why": ("why 2251799813685257",),
    "undo-plan": ("undo-plan 2251799813685257", "undo-plan 2251799813685257 --scope 2251799813685263"),
    "history": ("history 2251799813685257 --follow",),
    "modify": (
        "modify 2251799813685257 --move charge-card=ship-goods",
        "modify 2251799813685257 --activate pack@2251799813685263 --local '{\"box\": 3}'",
        "modify 2251799813685257 --terminate 2251799813685271 --after wait-for-payment",
    ),
    "cancel": (
        "cancel 2251799813685257 2251799813685301",
        "cancel --process order",
        "cancel -  # with keys on stdin",
    ),
    "set-variables": ("set-variables 2251799813685257 '{\"total\": 12}'",),
    "publish": (
        "publish paid --key o-1 --variables '{\"amount\": 12}'",
        "publish paid --key o-1 --ttl 5m",
        "publish paid --key o-1 --require-receiver",
    ),
    "correlate": ("correlate paid --key o-1 --variables '{\"amount\": 3}'", "correlate ordered --json"),
    "trigger": ("trigger 2251799813685260", "trigger 2251799813685260 --variables '{\"paid\": true}'"),
    "activate": (
        "activate 2251799813685260 ask-expert",
        "activate 2251799813685260 ask-expert book-room --variables '{\"room\": 7}'",
    ),
    "evaluate-conditional": (
        "evaluate-conditional --variables '{\"amount\": 150}'",
        "evaluate-conditional --definition 2251799813685249 --variables '{\"amount\": 150}' --json",
    ),
    "migrate": (
        "migrate --from order:1 --to order --dry-run",
        "migrate --from order --to order:3 --map charge=charge-card",
        "migrate --instance 2251799813685257 --to 2251799813685249 --accept-losses",
    ),
    "broadcast": ("broadcast prices-changed", "broadcast prices-changed --variables '{\"rate\": 1.1}'"),
    "incidents": ("incidents", "incidents --instance 2251799813685257"),
    "resolve": ("resolve 2251799813685260 --retries 3",),
    "jobs": (
        "jobs --type charge-card --state failed",
        "jobs --instance 2251799813685257",
        "jobs complete 2251799813685260 --variables '{\"receipt\": 7}'",
    ),
    "jobs complete": ("jobs complete 2251799813685260 --variables '{\"receipt\": 7}'",),
    "jobs fail": ("jobs fail 2251799813685260 --retries 2 --message 'no answer' --back-off 30s",),
    "jobs throw": ("jobs throw 2251799813685260 CARD_REFUSED --message 'no money'",),
    "jobs retries": ("jobs retries 2251799813685260 3",),
    "jobs timeout": ("jobs timeout 2251799813685260 10m",),
    "tasks": (
        "tasks --group clerks",
        "tasks --assignee ann --process order",
        "tasks claim 2251799813685260",
        "tasks complete 2251799813685260 --variables '{\"approved\": true}'",
    ),
    "tasks show": ("tasks show 2251799813685260", "tasks show 2251799813685260 --form"),
    "tasks claim": ("tasks claim 2251799813685260 --as ann",),
    "tasks assign": ("tasks assign 2251799813685260 bob", "tasks assign 2251799813685260 bob --if-free"),
    "tasks unassign": ("tasks unassign 2251799813685260",),
    "tasks update": (
        "tasks update 2251799813685260 --groups clerks,managers --priority 80",
        "tasks update 2251799813685260 --due 2030-01-31T09:00:00Z --follow-up ''",
    ),
    "tasks complete": (
        "tasks complete 2251799813685260 --action approve --variables '{\"approved\": true}'",
    ),
    "tasks throw": ("tasks throw 2251799813685260 FULL --message 'no seats'",),
    "quarantine release": ("quarantine release 2251799813685257",),
    "suspend": (
        "suspend 2251799813685257",
        "suspend --definition order:1 --instances",
        "suspend --job-type charge-card",
        "suspend",
    ),
    "resume": ("resume 2251799813685257", "resume --job-type charge-card"),
    "check": ("check --database sqlite:///orders.db", "check --deep"),
    "release-due": ("release-due",),
    "feel": ("feel '[1..5][item > 3]'", "feel 'total * 1.2' --variables '{\"total\": 10}'"),
    "dmn eval": ("dmn eval discount.dmn --variables '{\"total\": 120}'",),
}
"""By the words of the command."""
