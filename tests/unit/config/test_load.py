"""Everything good is loaded, everything faulty is told, and neither stands in the other's way."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.language.secrets import secrets_of
from monitor.config.loading.files import compute_signature, is_empty
from monitor.config.loading.load import LoadCache, LoadedConfig, load_config_files, load_rules, load_rules_of
from monitor.config.yaml.file_content import MAX_BYTES
from monitor.errors import InvalidFiles

Write = Callable[[dict[str, str]], Path]

_TOLD = "channels: {desk: {url: 'console://'}}\nroutes: {default: [desk]}\n"
_MONITOR = f"sources: [sources]\nrules: [rules]\nentities: [entities]\n{_TOLD}"
_RULE = "rule: drills\ntitle: Drills\nlevel: high\nmatch: {all: [{entity: taiwan}, {words: [drill]}]}\n"
_OTHER = "rule: other\ntitle: Other\nlevel: low\nmatch: {words: [other]}\n"
_ENTITY = "entity: taiwan\nkind: place\nname: Taiwan\nsure: {en: [Taiwan]}\n"
_SOURCE = "sources: [{id: one, url: 'https://one.example/feed'}]\n"
_GOOD = {
    "monitor.yaml": _MONITOR,
    "rules/drills.yaml": _RULE,
    "entities/taiwan.yaml": _ENTITY,
    "sources/one.yaml": _SOURCE,
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files, given by path and text; the folder that holds them."""

    def written(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return written


def loaded(folder: Path) -> LoadedConfig:
    return load_config_files(folder / "monitor.yaml", {})


def told(result: LoadedConfig, folder: Path) -> list[str]:
    return [str(fault).replace(f"{folder}/", "") for fault in result.faults]


def test_all_that_monitor_yaml_names_is_loaded(write: Write) -> None:
    """Sources, rules and entities come by their ids, without a fault."""
    result = loaded(write(_GOOD))
    assert result.faults == ()
    assert list(result.config.rules) == ["drills"]
    assert list(result.config.entities) == ["taiwan"]
    assert result.config.sources["one"].every == timedelta(minutes=5)
    assert result.config.sources["one"].name == "one"


def test_what_a_document_is_may_be_said_in_any_line_of_it(write: Write) -> None:
    """`rule:` and `entity:` need not be the first key."""
    rule, entity = (f"{text.partition(chr(10))[2]}{text.partition(chr(10))[0]}\n" for text in (_RULE, _ENTITY))
    result = loaded(write({**_GOOD, "rules/drills.yaml": rule, "entities/taiwan.yaml": entity}))
    assert (result.faults, [*result.config.rules], [*result.config.entities]) == ((), ["drills"], ["taiwan"])


def test_paths_count_from_monitor_yaml_and_faults_name_them_as_one_would_open_them(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `-c conf/monitor.yaml` a fault reads conf/rules/...: what the reader can click or open."""
    folder = write({f"conf/{name}": text for name, text in _GOOD.items()} | {"conf/rules/bad.yaml": "rule: x"})
    monkeypatch.chdir(folder)
    result = load_config_files(Path("conf/monitor.yaml"), {})
    assert list(result.config.rules) == ["drills"]
    assert result.config.settings.database == f"sqlite:///{folder}/conf/monitor.db"
    assert {fault.place.file for fault in result.faults} == {"conf/rules/bad.yaml"}


def test_the_folder_above_one_that_is_a_link_is_the_one_above_where_that_leads(write: Write) -> None:
    """So the database is the same with the link and without it, as for every program that opens what is written."""
    folder = write({"srv/conf/monitor.yaml": f"{_TOLD}database: sqlite:///../data/news.db\n", "srv/data/news.db": ""})
    (folder / "etc").symlink_to(folder / "srv" / "conf")
    database = load_config_files(folder / "etc" / "monitor.yaml", {}).config.settings.database
    assert Path(database.removeprefix("sqlite:///")).samefile(folder / "srv" / "data" / "news.db")


def test_nothing_to_poll_and_no_rules_is_no_fault(write: Write) -> None:
    """An empty list, an empty file and an empty folder are what a beginner has."""
    folder = write(
        {"monitor.yaml": f"sources: [s.yaml]\nrules: [rules]\nentities: []\n{_TOLD}", "s.yaml": "sources:\n"}
    )
    (folder / "rules").mkdir()
    result = loaded(folder)
    assert result.faults == ()
    assert not result.config.sources
    assert not result.config.rules


def test_a_source_whose_proxy_lacks_its_password_is_left_out_alone(write: Write) -> None:
    """And told; nothing is asked past the proxy. With the secret it is there, and no log will show that."""
    source = "{id: two, url: 'https://two.example/', proxy: 'http://me:${env:PW}@p.example:3128'}"
    folder = write(_GOOD | {"sources/two.yaml": f"sources: [{source}]\n"})
    without = loaded(folder)
    assert list(without.config.sources) == ["one"]
    assert [fault.problem for fault in without.faults] == ["the environment variable PW is not set"]
    found = load_config_files(folder / "monitor.yaml", {"PW": "s%40cret"})
    assert found.faults == ()
    assert found.config.sources["two"].proxy == "http://me:s%40cret@p.example:3128"
    assert {"s%40cret", "s@cret"} <= secrets_of(found.config)


def test_a_network_for_a_source_that_does_not_exist_is_told(write: Write) -> None:
    """A slip, or a source that was renamed or removed; one that has a fault itself is known, and all else counts."""
    network = "network: {allow: [{network: 10.0.0.0/8, sources: [one, onne, bad]}]}\n"
    faulty = "sources:\n  - {id: bad, url: 'http://x/', every: 1 s}\n"
    folder = write(_GOOD | {"monitor.yaml": _GOOD["monitor.yaml"] + network, "sources/bad.yaml": faulty})
    found = loaded(folder)
    (problem,) = (str(fault) for fault in found.faults if "network" in fault.problem)
    assert "there is no source 'onne' that this network could be for; did you mean 'one'?" in problem
    assert [*found.config.settings.allow_for] == ["one", "onne", "bad"]


def test_a_source_whose_address_lacks_its_token_is_left_out_alone(write: Write) -> None:
    """And it is reported. With the token it is there, and no log will show that."""
    source = "{id: two, url: 'https://two.example/feed?token=${file:token}'}"
    folder = write(_GOOD | {"sources/two.yaml": f"sources: [{source}]\n"})
    without = loaded(folder)
    assert list(without.config.sources) == ["one"]
    assert [fault.problem for fault in without.faults] == [f"the file {folder / 'token'} does not exist"]
    (folder / "token").write_text("t0ken%2F9\n", encoding="utf-8")
    found = loaded(folder).config
    assert found.sources["two"].address == "https://two.example/feed?token=t0ken%2F9"
    assert found.sources["two"].url == "https://two.example/feed?token=***"
    assert {"t0ken%2F9", "t0ken/9"} <= secrets_of(found)


def test_sources_may_differ_by_their_secrets_only(write: Write) -> None:
    """Two feeds of one address, each with a token of its own; the same token twice is the same source."""
    feeds = [f"{{id: s{number}, url: 'https://x.example/?token={token}'}}" for number, token in enumerate("aab")]
    found = loaded(write(_GOOD | {"sources/one.yaml": f"sources: [{', '.join(feeds)}]\n"}))
    assert list(found.config.sources) == ["s0", "s2"]
    assert [fault.problem for fault in found.faults] == ["another source has this url"]


def test_no_log_shows_the_address_of_the_heartbeat(write: Write) -> None:
    """Nor what is secret in it."""
    folder = write({"monitor.yaml": f"heartbeat: 'https://hc.example/t0ken'\n{_TOLD}"})
    assert {"https://hc.example/t0ken", "t0ken"} <= secrets_of(loaded(folder).config)


def test_the_interval_of_monitor_yaml_is_that_of_sources_without_one(write: Write) -> None:
    """A source's own `every` comes first."""
    folder = write(
        {
            "monitor.yaml": f"sources: [s.yaml]\nevery: 20 s\n{_TOLD}",
            "s.yaml": "sources: [{id: a, url: 'http://a'}, {id: b, url: 'http://b', every: 1 hour}]",
        }
    )
    every = {source.id: source.every for source in loaded(folder).config.sources.values()}
    assert every == {"a": timedelta(seconds=20), "b": timedelta(hours=1)}


@pytest.mark.parametrize("bad", ["rule: x\n", "rule: [\n", "foo: 1\n", "- a\n", "a: &b c\n", _SOURCE])
def test_a_faulty_file_contributes_nothing_and_stops_no_other(write: Write, bad: str) -> None:
    """Not even its good documents: half a file is not what its author wrote."""
    result = loaded(write(_GOOD | {"rules/bad.yaml": f"{_OTHER}---\n{bad}"}))
    assert list(result.config.rules) == ["drills"]
    assert {Path(fault.place.file).name for fault in result.faults} == {"bad.yaml"}


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("sources: [{id: two, url: 'http://two'}, {id: three}, {id: four, url: 'http://4'}]", ["two", "four"]),
        ("sources: [{id: two, url: 'http://two', colour: red}]", []),
        ("sources: [{id: one, url: 'http://1'}, {id: two, url: 'http://two'}, {id: x}]", ["two"]),  # a good file has it
        ("sources: [{id: two, url: 'http://two', colour: red}, {id: two, url: 'http://2'}]", []),  # which is meant?
        ("sources: [{id: two, url: 'http://two', colour: red}, {id: three, url: 'http://two'}]", []),
        ("sources: [{id: two, url: 'http://two'}]\ncolour: red\n", ["two"]),
        ("sources: [{id: two, url: 'http://two'}]\n---\nsources: 1\n", ["two"]),
        ("sources: {id: two, url: 'http://two'}", []),
        ("sources: [{id: two, url: 'http://two'},", []),
        ("- {id: two, url: 'http://two'}", []),
    ],
)
def test_a_faulty_source_stops_no_other(write: Write, bad: str, good: list[str]) -> None:
    """Neither one of another file, nor one beside it: a slip must not leave a hundred unpolled at a start."""
    result = loaded(write(_GOOD | {"sources/bad.yaml": bad}))
    assert sorted(result.config.sources) == sorted(["one", *good])
    assert {Path(fault.place.file).name for fault in result.faults} == {"bad.yaml"}


