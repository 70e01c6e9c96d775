"""One person's stay on one page: how long, how far down, what they click, type, copy and download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from footfall.demo.dice import Dice
from footfall.demo.people import Person
from footfall.demo.scenery import Form, Page

MILESTONES: Final = (25, 50, 75, 100)
LONGEST_STAY_MS: Final = 20 * 60 * 1000
# What a visit of one page needs to count as more than a bounce: 10 s engaged.
READ_MS: Final = 10_500
GLANCED_MS: Final = 9_500
BACK_BUTTON: Final = 0.12
# A phone's narrow column makes the same text longer.
STRETCH: Final = {"desktop": 1.0, "tablet": 1.2, "mobile": 1.75}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens `after` the page was opened."""

    after: timedelta
    event_type: str
    event_data: Mapping[str, object]
    alone: bool = False


@dataclass(slots=True)
class Stay:
    """steps: in order. following: the next page, None when the visit ends. engaged_ms: visible and
    active, never more than the duration."""

    duration: timedelta
    engaged_ms: int
    following: str | None
    steps: list[Step] = field(default_factory=list)


def stay(
    throw: Dice,
    page: Page,
    person: Person,
    *,
    host: str,
    following: str | None,
    following_title: str,
    is_glance: bool,
    is_only_page: bool,
) -> Stay:
    """is_glance: leaves without having done or read anything. is_only_page: so far."""
    spent_ms, engaged_ms = _times(throw, page, is_glance=is_glance)
    if is_only_page and following is None and not is_glance:
        spent_ms = max(spent_ms, READ_MS + 2_000)
        engaged_ms = max(engaged_ms, READ_MS)
    here = Stay(timedelta(milliseconds=spent_ms), engaged_ms, following)
    steps = _Steps(throw, spent_ms, person, host)
    steps.scroll(
        page, reach=throw.betavariate(1.2, 4) if is_glance else throw.betavariate(2.4, 1.7)
    )
    if spent_ms > 30_000 and throw.chance(0.22):
        steps.look_away(engaged_ms)
    if not is_glance:
        steps.press(page)
        steps.follow_files(page)
        if page.copied and throw.chance(0.07):
            text = throw.choice(page.copied)
            steps.add("text_copy", {"textLength": len(text)})
        if page.form is not None and throw.chance(page.form.begun):
            is_sent = steps.fill(page.form)
            if is_sent and page.form.then is not None:
                here.following = page.form.then
        elif following is not None and not throw.chance(BACK_BUTTON):
            steps.click_link(following, _words(following_title))
    here.steps = sorted(steps.made, key=lambda step: step.after)
    return here


def _times(throw: Dice, page: Page, *, is_glance: bool) -> tuple[int, int]:
    """(time on the page, engaged time), both in ms."""
    if is_glance:
        spent_ms = min(90_000, max(600, round(throw.around(7_000, spread=0.9))))
        return spent_ms, min(round(spent_ms * throw.uniform(0.5, 0.95)), GLANCED_MS)
    spent_ms = round(throw.around(page.reading_s * 1000, spread=0.75))
    spent_ms = min(LONGEST_STAY_MS, max(2_500, spent_ms))
    return spent_ms, round(spent_ms * throw.uniform(0.6, 0.98))


def _words(title: str) -> str:
    """What a link to a page says: its title without the site's name."""
    for mark in (" – ", " · ", " | "):
        title = title.partition(mark)[0]
    return title


