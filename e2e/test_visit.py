"""One visit by a real browser, end to end, counted by hand in every table and on the dashboard."""

from __future__ import annotations

import re

from conftest import Stack, wait_for
from playwright.sync_api import BrowserContext, Page, expect

STEP_PX = 300


def scroll_to_the_end(page: Page) -> None:
    """Wheel down step by step, as a reader does, waiting for each step to happen."""
    for _ in range(60):
        before = page.evaluate("scrollY")
        if page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"):
            return
        page.mouse.wheel(0, STEP_PX)
        page.wait_for_function(f"scrollY > {before}")
    raise AssertionError("the page has no end")


def visit(stack: Stack, page: Page) -> None:
    """Home, products, contact: what a person does on the demo site in a minute."""
    page.goto(f"{stack.url}/")
    expect(page).to_have_title(re.compile("Home|Acorn"))
    page.click("#cta-primary")
    with page.expect_download() as download:
        page.click("#download-pdf")
    assert download.value.suggested_filename.endswith(".pdf")
    scroll_to_the_end(page)
    # The script looks every 100 ms; its queue on the device tells when it has seen the end.
    page.wait_for_function(r"""/milestone\\*":100/.test(JSON.stringify(localStorage))""")
    page.mouse.move(5, 5)
    page.get_by_role("link", name="UTM Test Link").scroll_into_view_if_needed()
    page.locator("nav").get_by_role("link", name="Products").click()
    expect(page).to_have_title(re.compile("Products"))
    page.get_by_role("button", name="Add to cart").first.click()
    page.locator("nav").get_by_role("link", name="Contact").click()
    expect(page).to_have_title(re.compile("Contact"))
    page.fill("#contact-name", "Ada")
    page.fill("#contact-email", "ada@example.org")
    page.fill("#contact-message", "Two oaks, please.")
    page.click("#contact-form button[type=submit]")
    expect(page.get_by_text("Thank you.", exact=False)).to_be_visible()
    page.goto("about:blank")


def test_one_visit_stands_in_every_table_and_on_the_dashboard(
    stack: Stack, person: BrowserContext
) -> None:
    page = person.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    visit(stack, page)
    exits = "select count(*) from events_log where site_id = 'demo' and event_type = 'page_exit'"
    wait_for(lambda: stack.value(exits) == "3", "the last page_exit")
    wait_for(stack.is_derived, "derivation")
    assert errors == []
    assert person.cookies() == []

    # events_log: nothing twice, every row in exactly one derived table.
    assert stack.sql(
        "select count(*) = count(distinct event_id), bool_and(ip_address is null), count(distinct session_id),"
        " count(distinct visitor_id), bool_and(timestamp_source = 'client') from events_log where site_id = 'demo'"
    ) == [["t", "t", "1", "1", "t"]]
    assert (
        stack.value(
            "select (select count(*) from events_log where site_id = 'demo')"
            " = (select count(*) from pageviews where site_id = 'demo')"
            " + (select count(*) from user_events where site_id = 'demo')"
        )
        == "t"
    )

    # pageviews: three, with titles and with time on each.
    views = stack.sql(
        "select path, title, time_on_page_seconds is not null, internal_referrer from pageviews"
        " where site_id = 'demo' order by view_timestamp"
    )
    assert [view[0] for view in views] == ["/", "/products.html", "/contact.html"]
    assert ["Acorn" in views[0][1], "Products" in views[1][1], "Contact" in views[2][1]] == [
        True
    ] * 3
    assert [view[2] for view in views] == ["t", "t", "t"]
    assert [view[3] for view in views] == ["f", "t", "t"]

    # user_events: the clicks by hand, four milestones of the long page, three exits, one submit.
    clicks = stack.sql(
        "select page_path, count(*) from user_events where site_id = 'demo' and event_type = 'click'"
        " group by 1 order by 1"
    )
    assert clicks == [["/", "3"], ["/contact.html", "1"], ["/products.html", "2"]]
    assert stack.sql(
        "select event_data->>'fileType', event_data->>'isDownload' from user_events"
        " where site_id = 'demo' and element_id = 'download-pdf'"
    ) == [["pdf", "true"]]
    milestones = stack.sql(
        "select event_data->>'milestone' from user_events where site_id = 'demo'"
        " and event_type = 'scroll_depth' and page_path = '/' order by 1"
    )
    assert milestones == [["100"], ["25"], ["50"], ["75"]]
    assert stack.sql(
        "select page_path, count(*) from user_events where site_id = 'demo' and event_type = 'page_exit'"
        " group by 1 order by 1"
    ) == [["/", "1"], ["/contact.html", "1"], ["/products.html", "1"]]

    # form_submissions: one, with its fields.
    assert stack.sql(
        "select form_id, page_path, field_count, form_data->>'name' from form_submissions where site_id = 'demo'"
    ) == [["contact-form", "/contact.html", "4", "Ada"]]

    # user_sessions and daily_site_metrics: one session, no bounce, today.
    assert stack.sql(
        "select pageview_count, bounce, entry_path, exit_path, referrer_type, duration_seconds >= 0,"
        " event_count = (select count(*) from events_log where site_id = 'demo'), screen_width > 0"
        " from user_sessions where site_id = 'demo'"
    ) == [["3", "f", "/", "/contact.html", "direct", "t", "t", "t"]]
    assert stack.sql(
        "select sum(unique_visitors), sum(total_sessions), sum(total_pageviews), sum(bounced_sessions),"
        " sum(direct_sessions), sum(total_events) = (select count(*) from user_events where site_id = 'demo')"
        " from daily_site_metrics where site_id = 'demo'"
    ) == [["1", "1", "3", "0", "1", "t"]]

    # The dashboard, opened by the link that `make up` printed.
    page.goto(f"{stack.dashboard_link().replace('#', '?site=demo#')}")
    card = page.get_by_role("button", name=re.compile("^Visitors"))
    expect(card).to_contain_text("1")
    expect(page.get_by_role("button", name=re.compile("^Sessions"))).to_contain_text("1")
    expect(page.get_by_role("button", name=re.compile("^Pageviews"))).to_contain_text("3")
    expect(page.get_by_text("/contact.html").first).to_be_visible()
    expect(page.get_by_text("Direct / none").first).to_be_visible()
    assert "token" not in page.url

    # Coming back sends what nobody confirmed once more: the same ids, so nothing counts twice.
    before = stack.value("select count(*) from events_log where site_id = 'demo'")
    page.goto(f"{stack.url}/404-is-not-here")
    wait_for(
        lambda: stack.value("select count(*) from pageviews where site_id = 'demo'") == "4",
        "the pageview of the second visit",
    )
    assert (
        int(stack.value("select count(*) from events_log where site_id = 'demo'")) - int(before)
        >= 1
    )
    assert (
        stack.value(
            "select count(*) - count(distinct event_id) from events_log where site_id = 'demo'"
        )
        == "0"
    )
