"""What Django's fields cannot say of the table: how PostgreSQL vacuums it, how MySQL compares names."""

from django.db import migrations

TABLE = "celery_taskq_job"

_POSTGRESQL = f"""
ALTER TABLE {TABLE} SET (
    -- Room on each page for the row's next version, so that claims and heartbeats are HOT where no index changes.
    fillfactor = 70,
    -- A queue is all dead rows: vacuum by their number, not by a share of a table that is nearly empty.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_vacuum_cost_delay = 0
)"""
_POSTGRESQL_BACK = f"""
ALTER TABLE {TABLE} RESET (
    fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor,
    autovacuum_vacuum_cost_delay
)"""
# The server's default collation takes 'Mail' or 'mail ' for 'mail', in queues, names and ids; and every text must fit.
_MYSQL = f"ALTER TABLE {TABLE} CONVERT TO CHARACTER SET utf8mb4 COLLATE {{collation}}"


def tune(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL)
    elif vendor == "mysql":
        mariadb = schema_editor.connection.mysql_is_mariadb
        schema_editor.execute(_MYSQL.format(collation="utf8mb4_nopad_bin" if mariadb else "utf8mb4_0900_bin"))


def untune(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_BACK)


class Migration(migrations.Migration):
    # MySQL commits each DDL statement by itself.
    atomic = False

    dependencies = [("celery_taskq", "0001_initial")]
    operations = [migrations.RunPython(tune, untune)]
