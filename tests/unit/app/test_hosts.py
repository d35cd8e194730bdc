"""One DSN, several hosts: each is reached by a DSN of its own."""

import pytest

from app.store.hosts import hosts_of


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://u:p@h/db", ["postgresql://u:p@h/db"]),
        ("postgresql:///db", ["postgresql:///db"]),
        ("postgresql://u:p@a:1,b:2/db?sslmode=disable",
         ["postgresql://u:p@a:1/db?sslmode=disable", "postgresql://u:p@b:2/db?sslmode=disable"]),
        ("postgresql://u:p,q@a,b/db", ["postgresql://u:p,q@a/db", "postgresql://u:p,q@b/db"]),
        ("postgresql://u:p@[::1]:1,b/db", ["postgresql://u:p@[::1]:1/db", "postgresql://u:p@b/db"]),
        ("postgresql://u@/db?host=/run/a,/run/b&port=1,2",
         ["postgresql://u@/db?host=/run/a&port=1", "postgresql://u@/db?host=/run/b&port=2"]),
        ("postgresql://u@/db?host=a,b&port=7&sslmode=require",
         ["postgresql://u@/db?host=a&port=7&sslmode=require", "postgresql://u@/db?host=b&port=7&sslmode=require"]),
        ("postgresql://u@/db?host=/run/only", ["postgresql://u@/db?host=/run/only"]),
    ],
)  # fmt: skip
def test_each_host_is_asked_by_itself(dsn: str, hosts: list[str]) -> None:
    assert list(hosts_of(dsn)) == hosts
