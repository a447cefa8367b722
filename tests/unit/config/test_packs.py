"""What the packs of monitor.yaml bring, what takes its place, and what is silenced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.config.editing.source_files import source_files
from monitor.config.editing.starter import copy_from_pack, explain_old_copies
from monitor.config.loading.load import LoadedConfig, load_config_files, load_rules_of
from monitor.config.loading.packs import shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.loading.summary import load_config_summary
from monitor.config.loading.summary_cache import SummaryCache
from monitor.config.loading.user_files import UserFiles
from monitor.errors import Fault, InvalidFiles, InvalidRequest
from monitor.model import RuleStatus
from monitor.services.commands.sources import copy_source, remove_sources

MINE = "rule: summits\ntitle: Mine\nlevel: low\nmatch: {words: [summit]}\n"
BASE = "sources: [sources.yaml]\nrules: [rules]\nchannels: {screen: {url: 'console://'}}\nroutes: {default: [screen]}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A newsroom with the pack east-asia."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    return choose(tmp_path / "monitor.yaml", "[east-asia]")


def choose(config: Path, packs: str) -> Path:
    config.write_text(f"{BASE}packs: {packs}\n", encoding="utf-8")
    return config


def load(config: Path) -> LoadedConfig:
    loaded = load_config_files(config, {})
    assert [str(fault) for fault in loaded.faults] == []
    return loaded


def find_faults(config: Path) -> Sequence[Fault]:
    try:
        return load_config_files(config, {}).faults
    except InvalidFiles as error:
        return error.faults


def write(config: Path, name: str, text: str) -> None:
    (config.parent / name).write_text(text, encoding="utf-8")


def test_a_rule_of_the_user_takes_the_place_of_the_one_of_the_pack(config: Path) -> None:
    """So do a list and an entity. Commands that load the rules alone see the same."""
    before = load(config).config
    write(config, "rules/a.yaml", MINE)
    write(config, "rules/b.yaml", "list: denials\ntitle: Mine\nwords: [nope]\n")
    write(config, "rules/c.yaml", "entity: taiwan\nkind: place\nname: Formosa\nsure: [Formosa]\n")
    after = load(config).config
    assert before.rules.keys() == after.rules.keys()
    assert after.rules["summits"].title == load_rules_of(config).rules["summits"].title == "Mine"
    assert load_config_summary(config, {}, SummaryCache(None, config)).rules["summits"].title == "Mine"
    assert [term.text for term in after.lists["denials"].terms] == ["nope"]
    assert after.entities["taiwan"].name == "Formosa"


def test_the_rule_of_the_pack_counts_while_the_one_of_the_user_has_a_fault(config: Path) -> None:
    """The fault is reported, and the user's rule is named as one that does not run."""
    write(config, "rules/a.yaml", MINE.replace("words: [summit]", "list: no-such-list"))
    loaded = load_config_files(config, {})
    assert loaded.config.rules["summits"].title == "Leaders of the region meet"
    assert len(loaded.faults) == 1
    assert loaded.left_out == {str(config.parent / "rules" / "a.yaml"): ("summits",)}


@pytest.mark.parametrize("packs", ["", "[]", "{}"])
def test_packs_without_a_pack_brings_the_lists_and_entities(config: Path, packs: str) -> None:
    """Also where somebody comments the last pack out and leaves the key without a value: a rule that names a list of
    the program keeps running."""
    write(config, "rules/a.yaml", MINE.replace("[summit]", "[summit], ignore: {list: denials}"))
    choose(config, packs)
    loaded = load(config).config
    assert loaded.rules.keys() == load_rules_of(config).rules.keys() == {"summits"}
    assert {"denials", "taiwan"} <= loaded.lists.keys() | loaded.entities.keys()


def test_an_extension_adds_to_a_list_of_the_program(config: Path) -> None:
    """Without a copy of it."""
    before = load(config).config.lists["denials"].terms
    write(config, "rules/a.yaml", "extends: denials\nwords: [pooh-poohs]\n")
    assert [term.text for term in load(config).config.lists["denials"].terms[len(before) :]] == ["pooh-poohs"]


def test_rules_and_sources_of_a_pack_are_silenced(config: Path) -> None:
    """A rule stays in the list, as off; a source is not polled. The words for it are read again at a reload."""
    files = UserFiles(config, {})
    before = files.load().config
    assert before.rules["summits"].status is RuleStatus.LIVE
    choose(config, "{east-asia: {rules: {summits: off}, sources: {yonhap-ko: off}}, cyber: }")
    after = files.load().config
    assert after.rules["summits"].status is RuleStatus.OFF
    assert "ransomware" in after.rules
    assert before.sources.keys() - after.sources.keys() == {"yonhap-ko"}
    assert load_config_summary(config, {}, SummaryCache(None, config)).rules["summits"].status == "off"
    choose(config, "{east-asia: {sources: off}}")
    assert load(config).config.sources == {}
    assert load(config).config.rules.keys() == before.rules.keys()


def test_a_silenced_rule_of_the_pack_does_not_silence_the_one_of_the_user(config: Path) -> None:
    """Its file says whether it is off. While it runs, the place of the silenced one is a fault that names the file."""
    write(config, "rules/a.yaml", MINE)
    choose(config, "{east-asia: {rules: {summits: off}}}")
    loaded = load_config_files(config, {})
    assert loaded.config.rules["summits"].status is RuleStatus.LIVE
    (fault,) = loaded.faults
    mine = config.parent / "rules" / "a.yaml"
    problem = f"this silences 'summits' of the pack, and your copy {mine} runs"
    assert str(fault) == f"{config}:5:29: {problem}; write `status: off` there"
    write(config, "rules/a.yaml", f"{MINE}status: off\n")
    assert load(config).config.rules["summits"].status is RuleStatus.OFF