def test_a_file_that_held_something_and_is_empty_has_a_fault(write: Write) -> None:
    """An editor that was cut off, a full disk; also where it could not be read in between, and is read again."""
    folder, known = write(_GOOD | {"rules/other.yaml": _OTHER}), LoadCache()
    file = folder / "rules" / "other.yaml"
    assert load_config_files(folder / "monitor.yaml", {}, known).faults == ()
    emptied = [f"{file}:1:1: the file has been emptied; delete it if that is meant"]
    for text, said in (
        ("", emptied),
        (_OTHER, []),
        ("rule: [", None),
        ("", emptied),
        ("\n", []),
        ("", []),
        (_OTHER, []),
    ):
        file.write_text(text, encoding="utf-8")
        faults = load_config_files(folder / "monitor.yaml", {}, known).faults
        assert faults if said is None else [str(fault) for fault in faults] == said, text


def test_rules_and_entities_may_stand_anywhere_and_together(write: Write) -> None:
    """A document is told apart by its first key, not by its folder; a file is read once, however often named."""
    folder = write({"monitor.yaml": _MONITOR, "rules/all.yml": f"{_RULE}---\n{_ENTITY}", "sources/x.yaml": ""})
    (folder / "entities").symlink_to("rules")
    result = loaded(folder)
    assert result.faults == ()
    assert (list(result.config.rules), list(result.config.entities)) == (["drills"], ["taiwan"])


