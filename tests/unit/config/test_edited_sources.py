"""However a sources file is written: adding and then removing a source gives its bytes back, and no comment is lost."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from monitor.config.editing.source_files import with_sources, without_sources
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import EditUnsafe, InvalidFiles, MonitorError

NEW = {"id": "new", "url": "https://new.example/feed?a=1&b=[2]#c", "name": "It's: new, #1", "tags": ["a b", "no, x"]}


@dataclass(frozen=True, slots=True)
class Written:
    """A sources file, its ids, and the comments that belong to no single source."""

    text: str
    ids: tuple[str, ...]
    comments: tuple[str, ...]


@st.composite
def documents(draw: st.DrawFn, number: int) -> tuple[list[str], list[str]]:
    """The lines of a document and its ids; comments that are nobody's own are numbered `# kept`."""
    count = draw(st.integers(0, 4))
    ids = [f"s{number}-{index}" for index in range(count)]
    lines = draw(remarks(0))
    if not ids:
        return [*lines, *draw(st.sampled_from(EMPTY)), *draw(remarks(2))], ids
    if draw(st.booleans()):
        return [*lines, *draw(in_brackets(ids)), *draw(remarks(0))], ids
    indent, width = draw(st.sampled_from((0, 1, 2, 4))), draw(st.sampled_from((2, 3, 4)))
    blank = draw(st.booleans())
    lines += [draw(st.sampled_from(("sources:", "sources:   # kept", "'sources':"))), *draw(remarks(indent))]
    for index, name in enumerate(ids):
        if index and (blank or draw(st.integers(0, 4)) == 0):
            lines += ["", *draw(st.sampled_from(([], [f"{' ' * indent}# own or kept"])))]
        lines += draw(items(name, indent, width))
    return [*lines, *draw(remarks(indent))], ids


EMPTY = (
    ["sources: []"],
    ["sources: []  # kept"],
    ["sources:  [ ]"],
    ["sources: [", "  # kept", "]"],
    ["{sources: []}"],
)


@st.composite
def remarks(draw: st.DrawFn, indent: int) -> list[str]:
    """Some comments and blank lines."""
    kinds = ("", "# kept", f"{' ' * indent}# kept", f"{' ' * indent}# - id: kept", "  ")
    return draw(st.lists(st.sampled_from(kinds), max_size=3))


@st.composite
def items(draw: st.DrawFn, name: str, indent: int, width: int) -> list[str]:
    """A source under a dash, in one of the ways in which people write it."""
    lead, pad = " " * indent + "-".ljust(width), " " * (indent + width)
    url = f"https://{name}.example/"
    ways = (
        [f"{lead}id: {name}", f"{pad}url: {url}"],
        [f"{lead}url: '{url}'  # own", f"{pad}# own", "", f'{pad}id: "{name}"   # own', f"{pad}# own"],
        [f"{lead}{{id: {name}, url: '{url}'}}  # own"],
        [f"{lead}{{id: {name}, # own", f"{pad} url: '{url}'}}"],
        [
            lead.rstrip(),
            f"{pad}# own",
            f"{pad}id: {name}",
            f"{pad}url: {url}",
            f"{pad}tags:",
            f"{pad}  - a",
            f"{pad}  - b",
        ],
        [f"{lead}id: {name}", f"{pad}url: {url}", f"{pad}name: >", f"{pad}  folded", f"{pad}  text", ""],
        [f"{lead}id: {name}", f"{pad}url: {url}", f"{pad}publisher:"],
    )
    return list(draw(st.sampled_from(ways)))


