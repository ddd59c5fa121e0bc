"""retry(throw=False): the task goes on and ends as it ends, and the retry is queued all the same."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def goes_on(self):
    record("goes_on", self.request.retries)
    if self.request.retries == 0:
        retry = self.retry(countdown=0, throw=False)
        record("returned", retry, type(retry), retry.when)
        return "first"
    return "second"


def drive(record):
    goes_on.apply_async(task_id="goes_on")
