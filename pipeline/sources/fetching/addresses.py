"""Which addresses of the internet may be connected to: public ones, and those that the operator names.

Names are not judged, nor the many ways to write a number: what counts is the address that a socket is to connect to.

Sources: the IANA registries of special-purpose addresses for IPv4 and IPv6, of multicast, and RFC 6052 (NAT64). What
serves the credentials of a cloud's machines is refused also where it is public or lies in a named network.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

_SPECIAL = {
    ip_network(text): kind
    for text, kind in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's own network"),
        ("127.0.0.0/8", "this host"),
        ("169.254.0.0/16", "a link-local network"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "for measurements"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("2001::/23", "reserved"),  # Teredo, which holds an IPv4 address, among others
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "reserved"),  # 6to4, which holds an IPv4 address
        ("3fff::/20", "for documentation"),
    )
}
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_METADATA = {
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure, and most others
        "169.254.169.253",
        "169.254.169.123",
        "169.254.170.2",  # AWS containers
        "169.254.170.23",
        "169.254.0.23",  # Tencent
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure, a public address
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",  # Google
    )
}
# Where sites are served; other ports speak other protocols, which a request could be made to speak to.
_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})


class AddressPolicy(Struct, frozen=True):
    """What may be connected to.

    Attributes:
        named_networks: Networks of the operator's own, allowed on every port though they are not public.
    """

    named_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def refusal(self, host: str, port: int) -> str | None:
        """Why a socket may not connect there, in one line; None where it may.

        Args:
            host: An address as the system gives it, never a name.
            port: The port that would be connected to.
        """
        try:
            written = ip_address(host)
        except ValueError:
            return "it is not told by its address"
        address = _plain(written)
        final = _behind_translator(address)
        if final in _METADATA:
            return f"{host} serves the credentials of machines"
        if any(address in network for network in self.named_networks):
            return None
        if (kind := _special(final)) is not None:
            return f"{host} is not public ({kind})"
        if port not in _PORTS:
            return f"port {port} is not one of {', '.join(map(str, sorted(_PORTS)))}"
        return None


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that the system would connect to: IPv4 where it is mapped, and without a zone."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _behind_translator(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that the network's translator (NAT64) would connect to; else the same."""
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address


def _special(address: IPv4Address | IPv6Address) -> str | None:
    """What kind of address it is; None where it is public."""
    for network, kind in _SPECIAL.items():
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return "this host" if address.is_loopback or address.is_unspecified else "local or reserved"
    return None
