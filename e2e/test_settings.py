"""The settings and the data-quality page in a real browser: every control does what it says, by what the API says
afterwards; roles see what they may; axe, dark mode and phone width."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import USER_AGENT, Stack, wait_for
from dashboard import (
    PASSWORD,
    ask,
    collect,
    expect_well_made,
    find_problems,
    listen,
    screen,
    screens,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect

SITE = "e2e-settings"
SECTIONS = (
    *("general", "install", "keys", "people", "privacy", "retention", "bots", "script", "accounts"),
)


def settings_of(stack: Stack, site: str = SITE) -> Any:
    return ask(stack, f"/api/sites/{site}")


def views(number: int, site: str = SITE, **fields: Any) -> list[dict[str, Any]]:
    return [
        {
            "eventType": "pageview",
            "siteId": site,
            "visitorId": f"visitor-{place}",
            "sessionId": f"session-{place}",
            "url": f"https://www.{site}.example/{place}",
            "page": {"title": f"Page {place}"},
            "browser": {"language": "de", "screenWidth": 1280},
            **fields,
        }
        for place in range(number)
    ]


@pytest.fixture(scope="module")
def known(stack: Stack) -> Stack:
    """A site with 30 good pageviews, 5 of them twice, and 3 of a robot."""
    now = datetime.now(UTC).isoformat()
    collect(stack, views(30, timestamp=now))
    collect(stack, views(5, timestamp=now))
    collect(stack, views(3), agent="Googlebot/2.1")
    wait_for(stack.is_derived, "derivation")
    stack.footfall("user", "add", "root", "--admin", "--link")
    return stack


@pytest.fixture
def page(known: Stack, person: BrowserContext) -> Iterator[Page]:
    """Somebody signed in as an administrator by a new link, so by cookie and CSRF header."""
    page = person.new_page()
    errors = listen(page, failed_loads=False)
    page.goto(known.footfall("user", "link", "root"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("button", name=re.compile("^Account"))).to_be_visible()
    yield page
    assert errors == []


def open_section(page: Page, stack: Stack, section: str, site: str = SITE) -> None:
    page.goto(f"{stack.url}/dashboard/?view=settings&site={site}&section={section}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_quality_says_what_the_api_says(known: Stack, page: Page) -> None:
    page.goto(f"{known.url}/dashboard/?view=quality&site={SITE}")
    expect(page.get_by_role("heading", name="Can the figures be trusted?")).to_be_visible()
    asked = ask(known, f"/api/sites/{SITE}/quality?hours=24")
    assert asked["looked_at"] == 38
    for check in asked["checks"]:
        [shown] = (
            page.get_by_role("listitem")
            .filter(has=page.get_by_role("heading", name=check["title"], exact=True))
            .all()
        )
        words = {"look": "Look at it", "problem": "Problem", "fine": "Fine"}
        expect(shown).to_contain_text(words.get(check["verdict"], "Not enough data"))
        if check["name"] not in ("last_event", "proxy"):
            expect(shown).to_contain_text(check["finding"])
    doubles = next(check for check in asked["checks"] if check["name"] == "doubles")
    assert (doubles["verdict"], doubles["count"], doubles["of"]) == ("look", 5, 35)
    expect(page.get_by_role("list", name="Examples: Tag twice on a page")).to_contain_text("/0")
    page.get_by_role("button", name="Last 7 days").click()
    expect(page).to_have_url(re.compile("hours=168"))
    page.go_back()
    expect(page.get_by_role("button", name="Last 24 hours")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_site_is_added_changed_reset_and_deleted(known: Stack, page: Page) -> None:
    page.goto(f"{known.url}/dashboard/?site={SITE}")
    page.get_by_role("combobox", name=f"Site: {SITE}").click()
    page.get_by_role("button", name="Add a site").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name (id)").fill("not a name")
    dialog.get_by_label("Allowed domains").fill("https://new.example/")
    dialog.get_by_role("button", name="Add the site").click()
    # The complaint stands at its field, and nothing that was typed is lost.
    expect(dialog.get_by_role("alert").filter(has_text="A site id has")).to_be_visible()
    assert dialog.get_by_label("Name (id)").get_attribute("aria-invalid") == "true"
    assert find_problems(page) == []
    dialog.get_by_label("Name (id)").fill("e2e-new")
    dialog.get_by_label("Time zone").fill("Europe/Vienna")
    dialog.get_by_role("button", name="Add the site").click()
    expect(dialog.get_by_role("alert").filter(has_text="is no domain")).to_be_visible()
    dialog.get_by_label("Allowed domains").fill("new.example")
    dialog.get_by_role("button", name="Add the site").click()

    # Nothing came yet, so the usual reasons are named; then it shows live.
    expect(page.get_by_role("heading", name="Install of e2e-new")).to_be_visible()
    expect(page.get_by_text("No event has been kept yet.")).to_be_visible()
    expect(page.get_by_text("The tag is not on the page that you opened")).to_be_visible()
    expect(page.locator("pre").first).to_contain_text('data-site="e2e-new"')
    page.get_by_label("Wait for consent").check()
    expect(page.locator("pre").first).to_contain_text('data-consent="required"')
    collect(known, views(3, "e2e-new", url="https://new.example/arrived"))
    expect(page.get_by_text("/arrived, came")).to_be_visible(timeout=60_000)

    # A refusal keeps the draft; a save tells so; undo brings back what was there.
    page.get_by_role("link", name="General").click()
    page.get_by_label("Time zone").fill("Europe/Nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="is no time zone")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Nowhere")
    # Nor does it go without a word: Playwright answers what is asked by "no".
    page.get_by_role("link", name="Keys", exact=True).click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Nowhere")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_label("Allowed domains").fill("new.example\n*.New.example ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    changed = settings_of(known, "e2e-new")
    assert (changed["timezone"], changed["allowed_domains"]) == (
        "Asia/Tokyo",
        ["new.example", "*.new.example"],
    )
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Undone")).to_be_visible()
    assert settings_of(known, "e2e-new")["timezone"] == "Europe/Vienna"

    # Both ends ask for the name.
    wait_for(known.is_derived, "derivation")
    page.get_by_role("button", name="Reset the site").click()
    asked = page.get_by_role("alertdialog")
    expect(asked.get_by_text("will be lost")).to_be_visible()
    assert find_problems(page) == []
    expect(asked.get_by_role("button", name="Take all events away")).to_be_disabled()
    asked.get_by_label("Type e2e-new to confirm").fill("e2e-new")
    asked.get_by_role("button", name="Take all events away").click()
    expect(page.get_by_text("The site was reset")).to_be_visible(timeout=60_000)
    assert known.value("select count(*) from events_log where site_id = 'e2e-new'") == "0"
    page.get_by_role("button", name="Delete the site").click()
    asked.get_by_label("Type e2e-new to confirm").fill("e2e-new")
    asked.get_by_role("button", name="Delete the site").click()
    expect(asked).to_have_count(0, timeout=60_000)
    expect(page.get_by_role("combobox", name=re.compile("^Site: (?!e2e-new)"))).to_be_visible()
    assert known.value("select count(*) from sites where site_id = 'e2e-new'") == "0"


def test_a_key_is_shown_once_works_and_is_revoked(known: Stack, page: Page) -> None:
    open_section(page, known, "keys")
    form = page.get_by_role("form", name="Make a key")
    form.get_by_label("Name, for yourself").fill("nightly export")
    form.get_by_label("What it may do").select_option("read")
    form.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("The new read key")).to_be_visible()
    [key] = page.locator("pre").all_inner_texts()
    assert find_problems(page) == []
    bearer = {"Authorization": f"Bearer {key.strip()}"}
    asked = urllib.request.Request(f"{known.url}/api/sites/{SITE}/installation", headers=bearer)
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200
    page.reload()
    row = page.get_by_role("list", name="Keys").get_by_role("listitem").filter(has_text="nightly")
    expect(row).to_contain_text("last used about")
    assert key.strip() not in page.content()
    row.get_by_role("button", name="Revoke nightly export").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke the key").click()
    expect(row).to_contain_text("revoked")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asked)

    page.get_by_label("Events a minute, at most").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="events_per_minute")).to_be_visible()
    page.get_by_label("Events a minute, at most").fill("6000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert settings_of(known)["settings"]["events_per_minute"] == 6000

    page.get_by_role("button", name="Ask for signatures").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Make a secret").click()
    expect(page.get_by_text("The new secret")).to_be_visible()
    assert settings_of(known)["has_secret"] is True
    page.get_by_role("button", name="Ask for none any more").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove the secret").click()
    expect(page.get_by_role("button", name="Ask for signatures")).to_be_visible()
    assert settings_of(known)["has_secret"] is False


def test_people_come_change_and_go(known: Stack, page: Page, browser: Browser) -> None:
    open_section(page, known, "people")
    form = page.get_by_role("form", name="Add somebody")
    form.get_by_label("Name or e-mail address").fill("dora@example.org")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The set-up link of dora@example.org")).to_be_visible()
    link = page.locator("pre").inner_text().strip()
    assert find_problems(page) == []
    row = page.get_by_role("list", name="People").get_by_role("listitem").filter(has_text="dora")
    expect(row).to_contain_text("has not used the set-up link yet")

    with browser.new_context(user_agent=USER_AGENT) as context:
        other = context.new_page()
        other.goto(link)
        other.get_by_label("Password", exact=True).fill(PASSWORD)
        other.get_by_role("button", name="Set the password").click()
        expect(other.get_by_role("navigation", name="Pages of the site")).to_be_visible()
        # A viewer reads, and is told what it would need to change.
        for section in SECTIONS[:-1]:
            open_section(other, known, section)
            if section != "install":
                expect(other.get_by_text("yours is viewer").first).to_be_visible()
        expect(other.get_by_role("link", name="All accounts")).to_have_count(0)
        open_section(other, known, "install")
        expect(other.locator("pre")).to_contain_text(f'data-site="{SITE}"')
        other.goto(f"{known.url}/dashboard/?view=quality&site={SITE}")
        expect(other.get_by_role("heading", name="Tag twice on a page")).to_be_visible()
        assert find_problems(other) == []

        page.get_by_label("Role of dora@example.org").select_option("editor")
        expect(page.get_by_text("Saved: dora@example.org is editor.")).to_be_visible()
        open_section(other, known, "retention")
        expect(other.get_by_text("you need the role owner")).to_be_visible()
        expect(other.get_by_label("Days that raw events are kept")).to_be_disabled()
        open_section(other, known, "bots")
        expect(other.get_by_label("Not kept")).to_be_enabled()

        page.get_by_role("button", name="Remove dora@example.org").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Take the role away").click()
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        expect(row).to_have_count(0)
        other.goto(f"{known.url}/dashboard/")
        expect(other.get_by_text("No site is shared with you yet")).to_be_visible()


def test_administrators_keep_all_accounts(known: Stack, page: Page) -> None:
    open_section(page, known, "accounts")
    form = page.get_by_role("form", name="Make an account")
    form.get_by_label("Name or e-mail address").fill("ROOT")
    form.get_by_role("button", name="Make the account").click()
    expect(form.get_by_role("alert").filter(has_text="ROOT")).to_be_visible()
    form.get_by_label("Name or e-mail address").fill("emil")
    form.get_by_label("Site", exact=True).select_option(SITE)
    form.get_by_label("Role").select_option("owner")
    form.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("The set-up link of emil")).to_be_visible()
    row = page.get_by_role("list", name="Accounts").locator("> li").filter(has_text="emil")
    expect(row).to_contain_text(f"owner of {SITE}")
    row.locator("summary").click()
    row.get_by_label(f"Role of emil at {SITE}").select_option("viewer")
    expect(row).to_contain_text(f"viewer of {SITE}")
    row.get_by_label("Disabled").check()
    expect(row).to_contain_text("disabled: may not sign in")
    row.get_by_role("button", name="New password link").click()
    expect(row.get_by_text("A link of emil").or_(row.get_by_role("alert"))).to_be_visible()
    assert find_problems(page) == []
    row.get_by_role("button", name="Remove the account").click()
    asked = page.get_by_role("alertdialog")
    asked.get_by_label("Type emil to confirm").fill("emil")
    asked.get_by_role("button", name="Remove the account").click()
    expect(asked).to_have_count(0)
    expect(row).to_have_count(0)
    names = [user["name"] for user in ask(known, "/api/users")["users"]]
    assert "emil" not in names


def test_privacy_retention_bots_and_script_are_saved(known: Stack, page: Page) -> None:
    open_section(page, known, "privacy")
    page.get_by_label("Respect Do Not Track").uncheck()
    page.get_by_label("GDPR").check()
    page.get_by_label("Query parameters to keep").fill("colour\n\nsize")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    settings = settings_of(known)["settings"]
    assert (settings["respect_dnt"], settings["privacy"]) == (False, "gdpr")
    assert settings["query_parameters"] == ["colour", "size"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Respect Do Not Track")).to_be_checked()

    open_section(page, known, "retention")
    page.get_by_label("Days that raw events are kept").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="keep_events_days")).to_be_visible()
    page.get_by_label("Days that raw events are kept").fill("a year")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="integer")).to_be_visible()
    assert settings_of(known)["settings"].get("keep_events_days") is None
    page.get_by_label("Days that raw events are kept").fill("400")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert settings_of(known)["settings"]["keep_events_days"] == 400

    open_section(page, known, "bots")
    expect(page.get_by_role("list", name="Robots by reason")).to_contain_text("Googlebot/2.1")
    page.get_by_label("Not kept").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert settings_of(known)["settings"]["bots"] == "drop"

    open_section(page, known, "script")
    page.get_by_label("Clicks").uncheck()
    page.get_by_label("Core Web Vitals").check()
    page.get_by_label("Sessions to record").fill("250")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="sampleRate")).to_be_visible()
    page.get_by_label("Sessions to record").fill("50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    script = settings_of(known)["settings"]["script"]
    assert {name: value for name, value in script.items() if value is not None} == {
        "trackClicks": False,
        "webVitals": True,
        "sampleRate": 50,
    }


def test_a_visitor_is_exported_and_erased(known: Stack, page: Page) -> None:
    open_section(page, known, "privacy")
    page.get_by_label("Id of the visitor").fill("visitor-29")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export all that is kept").click()
    document = json.loads(saved.value.path().read_text())
    assert "https://www.e2e-settings.example/29" in json.dumps(document)
    page.get_by_role("button", name="Erase…").click()
    asked = page.get_by_role("alertdialog")
    expect(asked.get_by_text("1 in events log")).to_be_visible()
    assert find_problems(page) == []
    asked.get_by_label("Type erase to confirm").fill("erase")
    asked.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status").filter(has_text="Erased:")).to_be_visible(timeout=60_000)
    gone = known.value("select count(*) from events_log where visitor_id = 'visitor-29'")
    assert gone == "0"
    page.get_by_role("button", name="Erase…").click()
    expect(page.get_by_text("Nothing of this visitor is kept.")).to_be_visible()


@screens
def test_axe_finds_nothing_wrong(known: Stack, browser: Browser, theme: Any, width: int) -> None:
    with screen(browser, theme, width) as page:
        errors = listen(page, failed_loads=False)
        page.goto(known.dashboard_link())
        expect(page.get_by_role("button", name=re.compile("^Account"))).to_be_visible()
        addresses = [f"view=settings&section={section}" for section in SECTIONS]
        for address in ("view=quality", *addresses):
            page.goto(f"{known.url}/dashboard/?{address}&site={urllib.parse.quote(SITE)}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            expect_well_made(page, address)
        assert errors == []