def test_folders_are_read_with_all_that_is_in_them(write: Write) -> None:
    """Sorted, *.yaml and *.yml, at any depth; what begins with a dot is an editor's or a mount's own."""
    rule = "rule: {}\ntitle: A\nlevel: low\nmatch: {{words: [a]}}\n"
    names = {
        "b.yaml": "bb",
        "a/z.yml": "az",
        "a/deep/er.yaml": "er",
        "c.txt": "no",
        ".hidden.yaml": "no",
        ".git/x.yaml": "no",
    }
    folder = write({name: rule.format(id_) for name, id_ in names.items()})
    assert list(load_rules([folder]).rules) == ["er", "az", "bb"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        # a rule that names what does not exist is left out
        (
            {"entities/taiwan.yaml": ""},
            "rules/drills.yaml:4:24: there is no entity 'taiwan'; name the file that holds it",
        ),
        (
            {"rules/drills.yaml": _RULE + "alert: {to: [defualt]}"},
            "rules/drills.yaml:5:14: there is no route 'defualt'; did you mean 'default'?",
        ),
        # a channel is not a route
        (
            {"rules/drills.yaml": _RULE + "alert: {to: [desk]}"},
            "rules/drills.yaml:5:14: there is no route 'desk'; desk is a channel: write default, a route that sends to",
        ),
        (
            {
                "monitor.yaml": _MONITOR.replace("channels: {", "channels: {mail: {url: 'console://'}, "),
                "rules/drills.yaml": _RULE + "alert: {to: [mail]}",
            },
            "rules/drills.yaml:5:14: there is no route 'mail'; mail is a channel: add `mail: [mail]` under routes in",
        ),
    ],
)
def test_a_rule_that_names_what_does_not_exist_is_left_out(write: Write, files: dict[str, str], said: str) -> None:
    """The fault stands where the name stands; the other rules run."""
    folder = write(_GOOD | {"rules/other.yaml": _OTHER} | files)
    result = loaded(folder)
    assert list(result.config.rules) == ["other"]
    [line] = told(result, folder)
    assert line.startswith(said)


