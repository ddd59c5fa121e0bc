"""Names of workers and of the processes that send tasks: ``name@host``."""

from __future__ import annotations

import os
import socket
from functools import cache

__all__ = ("anon_nodename", "default_nodename", "gethostname", "nodename", "nodesplit")

NODENAME_DEFAULT = "celery"
NODENAME_SEP = "@"


@cache
def gethostname() -> str:
    """This host; asked once."""
    return socket.gethostname()


def nodename(name: str, hostname: str) -> str:
    return f"{name}{NODENAME_SEP}{hostname}"


def nodesplit(name: str) -> tuple[str | None, str] | list[str]:
    """(name, host); the name is None when there is only a host."""
    parts = name.split(NODENAME_SEP, 1)
    return (None, parts[0]) if len(parts) == 1 else parts


def default_nodename(hostname: str, default_name: str = NODENAME_DEFAULT) -> str:
    name, host = nodesplit(hostname or "")
    return nodename(name or default_name, host or gethostname())


def anon_nodename(hostname: str | None = None, prefix: str = "gen") -> str:
    """The name of this process."""
    return nodename(f"{prefix}{os.getpid()}", hostname or gethostname())


def host_format(s: str, host: str | None = None, name: str | None = None, **extra: str) -> str:
    """Fill in %h (host), %n (name), %d (domain) and %%."""
    host = host or gethostname()
    short, _, domain = host.partition(".")
    keys = {"h": host, "n": name or short, "d": domain, "%": "%", **extra}
    pieces = s.split("%")
    text, rest = [pieces[0]], iter(pieces[1:])
    for piece in rest:
        if not piece:
            text.append("%" + next(rest, ""))
        else:
            text.append(str(keys.get(piece[0], "%" + piece[0])) + piece[1:])
    return "".join(text)


def node_format(s: str, name: str, **extra: str) -> str:
    """``host_format`` with the parts of a worker's name."""
    short, host = nodesplit(name)
    return host_format(s, host, short or NODENAME_DEFAULT, p=name, **extra)
