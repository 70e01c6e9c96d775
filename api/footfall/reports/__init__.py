"""Answers from the derived tables: the query API's figures and the SQL reports. Knows no HTTP."""