def test_a_rule_whose_entity_is_faulty_points_to_that_fault(write: Write) -> None:
    """It is not said that the entity does not exist: it does, in a file that needs mending."""
    folder = write(_GOOD | {"entities/taiwan.yaml": _ENTITY + "xyz: 1"})
    assert "rules/drills.yaml:4:24: the entity 'taiwan' cannot be used; see the faults at entities/taiwan.yaml" in told(
        loaded(folder), folder
    )


_FIRST = "this may follow from the fault at {}; correct that one first"
_NETWORK = "network: {allow: [{network: 10.0.0.0/8, sources: [one]}]}\n"
_KEPT = "retention: {rules: {drills: 90 days}}\n"


@pytest.mark.parametrize(
    ("files", "cause", "follow_up"),
    [
        # a file that is not YAML
        ({"sources/one.yaml": "sources:\n  - a\n - b\n"}, "sources/one.yaml:3:", "there is no source 'one'"),
        ({"entities/taiwan.yaml": _ENTITY + "x: [\n"}, "entities/taiwan.yaml:5:4:", "there is no entity 'taiwan'"),
        ({"rules/drills.yaml": _RULE + "x: [\n"}, "rules/drills.yaml:5:4:", "there is no rule 'drills'"),
        # a control character
        ({"entities/taiwan.yaml": _ENTITY + "\x07"}, "entities/taiwan.yaml:5:1:", "there is no entity 'taiwan'"),
        # a path that is not there
        (
            {"monitor.yaml": _MONITOR.replace("entities]", "entty]")},
            "monitor.yaml:3:12:",
            "there is no entity 'taiwan'",
        ),
        # a misspelt kind, and a misspelt id
        ({"entities/taiwan.yaml": f"entiy{_ENTITY[6:]}"}, "entities/taiwan.yaml:1:1:", "there is no entity 'taiwan'"),
        (
            {"entities/taiwan.yaml": _ENTITY.replace("taiwan", "Taiwan")},
            "entities/taiwan.yaml:1:9:",
            "no entity 'taiwan'",
        ),
        # a list of sources, or a source, under a misspelt key
        ({"sources/one.yaml": f"source{_SOURCE[7:]}"}, "sources/one.yaml:1:1:", "there is no source 'one'"),
        ({"sources/one.yaml": _SOURCE.replace("id:", "ids:")}, "sources/one.yaml:1:", "there is no source 'one'"),
        # a group
        (
            {"entities/taiwan.yaml": _ENTITY + "x: [\n", "rules/drills.yaml": _RULE.replace("taiwan", "{in: east}")},
            "entities/taiwan.yaml:5:4:",
            "no entity is in 'east'",
        ),
    ],
)
def test_a_fault_that_may_follow_from_another_comes_last_and_says_so(
    write: Write, files: dict[str, str], cause: str, follow_up: str
) -> None:
    """The name may be in what could not be read. So no advice is given to change it."""
    folder = write(_GOOD | files)
    with (folder / "monitor.yaml").open("a", encoding="utf-8") as opened:
        opened.write(_NETWORK + _KEPT)
    faults = told(loaded(folder), folder)
    assert faults[0].startswith(cause)
    (follows,) = (fault for fault in faults if follow_up in fault)
    assert follows == faults[-1]
    place = faults[0].partition(": ")[0]
    assert follows.endswith(_FIRST.format(place))


