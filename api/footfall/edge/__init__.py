"""HTTP: the only package that imports FastAPI. Callers, collection, reports and probes."""
