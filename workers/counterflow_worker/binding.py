"""Between a job and a handler's parameters, and back from what it returns to variables.

A handler names what it wants, and gets just that:

    def handle(job: Job)                         the job itself
    def handle(booking: Booking)                 all variables, decoded into a msgspec Struct or a dataclass
    def handle(hotel: str, nights: int = 1)      single variables by their names
    def handle(job: Job, *, address: Address)    a keyword-only parameter is always one variable, a Struct too

The signature is read once, at registration: names, types and defaults become one msgspec Struct, so that a
job costs one decode.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_origin

import msgspec
import msgspec.inspect

from counterflow_wire import json_texts
from counterflow_worker.errors import HandlerError, VariablesError
from counterflow_worker.job import Job

# msgspec quotes the offending value of an enum, a literal or a tag; a value may be a secret, and messages
# travel.
QUOTED_VALUE = re.compile(r"^(Invalid (?:enum )?value) .*?(?= - at `[^`]*`$|$)", re.DOTALL)


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """How one handler is called: which parameters take the job, which all variables, which a single one."""

    job_parameters: tuple[str, ...]
    document_parameters: Mapping[str, type[Any]]
    named: type[msgspec.Struct] | None

    def arguments(self, job: Job) -> dict[str, Any]:
        """The keyword arguments for the handler. Raises VariablesError naming the field that does not fit."""
        arguments: dict[str, Any] = dict.fromkeys(self.job_parameters, job)
        for name, kind in self.document_parameters.items():
            arguments[name] = decode_variables(job, kind)
        if self.named is not None:
            values = decode_variables(job, self.named)
            arguments.update((name, getattr(values, name)) for name in self.named.__struct_fields__)
        return arguments

    def fetched(self) -> tuple[str, ...]:
        """The names of the variables the handler reads; empty stands for all, as on the wire.

        Whoever gets the job may read any.
        """
        if self.job_parameters:
            return ()
        kinds = [*self.document_parameters.values(), *([self.named] if self.named else [])]
        return tuple(dict.fromkeys(name for kind in kinds for name in field_names(kind)))


def bind(handler: Callable[..., Any]) -> Binding:
    """How a handler is called, by its signature. Raises HandlerError when a parameter can never be filled."""
    jobs, documents, fields = [], {}, []
    for parameter in signature_of(handler).parameters.values():
        refuse_unfillable(handler, parameter)
        if takes_job(parameter):
            jobs.append(parameter.name)
        elif takes_document(parameter):
            documents[parameter.name] = parameter.annotation
        else:
            fields.append(struct_field(parameter))
    named = msgspec.defstruct("Variables", fields, kw_only=True) if fields else None
    for kind in (*documents.values(), *([named] if named else [])):
        keep_names(kind)
    return Binding(job_parameters=tuple(jobs), document_parameters=documents, named=named)


def signature_of(handler: Callable[..., Any]) -> inspect.Signature:
    """A handler's signature, annotations evaluated. Raises HandlerError for one that names nothing."""
    try:
        return inspect.signature(handler, eval_str=True)
    except NameError as error:
        raise HandlerError(
            f"handler {name_of(handler)}: its annotation names {error.name!r}, which the module that holds "
            "it does not know; define or import that type at the top of the module (not under "
            "TYPE_CHECKING, not inside a function)"
        ) from error


def refuse_unfillable(handler: Callable[..., Any], parameter: inspect.Parameter) -> None:
    """Raise HandlerError for a parameter of any arguments, or of its own by position only."""
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise HandlerError(
            f"handler {name_of(handler)}: parameter {str(parameter)!r} cannot be filled from a job; expected "
            "`job: Job`, a Struct or dataclass for all variables, or plain parameters named like variables"
        )


def takes_job(parameter: inspect.Parameter) -> bool:
    """Whether a parameter takes the job: by its annotation, or without one by the name `job`."""
    return parameter.annotation is Job or (
        parameter.annotation is parameter.empty and parameter.name == "job"
    )


def takes_document(parameter: inspect.Parameter) -> bool:
    """Whether a parameter takes all variables: it is of such a type, and no keyword-only one."""
    return parameter.kind is parameter.POSITIONAL_OR_KEYWORD and is_document(parameter.annotation)


def is_document(kind: object) -> bool:
    """Whether a type has fields for variables: a msgspec Struct or a dataclass."""
    plain = get_origin(kind) or kind
    return isinstance(plain, type) and (issubclass(plain, msgspec.Struct) or dataclasses.is_dataclass(plain))


def struct_field(parameter: inspect.Parameter) -> tuple[str, Any, Any]:
    """What decodes a parameter's variable: name, type and default, as msgspec.defstruct takes them."""
    kind = Any if parameter.annotation is parameter.empty else parameter.annotation
    if parameter.default is parameter.empty:
        return parameter.name, kind, msgspec.NODEFAULT
    default = parameter.default
    return parameter.name, kind, msgspec.field(default_factory=lambda: default)


def field_names(kind: Any) -> tuple[str, ...]:
    """The names of the variables that a Struct or dataclass takes, as they are written in JSON."""
    plain: type[Any] = get_origin(kind) or kind
    if issubclass(plain, msgspec.Struct):
        return plain.__struct_encode_fields__
    return tuple(field.name for field in dataclasses.fields(plain))


def keep_names(kind: Any) -> None:
    """Let msgspec find the members of all dataclasses and TypedDicts inside a type by any name.

    It compares names by the UTF-8 that Python keeps beside a string once somebody has asked for it, and takes
    a member beyond ASCII for missing where nobody has; so it is asked for here.
    """
    try:
        pending: list[object] = [msgspec.inspect.type_info(kind)]
    except (NameError, TypeError):
        return  # decoding tells what is wrong with the type
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending += part
        elif isinstance(part, msgspec.Struct) and id(part) not in seen:
            seen.add(id(part))
            pending += [getattr(part, name) for name in part.__struct_fields__]
            if isinstance(part, msgspec.inspect.Field):
                msgspec.json.encode(part.name)


@cache
def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of JSON to a type, made once for each."""
    return msgspec.json.Decoder(kind)


def decode_variables(job: Job, kind: Any) -> Any:
    """The job's variables as a value of a type.

    Raises VariablesError, which tells the field that does not fit and not its value.
    """
    try:
        return json_texts.decode(job.variables_json or "{}", decoder_of(kind))
    except msgspec.DecodeError as error:
        raise VariablesError(
            f"variables of task {job.type!r} do not fit its handler: {without_values(str(error))}"
        ) from None


def without_values(message: str) -> str:
    """msgspec's message without the value that it quotes."""
    return QUOTED_VALUE.sub(r"\1", message)


def encode_variables(value: object) -> str:
    """What a handler returned, as the JSON object the wire wants; `None` is no variables.

    A msgspec.Raw is taken as such an object, already written. Raises VariablesError for anything else.
    """
    if value is None:
        return "{}"
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    if not (isinstance(value, Mapping) or is_document(type(value))):
        raise VariablesError(
            "expected a mapping, a Struct, a dataclass or None as variables, found "
            f"{type(value).__qualname__}"
        )
    try:
        text = json_texts.encode(dict(value) if isinstance(value, Mapping) else value).decode()
    except (TypeError, ValueError) as error:
        raise VariablesError(f"variables cannot be written as JSON: {error}") from error
    if not text.startswith("{"):
        raise VariablesError(
            f"expected variables with names, but {type(value).__qualname__} writes itself as an array"
        )
    return text


def name_of(handler: Callable[..., Any]) -> str:
    """A handler's name for a message."""
    return getattr(handler, "__qualname__", repr(handler))