def test_a_name_that_is_certainly_wrong_gets_its_advice(write: Write) -> None:
    """A fault in a file that says which names it has, or in a file of another kind, makes no name uncertain."""
    wrong = {
        "rules/drills.yaml": _RULE.replace("taiwan", "tawian"),
        "rules/other.yaml": _OTHER.replace("low", "lwo"),
        "sources/one.yaml": "sources: [",
    }
    folder = write(_GOOD | wrong)
    assert "rules/drills.yaml:4:24: there is no entity 'tawian'; did you mean 'taiwan'?" in told(loaded(folder), folder)


def test_a_fault_at_an_entity_comes_before_the_rules_that_name_it(write: Write) -> None:
    """Whatever the names of the files are."""
    wrong = {"zones/taiwan.yaml": _ENTITY + "xyz: 1", "monitor.yaml": _MONITOR.replace("entities]", "zones]")}
    folder = write({name: text for name, text in _GOOD.items() if "taiwan" not in name} | wrong)
    assert [fault.partition(":")[0] for fault in told(loaded(folder), folder)] == [
        "zones/taiwan.yaml",
        "rules/drills.yaml",
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"rules/two.yaml": _RULE},
            "rules/two.yaml:1:1: there is another rule 'drills'; it is at rules/drills.yaml:1:1",
        ),
        (
            {"entities/two.yaml": f"# two\n{_ENTITY}"},
            "entities/two.yaml:2:1: there is another entity 'taiwan'; it is at entities/taiwan.yaml:1:1",
        ),
        (
            {"sources/two.yaml": _SOURCE.replace("one.example", "two.example")},
            "sources/two.yaml:1:11: another source has this id; it is at sources/one.yaml:1:11",
        ),
        (
            {"sources/two.yaml": _SOURCE.replace("id: one", "id: two")},
            "sources/two.yaml:1:11: another source has this url; it is at sources/one.yaml:1:11",
        ),
    ],
)
def test_of_two_with_the_same_id_or_url_the_first_stays(write: Write, files: dict[str, str], said: str) -> None:
    """The fault stands at the second and names the first."""
    folder = write(_GOOD | files)
    result = loaded(folder)
    assert told(result, folder) == [f"{said}; change or delete one of them"]
    assert len(result.config.rules) == len(result.config.entities) == len(result.config.sources) == 1


