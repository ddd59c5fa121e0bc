"""What an app has in Celery that takes a broker, a result backend or a worker in this process: refused in use."""

from __future__ import annotations

from typing import Any, NoReturn

SECTION = 'See MIGRATION.md, "What is refused or missing, and what to write instead".'


def refuse(what: str, instead: str) -> NoReturn:
    """Raise NotImplementedError with what to do instead."""
    raise NotImplementedError(f"{what} is not supported: {instead}. {SECTION}")


def _refused_property(name: str, instead: str) -> Any:
    def refused(self: Any) -> NoReturn:
        refuse(f"app.{name}", instead)

    return property(refused, doc="Refused.")


_NO_BROKER = "there is no broker; tasks are rows, see celery_taskq.models.Job"
_NO_WORKER = "run `manage.py taskq`"


class WithoutBroker:
    """Base of the app with the attributes that are refused."""

    pool = _refused_property("pool", _NO_BROKER)
    producer_pool = _refused_property("producer_pool", _NO_BROKER)
    events = _refused_property("events", "nothing is sent to monitors; connect to the signals of celery_taskq.signals")
    backend = _refused_property("backend", "there is no result backend; write to a model of your own")
    Worker = _refused_property("Worker", _NO_WORKER)
    WorkController = _refused_property("WorkController", _NO_WORKER)
    Beat = _refused_property("Beat", "call delay() from a management command that cron runs")
    steps = _refused_property("steps", "a worker has no blueprint; connect to worker_init, worker_ready and so on")
    user_options = _refused_property("user_options", "a worker's options are those of the command; use an environment")

    def connection(
        self,
        hostname: Any = None,
        userid: Any = None,
        password: Any = None,
        virtual_host: Any = None,
        port: Any = None,
        ssl: Any = None,
        connect_timeout: Any = None,
        transport: Any = None,
        transport_options: Any = None,
        heartbeat: Any = None,
        login_method: Any = None,
        failover_strategy: Any = None,
        **kwargs: Any,
    ) -> NoReturn:
        """Refused."""
        refuse("app.connection()", _NO_BROKER)

    broker_connection = connection

    def connection_for_read(self, url: Any = None, **kwargs: Any) -> NoReturn:
        """Refused."""
        refuse("app.connection_for_read()", _NO_BROKER)

    def connection_for_write(self, url: Any = None, **kwargs: Any) -> NoReturn:
        """Refused."""
        refuse("app.connection_for_write()", _NO_BROKER)

    def connection_or_acquire(self, connection: Any = None, pool: bool = True, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        refuse("app.connection_or_acquire()", _NO_BROKER)

    default_connection = connection_or_acquire

    def producer_or_acquire(self, producer: Any = None) -> NoReturn:
        """Refused."""
        refuse("app.producer_or_acquire()", _NO_BROKER)

    default_producer = producer_or_acquire

    def setup_security(
        self,
        allowed_serializers: Any = None,
        key: Any = None,
        key_password: Any = None,
        cert: Any = None,
        store: Any = None,
        digest: str = "sha256",
        serializer: str = "json",
    ) -> NoReturn:
        """Refused."""
        refuse("app.setup_security()", "tasks do not leave the database, whose roles say who may write them")

    def start(self, argv: Any = None) -> NoReturn:
        """Refused."""
        refuse("app.start()", _NO_WORKER)

    def worker_main(self, argv: Any = None) -> NoReturn:
        """Refused."""
        refuse("app.worker_main()", _NO_WORKER)

    def add_periodic_task(
        self, schedule: Any, sig: Any, args: Any = (), kwargs: Any = (), name: Any = None, **opts: Any
    ) -> NoReturn:
        """Refused in this version."""
        refuse("app.add_periodic_task()", "call delay() from a management command that cron runs")
