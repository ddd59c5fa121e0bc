"""python -m demo: the whole demo. python -m demo admin: the admin, on what the demo left behind."""

from __future__ import annotations

import sys
import time

from .preparation import DEMO_DIR, only_one, remove_last_run, require_packages, set_up_django, shown, stop_like_ctrl_c
from .processes import DemoFailed


def demo() -> int:
    """Run everything and print the table; 0 when all accounts agree, 1 when they do not."""
    from .smtp_server import MailServer

    started = time.monotonic()
    log = DEMO_DIR / "worker.log"
    with only_one(), MailServer() as server:
        remove_last_run()
        set_up_django(smtp_port=server.port)
        from . import play, report, speed
        from .expected import SUBSCRIBERS, read_expected

        expected = read_expected()
        print(f"celery_taskq demo: {expected.subscribers} subscribers from {shown(SUBSCRIBERS)}")
        print(f"database: {shown(DEMO_DIR / 'newsletter.sqlite3')} (SQLite); mail server: 127.0.0.1:{server.port}\n")
        print(play.sign_everybody_up())
        print(f"manage.py {' '.join(play.WORKER)}   (its log: {shown(log)})\n")
        drain = play.deliver(server, expected, log)
        wrong = report.disagreements(expected, server)
        print("", *report.table(expected, server), "", sep="\n", flush=True)
        print(f"e-mails       {drain}, 2 workers, until none was due", flush=True)
        print(f"no-op tasks   {speed.drain_no_op(log)}, 1 worker, each commit flushed to disk")
    print(f"total time    {time.monotonic() - started:.1f} s\n")
    return _conclude(wrong)


def _conclude(wrong: list[str]) -> int:
    if wrong:
        print("DISAGREES with what was expected:", *(f"  - {sentence}" for sentence in wrong), sep="\n")
        print(f"\nThe worker's log is {shown(DEMO_DIR / 'worker.log')}; the tasks are in the admin: make demo-admin")
        return 1
    print("All agree: every e-mail that was due lies in the mail server's mailbox exactly once, and no other does.")
    print("The failed, dirty and future tasks wait in Django's admin. To look at them and retry them: make demo-admin")
    return 0


def main() -> int:
    stop_like_ctrl_c()
    try:
        require_packages()
        if sys.argv[1:] == ["admin"]:
            from .admin_site import serve

            return serve()
        if sys.argv[1:]:
            raise DemoFailed(f"{sys.argv[1:]} is not understood: expected nothing, or admin")
        return demo()
    except DemoFailed as failure:
        print(f"\nThe demo stopped: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; no process is left behind.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
