"""manage.py import_subscribers FILE: sign up everybody who is listed in a CSV file."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from mailing.signup import sign_up

COLUMNS = ["name", "email", "language", "plan"]


class Command(BaseCommand):
    help = "Sign up everybody in a CSV file with the columns name, email, language, plan; known addresses are skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> str:
        added = known = 0
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if reader.fieldnames != COLUMNS:
                raise CommandError(f"{file} has the columns {reader.fieldnames}, expected {COLUMNS}")
            for row in reader:
                try:
                    sign_up(**row)
                    added += 1
                except IntegrityError:
                    known += 1
        return f"{added} subscribers added, {known} were known already."
