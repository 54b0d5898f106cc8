"""As much of the API of Kubernetes as helm asks for the Deployments that run."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_KINDS = {
    "kind": "APIResourceList",
    "groupVersion": "apps/v1",
    "resources": [{"name": "deployments", "namespaced": True, "kind": "Deployment", "verbs": ["get"]}],
}
_NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


@contextlib.contextmanager
def kubernetes_api(namespace: str, replicas: Mapping[str, int]) -> Iterator[str]:
    """Serve Deployments with so many replicas, by name, until the block ends; gives the address."""
    known: dict[str, Any] = {"/apis/apps/v1": _KINDS}
    for name, number in replicas.items():
        known[f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"] = {
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": name}, "spec": {"replicas": number},
        }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = known.get(self.path.partition("?")[0])
            body = json.dumps(found or _NOT_FOUND).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """The test's output stays clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
