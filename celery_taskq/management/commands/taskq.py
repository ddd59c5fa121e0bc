"""manage.py taskq: start a worker."""

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..._state import get_current_app
from ...bin.worker import add_arguments, worker_options
from ...checks import check_database
from ...worker.process import run_worker


class Command(BaseCommand):
    help = "Run tasks: claims due jobs from the database, one at a time for each process, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        # Not self.check(databases=…): Django's own checks connect, and a worker waits for a database that is away.
        for message in check_database():
            if message.is_serious():
                raise CommandError(str(message))
            self.stderr.write(str(message))
        try:
            sys.exit(run_worker(get_current_app(), worker_options(options)))
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