class _Steps:
    """Collects what happens during a stay of `spent_ms`."""

    def __init__(self, throw: Dice, spent_ms: int, person: Person, host: str) -> None:
        self._origin = f"https://{host}"
        self._throw = throw
        self._spent_ms = spent_ms
        self._person = person
        self.made: list[Step] = []

    def add(
        self,
        event_type: str,
        event_data: Mapping[str, object],
        *,
        part: float | None = None,
        alone: bool = False,
    ) -> int:
        """part: of the stay, 0 to 1; anywhere in its middle by default. Returns the ms after opening."""
        part = self._throw.uniform(0.15, 0.9) if part is None else part
        after_ms = min(self._spent_ms - 60, max(40, round(self._spent_ms * part)))
        self.made.append(Step(timedelta(milliseconds=after_ms), event_type, event_data, alone))
        return after_ms

    def scroll(self, page: Page, *, reach: float) -> None:
        """Down to `reach` (0 to 1): milestones as they are passed, scroll positions now and then."""
        window = self._person.viewport[1]
        height = round(page.height * STRETCH[self._person.device_kind])
        if height <= window:
            return
        # Nearly down is down: the last lines are in view before the bar is at its end.
        percentage = 100 if reach > 0.93 else round(reach * 100)
        for milestone in MILESTONES:
            if percentage >= milestone:
                part = 0.85 * milestone / max(percentage, 1)
                after_ms = round(self._spent_ms * part)
                self.add(
                    "scroll_depth",
                    {
                        "milestone": milestone,
                        "timeToMilestone": after_ms,
                        "scrollPercentage": min(percentage, milestone + self._throw.randrange(4)),
                    },
                    part=part,
                )
        # The tracker tells a position at most every 2 seconds, and only a new maximum.
        count = min(2, self._spent_ms // 9_000, percentage // 12)
        for place in range(1, count + 1):
            at = round(percentage * place / count)
            self.add(
                "scroll",
                {
                    "scrollPercentage": at,
                    "scrollTop": round((height - window) * at / 100),
                    "documentHeight": height,
                    "windowHeight": window,
                },
                part=0.86 * place / count,
            )

    def look_away(self, engaged_ms: int) -> None:
        """Another tab, and back."""
        gone = self._throw.uniform(0.3, 0.6)
        back = gone + self._throw.uniform(0.05, 0.3)
        gone_ms = self.add(
            "page_visibility",
            {
                "hidden": True,
                "timeSpent": round(self._spent_ms * gone),
                "engagedMs": round(engaged_ms * gone),
            },
            part=gone,
        )
        away_ms = round(self._spent_ms * back) - gone_ms
        self.add(
            "page_visibility",
            {"hidden": False, "timeSpent": away_ms, "engagedMs": round(engaged_ms * gone)},
            part=back,
        )

    def press(self, page: Page) -> None:
        for button in page.buttons:
            if self._throw.chance(button.pressed):
                part = self._throw.uniform(0.2, 0.88)
                click = self._click("button", button.label, element_id=button.element_id)
                self.add("click", click, part=part)
                if button.event is not None:
                    self.add(button.event, button.properties, part=part + 0.005)

    def follow_files(self, page: Page) -> None:
        """Downloads and links that open elsewhere; the visit goes on."""
        for address, likely in page.downloads.items():
            if self._throw.chance(likely):
                kind = urlsplit(address).path.rpartition(".")[2]
                click = self._click("a", "Download", href=self._origin + address)
                self.add("click", {**click, "fileType": kind, "isDownload": True})
        for address, likely in page.outbound.items():
            if self._throw.chance(likely):
                click = self._click("a", urlsplit(address).netloc, href=address)
                self.add("click", {**click, "isOutbound": True})

    def click_link(self, path: str, label: str) -> None:
        self.add("click", self._click("a", label, href=self._origin + path), part=1.0)

    def fill(self, form: Form) -> bool:
        """Through the fields one by one; some give up on the way. Returns whether it was sent."""
        is_sent = self._throw.chance(form.sent)
        reached = len(form.fields) if is_sent else self._throw.randint(1, len(form.fields))
        for place, (name, kind, _) in enumerate(form.fields[:reached]):
            self.add(
                "form_focus",
                {"field": name, "type": kind},
                part=0.35 + 0.5 * place / len(form.fields),
            )
        if not is_sent:
            return False
        values = {name: self._throw.choice(values) for name, _, values in form.fields}
        self.add(
            "click", self._click("button", "Send", element_id=f"{form.form_id}-send"), part=0.93
        )
        self.add(
            "form_submit",
            {
                "formId": form.form_id,
                "formAction": self._origin + form.action,
                "formMethod": "post",
                "formData": values,
            },
            part=0.94,
            alone=True,
        )
        if form.event is not None:
            self.add(form.event, {"form": form.form_id}, part=0.95)
        return True

    def _click(
        self, tag: str, label: str, *, element_id: str = "", href: str = ""
    ) -> dict[str, object]:
        width, height = self._person.viewport
        return {
            "tagName": tag,
            "classes": "button" if tag == "button" else "link",
            "id": element_id,
            "href": href,
            "text": label[:100],
            "position": {"x": self._throw.randrange(width), "y": self._throw.randrange(height)},
        }
