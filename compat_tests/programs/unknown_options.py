"""Unknown decorator options become attributes of the task; known ones that are misspelled do too."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True, verbose_name="Send mail", unique_on=["user_id"], ignore_results=True, retry_delays=[1, 2])
def send(self, user_id):
    record("send", self.verbose_name, self.unique_on, self.ignore_results, self.retry_delays, self.ignore_result)


@shared_task(
    bind=True,
    rate_limit="100/s",
    time_limit=60,
    soft_time_limit=50,
    track_started=True,
    acks_late=True,
    reject_on_worker_lost=True,
    serializer="json",
    send_events=False,
    store_errors_even_if_ignored=True,
    trail=False,
    typing=False,
    compression=None,
    resultrepr_maxsize=10,
)
def known(self):
    names = (
        "rate_limit time_limit soft_time_limit track_started acks_late acks_on_failure reject_on_worker_lost "
        "serializer send_events store_errors_even_if_ignored trail typing resultrepr_maxsize expires "
        "priority throws max_retries default_retry_delay ignore_result store_eager_result from_config abstract"
    )
    record("known", **{name: getattr(self, name) for name in names.split()})
    return "a long result that is cut in the log"


def drive(record):
    record("attributes", send.verbose_name, send.unique_on, hasattr(send, "nope"), send.ignore_result)
    send.delay(5)
    known.delay()
    send.verbose_name = "changed"
    record("set", send.verbose_name)
    del send.verbose_name
    record("deleted", send.verbose_name)