@pytest.mark.parametrize(
    ("packs", "said"),
    [
        ("[east-asai]", "5:9: there is no pack 'east-asai'; did you mean 'east-asia'?"),
        ("{cyberr: }", "5:9: there is no pack 'cyberr'; did you mean 'cyber'?"),
        ("{east-asia: {rules: {sumits: off}}}", "5:29: the pack 'east-asia' has no rule 'sumits'; did you"),
        ("{east-asia: {sources: {yonhap-kr: off}}}", "5:31: the pack 'east-asia' has no source 'yonhap-kr'; did"),
        ("{east-asia: {rules: {summits: shadow}}}", "5:38: "),
        ("{east-asia: {rule: {summits: off}}}", "5:21: "),
        ("east-asia", "5:8: "),
    ],
)  # fmt: skip
def test_a_slip_in_packs_is_reported_where_it_is(config: Path, packs: str, said: str) -> None:
    """With what was probably meant."""
    choose(config, packs)
    (fault,) = find_faults(config)
    assert str(fault).startswith(f"{config}:{said}")


def test_a_source_of_the_user_takes_the_place_of_the_one_of_the_pack(config: Path) -> None:
    """One with its id, or with its address under another id: it is polled once."""
    address = load(config).config.sources["yonhap-ko"].url
    write(
        config,
        "sources.yaml",
        f"sources:\n  - {{id: yonhap-en, url: 'https://mine.example/feed'}}\n  - {{id: mine, url: '{address}'}}\n",
    )
    sources = load(config).config.sources
    assert sources["yonhap-en"].url == "https://mine.example/feed"
    assert (sources["mine"].url, "yonhap-ko" in sources) == (address, False)


def test_a_copy_of_a_rule_is_the_same_rule_until_it_is_edited(config: Path) -> None:
    """Each rule of the pack, each list and entity: the copy loads without a fault and is written once."""
    before = load(config).config
    for id_ in [*before.rules, "denials", "taiwan"]:
        target = copy_from_pack(config, id_)
        assert target == config.parent / "rules" / f"{id_}.yaml"
    after = load(config).config
    for id_, rule in before.rules.items():
        assert after.rules[id_].condition == rule.condition
        assert [test.title for test in after.rules[id_].tests] == [test.title for test in rule.tests]
        assert Path(after.rules[id_].place.file).parent == config.parent / "rules"
    with pytest.raises(InvalidRequest, match="'summits' is yours already: "):
        copy_from_pack(config, "summits")
    with pytest.raises(InvalidRequest, match="did you mean 'blockade'"):
        copy_from_pack(config, "blokade")


def test_a_copy_where_monitor_yaml_has_no_packs_is_refused_with_what_to_write(config: Path) -> None:
    """Nothing of the program is used there; a copy that nothing would use is not written."""
    config.write_text(BASE, encoding="utf-8")
    with pytest.raises(InvalidRequest) as raised:
        copy_from_pack(config, "denials")
    assert str(raised.value) == (
        f"{config} names no packs, so it uses no rule, list or entity of the program: write `packs: []` for its lists "
        "and entities, or name a pack (`news-monitor rules packs` lists them)"
    )
    choose(config, "[]")
    assert copy_from_pack(config, "denials").name == "denials.yaml"


def test_a_copy_overwrites_no_file(config: Path) -> None:
    """A file of that name may be about something else."""
    write(config, "rules/summits.yaml", MINE.replace("summits", "other"))
    with pytest.raises(InvalidRequest, match="is there already; nothing was written"):
        copy_from_pack(config, "summits")


def test_each_source_of_the_packs_can_be_copied(config: Path) -> None:
    """With all its keys, into the user's own file."""
    choose(config, f"[{', '.join(shipped_packs(find_shipped_folder()))}]")
    before = load(config).config.sources
    for id_ in before:
        assert copy_source(source_files(config), id_) == config.parent / "sources.yaml"
    after = load(config)
    assert after.config.sources == before
    assert {place.file for place in after.source_places.values()} == {str(config.parent / "sources.yaml")}
    with pytest.raises(InvalidRequest, match="is yours already"):
        copy_source(source_files(config), id_)


def test_sources_remove_says_how_to_silence_a_source_of_a_pack(config: Path) -> None:
    """What it prints can be pasted, and keeps what is silenced already."""
    choose(config, "{east-asia: {sources: {yonhap-ko: off}, rules: {summits: off}}, cyber: }")
    with pytest.raises(InvalidRequest) as raised:
        remove_sources(source_files(config), ["yonhap-en"])
    choose(config, str(raised.value).rpartition("packs: ")[2])
    loaded = load(config).config
    assert not {"yonhap-ko", "yonhap-en"} & loaded.sources.keys()
    assert loaded.rules["summits"].status is RuleStatus.OFF
    assert "ransomware" in loaded.rules


def test_check_says_how_to_replace_the_copies_of_an_earlier_init(config: Path) -> None:
    """They keep working until then; with `packs` there is nothing to say."""
    assert explain_old_copies(config) is None
    config.write_text(BASE, encoding="utf-8")
    assert explain_old_copies(config) is None
    for name in ("east-asia", "lists"):
        (config.parent / ".shipped" / "rules" / name).mkdir(parents=True)
    assert "write `packs: [east-asia]` into " in str(explain_old_copies(config))
