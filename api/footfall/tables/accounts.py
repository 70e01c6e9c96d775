"""Sites, and who may read or change them: keys, users, their roles, logins and links."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from footfall.tables.shape import at, flag, metadata, text_columns

sites = Table(
    "sites",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("registered_by", Text, nullable=False, server_default="operator"),
    at("created_at", server_default=text("now()")),
    Column("allowed_domains", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    *text_columns("hmac_secret"),
    at("updated_at", server_default=text("now()")),
    CheckConstraint("length(site_id) between 1 and 200", name="site_id"),
    CheckConstraint("registered_by in ('operator', 'event')", name="registered_by"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    *text_columns("name", "scope", nullable=False),
    *text_columns("site_id"),
    at("created_at", server_default=text("now()")),
    at("last_used_at", nullable=True),
    at("revoked_at", nullable=True),
    CheckConstraint("scope in ('ingest', 'read', 'admin')", name="scope"),
    CheckConstraint("scope <> 'ingest' or site_id is not null", name="ingest_site"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", BigInteger, Identity(), primary_key=True),
    *text_columns("name", nullable=False),
    Column(
        "name_key",
        Text,
        nullable=False,
        unique=True,
        comment="The name as it is compared: without regard to case and form of Unicode.",
    ),
    Column(
        "password_hash",
        Text,
        comment="Argon2id with salt and parameters; null until a password is set.",
    ),
    flag("is_admin"),
    at("created_at", server_default=text("now()")),
    at("disabled_at", nullable=True),
    at("last_login_at", nullable=True),
)


def _user(**kwargs: Any) -> Column[Any]:
    return Column("user_id", BigInteger, ForeignKey("users.user_id", ondelete="CASCADE"), **kwargs)


user_sites = Table(
    "user_sites",
    metadata,
    _user(nullable=False),
    Column(
        "site_id",
        Text,
        ForeignKey("sites.site_id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    *text_columns("role", nullable=False),
    PrimaryKeyConstraint("user_id", "site_id"),
    CheckConstraint("role in ('viewer', 'editor', 'owner')", name="role"),
    Index(None, "site_id"),
)

logins = Table(
    "logins",
    metadata,
    Column(
        "login_hash",
        LargeBinary,
        primary_key=True,
        comment="SHA-256 of the cookie's value, which is kept nowhere.",
    ),
    _user(nullable=False, index=True),
    at("created_at"),
    at("last_used_at"),
    at("expires_at"),
)

user_links = Table(
    "user_links",
    metadata,
    Column(
        "link_hash",
        LargeBinary,
        primary_key=True,
        comment="SHA-256 of the secret in the link, which is kept nowhere.",
    ),
    *text_columns("purpose", nullable=False),
    _user(index=True),
    at("created_at"),
    at("expires_at"),
    at("used_at", nullable=True),
    CheckConstraint("purpose in ('setup', 'password')", name="purpose"),
    CheckConstraint("(purpose = 'setup') = (user_id is null)", name="user"),
)
