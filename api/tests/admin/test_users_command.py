"""`footfall user` as typed: what is stored, what is printed, what is refused."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner, Result
from conftest import Stack

from footfall.cli import main

PASSWORD = "four owls in a tree"


async def run(
    stack: Stack, *arguments: str, answer: str = "", url: str = "https://stats.example"
) -> Result:
    # The command runs an event loop of its own.
    return await asyncio.to_thread(
        CliRunner().invoke,
        main,
        ["user", *arguments],
        env={"DATABASE_URL": stack.database_url, "FOOTFALL_PUBLIC_URL": url},
        input=answer,
    )


async def output(stack: Stack, *arguments: str, answer: str = "") -> str:
    result = await run(stack, *arguments, answer=answer)
    assert result.exit_code == 0, result.stderr
    return result.stdout


async def sign_in(stack: Stack, name: str, password: str = PASSWORD) -> int:
    body = {"name": name, "password": password}
    return (await stack.client.post("/api/session", json=body)).status_code


async def test_a_user_is_added_listed_changed_and_removed(stack: Stack) -> None:
    assert "There is no account yet" in await output(stack, "list")
    await stack.rows("insert into sites (site_id) values ('shop'), ('blog')")
    printed = await output(
        stack,
        *("add", "ada", "--role", "shop=owner", "--role", "blog=viewer"),
        answer=f"{PASSWORD}\n",
    )
    assert printed == "Added ada: viewer of blog, owner of shop.\n"
    assert "ada  viewer of blog, owner of shop  never signed in  active" in await output(
        stack, "list"
    )
    assert await sign_in(stack, "ada") == 200
    assert "signed in 2026-03-10 14:00 UTC" in await output(stack, "list", "--site", "shop")
    printed = await output(
        stack, "set", "ADA", "--role", "shop=editor", "--no-role", "blog", "--disable"
    )
    assert printed == "ada: editor of shop, disabled.\n"
    assert "ada" not in await output(stack, "list", "--site", "blog")
    assert await sign_in(stack, "ada") == 401
    await output(stack, "set", "ada", "--enable", "--password", answer="five owls in a tree\n")
    assert await sign_in(stack, "ada", "five owls in a tree") == 200
    assert await output(stack, "remove", "ada", answer="y\n") == (
        "Remove ada (editor of shop) [y/N]: y\nRemoved ada.\n"
    )
    assert await stack.value("select count(*) from logins") == 0
    actors = await stack.rows("select distinct actor from audit_log")
    assert {row["actor"] for row in actors} == {"command line", "user:ada"}


async def test_a_link_stands_for_the_password(stack: Stack) -> None:
    await output(stack, "add", "eve", "--admin", answer=f"{PASSWORD}\n")
    result = await run(stack, "add", "ada", "--admin", "--link")
    assert result.exit_code == 0
    assert result.stdout.startswith("https://stats.example/dashboard/#password=")
    assert result.stdout.count("\n") == 1
    assert "Added ada: administrator." in result.stderr
    first = result.stdout.partition("=")[2].strip()
    again = (await output(stack, "link", "ada")).partition("=")[2].strip()
    for secret, status in ((first, 404), (again, 200)):
        body = {"link": secret, "password": PASSWORD}
        assert (await stack.client.post("/api/setup", json=body)).status_code == status
    assert await sign_in(stack, "ada") == 200


async def test_the_set_up_link_is_there_while_it_is_needed(stack: Stack) -> None:
    printed = await output(stack, "link", "--if-needed")
    assert printed.startswith("https://stats.example/dashboard/#setup=")
    assert (await output(stack, "link")).startswith("https://stats.example/dashboard/#setup=")
    await output(stack, "add", "ada", "--admin", answer=f"{PASSWORD}\n")
    assert await output(stack, "link", "--if-needed") == ""
    result = await run(stack, "link")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is an administrator already" in result.stderr


async def test_without_a_known_address_the_link_says_what_to_put_there(
    stack: Stack, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTFALL_DATA_DIR", str(tmp_path))
    result = await run(stack, "link", url="")
    assert result.stdout.startswith("http://localhost/dashboard/#setup=")
    assert "FOOTFALL_PUBLIC_URL sets it" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "answer", "complaint"),
    [
        (("add", "ADA", "--link"), "", "There is a user 'ADA' already"),
        (("add", "bob"), "short\n", "A password has 10 to 1,000 characters"),
        (("add", "bob"), "", "A password has 10 to 1,000 characters"),
        (("add", "", "--link"), "", "A name has 1 to 254 printable characters"),
        (("add", "bob", "--link", "--role", "shop=king"), "", "--role must look like SITE=ROLE"),
        (("add", "bob", "--link", "--role", "viewer"), "", "--role must look like SITE=ROLE"),
        (("add", "bob", "--link", "--role", "nowhere=viewer"), "", "There is no site 'nowhere'"),
        (("set", "bob", "--admin"), "", "There is no user 'bob'"),
        (("set", "ada", "--no-admin"), "", "ada is the only administrator"),
        (("set", "ada", "--password"), "short\n", "A password has 10 to 1,000 characters"),
        (("remove", "ada", "--yes"), "", "ada is the only administrator"),
        (("link", "bob"), "", "There is no user 'bob'"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(
    stack: Stack, arguments: tuple[str, ...], answer: str, complaint: str
) -> None:
    await output(stack, "add", "eve", "--link")
    await output(stack, "add", "ada", "--admin", answer=f"{PASSWORD}\n")
    before = await stack.rows("select * from users order by user_id")
    result = await run(stack, *arguments, answer=answer)
    assert result.exit_code == 1, result.stdout
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
    assert await stack.rows("select * from users order by user_id") == before


@pytest.mark.parametrize("command", ["add", "list", "set", "remove", "link"])
def test_help_has_an_example(command: str) -> None:
    result = CliRunner().invoke(main, ["user", command, "--help"])
    assert "Example: footfall user" in result.stdout.replace("\n  ", " ")
