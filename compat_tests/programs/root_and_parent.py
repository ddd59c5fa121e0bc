"""root_id and parent_id along nested delays, and that a direct call does not count."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def grandparent(self):
    request = self.request
    record("grandparent", request.id, request.root_id, request.parent_id)
    result = parent.delay()
    record("result", result.id, [child.id for child in request.children], result.parent)


@shared_task(bind=True)
def parent(self):
    record("parent", self.request.id, self.request.root_id, self.request.parent_id)
    direct()
    child.apply_async(("by apply_async",))
    child.s("by signature").delay()
    child.apply_async(("with own ids",), root_id="ROOT", parent_id="PARENT")
    child.apply_async(("not a child",), add_to_parent=False)
    record("children", len(self.request.children))


@shared_task(bind=True)
def direct(self):
    child.delay("from a direct call")


@shared_task(bind=True, max_retries=1)
def child(self, label):
    record("child", label, self.request.root_id, self.request.parent_id, self.request.retries)
    if not self.request.retries:
        raise self.retry(countdown=0)


def drive(record):
    grandparent.delay()
    child.apply_async(("from outside",), root_id="R", parent_id="P")