def test_what_monitor_yaml_names_and_is_not_there_is_told_at_its_place(write: Write) -> None:
    """A missing file or folder is a fault that stops nothing else."""
    folder = write(_GOOD | {"monitor.yaml": _MONITOR.replace("[rules]", "[rules, nowhere]")})
    result = loaded(folder)
    assert told(result, folder) == ["monitor.yaml:2:16: there is no file or folder 'nowhere'"]
    assert list(result.config.rules) == ["drills"]


def test_a_missing_file_brings_the_one_beside_it_that_is_close(write: Write) -> None:
    """As for every other name."""
    folder = write(_GOOD | {"monitor.yaml": _MONITOR.replace("[rules]", "[rules, rulse]")})
    [fault] = loaded(folder).faults
    assert (fault.problem, fault.hint) == (
        f"there is no file or folder '{folder}/rulse'",
        f"did you mean '{folder}/rules'?",
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a" * 300, "cannot be read: File name too long"),
        ("round", "cannot be read: Too many levels of symbolic links"),
    ],
)
def test_a_path_that_the_system_refuses_is_told_at_its_place(write: Write, name: str, why: str) -> None:
    """It stops nothing else either, and looking for changes goes on."""
    folder = write(_GOOD | {"monitor.yaml": _MONITOR.replace("[rules]", f"[rules, {name}]")})
    (folder / "round").symlink_to("round")
    result = loaded(folder)
    assert told(result, folder) == [f"monitor.yaml:2:16: '{name}' {why}"]
    assert list(result.config.rules) == ["drills"]
    assert compute_signature([folder / name, folder / "rules"]) == compute_signature([folder / "rules"])


def test_a_file_that_vanishes_while_it_is_read_is_named(tmp_path: Path) -> None:
    """Between its content, which is empty, and its size, which nobody can tell any more."""
    with pytest.raises(InvalidFiles, match=r"drills\.yaml:1:1: cannot be read: No such file or directory"):
        is_empty(tmp_path / "drills.yaml")


def test_devices_pipes_folders_and_broken_links_are_refused(write: Write) -> None:
    """It is neither waited for nor read to its end, which a device does not have."""
    folder = write(_GOOD)
    os.mkfifo(folder / "rules" / "pipe.yaml")
    (folder / "rules" / "endless.yaml").symlink_to("/dev/zero")
    (folder / "rules" / "broken.yaml").symlink_to("nowhere")
    (folder / "rules" / "away.yaml").symlink_to("/dev/null")
    (folder / "rules" / "folder.yaml").mkdir()
    with (folder / "rules" / "huge.yaml").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    result = loaded(folder)
    assert told(result, folder) == [
        "rules/broken.yaml:1:1: this is a link to 'nowhere', which does not exist; correct the link, or delete it",
        "rules/endless.yaml:1:1: this is a device, a pipe or a socket; name a file",
        "rules/folder.yaml:1:1: cannot be read: Is a directory",
        "rules/huge.yaml:1:1: this file is larger than 16 MiB; split it, or name another file",
        "rules/pipe.yaml:1:1: this is a device, a pipe or a socket; name a file",
    ]
    assert list(result.config.rules) == ["drills"]


def test_a_monitor_yaml_that_is_a_broken_link_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").symlink_to("elsewhere.yaml")
    with pytest.raises(InvalidFiles, match=r"this is a link to 'elsewhere\.yaml', which does not exist"):
        load_config_files(tmp_path / "monitor.yaml", {})


