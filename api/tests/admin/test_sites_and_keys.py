"""`footfall site` and `footfall key` as typed: what is stored, what is printed, what is refused."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner, Result
from conftest import Stack

from footfall.cli import main
from footfall.site import Site


async def run(stack: Stack, *arguments: str, answer: str = "") -> Result:
    # The command runs an event loop of its own.
    return await asyncio.to_thread(
        CliRunner().invoke,
        main,
        list(arguments),
        env={"DATABASE_URL": stack.database_url, "FOOTFALL_PUBLIC_URL": "https://stats.example"},
        input=answer,
    )


async def output(stack: Stack, *arguments: str, answer: str = "") -> str:
    result = await run(stack, *arguments, answer=answer)
    assert result.exit_code == 0, result.stderr
    return result.stdout


async def test_a_site_is_added_shown_changed_and_listed(stack: Stack) -> None:
    printed = await output(
        stack,
        *("site", "add", "my-shop", "--timezone", "Europe/Berlin", "--domain", "Example.org"),
        *("--domain", "*.example.org", "--setting", "requires_key=true"),
        *("--setting", "script.storage=none"),
    )
    assert '<script defer src="https://stats.example/tracking.js" data-site="my-shop">' in printed
    [row] = await stack.rows("select * from sites")
    assert (row["timezone"], row["allowed_domains"]) == (
        "Europe/Berlin",
        ["example.org", "*.example.org"],
    )
    assert row["settings"] == {"requires_key": True, "script": {"storage": "none"}}
    await output(
        stack,
        *("site", "set", "my-shop", "--all-domains", "--setting", "requires_key="),
        *("--setting", "script.sampleRate=50", "--setting", "script.storage="),
    )
    [row] = await stack.rows("select * from sites")
    assert (row["allowed_domains"], row["settings"]) == ([], {"script": {"sampleRate": 50}})
    assert "my-shop  Europe/Berlin  all domains" in await output(stack, "site", "list")
    assert json.dumps({"sampleRate": 50.0}) in await output(stack, "site", "show", "my-shop")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "a/b"], "A site id has 1 to 200 letters"),
        (["add", "shop"], "There is a site 'shop' already."),
        (["set", "nobody", "--timezone", "UTC"], "There is no site 'nobody'."),
        (["set", "shop", "--timezone", "Mars/Base"], "'Mars/Base' is no time zone"),
        (["set", "shop", "--domain", "https://example.org"], "is no domain: write example.org"),
        (["set", "shop", "--domain", "*"], "is no domain: write example.org"),
        (["set", "shop", "--setting", "colour=red"], "There is no settings.colour."),
        (["set", "shop", "--setting", "script.site=x"], "There is no settings.script.site."),
        (["set", "shop", "--setting", "privacy=none"], "settings.privacy: Input should be"),
        (["set", "shop", "--setting", "privacy"], "must look like NAME=VALUE"),
        (["set", "shop", "--domain", "a.example", "--all-domains"], "exclude each other"),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(
    stack: Stack, arguments: list[str], said: str
) -> None:
    await output(stack, "site", "add", "shop")
    before = await stack.rows("select * from sites")
    result = await run(stack, "site", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert await stack.rows("select * from sites") == before


async def test_a_key_is_printed_once_and_only_its_hash_is_kept(stack: Stack) -> None:
    await output(stack, "site", "add", "shop")
    created = ("key", "create", "--scope", "ingest", "--site", "shop", "--name", "server")
    text = (await output(stack, *created)).strip()
    assert text.startswith("ff_")
    assert len(text) == 46
    [row] = await stack.rows("select * from api_keys")
    assert len(row["key_hash"]) == 32
    assert text[3:] not in str(row)
    listed = await output(stack, "key", "list", "--site", "shop")
    assert listed.split() == [row["key_id"], "ingest", "shop", "server", "never", "used", "valid"]
    await output(stack, "key", "revoke", row["key_id"])
    assert "revoked" in await output(stack, "key", "list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "--scope", "ingest"], "An ingest key is for one site: name it."),
        (["create", "--scope", "read", "--site", "nobody"], "There is no site 'nobody'."),
        (["create", "--scope", "read", "--name", "x" * 101], "at most 100 printable"),
        (["revoke", "0"], "There is no key '0'."),
    ],
)
async def test_a_key_that_cannot_be_is_refused(
    stack: Stack, arguments: list[str], said: str
) -> None:
    result = await run(stack, "key", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


async def test_a_secret_is_shown_once(stack: Stack) -> None:
    await output(stack, "site", "add", "shop")
    assert "no secret" in await output(stack, "site", "secret", "shop")
    secret = (await output(stack, "site", "secret", "shop", "--rotate")).strip()
    assert await stack.value("select hmac_secret from sites") == secret
    assert secret not in await output(stack, "site", "secret", "shop")
    assert secret not in await output(stack, "site", "show", "shop")
    await output(stack, "site", "secret", "shop", "--remove")
    assert await stack.value("select hmac_secret from sites") is None


@pytest.mark.parametrize(
    ("domains", "host", "allowed"),
    [
        ([], "anywhere.example", True),
        (["example.org"], "example.org", True),
        (["example.org"], "EXAMPLE.org.", True),
        (["example.org"], "www.example.org", False),
        (["*.example.org"], "www.example.org", True),
        (["*.example.org"], "a.b.example.org", True),
        (["*.example.org"], "example.org", False),
        (["*.example.org"], "evilexample.org", False),
        (["*.example.org"], "example.org.evil.example", False),
        (["xn--bcher-kva.example"], "bücher.example", True),
        (["localhost"], "localhost", True),
        (["::1"], "[::1]", True),
        (["example.org"], None, False),
        (["example.org"], "exa mple.org", False),
    ],
)
def test_wildcards_are_for_whole_labels(
    domains: list[str], host: str | None, allowed: bool
) -> None:
    assert Site("shop", allowed_domains=tuple(domains)).allows(host) is allowed


@pytest.mark.parametrize(
    "arguments",
    [
        *(["site", name] for name in ("list", "add", "set", "show", "reset", "delete", "secret")),
        *(["key", name] for name in ("list", "create", "revoke")),
    ],
)
def test_each_command_helps_with_an_example(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, [*arguments, "--help"])
    assert result.exit_code == 0
    assert f"Example: footfall {' '.join(arguments)}" in " ".join(result.stdout.split())
