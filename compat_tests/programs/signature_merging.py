"""Arguments of the call are put in front, keywords and options override; immutable signatures take options only."""

from celery import shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def show(self, *args, **kwargs):
    record("show", args, kwargs, self.request.headers)
    return args, kwargs


def drive(record):
    s = show.s(2, z=3)
    record("clone", dict(s.clone((1,), {"z": 9, "a": 1}, countdown=5)), dict(s))
    record("clone copies", s.clone() == s, s.clone() is s, s.clone().options is s.options, s.clone().kwargs is s.kwargs)
    i = show.si(2, z=3)
    record("clone of immutable", dict(i.clone((1,), {"z": 9}, countdown=5)))
    record("called", s(1), s(1, z=4), i(1), i())
    record("apply", s.apply((1,), {"y": 5}).get(), i.apply((1,)).get())
    s.delay(1)
    s.delay(1, z=9, q=0)
    s.apply_async((1,), {"y": 2}, headers={"a": 1})
    i.delay(1, z=9)
    i.apply_async((5,), headers={"b": 2})
    show.s().delay()
    nested = show.s(3).clone((2,)).clone((1,))
    nested.delay(0)
    record("set returns self", s.set(countdown=7) is s, s.options)
    record("set merges", s.set(priority=1).options, show.s().set(immutable=True).immutable)
    record("replace", dict(show.s(1, a=1).replace(args=())), dict(show.s(1).replace(kwargs={"b": 2}, options={"x": 1})))
    s = show.s(1)
    s.args, s.kwargs["late"] = (9,), True
    s.delay()
    record("option None is dropped", show.s().set(countdown=None).options)
    record("positional set", outcome(show.s().set, 1))
