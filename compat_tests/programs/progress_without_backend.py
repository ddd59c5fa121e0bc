"""update_state, send_event, add_trail and backend calls in a task, where no result backend is configured."""

from celery import current_task, shared_task, states

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self, total):
    for done in range(total):
        record("update_state", outcome(self.update_state, state="PROGRESS", meta={"done": done, "total": total}))
    record("by position", outcome(self.update_state, self.request.id, "PROGRESS", {"done": 5}))
    record("without arguments", outcome(self.update_state))
    record(
        "Celery's own states", outcome(self.update_state, state=states.STARTED), outcome(self.update_state, None, "X")
    )
    record("of another task", outcome(self.update_state, task_id="other", state="PROGRESS"))
    record("request given", outcome(self.update_state, state="PROGRESS", meta=None))
    record("by current_task", outcome(lambda: current_task.update_state(state="PROGRESS", meta={"a": [1]})))
    record("send_event", outcome(self.send_event, "task-progress", done=5), outcome(self.send_event, "x", retry=False))
    record("add_trail", self.add_trail("anything"), self.request.children, self.trail)
    return "done"


@shared_task(bind=True, trail=False)
def no_trail(self):
    record("add_trail", self.add_trail("anything"), self.request.children)
    task.apply_async((0,), queue="later")
    record("children", self.request.children)


def drive(record):
    record("outside", outcome(task.update_state, state="PROGRESS"), outcome(task.update_state, "id", "PROGRESS", {}))
    record("outside", outcome(task.send_event, "task-x"), outcome(task.add_trail, "x"))
    record("applied", task.apply((1,)).get())
    record("directly", task(0))
    task.apply_async((2,), task_id="task")
    no_trail.apply_async(task_id="no trail")
