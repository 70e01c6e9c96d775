"""Accounts in a real browser: the set-up, signing out and in, too many tries, and somebody who sees one site."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Stack, running_stack, wait_for
from dashboard import PASSWORD, collect, find_problems, listen
from playwright.sync_api import Browser, BrowserContext, Page, expect


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One that nobody has an account of."""
    with running_stack(tmp_path_factory.mktemp("accounts")) as stack:
        yield stack


def send_pageview(stack: Stack, site_id: str) -> None:
    event = {"eventType": "pageview", "siteId": site_id, "url": f"https://{site_id}.example/"}
    collect(stack, [event])


def fill_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(password)


def open_account_menu(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Account: ")).click()


def test_from_the_set_up_link_to_signing_in_again(stack: Stack, person: BrowserContext) -> None:
    send_pageview(stack, "e2e-mine")
    page = person.new_page()
    errors = listen(page, failed_loads=False)

    # Without an account the page says how to make one.
    page.goto(f"{stack.url}/dashboard/")
    expect(page.get_by_role("heading", name="Make the first account")).to_be_visible()
    assert find_problems(page) == []

    # `make up` printed the link; its secret leaves the address at once.
    printed = (stack.data_dir / "up.out").read_text()
    [link] = [word for word in printed.split() if "/dashboard/#setup=" in word]
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome to Footfall")).to_be_visible()
    assert page.url == f"{stack.url}/dashboard/"
    assert find_problems(page) == []
    fill_in(page, "ada@example.org", "short")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_have_text("A password has at least 10 characters.")
    fill_in(page, "ada@example.org", "Password123")
    expect(page.get_by_text("Weak.")).to_be_visible()
    fill_in(page, "ada@example.org", PASSWORD)
    expect(page.get_by_text("Strong.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Visitors"))).to_be_visible()

    # The cookie is the browser's alone, and nothing else of it is kept there.
    [cookie] = person.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (
        "footfall_login",
        True,
        "Lax",
        False,
    )
    assert page.evaluate("document.cookie") == ""
    assert cookie["value"] not in page.evaluate("JSON.stringify(localStorage)")
    assert page.evaluate("localStorage.getItem('footfall.token')") is None
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Visitors"))).to_be_visible()

    # Out, by the keyboard; the cookie is worth nothing any more.
    page.get_by_role("button", name="Account: ada@example.org").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Administrator: every site")).to_be_visible()
    assert find_problems(page) == []
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert person.cookies() == []
    assert find_problems(page) == []
    assert stack.value("select count(*) from logins") == "0"

    # The link works no longer.
    page.goto(link)
    expect(page.get_by_role("heading", name="This link works no longer")).to_be_visible()
    assert find_problems(page) == []
    page.get_by_role("button", name="Go to the sign-in").click()

    # In again: wrong, then right, back on the page that was asked for.
    page.goto(f"{stack.url}/dashboard/?site=e2e-mine&period=7d")
    fill_in(page, "ada@example.org", "four owls in a bush")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert find_problems(page) == []
    fill_in(page, "ADA@example.org", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Site: e2e-mine")).to_be_visible()
    expect(page.get_by_text("Last 7 days")).to_be_visible()

    # A new password.
    open_account_menu(page)
    page.get_by_role("button", name="Change the password").click()
    page.get_by_label("Current password").fill("not this one")
    page.get_by_label("New password").fill("five owls in a tree")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The current password is wrong.")
    assert find_problems(page) == []
    page.get_by_label("Current password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("combobox", name="Site: e2e-mine")).to_be_visible()
    assert errors == []


def test_somebody_of_one_site_sees_that_site_only(stack: Stack, person: BrowserContext) -> None:
    for site_id in ("e2e-mine", "e2e-theirs"):
        send_pageview(stack, site_id)
    wait_for(stack.is_derived, "derivation")
    page = person.new_page()
    errors = listen(page, failed_loads=False)
    page.goto(stack.footfall("user", "add", "bob", "--role", "e2e-mine=viewer", "--link"))
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    expect(page.get_by_text("For the account bob.")).to_be_visible()
    assert find_problems(page) == []
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()

    # One site to choose from, and no way to another.
    page.get_by_role("combobox", name="Site: e2e-mine").click()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["e2e-mine"])
    page.keyboard.press("Escape")
    open_account_menu(page)
    expect(page.get_by_text("viewer of e2e-mine")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Ledger").click()
    expect(page.get_by_text("Every event that was received is accounted for.")).to_be_visible()
    assert "e2e-theirs" not in page.content()
    page.goto(f"{stack.url}/dashboard/?site=e2e-theirs")
    expect(page.get_by_text("There is no site “e2e-theirs” here")).to_be_visible()
    statuses = page.evaluate("""async () => {
            const { csrf } = await (await fetch("/api/session")).json();
            const headers = { "X-CSRF-Token": csrf };
            const asked = [
                ["/api/sites/e2e-theirs/installation", {}],
                ["/api/ledger", {}],
                ["/api/ledger?site_id=e2e-theirs", {}],
                ["/api/keys", {}],
                ["/api/users", {}],
                ["/api/sites/e2e-mine", {}],
                ["/api/sites/e2e-mine", { method: "DELETE", headers }],
                ["/api/session", { method: "DELETE" }],
            ];
            return Promise.all(asked.map(async ([path, init]) => (await fetch(path, init)).status));
        }""")
    assert statuses == [403] * 8

    # The role goes: the site does, too, without a word to the browser.
    stack.footfall("user", "set", "bob", "--no-role", "e2e-mine")
    page.goto(f"{stack.url}/dashboard/")
    expect(page.get_by_text("No site is shared with you yet")).to_be_visible()
    assert find_problems(page) == []
    stack.footfall("user", "set", "bob", "--disable")
    page.goto(f"{stack.url}/dashboard/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert errors == []


def test_too_many_tries_are_said_so(stack: Stack, person: BrowserContext) -> None:
    stack.footfall("user", "add", "carol", "--admin", "--link")
    body = json.dumps({"name": "carol", "password": "guessed at random"}).encode()
    for _ in range(10):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(urllib.request.Request(f"{stack.url}/api/session", body))
    page = person.new_page()
    page.goto(f"{stack.url}/dashboard/")
    fill_in(page, "carol", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Too many wrong passwords for this account. Try again in 15 minutes."
    )
    assert find_problems(page) == []


def test_the_token_opens_it_as_before(stack: Stack, person: BrowserContext) -> None:
    page = person.new_page()
    page.goto(f"{stack.url}/dashboard/")
    page.get_by_role("button", name="Use a token instead").click()
    assert find_problems(page) == []
    page.get_by_label("Link or token").fill("not the token")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("That token was not accepted.")
    page.get_by_label("Link or token").fill(stack.dashboard_link())
    page.get_by_role("button", name="Open").click()
    open_account_menu(page)
    expect(page.get_by_text("Opened with the token")).to_be_visible()
    assert person.cookies() == []
    page.get_by_role("button", name="Forget it in this browser").click()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_stand_on_a_phone_in_both_schemes(
    stack: Stack, browser: Browser, scheme: Any
) -> None:
    with browser.new_context(
        viewport={"width": 360, "height": 640}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        page.goto(stack.footfall("user", "link", "carol"))
        expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
        for words in ("Password123", PASSWORD):
            page.get_by_label("Password", exact=True).fill(words)
            assert find_problems(page) == []
        page.get_by_role("button", name="Set the password").click()
        open_account_menu(page)
        assert find_problems(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == 360
        page.get_by_role("button", name="Change the password").click()
        page.get_by_label("Current password").fill("x")
        assert find_problems(page) == []
        page.keyboard.press("Escape")
        open_account_menu(page)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
