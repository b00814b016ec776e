"""Under which address other devices reach what this computer serves. Asks no one: it works without the internet."""

import ipaddress
import socket
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

# No other device is on these networks, which virtual machines and containers make (the beginnings of their names).
VIRTUAL = ("br-", "docker", "lxc", "podman", "tap", "tun", "utun", "vboxnet", "veth", "virbr", "vmnet", "zt")
ANYWHERE = "192.0.2.1"  # of a network for documentation (RFC 5737): nothing is sent there

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def host_of(url: str) -> str:
    """The host in an address of the web; "" where that is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return ""


def is_this_computer(host: str) -> bool:
    """Whether `host`, a name or an IP address, means the computer that says it, whichever that is."""
    address = _address(host)
    if address is not None:
        return address.is_loopback or address.is_unspecified
    return host == "localhost" or host.endswith(".localhost")


def hosts_for_others(host: str, listens_on: str, own: Sequence[str]) -> list[str]:
    """What other devices write for `host`, by which a visitor came; best first, [] where no other can come.

    `listens_on` is the address that the server listens on, "" for all; `own` are this computer's, see `own_addresses`.
    """
    if not is_this_computer(host):
        return [host]
    if not is_anywhere(listens_on):
        return [] if is_this_computer(listens_on) else [listens_on]
    return list(own)


def is_anywhere(listens_on: str) -> bool:
    """Whether a server with this address listens to all networks: "", 0.0.0.0 or ::."""
    address = _address(listens_on)
    return not listens_on or (address is not None and address.is_unspecified)


def with_host(url: str, host: str) -> str:
    """`url` with another host; its scheme, port and path are kept."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    written = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=written + port))


def own_addresses() -> list[str]:
    """This computer's addresses on its networks, those first that other devices of the room most likely reach.

    [] where it is on no network.
    """
    import psutil  # noqa: PLC0415 (the first page does not need it)

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        (name, entry.address)
        for name, entries in psutil.net_if_addrs().items()
        if name in up
        for entry in entries
        if entry.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return ranked(found, _routed())


def ranked(found: Sequence[tuple[str, str]], routed: str) -> list[str]:
    """The addresses in `found`, pairs of an interface's name and an address, best first.

    IPv4 before IPv6, which nobody types; real interfaces before virtual ones; private before public addresses, since
    the class is on one network; then `routed`, by which this computer itself reaches others.
    """
    usable = {
        str(address): (address.version, name.lower().startswith(VIRTUAL), not address.is_private, text != routed)
        for name, text in found
        if (address := _address(text)) is not None and not (address.is_loopback or address.is_link_local)
    }
    return sorted(usable, key=usable.__getitem__)


def _routed() -> str:
    """The address by which this computer reaches others; "" where it knows no way."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((ANYWHERE, 9))  # of a datagram socket: looks up the way and sends nothing
        return str(probe.getsockname()[0])
    return ""


def _address(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
