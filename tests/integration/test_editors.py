"""What an editor makes of our files, asked of yaml-language-server itself: the schemas are right, and they help."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.config.language.base_schema import Schema, schema_at
from monitor.config.language.entities import EntitySchema
from monitor.config.language.file_kinds import Kind
from monitor.config.language.lists import ListSchema
from monitor.config.language.rules import RuleSchema
from monitor.config.language.settings import SettingsSchema
from monitor.config.language.sources import SourcesSchema
from monitor.config.yaml.yaml12 import ValuePath
from tests.support.editor.language_server import PROGRAM, Editor, editing

ROOT = Path(__file__).parents[2]
REFERENCE = "# yaml-language-server: $schema="
# In CI it is installed, and a test that cannot be run there fails.
needs_server = pytest.mark.skipif(
    not (PROGRAM.exists() and shutil.which("node")) and os.environ.get("CI") != "true",
    reason="yaml-language-server is not installed: ./dev test --system",
)
SHAPES: dict[Kind, type[Schema]] = {
    "config": SettingsSchema,
    "sources": SourcesSchema,
    "entity": EntitySchema,
    "rule": RuleSchema,
    "list": ListSchema,
}
FOLDERS: dict[Kind, str] = {
    "config": "",
    "sources": "seeds/sources",
    "entity": "seeds/entities",
    "rule": "rules",
    "list": "rules",
}
RULE = "rule: a\ntitle: A\nlevel: high\nmatch: {entity: taiwan}\n"


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's with the schemas, as docs/rules.md says, and copies of all that is shipped."""
    folder = tmp_path_factory.mktemp("user")
    for part in ("rules", "seeds/sources", "seeds/entities", "schema"):
        shutil.copytree(ROOT / part, folder / part)
    template = ROOT / "monitor" / "config" / "editing" / "starter.yaml"
    text = f"{REFERENCE}schema/config.schema.json\n{template.read_text(encoding='utf-8')}"
    (folder / "monitor.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def editor(user: Path) -> Iterator[Editor]:
    """An editor that has it open."""
    with editing(user) as opened:
        yield opened


@pytest.fixture(params=["ours", "the user's"])
def files(request: pytest.FixtureRequest, user: Path) -> dict[Path, str]:
    """Every YAML file that we ship, where it is in the tree, and in a folder of the user's."""
    places = [ROOT / "rules", ROOT / "seeds"] if request.param == "ours" else [user]
    return {path: path.read_text(encoding="utf-8") for place in places for path in sorted(place.rglob("*.yaml"))}


def documents(text: str) -> list[str]:
    return re.split(r"^---\n", text, flags=re.MULTILINE)


def marked(text: str) -> list[int]:
    """The lines, from 1, that say that they are wrong."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]


_numbers = itertools.count(1)


def typed(user: Path, kind: Kind, text: str) -> tuple[Path, str]:
    """A new file of a kind, where the user keeps such files, that begins as they do."""
    folder = user / FOLDERS[kind]
    schema = Path(os.path.relpath(user / "schema" / f"{kind}.schema.json", folder)).as_posix()
    return folder / f"new-{next(_numbers)}.yaml", f"{REFERENCE}{schema}\n{text}\n"


def test_the_server_is_pinned_by_hashes() -> None:
    """Each package by its own, and no address says where from."""
    lock = (ROOT / "tests" / "support" / "editor" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    installed = {name: each for name, each in json.loads(lock)["packages"].items() if name}
    assert "node_modules/yaml-language-server" in installed
    assert [name for name, each in installed.items() if not each["integrity"].startswith("sha512-")] == []


def test_every_document_says_where_its_schema_is(files: dict[Path, str]) -> None:
    """In its first line, by a relative path; to the server one `---` further it is forgotten."""
    for path, text in files.items():
        for document in documents(text):
            first = document.splitlines()[0]
            assert re.fullmatch(re.escape(REFERENCE) + r"(\.\./)*schema/\w+\.schema\.json", first), path
            assert (path.parent / first.removeprefix(REFERENCE)).is_file(), path


@needs_server
def test_nothing_that_we_ship_is_underlined(editor: Editor, files: dict[Path, str]) -> None:
    """And no schema is looked for but where we say."""
    assert editor.underlined(files) == {}
    assert editor.asked == []


@needs_server
def test_every_document_that_we_ship_is_looked_at(editor: Editor, files: dict[Path, str]) -> None:
    """A misspelt key at the end of any is underlined, and nothing else is."""
    wrong = {
        path.with_name(f"wrong-{path.name}"): "---\n".join(f"{each}mispelt: 1 # here\n" for each in documents(text))
        for path, text in files.items()
    }
    lines = {path: [each.line for each in found] for path, found in editor.underlined(wrong).items()}
    assert lines == {path: marked(text) for path, text in wrong.items()}


@needs_server
def test_a_schema_from_elsewhere_would_be_seen(user: Path) -> None:
    """That none is asked for is no accident of how the server is started."""
    with editing(user) as editor:
        assert editor.underlined({user / "far.yaml": f"{REFERENCE}https://schema.example/far.json\nrule: far\n"})
        assert editor.asked == [("vscode/content", ["https://schema.example/far.json"])]


@needs_server
@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        # a misspelt key: of each kind of file, and further inside
        ("rule", f"{RULE}staus: live  # here", "staus"),
        ("rule", f"{RULE}alert: {{to: [desk], oncePer: story}}  # here", "oncePer"),
        ("entity", "entity: a\nkind: place\nname: A\nsure: [Aa]\nalais: [Ab]  # here", "alais"),
        ("sources", "sources:\n  - id: a\n    url: https://a.example/\n    langauge: ko  # here", "langauge"),
        ("config", "channels:\n  screen: {url: 'console://'}\nruotes: {}  # here", "ruotes"),
        # one for which something else is missing then
        ("rule", f"{RULE}unless:  # here\n  wrods: [film]  # here", "Write one of: words,"),
        # a language by its name
        ("rule", f"{RULE}unless:\n  words:\n    English: [film]  # here", "English"),
        # a wrong level
        ("rule", "rule: a\ntitle: A\nlevel: urgent  # here\nmatch: {entity: taiwan}", '"info", "low", "medium",'),
        # a text where a list belongs
        ("rule", f"{RULE}alert:\n  to: desk  # here", '"array"'),
        ("rule", f"{RULE}unless:\n  words:\n    en: film  # here", '"array"'),
        # near with one member
        ("rule", f"{RULE}unless:\n  near:\n    within: sentence\n    these:\n      - words: [a]  # here", "2 or more"),
        # two conditions in one
        ("rule", f"{RULE}unless:\n  words: [film]  # here\n  entity: taiwan", "only one"),
        # no duration, and no id
        ("rule", f"{RULE}max_age: soon  # here", "Write it like this: 12 hours"),
        ("rule", f"{RULE}unless: {{entity: North Korea}}  # here", "Write it like this: taiwan"),
        ("rule", f"{RULE}alert:\n  at_most: 6 per hour  # here", "Write it like this: 6 an hour"),
        (
            "rule",
            f"{RULE}alert:\n  again_if:\n    - new facts  # here",
            '"new fact", "level rises",',
        ),
        # what says how, beside what cannot be said so
        (
            "rule",
            f"{RULE}unless: {{entity: taiwan, case: exact}}  # here",
            "Write one of: words, pattern, any, all, near.",
        ),
        # nothing is said
        ("rule", f"{RULE}where: {{unknown: counts}}  # here", "Write one of: languages, sources,"),
        ("list", "list: a  # here\ntitle: A", "Write one of: words, lists, entities, before, after."),
        (
            "entity",
            "entity: a\nkind: place\nname: A\nsure: [Aa]\nmaybe: {words: [b], counts_if: {}}  # here",
            "sure_name_s",
        ),
        # the same key twice
        ("rule", f"{RULE}title: B  # here", "unique"),
    ],
)
def test_a_mistake_is_underlined_where_it_is(editor: Editor, user: Path, kind: Kind, text: str, said: str) -> None:
    """In its line and no other, with words that tell what is wrong."""
    path, whole = typed(user, kind, text)
    found = editor.underlined({path: whole}).get(path, [])
    assert sorted({each.line for each in found}) == marked(whole), found
    assert any(said in each.message for each in found), found


@needs_server
@pytest.mark.parametrize(
    ("kind", "where", "text"),
    [
        ("rule", (), "‸"),
        ("rule", ("match",), "rule: a\nmatch:\n  ‸"),
        ("rule", ("match",), "rule: a\nmatch:\n  any:\n    - ‸"),
        ("rule", ("match", "near"), "rule: a\nmatch:\n  near:\n    ‸"),
        ("rule", ("match", "near", "these", 0), "match:\n  near:\n    these:\n      - ‸"),
        ("rule", ("alert",), f"{RULE}alert:\n  ‸"),
        ("rule", ("tests",), f"{RULE}tests:\n  ‸"),
        ("rule", ("where",), f"{RULE}where:\n  ‸"),
        ("rule", ("where", "not"), f"{RULE}where:\n  not:\n    ‸"),
        ("rule", ("raise", 0), f"{RULE}raise:\n  - ‸"),
        ("entity", (), "‸"),
        ("entity", ("maybe",), "entity: a\nmaybe:\n  ‸"),
        ("entity", ("maybe", "counts_if", "near"), "maybe:\n  counts_if:\n    near:\n      ‸"),
        ("list", (), "‸"),
        ("list", ("before",), "list: a\nbefore:\n  ‸"),
        ("sources", ("sources", 0), "sources:\n  - ‸"),
        ("config", (), "‸"),
        ("config", ("limits",), "limits:\n  ‸"),
    ],
)
def test_every_key_is_offered(editor: Editor, user: Path, kind: Kind, where: ValuePath, text: str) -> None:
    """Those that may stand where the cursor is, as the shape that reads them knows them."""
    shape = schema_at(SHAPES[kind], where)
    assert shape
    assert editor.offered(*typed(user, kind, text)) >= set(shape.keys())


@needs_server
@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("rule", "rule: a\nlevel: ‸\ntitle: A", {"info", "low", "medium", "high", "critical"}),
        ("rule", f"{RULE}status: ‸", {"live", "shadow", '"off"'}),  # quoted, for YAML 1.1 would read a truth value
        ("rule", f"{RULE}alert:\n  once_per: ‸", {"story", "article", "event"}),
        ("rule", f"{RULE}alert:\n  again_if: ‸", {"new fact", "level rises", "official source"}),
        ("rule", f"{RULE}alert:\n  again_if:\n    - ‸", {"new fact", "retracted or corrected"}),
        ("rule", "rule: a\nmatch:\n  in: ‸", {"title", "lead", "body", "author", "tags", "url"}),
        ("rule", "rule: a\nmatch:\n  near:\n    within: ‸", {"sentence", "paragraph"}),
        ("rule", "rule: a\nmatch:\n  case: ‸", {"exact", "ignore"}),
        ("rule", f"{RULE}news_in: ‸", {"title", "about", "lead", "text"}),
        ("entity", "entity: a\nkind: ‸", {"person", "organisation", "place", "weapon"}),
    ],
)
def test_every_value_is_offered(editor: Editor, user: Path, kind: Kind, text: str, values: set[str]) -> None:
    """Where there are few to choose from."""
    assert editor.offered(*typed(user, kind, text)) >= values


@needs_server
@pytest.mark.parametrize(
    ("kind", "where", "text"),
    [
        ("rule", ("level",), "rule: a\nlev‸el: high"),
        ("rule", ("match", "words"), "match: {wo‸rds: [a]}"),
        ("rule", ("unless", "entity"), f"{RULE}unless:\n  - ent‸ity: taiwan"),
        ("rule", ("match", "near", "within"), "match:\n  near:\n    with‸in: sentence"),
        ("rule", ("alert", "once_per"), f"{RULE}alert: {{once_‸per: story}}"),
        ("rule", ("alert", "cooldown"), f"{RULE}alert: {{cool‸down: 3 hours}}"),
        ("entity", ("sure",), "entity: a\nsu‸re: [Aa]"),
        ("sources", ("sources", 0, "every"), "sources:\n  - id: a\n    ev‸ery: 5 s"),
        ("config", ("channels", "screen", "url"), "channels:\n  screen: {u‸rl: 'console://'}"),
    ],
)
def test_a_key_is_explained(editor: Editor, user: Path, kind: Kind, where: ValuePath, text: str) -> None:
    """In the words of the shape that reads it."""
    shape = schema_at(SHAPES[kind], where[:-1])
    assert shape
    field = shape.field_of(where[-1])
    assert field
    assert field.description
    assert field.description in re.sub(r"\\(\W)", r"\1", editor.explained(*typed(user, kind, text)))
