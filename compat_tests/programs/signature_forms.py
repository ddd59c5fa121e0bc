"""Ways to make a signature, its fields, its text, and equality."""

import copy
import json
import pickle

from celery import Signature, shared_task, signature
from celery.canvas import maybe_signature, subtask

from compat_tests.recorder import outcome, record


@shared_task
def add(x, y=1, **kwargs):
    record("add", x, y, kwargs)


def drive(record):
    record("s", dict(add.s(2, z=3)))
    record("si", dict(add.si(1)))
    record("signature", dict(add.signature((1,), {"k": 2}, countdown=5)))
    record("subtask", dict(add.subtask((1,))), subtask is signature)
    record("by name", dict(signature("proj.tasks.add", args=(1,), kwargs={"a": 1}, countdown=3, immutable=True)))
    record("list of args", add.signature([1, 2]).args)
    record("Signature", dict(Signature()), dict(Signature("a")))
    s = add.s(2, z=3)
    record("fields", s.task, s.name, s.args, s.kwargs, s.options, s.subtask_type, s.immutable, s.id)
    record("text", repr(s), str(add.s()), repr(add.s(1, 2)), repr(add.s(a={"b": 1})))
    record("kind", isinstance(s, dict), isinstance(s, Signature), list(s), bool(s))
    record("equal", add.s(1) == add.s(1), add.s(1) == dict(add.s(1)), add.s(1) == add.s(2), add.s(1) == add.si(1))
    record("hash", outcome(hash, s))
    record("json", json.dumps(s))
    back = signature(json.loads(json.dumps(s)))
    record("from json", type(back), back.args, back == s)
    back.delay(1)
    record("pickled", type(pickle.loads(pickle.dumps(s))), pickle.loads(pickle.dumps(s)) == s)
    record("copied", type(copy.copy(s)), type(copy.deepcopy(s)))
    record("of a signature", signature(s) is s, signature(s) == s, maybe_signature(s) is s, maybe_signature(None))
    record("maybe", type(maybe_signature(dict(s))), maybe_signature("text"))
    record("type and app", s.type is add._get_current_object(), s.app is add.app)
    record("unknown name", outcome(lambda: signature("nope").type))
