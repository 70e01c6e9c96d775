"""Bots: recall and false positives of the verdict on kept packages' own User-Agents, what header signals do to
them, and what each costs. `make bench` prints it; nothing here is asserted.

Recall is judged on crawler-user-agents' examples, which isbot's authors know too; people are the User-Agents
that top-user-agents counts most, and the browsers of our own tests.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "api" / "tests"))

from browsers import BROWSERS  # noqa: E402 - from the tests' folder
from footfall.event import Hit  # noqa: E402
from footfall.ingest import pipeline  # noqa: E402
from footfall.ingest.agent import read_agent, read_hints  # noqa: E402
from footfall.ingest.bots import Evidence, judge, read_claim  # noqa: E402
from footfall.site import Site  # noqa: E402

PEOPLE: Final = ROOT / "lists" / "node_modules" / "top-user-agents" / "src"
HEADERS: Final = (
    "accept",
    "accept-encoding",
    "accept-language",
    "sec-fetch-",
    "sec-ch-ua",
    "user-agent",
)


def main() -> None:
    pipeline.prepare()
    robots = [text for entry in CRAWLER_USER_AGENTS_DATA for text in entry["instances"]]
    share("recall, crawler-user-agents' examples", robots)
    for name in ("desktop", "mobile"):
        share(
            f"false positives, most frequent {name}",
            json.loads((PEOPLE / f"{name}.json").read_text()),
        )
    share("false positives, browsers of the tests", [b["user-agent"] for b in BROWSERS.values()])
    flagged = sum(is_bot(headers) for headers in BROWSERS.values())
    print(f"{'flagged with all headers':<48} {flagged} of {len(BROWSERS)}")
    for missing in HEADERS:
        kept = [
            {n: v for n, v in headers.items() if not n.startswith(missing) or n == f"{missing}s"}
            for headers in BROWSERS.values()
        ]
        print(f"{f'flagged without {missing}':<48} {sum(map(is_bot, kept))} of {len(kept)}")
    bare = [
        {"user-agent": headers["user-agent"], "x-forwarded-proto": "https"}
        for headers in BROWSERS.values()
        if "sec-fetch-mode" in headers
    ]
    print(
        f"{'flagged with a User-Agent alone, over https':<48} {sum(map(is_bot, bare))} of {len(bare)}"
    )

    fresh = iter([f"{BROWSERS['Chrome on Windows']['user-agent']} x{n}" for n in range(4_000)])
    cost("agent, User-Agent not seen before", lambda: read_agent(next(fresh)), 2_000)
    cost("claim, User-Agent not seen before", lambda: read_claim(next(fresh)), 2_000)
    hits = hit, around = a_hit()
    cost("whole pipeline, User-Agent known", lambda: pipeline.run(*hits), 20_000)
    noon, night = a_hit(has_ids=False), a_hit(has_ids=False, hour=0)
    cost("the same without ids", lambda: pipeline.run(*noon), 20_000)
    cost("the same without ids, near midnight", lambda: pipeline.run(*night), 20_000)
    draft = pipeline.Draft(hit, around)
    cost("its steps, not timed", lambda: pipeline._run(draft), 20_000)
    cost(
        f"its steps, timed (1 of {pipeline.TIMED_HITS})", lambda: pipeline._run_timed(draft), 20_000
    )


def share(name: str, user_agents: Sequence[str]) -> None:
    count = sum(read_claim(text).reason is not None for text in user_agents)
    print(f"{name:<48} {count} of {len(user_agents)}, {count / len(user_agents):.1%}")


def is_bot(headers: dict[str, str]) -> bool:
    hints = read_hints(headers, None)
    is_https = headers.get("x-forwarded-proto") == "https"
    return judge(Evidence(headers.get("user-agent"), headers, hints, is_https)).is_bot


def cost(name: str, work: Callable[[], object], rounds: int) -> None:
    started = perf_counter()
    for _ in range(rounds):
        work()
    print(f"{name:<48} {(perf_counter() - started) / rounds * 1e6:.1f} us")


def a_hit(*, has_ids: bool = True, hour: int = 12) -> tuple[Hit, pipeline.Surroundings]:
    now = datetime(2026, 3, 10, hour, tzinfo=UTC)
    url = "https://shop.example/"
    raw = {"eventType": "click", "siteId": "shop", "url": url, "eventData": {}}
    ids = ("s1", "v1") if has_ids else (None, None)
    hit = Hit("click", "e1", "shop", *ids, now, url, "/", raw)
    headers = BROWSERS["Chrome on Windows"]
    around = pipeline.Surroundings(
        received_at=now,
        ip="192.0.2.1",
        user_agent=headers["user-agent"],
        salt=b"salt",
        sites={"shop": Site("shop")},
        max_event_age=timedelta(days=100),
        headers=headers,
        previous_salt=b"older salt",
    )
    return hit, around


if __name__ == "__main__":
    main()
