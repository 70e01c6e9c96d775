"""The whole stack without Docker: PostgreSQL and nginx from Python wheels, run beside the API.

`stack` starts, watches and stops the parts; the other modules each know one of them. Nothing here
touches events: it is the operator's side, and `cli_stack` its only caller.
"""
