"""`grpc.reflection.v1.ServerReflection` and its older twin `v1alpha`. Clients such as grpcurl ask what there
is to call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from counterflow.wire.contract import Call, Method, RpcError, StatusCode
from counterflow.wire.methods import check_waiting, from_conversation

QUESTION_BYTES = 4_096
"""No name of anything is longer."""
PACKAGES = ("grpc.reflection.v1", "grpc.reflection.v1alpha")


class Reflection:
    """Answers from one pool, which knows every service named, and the reflection services themselves."""

    def __init__(self, service_names: Iterable[str], pool: DescriptorPool) -> None:
        self._names = sorted(service_names)
        self._pool = pool
        self._closures: dict[str, tuple[bytes, ...]] = {}
        """Files with all that they build on, by name: there are only so many."""
        self._questions: dict[str, Callable[[Any, Any], None]] = {
            "file_by_filename": self._file_by_name,
            "file_containing_symbol": self._file_of_symbol,
            "file_containing_extension": self._file_of_extension,
            "all_extension_numbers_of_type": self._extensions_of,
            "list_services": self._services,
        }

    def methods(self) -> Sequence[Method]:
        """The one method of each version."""
        return tuple(self._method(package) for package in PACKAGES)

    def _method(self, package: str) -> Method:
        service = self._pool.FindServiceByName(f"{package}.ServerReflection")
        method = service.methods_by_name["ServerReflectionInfo"]
        request_class, answer_class = GetMessageClass(method.input_type), GetMessageClass(method.output_type)

        async def converse(requests: AsyncIterator[bytes], call: Call) -> None:
            check_waiting(call)
            try:
                await answer_all(requests, call)
            finally:
                call.account.ends_waiting()

        async def answer_all(requests: AsyncIterator[bytes], call: Call) -> None:
            async for data in requests:
                if len(data) > QUESTION_BYTES:
                    raise RpcError(
                        StatusCode.INVALID_ARGUMENT,
                        f"Expected a question of at most {QUESTION_BYTES} bytes, found {len(data)}: it comes "
                        "back with the answer",
                    )
                try:
                    request = request_class.FromString(data)
                except DecodeError as error:
                    raise RpcError(
                        StatusCode.INVALID_ARGUMENT, "Expected a question of the reflection protocol"
                    ) from error
                await call.write(self._answer(request, answer_class()).SerializeToString())

        return from_conversation(f"/{service.full_name}/{method.name}", converse)

    def _answer(self, request: Any, answer: Any) -> Message:
        answer.valid_host = request.host
        answer.original_request.CopyFrom(request)
        question = request.WhichOneof("message_request")
        try:
            self._questions[question](request, answer)
        except KeyError:
            answer.error_response.error_code = int(StatusCode.NOT_FOUND)
            answer.error_response.error_message = (
                f"there is no {str(getattr(request, question or '', 'question'))[:200]}"
            )
        message: Message = answer
        return message

    def _file_by_name(self, request: Any, answer: Any) -> None:
        self._give(self._pool.FindFileByName(request.file_by_filename), answer)

    def _file_of_symbol(self, request: Any, answer: Any) -> None:
        name = request.file_containing_symbol
        try:
            file = self._pool.FindFileContainingSymbol(name)
        except KeyError:  # the pool does not count methods among its symbols
            file = self._pool.FindMethodByName(name).containing_service.file
        self._give(file, answer)

    def _file_of_extension(self, request: Any, answer: Any) -> None:
        question = request.file_containing_extension
        extension = self._pool.FindExtensionByNumber(
            self._pool.FindMessageTypeByName(question.containing_type), question.extension_number
        )
        self._give(self._pool.FindFileContainingSymbol(extension.full_name), answer)

    def _extensions_of(self, request: Any, answer: Any) -> None:
        name = request.all_extension_numbers_of_type
        extensions = self._pool.FindAllExtensions(self._pool.FindMessageTypeByName(name))
        answer.all_extension_numbers_response.base_type_name = name
        answer.all_extension_numbers_response.extension_number.extend(
            sorted(extension.number for extension in extensions)
        )

    def _services(self, _request: Any, answer: Any) -> None:
        for name in self._names:
            answer.list_services_response.service.add(name=name)

    def _give(self, file: FileDescriptor, answer: Any) -> None:
        """A file and all that it builds on, each once."""
        closure = self._closures.get(file.name)
        if closure is None:
            closure = self._closures[file.name] = _closure(file)
        answer.file_descriptor_response.file_descriptor_proto.extend(closure)


def _closure(file: FileDescriptor) -> tuple[bytes, ...]:
    files = {file.name: file}
    waiting = [file]
    while waiting:
        for dependency in waiting.pop().dependencies:
            if dependency.name not in files:
                files[dependency.name] = dependency
                waiting.append(dependency)
    return tuple(described.serialized_pb for described in files.values())
