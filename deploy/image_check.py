"""Build the image and start a worker from it, without a container engine: ``make image-check``.

Needs root, and buildah and mmdebstrap from Debian. The base image is made from Debian's packages, so no image registry
is needed; ``make image-check BASE=python:3.11-slim`` pulls another base. Everything is in a temporary folder that is
removed at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.brokers import local_broker
from pipeline.brokers.ports import free_port
from pipeline.settings import default_cache_dir

ROOT = Path(__file__).parents[1]
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
DEBIAN = "localhost/python-base"
IMAGE = "localhost/wirewatch"
PACKAGES = "ca-certificates,python3,python3-venv,python-is-python3"
READY_SECONDS = 120


class Buildah:
    """buildah with its storage in a folder, without kernel features that are missing inside a container."""

    def __init__(self, folder: Path) -> None:
        self._options = ["--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]
        self._environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}

    def __call__(self, *arguments: str, text: str | None = None) -> str:
        """Run a command and return its output."""
        command = ["buildah", *self._options, *arguments]
        answer = subprocess.run(
            command, env=self._environment, input=text, stdout=subprocess.PIPE, text=True, check=True
        )
        return answer.stdout.strip()

    @contextmanager
    def running(self, container: str, *command: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command in a container while the context lasts, on this machine's network."""
        flags = [flag for name, value in variables.items() for flag in ("--env", f"{name}={value}")]
        process = subprocess.Popen(
            ["buildah", *self._options, "run", *flags, container, "--", *command], env=self._environment
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


def step(text: str) -> None:
    """Print the next step's name."""
    print(f"── {text}", flush=True)


def make_base(buildah: Buildah, folder: Path) -> None:
    """Make a Debian image with Python and this machine's settings for the package index."""
    root = folder / "base.tar"
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root)], check=True
    )
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, str(root), "/")
    if CERTIFICATES.is_file():
        buildah("copy", "--quiet", container, str(CERTIFICATES), str(CERTIFICATES))
        configuration = folder / "pip.conf"
        configuration.write_text(f"[global]\ncert = {CERTIFICATES}\n", encoding="utf-8")
        buildah("copy", "--quiet", container, str(configuration), "/etc/pip.conf")
    buildah("commit", "--quiet", "--rm", container, DEBIAN)


def check(buildah: Buildah) -> None:
    """Check the image: its user, its answers, and a worker that becomes ready on a real Kafka.

    Raises:
        AssertionError: Something is not as it should be.
    """
    configuration = json.loads(buildah("inspect", "--type", "image", IMAGE))["OCIv1"]["config"]
    assert configuration["User"] == "10001:10001", configuration
    container = buildah("from", IMAGE)
    step("wirewatch in the container")
    print(buildah("run", container, "--", "wirewatch", "--version"))
    article = json.dumps({"title": "NATO warnt vor dem nordkoreanischen Atomprogramm"}, ensure_ascii=False)
    enriched = json.loads(buildah("run", container, "--", "wirewatch", "enrich", text=f"{article}\n"))
    assert {mention["entity"]["id"] for mention in enriched["mentions"]} == {"org/nato", "country/kp"}, enriched
    step("a worker from the image on a local Kafka")
    port = free_port()
    with local_broker(default_cache_dir()) as broker:
        print(broker.description)
        variables = {"WIREWATCH_BOOTSTRAP_SERVERS": broker.bootstrap_servers, "WIREWATCH_METRICS_PORT": str(port)}
        started = time.monotonic()
        with buildah.running(container, "wirewatch", "worker", **variables) as worker:
            while not is_ready(port):
                assert worker.poll() is None, "the worker has ended"
                assert time.monotonic() - started < READY_SECONDS, f"not ready after {READY_SECONDS} s"
                time.sleep(0.2)
            print(f"ready after {time.monotonic() - started:.1f} s")


def is_ready(port: int) -> bool:
    """Whether /readyz answers that the worker is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def main() -> int:
    """Build and check; the exit status is 1 when a tool is missing."""
    parser = argparse.ArgumentParser(prog="python -m deploy.image_check")
    parser.add_argument("--base", default=DEBIAN, help="the image to build on; without it, one of Debian's packages")
    base = parser.parse_args().base
    missing = [name for name in ("buildah", "mmdebstrap") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        print(
            f"image-check needs root, and {' and '.join(missing) or 'nothing else'}: apt-get install buildah mmdebstrap"
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="image-check-") as name:
        folder = Path(name)
        buildah = Buildah(folder)
        if base == DEBIAN:
            step("a base image from Debian's packages")
            make_base(buildah, folder)
        step(f"the image by deploy/Dockerfile on {base}")
        buildah(
            "build", "--quiet", "--build-arg", f"BASE={base}", "--file", "deploy/Dockerfile",
            "--ignorefile", "deploy/Dockerfile.dockerignore", "--tag", IMAGE, str(ROOT),
        )  # fmt: skip
        size = json.loads(buildah("images", "--json", IMAGE))[0]["size"]
        print(f"{IMAGE}: {size}")
        check(buildah)
    print("the image is good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
