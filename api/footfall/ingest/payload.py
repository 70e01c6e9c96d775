"""What trackers put into `eventData`, by event type: the fields of seed 003's script and our own.

The models of contract/, from which the tracker's types are generated. Collection stays lenient: an object
of another shape is kept as it is, and derivation takes from it what it can use. Durations are
milliseconds, lengths CSS pixels, percentages 0 to 100.
"""

from __future__ import annotations

from typing import Literal, NotRequired

# pydantic reads no other TypedDict before Python 3.12.
from typing_extensions import TypedDict


class Position(TypedDict):
    """A point in the viewport."""

    x: float
    y: float


class PageviewData(TypedDict):
    """A page was come to."""

    navigationMethod: Literal[
        "initial_load", "pushstate", "replacestate", "popstate", "hashchange", "bfcache"
    ]


class PageExitData(TypedDict):
    """A page was left; the names of the paths only where no new document was loaded."""

    timeSpent: NotRequired[int]
    engagedMs: NotRequired[int]
    exitMethod: NotRequired[str]
    previousPath: NotRequired[str]
    newPath: NotRequired[str]


class PageVisibilityData(TypedDict):
    """The tab was put away or taken up; timeSpent is since the last such change."""

    hidden: bool
    timeSpent: NotRequired[int]
    engagedMs: NotRequired[int]


class ClickData(TypedDict):
    """An element was clicked; href is empty where it is no link."""

    tagName: str
    classes: str
    id: str
    href: str
    text: str
    position: Position
    isDownload: NotRequired[bool]
    fileType: NotRequired[str]
    isOutbound: NotRequired[bool]


class ScrollData(TypedDict):
    """A new maximum of scrolling."""

    scrollPercentage: int
    scrollTop: int
    documentHeight: int
    windowHeight: int


class ScrollDepthData(TypedDict):
    """A quarter of the page was reached for the first time."""

    milestone: int
    timeToMilestone: int
    scrollPercentage: int


class FormFocusData(TypedDict):
    """A field was touched for the first time."""

    field: str
    type: str


class FormSubmitData(TypedDict):
    """A form was submitted; formData: name to value, secrets redacted."""

    formId: str
    formAction: str
    formMethod: str
    formData: dict[str, str]


class TextData(TypedDict):
    """Text was selected or copied; its words only where the site asks for them."""

    textLength: int
    textPreview: NotRequired[str]


class WebVitalData(TypedDict):
    """A Core Web Vital; value in milliseconds, of CLS without unit. Of one id the last value counts."""

    name: Literal["CLS", "FCP", "INP", "LCP", "TTFB"]
    value: float
    rating: Literal["good", "needs-improvement", "poor"]
    id: str
    navigationType: str


class EventData(TypedDict):
    """Event type to the shape of its `eventData`."""

    pageview: PageviewData
    page_exit: PageExitData
    page_visibility: PageVisibilityData
    click: ClickData
    scroll: ScrollData
    scroll_depth: ScrollDepthData
    form_focus: FormFocusData
    form_submit: FormSubmitData
    text_selection: TextData
    text_copy: TextData
    web_vital: WebVitalData
