"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from pipeline.sources.fetching import AddressPolicy

REFUSED = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.8.8"),
    *("169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.192"),
    *("192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%2", "fec0::1", "ff02::1"),
    *("localhost", "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", ""),
)
ALLOWED = (
    "8.8.8.8",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.1",
)
ALLOWED_IPV6 = ("2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("host", REFUSED)
def test_what_is_not_public_is_refused_on_every_port(host: str) -> None:
    for port in (80, 443, 8080):
        assert AddressPolicy().refusal(host, port), host


@pytest.mark.parametrize("host", [*ALLOWED, *ALLOWED_IPV6])
def test_what_is_public_is_allowed_on_the_ports_of_the_web(host: str) -> None:
    assert AddressPolicy().refusal(host, 80) is None
    assert AddressPolicy().refusal(host, 443) is None


@pytest.mark.parametrize("port", [0, 22, 25, 53, 110, 2181, 3306, 5432, 6379, 9092, 9200, 11211, 65535])
def test_ports_of_other_protocols_are_refused(port: int) -> None:
    assert f"port {port} " in (AddressPolicy().refusal("8.8.8.8", port) or "")


def test_a_named_network_is_allowed_on_every_port_and_nothing_beside_it_is() -> None:
    policy = AddressPolicy((ip_network("10.1.0.0/16"), ip_network("fd12::/16")))
    assert policy.refusal("10.1.2.3", 9999) is None
    assert policy.refusal("::ffff:10.1.2.3", 9999) is None
    assert policy.refusal("fd12::1", 9999) is None
    assert policy.refusal("64:ff9b::10.1.2.3", 80) == "64:ff9b::10.1.2.3 is not public (a private network)"
    assert policy.refusal("10.2.0.1", 80) == "10.2.0.1 is not public (a private network)"
    assert policy.refusal("fd13::1", 80) == "fd13::1 is not public (local or reserved)"


@pytest.mark.parametrize("host", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "168.63.129.16"])
def test_no_named_network_opens_the_credentials_of_a_machine(host: str) -> None:
    everything = AddressPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert everything.refusal(host, 80) == f"{host} serves the credentials of machines"
