"""Bytes to events: parse and validate (wire), redact, then the ordered steps of pipeline."""
