"""Compile watch rules in processes of their own: ``python -m pipeline.streaming.stores.rule_compilers``.

Such a process reads the documents of rules from its standard input, a chunk at a time, and answers each chunk with the
rules' requirements, until its input ends. Question and answer are pickles, each preceded by its length.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import logging
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple, TypeAlias

from pipeline.assembly import build_rule_compiler
from pipeline.messages.codec import decode
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements, RuleCompiler
from pipeline.settings import RuleSettings, load_settings, settings_environment
from pipeline.streaming.stores.rule_records import StoredRule

log = logging.getLogger(__name__)

_LENGTH_BYTES = 4
# The asking process adds other rules meanwhile, and reads the pipe only every few milliseconds.
_PIPE_BYTES = 1024 * 1024
# While one question is answered the next is already waiting, so that the process is never idle.
_QUESTIONS_A_PROCESS = 2
_ANSWER_SECONDS = 60.0
"""Many times what a chunk and a start take."""
_EXIT_SECONDS = 1.0
"""How long a process that closed its pipe may take to end."""

Compiled: TypeAlias = Mapping[str, Requirements | None]
"""Requirements by rule id; None for a rule that does not compile (adding it to the index reports the error)."""


class _Compiler(NamedTuple):
    """One process, and the lock for reading its answers."""

    process: Process
    questions: asyncio.StreamWriter
    answers: asyncio.StreamReader
    turn: asyncio.Lock


class RuleCompilers:
    """Processes that compile rules. When one fails, its rules are compiled as they are added to the index.

    Args:
        processes: Started with pipes as their standard input and output.
        answer_seconds: A process that takes longer for a chunk has failed.
    """

    def __init__(self, processes: Sequence[Process], *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._most_ahead = _QUESTIONS_A_PROCESS * len(processes)
        self._answer_seconds = answer_seconds
        self._compilers = deque(_compiler_of(process) for process in processes)

    async def compiled(
        self, chunks: AsyncIterator[list[StoredRule]]
    ) -> AsyncIterator[tuple[list[StoredRule], Compiled]]:
        """The same chunks in the same order, each with its rules' requirements; reads a few chunks ahead."""
        ahead: deque[asyncio.Task[tuple[list[StoredRule], Compiled]]] = deque()
        try:
            async for chunk in chunks:
                ahead.append(asyncio.create_task(self._compile(chunk)))
                if len(ahead) > self._most_ahead:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for task in ahead:
                task.cancel()

    async def _compile(self, chunk: list[StoredRule]) -> tuple[list[StoredRule], Compiled]:
        if not self._compilers:
            return chunk, {}
        compiler = self._compilers[0]
        self._compilers.rotate(-1)
        readable = {stored.id: stored.value for stored in chunk if stored.rule is not None}
        # The process answers questions in the order asked.
        compiler.questions.write(_framed(list(readable.values())))
        async with compiler.turn:
            # A late answer of a process that has failed may belong to an earlier question.
            if compiler not in self._compilers:
                return chunk, {}
            try:
                async with asyncio.timeout(self._answer_seconds):
                    answer = await _answer(compiler.answers)
                return chunk, dict(zip(readable, answer, strict=True))
            except Exception as error:  # noqa: BLE001 - whatever it is, the rules are compiled when they are added
                self._compilers.remove(compiler)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(compiler.process.wait(), _EXIT_SECONDS)
                status = await _end(compiler.process)
                log.warning(
                    "a process that compiles watch rules gave no answer (%r) and ended with status %d: "
                    "loading takes longer",
                    error, status,
                )  # fmt: skip
                return chunk, {}


@contextlib.asynccontextmanager
async def rule_compilers(settings: RuleSettings, count: int) -> AsyncIterator[RuleCompilers]:
    """Start so many processes that compile rules with the concepts and limits of the settings; end them on leaving."""
    async with contextlib.AsyncExitStack() as stack:
        processes: list[Process] = []
        for _ in range(count):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "pipeline.streaming.stores.rule_compilers"),
                stdin=PIPE,
                stdout=PIPE,
                limit=_PIPE_BYTES,
                env=settings_environment(settings),
            )
            stack.push_async_callback(_end, process)
            processes.append(process)
        yield RuleCompilers(processes)


def _compiler_of(process: Process) -> _Compiler:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a process that compiles was started without pipes")
    return _Compiler(process, process.stdin, process.stdout, asyncio.Lock())


async def _end(process: Process) -> int:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    return await process.wait()


async def _answer(answers: asyncio.StreamReader) -> list[Requirements | None]:
    length = int.from_bytes(await answers.readexactly(_LENGTH_BYTES), "big")
    answer: list[Requirements | None] = pickle.loads(await answers.readexactly(length))  # noqa: S301 - ours
    return answer


def _framed(message: object) -> bytes:
    pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(pickled).to_bytes(_LENGTH_BYTES, "big") + pickled


def main() -> None:
    """Answer questions until standard input ends."""
    if sys.platform == "linux":
        # The user's limit of pipe memory may be reached; a small pipe works too, but slower.
        with contextlib.suppress(PermissionError):
            fcntl.fcntl(sys.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    compiler = build_rule_compiler(load_settings())
    # All that the compiler keeps is kept for good: a collection would find nothing.
    gc.disable()
    # Unbuffered: at exit Python would try to write what is left to a closed pipe, and complain.
    with contextlib.suppress(BrokenPipeError), open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as answers:
        for documents in _asked(sys.stdin.buffer):
            answer = memoryview(_framed([_requirements(compiler, document) for document in documents]))
            while answer:
                answer = answer[answers.write(answer) :]


def _asked(questions: BinaryIO) -> Iterator[list[bytes]]:
    """The questions; the asking process may end in the middle of one."""
    while len(head := questions.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        length = int.from_bytes(head, "big")
        question = questions.read(length)
        if len(question) < length:
            return
        yield pickle.loads(question)  # noqa: S301 - as above


def _requirements(compiler: RuleCompiler, document: bytes) -> Requirements | None:
    try:
        return compiler.requirements(decode(document, WatchRule))
    except Exception:  # noqa: BLE001 - adding the rule to the index reports it
        return None


if __name__ == "__main__":
    main()
