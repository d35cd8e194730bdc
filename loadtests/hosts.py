"""A host on this machine: a network namespace, and how to be in it."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NETWORK_NAMESPACE: Final = 0x40000000  # CLONE_NEWNET, linux/sched.h


@dataclass(frozen=True, slots=True)
class Host:
    """`inside` begins a command that runs there; `cable` is its end at the bridge."""

    namespace: str
    address: str
    cable: str
    ip: str

    @property
    def inside(self) -> tuple[str, ...]:
        return (self.ip, "netns", "exec", self.namespace)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let what this thread starts within the block run there. The block must not await."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/thread-self/ns/net").open() as home, Path(f"/run/netns/{self.namespace}").open() as there:
            _enter(libc, there.fileno())
            try:
                yield
            finally:
                _enter(libc, home.fileno())


def _enter(libc: ctypes.CDLL, namespace: int) -> None:
    if libc.setns(namespace, NETWORK_NAMESPACE) != 0:
        raise OSError(ctypes.get_errno(), "setns")
