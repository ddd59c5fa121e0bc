"""What projects import from celery.utils, imports, nodenames and text: symbols, qualified names, node names."""

import os
import socket

from celery import Celery, Task
from celery.utils import cached_property, get_cls_by_name, get_full_cls_name, nodename, nodesplit
from celery.utils.imports import gen_task_name, import_from_cwd, instantiate, qualname, symbol_by_name
from celery.utils.nodenames import anon_nodename, default_nodename, gethostname, host_format, node_format
from celery.utils.text import abbr, truncate

from compat_tests.recorder import outcome


class Outer:
    class Inner:
        pass

    def method(self):
        pass

    @cached_property
    def cached(self):
        self.count = getattr(self, "count", 0) + 1
        return self.count


def drive(record):
    record(
        "qualname", qualname(Outer), qualname(Outer.Inner), qualname(Outer()), qualname(Outer.method), qualname(drive)
    )
    record(
        "other names",
        qualname(dict),
        qualname("text"),
        get_full_cls_name(Task).rpartition(".")[2],
        get_full_cls_name(Outer),
    )
    record("symbol", symbol_by_name("os.path.join") is os.path.join, symbol_by_name("os.path:join") is os.path.join)
    record("symbol", symbol_by_name(Outer) is Outer, get_cls_by_name("short", {"short": "os:getcwd"}) is os.getcwd)
    record(
        "default",
        symbol_by_name("no.such:Thing", default=5),
        outcome(symbol_by_name, "os:nope"),
        outcome(symbol_by_name, "no.such.x"),
    )
    record("instantiate", instantiate("collections.OrderedDict", a=1), instantiate(Outer).__class__ is Outer)
    record("from cwd", import_from_cwd("json").__name__)
    app = Celery("main_name", set_as_current=False)
    record(
        "task names", gen_task_name(app, "f", "a.b"), gen_task_name(app, "f", "__main__"), gen_task_name(app, "f", None)
    )
    record("nodes", nodename("w", "host"), nodesplit("w@host"), nodesplit("host"), nodesplit("a@b@c"))
    record(
        "default",
        default_nodename("w@h"),
        default_nodename("h2"),
        default_nodename(None) == f"celery@{socket.gethostname()}",
    )
    record("own", gethostname() == socket.gethostname(), anon_nodename("h", prefix="p") == f"p{os.getpid()}@h")
    record("format", host_format("%h %n %d %%", host="a.b.c", name="w"), node_format("%n-%h-%d", "w@a.b"))
    record("cached_property", Outer().cached, (lambda o: (o.cached, o.cached, o.count))(Outer()))
    record("truncate", truncate("abcdef", 4), truncate("abc", 5), truncate("a b c d", 5, "!"), truncate("abcdef", 6))
    record("abbr", abbr("a.long.name", 6), abbr("short", 10), abbr(None, 3), abbr("long name", 4, ""))
