"""Logging and metrics: JSON log lines, and every metric declared once with kind, unit and labels.

Labels are closed sets, so that a stranger's input can never grow them. Log lines never carry an IP
address, a full User-Agent, a query string or a key.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

REQUESTS = Counter(
    "footfall_collect_requests_total",
    "Requests to /collect, /e, /px.gif and /v1/collect by answer status.",
    ["status"],
    registry=REGISTRY,
)
EVENTS = Counter(
    "footfall_events_total",
    "Events by outcome: received, stored, spooled, duplicate, dead_letter, dropped_*.",
    ["outcome"],
    registry=REGISTRY,
)
APPEND_FAILURES = Counter(
    "footfall_sink_failures_total",
    "Groups that PostgreSQL did not take (database: they went to the spool) or nobody did (refused: 503).",
    ["reason"],
    registry=REGISTRY,
)
SPOOL_BYTES = Gauge(
    "footfall_spool_bytes",
    "Bytes that wait on disk for the database, at the last write of this process.",
    registry=REGISTRY,
)
STEP_SECONDS = Histogram(
    "footfall_step_seconds",
    "Seconds of each step that makes an event of a hit, of one hit in 64.",
    ["step"],
    registry=REGISTRY,
    buckets=(0.000001, 0.000005, 0.00002, 0.0001, 0.0005, 0.002, 0.01, 0.1),
)
SIGN_INS = Counter(
    "footfall_sign_ins_total",
    "Tries to sign in to the dashboard by outcome: right, wrong, too_many.",
    ["outcome"],
    registry=REGISTRY,
)
TIMESTAMPS_REPLACED = Counter(
    "footfall_event_timestamps_replaced_total",
    "Events whose claimed time was replaced by the time of receipt, by reason.",
    ["reason"],
    registry=REGISTRY,
)
INGEST_SECONDS = Histogram(
    "footfall_ingest_latency_seconds",
    "Seconds from a request's group being asked for to its events being durable, waiting included.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FLUSH_SECONDS = Histogram(
    "footfall_batch_flush_seconds",
    "Seconds of one group commit, from taking the group to its COMMIT, or its fsync in the spool.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
GROUP_EVENTS = Histogram(
    "footfall_batch_events",
    "Events in one group commit.",
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
)
QUEUE_DEPTH = Gauge(
    "footfall_queue_depth",
    "Requests that wait for the next group commit.",
    registry=REGISTRY,
)
QUEUE_BYTES = Gauge(
    "footfall_queue_bytes",
    "Bytes of events that wait for the next group commit; at 64 MiB, /collect answers 503.",
    registry=REGISTRY,
)
DERIVE_LAG = Gauge(
    "footfall_derive_lag_events",
    "Events of the log that the worker has not derived yet, read when asked for.",
    registry=REGISTRY,
)
DEAD_LETTERS = Gauge(
    "footfall_dead_letters",
    "Events set aside and not taken up again, read when asked for.",
    registry=REGISTRY,
)
RETENTION_REMOVED = Gauge(
    "footfall_retention_removed_rows",
    "Rows that retention has removed so far, read when asked for: events, details.",
    ["table"],
    registry=REGISTRY,
)

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "color_message",
}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message and the record's extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((k, v) for k, v in vars(record).items() if k not in _STANDARD_FIELDS)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure_logging(level: int = logging.INFO) -> None:
    """Send every log record to standard error as JSON. Called once, by `cli`."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[stream], force=True)
