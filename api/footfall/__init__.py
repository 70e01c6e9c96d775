"""Footfall: self-hosted web analytics. Folders are the stages of an event's way; see docs/architecture.md."""

__version__ = "0.1.0"
