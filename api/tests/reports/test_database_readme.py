"""database/README.md against footfall.tables and database/reports: nothing missing, nothing made up."""

from __future__ import annotations

import re

from footfall.config import PROJECT_DIR
from footfall.reports.sqlfile import list_reports
from footfall.tables import metadata

README = (PROJECT_DIR / "database" / "README.md").read_text(encoding="utf-8")


def documented() -> dict[str, list[str]]:
    """Table to its columns, in order, as the headings and rows of the page say."""
    sections = re.split(r"^### `(\w+)`$", README, flags=re.MULTILINE)
    return {
        name: re.findall(r"^\| `(\w+)` \| \w+ \| \S", text.split("\n## ")[0], re.MULTILINE)
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
    }


def test_every_table_and_column_is_explained_in_the_schemas_order() -> None:
    assert documented() == {
        name: [column.name for column in metadata.tables[name].columns] for name in documented()
    }
    assert set(documented()) == set(metadata.tables)


def test_types_are_those_of_the_schema() -> None:
    plain = {"double_precision": "double precision"}
    for name, table in metadata.tables.items():
        section = README.split(f"### `{name}`\n")[1].split("\n### ")[0]
        for column in table.columns:
            [told] = re.findall(rf"^\| `{column.name}` \| (\w+) \|", section, re.MULTILINE)
            kind = {"DATETIME": "timestamptz", "INET": "inet", "BLOB": "bytea", "CHAR(32)": "uuid"}
            actual = str(column.type).partition("(")[0]
            actual = kind.get(str(column.type), kind.get(actual, actual.lower()))
            assert plain.get(told, told) == actual, (name, column.name)


def test_every_report_is_listed_with_its_question() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(reports/(\w+)\.sql\) \| (.+) \|$", README, re.MULTILINE)
    assert sorted(listed) == [(one.name, one.name, one.question) for one in list_reports()]
    assert f"`reports/` has {len(listed)}, one a file" in README
    front = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    assert f"holds {len(listed)} questions of a site owner" in front
