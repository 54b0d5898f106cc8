"""The fetcher against sites of its own on loopback: what it gives, what it refuses, and what hostile servers cost."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import brotli
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from backports import zstd
from msgspec.structs import replace

from pipeline.sources.fetching import AddressPolicy, Fetched, FetchError, FetchLimits, FetchRequest, WebFetcher

ONE_HOST = AddressPolicy((ip_network("127.0.0.1/32"),))
LIMITS = FetchLimits(seconds=10, wire_bytes=200_000, body_bytes=1_000_000)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(AbstractResolver):
    """A name server that answers each question with the next of its answers, then with the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family  # A hostile name server answers what it likes.
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in answer
        ]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def site(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """A site that answers every path so; gives its address."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, host, 0)
    await listener.start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_site(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that writes what it likes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The fetcher has had enough.
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def fetcher(policy: AddressPolicy = ONE_HOST, names: Names | None = None) -> WebFetcher:
    return WebFetcher(user_agent="wirewatch-test/1 (+https://example.org)", policy=policy, resolver=names)


async def fetched(url: str, request: FetchRequest | None = None) -> Fetched:
    async with asyncio.timeout(30), fetcher() as web_fetcher:
        return await web_fetcher.fetch(replace(request or FetchRequest(url="", limits=LIMITS), url=url))


async def failure(
    url: str, *, policy: AddressPolicy = ONE_HOST, names: Names | None = None, limits: FetchLimits = LIMITS
) -> FetchError:
    async with asyncio.timeout(30), fetcher(policy, names) as web_fetcher:
        with pytest.raises(FetchError) as caught:
            await web_fetcher.fetch(FetchRequest(url=url, limits=limits))
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 600
    return caught.value


# What it gives


async def test_an_answer_has_its_status_headers_and_body() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["User-Agent"] == "wirewatch-test/1 (+https://example.org)"
        response = web.Response(body=b"<rss/>", headers={"ETag": '"1"'})
        response.headers.add("Link", "<a>; rel=hub")
        response.headers.add("Link", "<b>; rel=self")
        return response

    async with site(handler) as url:
        answer = await fetched(f"{url}/feed")
    assert (answer.status, answer.url, answer.permanent_url) == (200, f"{url}/feed", None)
    assert answer.body == b"<rss/>"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["link"] == "<a>; rel=hub, <b>; rel=self"


async def test_what_has_not_changed_is_told_without_a_body() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["If-Modified-Since"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        return web.Response(status=304 if request.headers["If-None-Match"] == '"1"' else 500)

    request = FetchRequest(url="", etag='"1"', last_modified="Thu, 01 Jan 2026 00:00:00 GMT", limits=LIMITS)
    async with site(handler) as url:
        answer = await fetched(url, request)
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
async def test_an_error_of_the_server_is_an_answer(status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, text="sorry", headers={"Retry-After": "60"})

    async with site(handler) as url:
        answer = await fetched(url)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (status, b"", "60")


TEXT = b"Nachrichten aus aller Welt. " * 1000


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]) + bytes(100)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", brotli.compress(TEXT)),
        ("zstd", zstd.compress(TEXT)),
        ("zstd", zstd.compress(TEXT[:100]) + zstd.compress(TEXT[100:])),
        ("identity", TEXT),
        ("UTF-8", TEXT),
    ],
)
async def test_every_coding_that_is_asked_for_is_read(coding: str, body: bytes) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": coding})

    async with site(handler) as url:
        assert (await fetched(url)).body == TEXT


async def test_only_leading_permanent_redirects_move_a_source() -> None:
    ways = {"/a": (301, "/b"), "/b": (308, "/c"), "/c": (302, "/d"), "/d": (301, "/e"), "/x": (302, "/a")}

    async def handler(request: web.Request) -> web.Response:
        if request.path in ways:
            status, target = ways[request.path]
            return web.Response(status=status, headers={"Location": target})
        return web.Response(text="here")

    async with site(handler) as url:
        moved, sent = await fetched(f"{url}/a"), await fetched(f"{url}/x")
    assert (moved.url, moved.permanent_url, moved.body) == (f"{url}/e", f"{url}/c", b"here")
    assert (sent.url, sent.permanent_url) == (f"{url}/e", None)


async def test_another_origin_does_not_get_the_headers_of_a_source() -> None:
    got: list[str | None] = []

    async def end(request: web.Request) -> web.Response:
        got.append(request.headers.get("Authorization"))
        return web.Response()

    async with site(end) as other:

        async def start(request: web.Request) -> web.Response:
            got.append(request.headers.get("Authorization"))
            return web.Response(status=302, headers={"Location": "/2" if request.path == "/1" else other})

        async with site(start) as url:
            await fetched(f"{url}/1", FetchRequest(url="", headers={"Authorization": "Bearer 1"}, limits=LIMITS))
    assert got == ["Bearer 1", "Bearer 1", None]


# What it refuses

LITERALS = (
    *("127.0.0.1", "127.1", "127.0.1", "0x7f.0.0.1", "0x7f000001", "0X7F000001", "2130706433", "017700000001"),
    *(
        "0177.0.0.1",
        "0177.0.0.01",
        "0x7f.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "127.255.255.254",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
    ),
    *("localhost", "LOCALHOST"),
    *(
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
    ),
    *("10.0.0.1", "0xa.1", "172.16.0.1", "192.168.1.1", "192.168.257", "100.64.0.1", "198.18.0.1", "224.0.0.1"),
    *("255.255.255.255", "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518"),
    *("[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fe80::1]", "[fc00::1]", "[ff02::1]"),
    *("168.63.129.16", "100.100.100.200", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
)


async def test_no_notation_of_an_address_that_is_not_public_is_let_through() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.host)
        return web.Response()

    found = {}
    async with site(handler) as url:
        port = url.rpartition(":")[2]
        for host in LITERALS:
            found[host] = (await failure(f"http://{host}:{port}/", policy=AddressPolicy())).failure
        # Some systems know these names, others do not.
        for host in ("%31%32%37.0.0.1", "localhost.", "localhost.localdomain", "ip6-localhost"):
            assert (await failure(f"http://{host}:{port}/", policy=AddressPolicy())).failure in {
                "refused",
                "unreachable",
            }
    assert asked == []
    assert {host: kind for host, kind in found.items() if kind != "refused"} == {}
    assert len(found) >= 40


@pytest.mark.parametrize("target", [*LITERALS[1:], "127.0.0.2"])
async def test_no_redirect_leads_where_the_address_itself_would_be_refused(target: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://{target}/latest/meta-data/"})

    # Where it is another notation of the one host that is named, nobody listens on port 80.
    async with site(handler) as url:
        assert (await failure(url)).failure in {"refused", "unreachable"}


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1:70/_",
        "data:,x",
        "javascript:0",
        "//",
        "http://",
        "http:///x",
        "http://[::1",
        "http://a:99999999/",
        "http://u:geheim@127.0.0.1/",
        "ws://127.0.0.1/",
        "unix:///run/docker.sock",
    ],
)
async def test_a_redirect_to_what_is_no_address_of_the_web_is_refused(target: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": target})

    async with site(handler) as url:
        error = await failure(f"{url}/x")
    assert error.failure in {"refused", "redirects"}
    assert "geheim" not in str(error)
    if target not in {"//", "http://", "http:///x"}:
        assert (await failure(target)).failure == "refused"


@pytest.mark.parametrize(
    "address", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "::ffff:169.254.169.254", "fd00::1"]
)
async def test_a_name_that_stands_for_what_is_not_public_is_refused(address: str) -> None:
    error = await failure("http://metadata.google.internal/", names=Names([address]))
    assert error.failure == "refused"
    assert address in error.reason


async def test_a_name_that_changes_its_address_is_checked_at_every_connection() -> None:
    async def handler(request: web.Request) -> web.Response:
        # The first answer passes; the name then stands for another address.
        response = web.Response(status=302, headers={"Location": "http://rebound.example:81/"})
        response.force_close()
        return response

    async with site(handler) as url:
        port = url.rpartition(":")[2]
        error = await failure(f"http://rebinding.example:{port}/", names=Names(["127.0.0.1"], ["169.254.169.254"]))
    assert (error.failure, error.url) == ("refused", "http://rebound.example:81/")


async def test_of_a_name_with_several_addresses_only_those_that_are_allowed_are_asked() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.host)
        return web.Response(text="here")

    async with site(handler) as url, asyncio.timeout(30):
        port = url.rpartition(":")[2]
        async with fetcher(names=Names(["10.0.0.1", "127.0.0.1"])) as mixed:
            assert (await mixed.fetch(FetchRequest(url=f"http://mixed.example:{port}/", limits=LIMITS))).body == b"here"
        assert (await failure(f"http://bad.example:{port}/", names=Names(["10.0.0.1", "::1"]))).failure == "refused"
    assert len(asked) == 1


async def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    error = await failure("http://reader:geheim@127.0.0.1/feed")
    assert error.failure == "refused"
    assert "geheim" not in str(error)
    assert "header" in str(error)


# What hostile servers cost


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", lambda data: brotli.compress(data, quality=5)),
        ("zstd", zstd.compress),
    ],
)
async def test_a_bomb_of_each_kind_costs_one_line(coding: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(50_000_000))
    assert len(bomb) < LIMITS.wire_bytes

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": coding})

    async with site(handler) as url:
        started = time.monotonic()
        error = await failure(url)
    assert str(error) == f"{url}: the body is over 1,000,000 bytes"
    assert error.failure == "too-large"
    assert time.monotonic() - started < 5


async def test_a_body_of_exactly_the_limit_is_whole() -> None:
    async def handler(request: web.Request) -> web.Response:
        coding = request.path.removeprefix("/")
        size = int(request.query["size"])
        compress = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}[coding]
        return web.Response(body=compress(bytes(size)), headers={"Content-Encoding": coding})

    async with site(handler) as url:
        for coding in ("gzip", "br", "zstd"):
            assert len((await fetched(f"{url}/{coding}?size=1000000")).body) == 1_000_000
            assert (await failure(f"{url}/{coding}?size=1000001")).failure == "too-large"


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", b"<rss/>", "the body is not gzip, as its header says"),
        ("br", b"<rss/> but not br", "the body is not br, as its header says"),
        ("zstd", b"<rss/>", "the body is not zstd, as its header says"),
        ("deflate", b"\xff<rss/>", "the body is not deflate, as its header says"),
        ("gzip", gzip.compress(TEXT)[:-20], "the body ends in the middle of its gzip"),
        ("br", brotli.compress(TEXT)[:-5], "the body ends in the middle of its br"),
        ("gzip", gzip.compress(b"") * 3000, "the body is over 1000 gzip streams"),
        ("gzip, br", b"", "the body is coded as 'gzip, br', not as one of gzip, deflate, br, zstd"),
        ("compress", b"", "the body is coded as 'compress', not as one of gzip, deflate, br, zstd"),
    ],
)
async def test_a_body_that_is_not_coded_as_it_says_is_told(coding: str, body: bytes, reason: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": coding})

    async with site(handler) as url:
        error = await failure(url)
    assert (error.failure, error.reason) == ("unreadable", reason)


async def test_a_zstd_stream_does_not_get_the_memory_that_it_asks_for() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(b"<rss/>") + compressor.flush()

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": "zstd"})

    async with site(handler) as url:
        assert (await failure(url)).failure == "unreadable"


async def test_an_endless_body_is_cut_on_the_wire() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(10_000))
            await writer.drain()

    async with raw_site(endless) as url:
        error = await failure(url)
    assert (error.failure, error.reason) == ("too-large", "the body is over 200,000 bytes on the wire")


async def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    async def large(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        await writer.drain()

    async with raw_site(large) as url:
        assert (await failure(url)).failure == "too-large"


async def test_endless_redirects_end() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": f"/{len(asked)}"})

    async with site(handler) as url:
        error = await failure(url)
    assert error.failure == "redirects"
    assert error.reason == f"over 10 redirects, the last to {url}/11"
    assert len(asked) == 11


async def test_a_redirect_to_nowhere_is_told() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302)

    async with site(handler) as url:
        assert (await failure(url)).reason == "status 302 redirects to nowhere"


async def _says_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(20)


async def _drips_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _drips_a_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _goes_on_to_promise(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("slow", [_says_nothing, _drips_headers, _drips_a_body, _goes_on_to_promise])
async def test_a_slow_server_costs_its_time_and_no_more(
    slow: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async with raw_site(slow) as url:
        started = time.monotonic()
        error = await failure(url, limits=replace(LIMITS, seconds=0.5))
        spent = time.monotonic() - started
    assert (error.failure, error.reason) == ("slow", "no whole answer within 0.5 s")
    assert 0.4 < spent < 5


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Header: value\r\n" * 1000)
        await writer.drain()


async def _a_long_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
    await writer.drain()


async def _no_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await writer.drain()


async def _hangs_up(writer: asyncio.StreamWriter) -> None:
    """Says nothing at all."""


async def _ends_early(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()


@pytest.mark.parametrize("strange", [_endless_headers, _a_long_header, _no_http, _hangs_up, _ends_early])
async def test_an_answer_that_is_no_http_is_told(strange: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
    async with raw_site(strange) as url:
        assert (await failure(url)).failure == "unreachable"


async def test_nobody_there_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        error = await failure(f"http://127.0.0.1:{bound.getsockname()[1]}/")
    assert error.failure == "unreachable"
    assert "no connection (" in error.reason
