"""Take what an input has given so far, without waiting for a batch to fill: a pipe may pause for hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LOOK_SECONDS = 0.2


class _Ended:
    """The input is over, or failed."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in their order, in batches of all that are there and at most ``size``; it waits for one item only.

    Args:
        items: Read by a thread of its own; what it raises is raised here, behind the items before it.
        size: Also how many items are read ahead.
    """
    reader = _Reader(items, size)
    try:
        yield from reader.batches(size)
    finally:
        reader.stop()


class _Reader(Generic[Item]):
    """A thread that reads ahead. It does not keep the process alive: it may wait for input that never comes."""

    def __init__(self, items: Iterable[Item], ahead: int) -> None:
        self._items = items
        self._queue: Queue[Item | _Ended] = Queue(ahead)
        self._stopped = Event()
        self._thread = Thread(target=self._read, name="input", daemon=True)
        self._thread.start()

    def batches(self, size: int) -> Iterator[list[Item]]:
        """See the function of this name."""
        while True:
            item = self._queue.get()
            batch: list[Item] = []
            try:
                while not isinstance(item, _Ended):
                    batch.append(item)
                    if len(batch) == size:
                        break
                    item = self._queue.get_nowait()
            except Empty:
                pass
            if batch:
                yield batch
            if isinstance(item, _Ended):
                if item.error is not None:
                    raise item.error
                return

    def stop(self) -> None:
        """Read no more."""
        self._stopped.set()

    def _read(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
            self._put(_Ended())
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            self._put(_Ended(error))

    def _put(self, item: Item | _Ended) -> bool:
        """Whether the item is still wanted."""
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=_LOOK_SECONDS)
            except Full:
                continue
            return True
        return False
