"""The log to sessions, pageviews, interaction events, form submissions and daily metrics."""
