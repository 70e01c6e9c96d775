"""The append-only event log: durable append (log), ordered reading and offsets (consumer)."""