@st.composite
def in_brackets(draw: st.DrawFn, ids: list[str]) -> list[str]:
    """A list in brackets: on one line or on several, with a comma at its end or none."""
    written = [f"{{id: {name}, url: 'https://{name}.example/'}}" for name in ids]
    comma = draw(st.sampled_from(("", ",")))
    if draw(st.booleans()):
        return [
            draw(st.sampled_from(("sources: [{}]", "{{sources: [{}]}}", "sources: [ {} ]"))).format(
                ", ".join(written) + comma
            )
        ]
    behind = st.sampled_from(("", "  # own"))
    lines = ["sources: [", *draw(remarks(2))]
    for each in written[:-1]:
        lines += [f"  {each},{draw(behind)}", *draw(remarks(2))]
    if draw(st.booleans()):
        return [*lines, f"  {written[-1]}{comma}]  # kept"]
    return [*lines, f"  {written[-1]}{comma}{draw(behind)}", *draw(remarks(2)), "]"]


@st.composite
def files(draw: st.DrawFn) -> Written:
    """A file of one document or more, with its comments numbered and its own line endings."""
    parts = [draw(documents(number)) for number in range(draw(st.integers(1, 3)))]
    lines: list[str] = []
    for number, (part, _) in enumerate(parts):
        lines += [*(["---"] if number else []), *part]
    numbered = [line.replace("# kept", f"# kept {n}").replace(": kept", f": kept {n}") for n, line in enumerate(lines)]
    ending = draw(st.sampled_from(("\n", "\r\n")))
    text = ending.join(numbered) + draw(st.sampled_from(("", ending)))
    comments = tuple(
        line[line.index("#") :] for line in numbered if "# " in line and "kept" in line and "own" not in line
    )
    return Written(text, tuple(name for _, ids in parts for name in ids), comments)


def held(text: str) -> list[str]:
    """The ids in a text."""
    found: list[str] = []
    for document in parse_yaml_text(text, "f.yaml"):
        assert isinstance(document.data, dict)
        listed = document.data["sources"]
        assert isinstance(listed, list)
        found += [str(item["id"]) for item in listed if isinstance(item, dict)]
    return found


@given(files())
def test_adding_and_removing_gives_the_bytes_back(written: Written) -> None:
    """What was there stands where it stood, in either step."""
    added = with_sources(written.text, "f.yaml", [NEW])
    assert held(added) == [*written.ids, "new"]
    assert without_sources(added, "f.yaml", {"new"}) == written.text


@given(files(), st.data())
def test_no_comment_is_lost_with_a_source_that_it_does_not_belong_to(written: Written, data: st.DataObject) -> None:
    """Whichever sources go, the others and the comments stay, in their order."""
    gone = data.draw(st.sets(st.sampled_from(written.ids))) if written.ids else set[str]()
    try:
        left = without_sources(written.text, "f.yaml", gone)
    except EditUnsafe:
        assert "sources: [" in written.text  # brackets with comments between the items
        return
    assert held(left) == [name for name in written.ids if name not in gone]
    at = 0
    for comment in written.comments:
        assert comment in left[at:]
        at = left.index(comment, at) + len(comment)
    for line in left.splitlines():
        assert line.lstrip() in written.text or not line.lstrip().startswith("#")


@given(st.text(st.sampled_from(" -?:,[]{}#&*!|>'\"%@`aé가\n0~.=/\\"), min_size=1, max_size=8))
def test_any_text_is_written_so_that_it_reads_as_itself(text: str) -> None:
    """Quotes where they are needed."""
    plain = " ".join(text.split()) or "x"
    for before in ("sources: [{id: a}]", "sources:\n- id: a\n"):
        source = {"id": "new", "url": "https://new.example", "name": plain, "tags": [plain]}
        [document] = parse_yaml_text(with_sources(before, "f.yaml", [source]), "f.yaml")
        assert document.data == {"sources": [{"id": "a"}, source]}


@given(st.text(st.sampled_from("sources:[]{}-# \nida,'"), max_size=30))
def test_whatever_the_text_the_edit_is_right_or_refused(text: str) -> None:
    """A file in a shape that nobody thought of is never spoilt."""
    try:
        parse_yaml_text(text, "f.yaml")
    except InvalidFiles:
        return
    try:
        added = with_sources(text, "f.yaml", [NEW])
    except MonitorError:
        return
    assert held(added)[-1] == "new"
