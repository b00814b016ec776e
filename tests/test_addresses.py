"""Which address a shared link gets, on the networks that schools have."""

import pytest

from mnist_demo import addresses

HOME = ("wlan0", "192.168.178.20")
SCHOOL = ("eth0", "10.4.7.12")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1", "[::1]", "0.0.0.0", "demo.localhost"])
def test_names_of_this_computer_are_known(host: str) -> None:
    assert addresses.is_this_computer(host)


@pytest.mark.parametrize("host", ["192.168.1.5", "mnist.school.example", "localhost.example", "2001:db8::1"])
def test_names_that_others_can_use_are_used_as_they_are(host: str) -> None:
    assert addresses.hosts_for_others(host, "127.0.0.1", ["10.0.0.1"]) == [host]


@pytest.mark.parametrize(
    ("listens_on", "expected"),
    [
        ("", ["10.0.0.1", "192.168.1.5"]),
        ("0.0.0.0", ["10.0.0.1", "192.168.1.5"]),
        ("::", ["10.0.0.1", "192.168.1.5"]),
        ("127.0.0.1", []),
        ("localhost", []),
        ("::1", []),
        ("192.168.1.5", ["192.168.1.5"]),
    ],
)
def test_who_came_by_localhost_shares_what_the_server_listens_on(listens_on: str, expected: list[str]) -> None:
    assert addresses.hosts_for_others("localhost", listens_on, ["10.0.0.1", "192.168.1.5"]) == expected


@pytest.mark.parametrize(
    ("found", "routed", "expected"),
    [
        ([("lo", "127.0.0.1"), ("lo", "::1")], "", []),
        ([("lo", "127.0.0.1"), HOME], HOME[1], [HOME[1]]),
        ([HOME, SCHOOL], SCHOOL[1], [SCHOOL[1], HOME[1]]),
        ([HOME, SCHOOL], "", [HOME[1], SCHOOL[1]]),
        ([("docker0", "172.17.0.1"), ("br-5f2", "172.18.0.1"), HOME], "", [HOME[1], "172.17.0.1", "172.18.0.1"]),
        ([("eth1", "8.8.4.4"), SCHOOL], "8.8.4.4", [SCHOOL[1], "8.8.4.4"]),
        ([("eth0", "169.254.3.4"), ("eth0", "fe80::1%eth0")], "", []),
        ([("eth0", "2001:4860::1"), ("eth0", "fd00::7"), HOME], "", [HOME[1], "fd00::7", "2001:4860::1"]),
        ([("eth0", "nonsense")], "", []),
    ],
    ids=["none", "one", "two", "no way out", "containers", "public", "unconfigured", "IPv6", "nonsense"],
)
def test_the_likeliest_address_comes_first(found: list[tuple[str, str]], routed: str, expected: list[str]) -> None:
    assert addresses.ranked(found, routed) == expected


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        ("http://localhost:8501/", "10.4.7.12", "http://10.4.7.12:8501/"),
        ("http://127.0.0.1:80/mnist/train", "10.4.7.12", "http://10.4.7.12:80/mnist/train"),
        ("https://localhost/", "10.4.7.12", "https://10.4.7.12/"),
        ("http://[::1]:8501/", "fd00::7", "http://[fd00::7]:8501/"),
    ],
)
def test_scheme_port_and_path_stay(url: str, host: str, expected: str) -> None:
    assert addresses.with_host(url, host) == expected


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "http://[::", "http://host:99999/", "http://host:port/"])
def test_what_is_no_address_has_no_host(url: str) -> None:
    assert addresses.host_of(url) == ""


def test_this_computers_own_addresses_are_none_that_only_it_can_use() -> None:
    assert not [address for address in addresses.own_addresses() if addresses.is_this_computer(address)]
