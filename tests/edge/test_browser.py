"""A person in front of the admin, in a real browser: light and dark, with screenshots to look at.

TASKQ_REQUIRE_BROWSER=1 makes a missing browser a failure instead of a skip.
TASKQ_SAVE_SCREENSHOTS=docs also writes the two pictures that the README shows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from celery_taskq.models import Job
from tests.factories import STATES, ago, make_job

from .conftest import list_url, page_url

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
WAIT = 20.0
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1440,1000",
)
TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/mail/tasks.py", line 31, in send_issue
    connection.send_messages([message_for(subscriber, issue)])
  File "/usr/lib/python3.13/smtplib.py", line 896, in sendmail
    raise SMTPRecipientsRefused(senderrs)
smtplib.SMTPRecipientsRefused: {'zoe@example.org': (550, b'5.1.1 no such user')}
"""


def _program(*names: str) -> str:
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        missing = f"none of {', '.join(names)} is installed: the admin is not tried in a browser"
        if os.environ.get("TASKQ_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium, chromedriver = _program("chromium", "chromium-browser", "google-chrome"), _program("chromedriver")
    from selenium import webdriver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
        driver.set_page_load_timeout(WAIT)
        yield driver
        driver.quit()


@pytest.fixture
def site(browser: Any, transactional_db: None) -> Iterator[str]:
    """The address of a running site with tasks in every state; the browser is logged in."""
    from django.contrib.staticfiles.testing import StaticLiveServerTestCase

    _fill()
    User.objects.create_superuser("ada", password="engine")
    with override_settings(DEBUG=False):
        StaticLiveServerTestCase.setUpClass()
        try:
            site = StaticLiveServerTestCase.live_server_url
            browser.get(f"{site}/admin/")
            browser.find_element("name", "username").send_keys("ada")
            browser.find_element("name", "password").send_keys("engine")
            _press(browser, "input[type=submit]")
            assert "Task queue" in browser.page_source
            yield site
            browser.get("about:blank")
        finally:
            StaticLiveServerTestCase.tearDownClass()


def _fill() -> None:
    people = ("zoe", "amir", "ben", "chloe", "dalia", "emil", "fanny", "goran", "hana", "ivo", "jun", "kaia")
    kinds = (
        (
            "mail",
            "shop.mail.send_issue",
            "SMTPRecipientsRefused: {{'{}@example.org': (550, b'5.1.1 no such user')}}",
            0,
        ),
        (
            "mail",
            "shop.mail.send_issue",
            "SMTPSenderRefused: (451, b'4.7.1 greylisted, try again', '{}@example.org')",
            5,
        ),
        ("celery", "shop.billing.charge", "CardDeclined: insufficient funds", 3),
    )
    for number, person in enumerate(people):
        queue, name, error, retries = kinds[number % 3]
        make_job(
            "failed",
            task_id=f"7c9e6679-7425-40de-944b-e07fc1f9{number:04}",
            queue=queue,
            name=name,
            argsrepr=f"({4100 + number}, '{person}')",
            kwargsrepr="{'issue': '2026-11'}" if queue == "mail" else "{}",
            error=error.format(person),
            traceback=TRACEBACK,
            retries=retries,
            failed_at=ago(47 * (number + 1) ** 2),
            created_at=ago(60 * (number + 2) ** 2 + 3600),
        )
    for number in range(3):
        make_job(
            "dirty",
            queue="reports",
            name="shop.reports.monthly_statement",
            argsrepr=f"({number + 21}, 'PDF')",
            kwargsrepr="{}",
            worker=f"taskq{number}@web-2:{4711 + number}",
            started_at=ago(700 + 400 * number),
            alive_at=ago(300 + 400 * number),
        )
        make_job("running", queue="mail", name="shop.mail.send_issue", argsrepr=f"({number},)", started_at=ago(number))
        make_job("pending", queue="mail", name="shop.mail.send_issue", argsrepr=f"({number},)", eta=ago(number))
        make_job(
            "future", queue="mail", name="shop.mail.remind", argsrepr=f"({number},)", eta=ago(-86400 * number - 60)
        )


def _press(browser: Any, selector: str) -> None:
    """Click, and wait for the page that follows."""
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.wait import WebDriverWait

    # A mark on the old page, and not the staleness of the button: asking for that in the middle of a navigation makes
    # the driver fail in ways that do not mean stale.
    browser.execute_script("window.isOldPage = true")
    browser.find_element("css selector", selector).click()
    WebDriverWait(browser, WAIT, ignored_exceptions=[WebDriverException]).until(
        lambda b: b.execute_script("return !window.isOldPage && document.readyState === 'complete'")
    )


def _theme(browser: Any, theme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def _picture(browser: Any, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))


def _luminance(browser: Any, selector: str, color: str) -> float:
    rgb = browser.find_element("css selector", selector).value_of_css_property(color)
    red, green, blue = (float(part) for part in rgb[rgb.index("(") + 1 : -1].split(",")[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_looks_at_every_list(browser: Any, site: str, theme: str) -> None:
    _theme(browser, theme)
    for state in STATES:
        browser.get(site + list_url(state))
        assert len(browser.find_elements("css selector", "#result_list tbody tr")) == (12 if state == "failed" else 3)
        assert browser.find_element("css selector", ".taskq-tabs [aria-current]").text.lower().startswith(state)
        page, tab = (_luminance(browser, at, "background-color") for at in ("body", ".taskq-tabs [aria-current]"))
        assert (page > 0.5) == (theme == "light")
        assert abs(tab - _luminance(browser, ".taskq-tabs [aria-current]", "color")) > 0.35
        _picture(browser, f"{state}-{theme}")
        errors = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert [message for message in errors if "favicon.ico" not in message] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_reads_the_traceback_of_a_failed_task_and_retries_it(browser: Any, site: str, theme: str) -> None:
    _theme(browser, theme)
    browser.get(site + list_url("failed"))
    _press(browser, "#result_list tbody tr th a")
    text = browser.find_element("css selector", "pre.taskq-text").text
    assert text == TRACEBACK.strip()
    background, color = (_luminance(browser, "pre.taskq-text", css) for css in ("background-color", "color"))
    assert abs(background - color) > 0.5
    _picture(browser, f"failed-page-{theme}")
    _press(browser, "input[value=Retry]")
    assert "1 task was retried." in browser.find_element("css selector", ".messagelist").text
    assert (Job.objects.failed().count(), Job.objects.pending().count()) == (11, 4)
    _picture(browser, f"failed-retried-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_retries_a_dirty_task_from_its_page(browser: Any, site: str, theme: str) -> None:
    _theme(browser, theme)
    job = Job.objects.dirty().first()
    browser.get(site + page_url("dirty", job.pk))
    _picture(browser, f"dirty-page-{theme}")
    _press(browser, "input[value=Retry]")
    assert "1 task was retried." in browser.find_element("css selector", ".messagelist").text
    assert Job.objects.pending().filter(pk=job.pk).exists()


def test_a_person_selects_dirty_tasks_of_which_one_was_claimed_anew(browser: Any, site: str) -> None:
    _theme(browser, "light")
    browser.get(site + list_url("dirty"))
    browser.find_element("css selector", "#action-toggle").click()
    claimed = Job.objects.dirty().last()
    Job.objects.filter(pk=claimed.pk).update(lease="00000000-0000-0000-0000-000000000001")
    browser.find_element("css selector", "select[name=action] option[value=retry]").click()
    _press(browser, "button[name=index]")
    told = browser.find_element("css selector", ".messagelist").text
    assert "2 tasks were retried." in told
    assert "1 task has changed meanwhile" in told
    assert list(Job.objects.dirty()) == [claimed]
    _picture(browser, "dirty-changed-light")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_retries_all_that_match_a_search(browser: Any, site: str, theme: str) -> None:
    _theme(browser, theme)
    browser.get(site + list_url("failed"))
    browser.find_element("name", "q").send_keys("greylisted")
    _press(browser, "#changelist-search input[type=submit]")
    _picture(browser, f"failed-search-{theme}")
    _press(browser, ".taskq-head button")
    assert "4 failed tasks" in browser.find_element("id", "content").text
    _picture(browser, f"confirm-retry-{theme}")
    _press(browser, "#content input[type=submit]")
    assert "4 tasks were retried." in browser.find_element("css selector", ".messagelist").text
    assert Job.objects.failed().count() == 8


def test_a_person_discards_a_failed_task_after_a_second_thought(browser: Any, site: str) -> None:
    _theme(browser, "light")
    job = Job.objects.failed().first()
    browser.get(site + page_url("failed", job.pk))
    _press(browser, "input[value^=Discard]")
    _picture(browser, "confirm-discard-light")
    _press(browser, ".cancel-link")
    assert Job.objects.filter(pk=job.pk).exists()
    _press(browser, "input[value^=Discard]")
    _press(browser, "#content input[type=submit]")
    assert not Job.objects.filter(pk=job.pk).exists()


def test_the_pictures_of_the_readme(browser: Any, site: str) -> None:
    _theme(browser, "light")
    folder = os.environ.get("TASKQ_SAVE_SCREENSHOTS")
    for state in ("failed", "dirty"):
        browser.get(site + list_url(state))
        assert browser.find_elements("css selector", "#result_list")
        if folder:
            (ROOT / folder).mkdir(exist_ok=True)
            browser.save_screenshot(str(ROOT / folder / f"admin-{state}.png"))