def test_an_unusable_monitor_yaml_is_refused_with_the_faults_of_all_files(write: Write) -> None:
    """All that is wrong anywhere is told at once, in the order of the files."""
    folder = write(
        _GOOD
        | {
            "monitor.yaml": _MONITOR + "timezone: Mars\nwebs: {}\n",
            "rules/bad.yaml": "rule: x\n",
            "sources/one.yaml": "[]",
        }
    )
    with pytest.raises(InvalidFiles) as refused:
        loaded(folder)
    places = [str(fault.place).replace(f"{folder}/", "") for fault in refused.value.faults]
    assert places == ["monitor.yaml:6:11", "monitor.yaml:7:1", *["rules/bad.yaml:1:1"] * 2, "sources/one.yaml:1:1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [\n", "1:4: this '\\[' is not closed"),
        ("a: 1\n---\nb: 2\n", "monitor.yaml:3:1: monitor.yaml is one document"),
        ("hello", "1:1: expected keys with values, found text"),
    ],
)
def test_a_monitor_yaml_that_is_none_is_refused(write: Write, text: str, said: str) -> None:
    """In one line that says where and what."""
    with pytest.raises(InvalidFiles, match=said):
        loaded(write({"monitor.yaml": text}))


def test_rules_alone_need_no_monitor_yaml_and_no_routes(write: Write) -> None:
    """`--rules` takes files and folders with both kinds of document; a route is not looked up."""
    folder = write(_GOOD | {"rules/drills.yaml": _RULE + "alert: {to: [anywhere]}"})
    result = load_rules([folder / "rules", folder / "entities/taiwan.yaml"])
    assert result.faults == ()
    assert result.rules["drills"].version
    assert list(result.entities) == ["taiwan"]
    [fault] = load_rules([folder / "none"]).faults
    assert str(fault) == f"{folder}/none:1:1: there is no file or folder '{folder}/none'"


def test_the_rules_of_a_monitor_yaml_can_be_had_without_its_secrets(write: Write) -> None:
    """`match -c` runs where nobody has set the passwords of the channels."""
    folder = write(_GOOD | {"monitor.yaml": _MONITOR.replace("console://", "mailto://${env:NONE}")})
    result = load_rules_of(folder / "monitor.yaml")
    assert (list(result.rules), list(result.entities), result.faults) == (["drills"], ["taiwan"], ())
    beside = load_rules([folder / "rules"], config_path=folder / "monitor.yaml")
    assert list(result.sources) == list(beside.sources) == ["one"]  # `where` asks for their tags and publishers


@pytest.mark.parametrize(("says", "zone"), [("Asia/Seoul", "Asia/Seoul"), ("Asia/Soul", "UTC"), ("[]", "UTC")])
def test_the_zone_of_a_monitor_yaml_can_be_had_without_the_rest(says: str, zone: str, write: Write) -> None:
    """`replay -c` sends digests by it; a wrong one is for `check` to tell."""
    rest = "".join(line for line in _MONITOR.splitlines(keepends=True) if not line.startswith("timezone"))
    folder = write(_GOOD | {"monitor.yaml": f"timezone: {says}\n{rest}"})
    assert load_rules_of(folder / "monitor.yaml").timezone == zone


def test_a_rule_to_keep_longer_must_exist(write: Write) -> None:
    """Its name is looked up when all rules are read; one in a faulty file has its own fault. Nothing is stopped by it,
    and what is kept by the word of a rule that is gone goes on being kept."""
    rules = "retention: {rules: {drills: 5 years, drill: 9 days, broken: 9 days}}\n"
    broken = _RULE.replace("drills", "broken").replace("high", "hgh")
    folder = write(_GOOD | {"monitor.yaml": rules + _MONITOR, "rules/broken.yaml": broken})
    result = loaded(folder)
    assert told(result, folder) == [
        "monitor.yaml:1:38: there is no rule 'drill'; did you mean 'drills'?",
        "rules/broken.yaml:3:8: 'hgh' is not one of: info, low, medium, high, critical; did you mean 'high'?",
    ]
    assert result.config.settings.retention.rules["drill"] == timedelta(days=9)
