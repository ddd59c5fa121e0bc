"""uuid, gen_unique_id and what people build from them: ids made before the call, by name, and kept in a model."""

import uuid as standard

from celery import Task, shared_task, uuid
from celery.utils import gen_unique_id
from celery.utils import uuid as uuid_of_utils

from compat_tests.recorder import record


class Deduplicated(Task):
    """The same arguments have the same id."""

    def apply_async(self, args=None, kwargs=None, task_id=None, **options):
        text = f"{self.name} {args} {sorted((kwargs or {}).items())}"
        return super().apply_async(
            args, kwargs, task_id=task_id or str(standard.uuid5(standard.NAMESPACE_URL, text)), **options
        )


@shared_task(bind=True, base=Deduplicated)
def deduplicated(self, x):
    record("deduplicated", x, standard.UUID(self.request.id).version)


@shared_task(bind=True)
def task(self, expected):
    record("expected", self.request.id == expected, self.request.root_id == expected)


def drive(record):
    record("same function", uuid is uuid_of_utils, gen_unique_id is uuid, type(uuid()), len(uuid()))
    record("version", standard.UUID(uuid()).version, standard.UUID(gen_unique_id()).variant, uuid() == uuid())
    record("many", len({uuid() for _ in range(1000)}), uuid() == uuid().lower(), uuid().count("-"))
    given = uuid()
    record("known before", task.apply_async((given,), task_id=given).id == given)
    frozen = task.s(None)
    record("frozen", frozen.freeze().id == frozen.id, len(frozen.id))
    first, second = deduplicated.delay(1), deduplicated.apply_async((1,))
    record("same arguments", first.id == second.id, first == second, deduplicated.delay(2).id == first.id)
    record("ids of results", standard.UUID(task.apply_async((None,)).id).version)
    record("eager", standard.UUID(task.apply((None,)).id).version, task.apply((given,), task_id=given).id == given)
