"""Backups of our own making: a consistent copy of every table in one file, and the way back from it."""
