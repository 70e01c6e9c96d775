"""The MetaData of all tables, and the columns that many of them have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def at(name: str, *, nullable: bool = False, **kwargs: Any) -> Column[Any]:
    """An instant."""
    return Column(name, DateTime(timezone=True), nullable=nullable, **kwargs)


def utm() -> list[Column[Any]]:
    """The five campaign parameters of an address."""
    names = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
    return [Column(name, Text) for name in names]


def agent() -> list[Column[Any]]:
    """What a User-Agent says."""
    names = ("browser", "browser_version", "os", "os_version", "device_type")
    return [Column(name, Text) for name in names]


def partial_index(name: str, where: str, *columns: str) -> Index:
    """An index of the rows that meet `where`."""
    return Index(name, *columns, postgresql_where=text(where))


def flag(name: str) -> Column[Any]:
    """No, unless told."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def text_columns(*names: str, nullable: bool = True) -> list[Column[Any]]:
    """A column of text for each name."""
    return [Column(name, Text, nullable=nullable) for name in names]


def count(name: str, type_: type[Integer] = Integer) -> Column[Any]:
    """A number from 0."""
    return Column(name, type_, nullable=False, server_default=text("0"))
