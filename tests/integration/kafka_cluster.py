"""Three Kafka nodes that replicate everything: a message is acknowledged when two of them have it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.brokers import KafkaBroker, KafkaJars, free_port

NODES = (1, 2, 3)
_HOST = "127.0.0.1"
# Three that start together on a busy machine take long.
_START_SECONDS = 300.0
_CLUSTER_ID = "V2lyZXdhdGNoQ2x1c3Rlcg"
_REPLICATED = ("default", "offsets.topic", "transaction.state.log", "share.coordinator.state.topic")


class KafkaCluster:
    """Runs the nodes for the length of a block; each is broker and controller, so two are the quorum.

    Args:
        program: Java and Kafka's jars.
        directory: Takes the data of the nodes.
    """

    def __init__(self, program: tuple[Path, KafkaJars], directory: Path) -> None:
        ports = {node: free_port() for node in NODES}
        controllers = {node: free_port() for node in NODES}
        shared = {
            "controller.quorum.voters": ",".join(f"{node}@{_HOST}:{port}" for node, port in controllers.items()),
            "min.insync.replicas": "2",
            **{f"{name}.replication.factor": "3" for name in _REPLICATED},
        }
        self._nodes = {
            node: KafkaBroker(
                *program,
                data_directory=directory / f"node-{node}",
                port=ports[node],
                cluster_id=_CLUSTER_ID,
                start_timeout_seconds=_START_SECONDS,
                properties={
                    **shared,
                    "node.id": str(node),
                    "listeners": f"PLAINTEXT://{_HOST}:{ports[node]},CONTROLLER://{_HOST}:{controllers[node]}",
                },
            )
            for node in NODES
        }

    @property
    def bootstrap_servers(self) -> str:
        """Of all nodes."""
        return ",".join(broker.bootstrap_servers for broker in self._nodes.values())

    def start(self, nodes: Collection[int] = NODES) -> None:
        """Start nodes together, since one alone waits for another; returns when each gives answers."""
        self._each(nodes, KafkaBroker.start)

    def kill(self, nodes: Collection[int]) -> None:
        """End nodes together, as ``kill -9`` does."""
        self._each(nodes, KafkaBroker.kill)

    def _each(self, nodes: Collection[int], do: Callable[[KafkaBroker], None]) -> None:
        with ThreadPoolExecutor(max_workers=len(NODES)) as threads:
            list(threads.map(do, [self._nodes[node] for node in nodes]))

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill(NODES)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.kill(NODES)
