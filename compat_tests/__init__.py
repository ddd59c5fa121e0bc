"""The same programs under real Celery and under celery_taskq: what both must show is compared.

A program is a module in programs/, written as people write it for Celery, with a function ``drive(record)`` that calls
tasks, and, where something is to be looked at when all tasks have ended, ``after(record)``. Both run in the producer,
tasks in a worker, another process. The module is loaded as ``proj.tasks`` in both.

    from celery import shared_task
    from compat_tests.recorder import outcome, record

    @shared_task(bind=True)
    def add(self, x, y):
        record("add", x, y, self.request.retries)

    def drive(record):
        record("too few arguments", outcome(add.delay, 1))
        add.apply_async((1, 2), task_id="three")

What programs record is compared, and besides that, without their help, every task signal with its arguments, Celery's
log lines, and what is in the dead letters at the end. The worker starts when drive() has returned and ends when its
queues are empty: QUEUES = ["celery", …] at the top of the module names them; a task for a queue that is not named there
stays. DJANGO = True gives the program a Django project under Celery too. Ids, times near now, addresses and hosts
are masked.

Where celery_taskq differs on purpose, differences.toml says so, and why. COMPAT_SIDES="celery celery" compares Celery
with itself, which shows whether a program records the same each time. TASKQ_TEST_DATABASE chooses the database.
"""
