"""State that outlives a run: module globals, caches, attributes of tasks and of functions, lazily made clients."""

import functools

from celery import Task, shared_task, signals

from compat_tests.recorder import record

counter = 0
seen = {}


class Client:
    made = 0

    def __init__(self):
        Client.made += 1
        self.calls = 0

    def call(self):
        self.calls += 1
        return self.calls


class WithClient(Task):
    _client = None

    @property
    def client(self):
        if self._client is None:
            self._client = Client()
        return self._client

    @functools.cached_property
    def cached(self):
        record("cached_property is computed", self.name)
        return Client()


@functools.lru_cache
def settings_of(tenant):
    record("looked up", tenant)
    return {"tenant": tenant}


@shared_task
def counts():
    global counter
    counter += 1
    counts.total = getattr(counts, "total", 0) + counter
    record("counts", counter, counts.total)


@shared_task(bind=True, base=WithClient)
def one(self):
    record("one", self.client.call(), self.cached.call(), Client.made)


@shared_task(bind=True, base=WithClient)
def two(self):
    record("two", self.client.call(), self.cached.call(), Client.made)


@shared_task
def caches(tenant):
    seen.setdefault(tenant, []).append(settings_of(tenant)["tenant"])
    record("caches", seen, settings_of.cache_info().hits)


@shared_task(bind=True)
def keeps_on_request(self):
    record("fresh", getattr(self.request, "kept", "nothing"), self.request.get("kept"))
    self.request.kept = "until the end of the run"


@signals.task_postrun.connect
def forget(sender=None, **kwargs):
    if sender.name.endswith("caches"):
        settings_of.cache_clear()


def drive(record):
    counts()
    record("the producer has its own", counter, counts.total)
    for _ in range(3):
        counts.delay()
    for task in (one, two, one):
        task.delay()
    for tenant in ("a", "a", "b"):
        caches.delay(tenant)
    keeps_on_request.delay()
    keeps_on_request.delay()
