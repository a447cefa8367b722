"""Queries of other programs: what they are as rules, and what is refused, with its place and what to do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import product

import pytest

from monitor.config.editing.boolean_query import (
    MAX_DEPTH,
    QueryDialect,
    QueryProblem,
    parse_query,
)
from monitor.config.editing.query_rules import make_rule_id, rule_from_query
from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import PlainData, parse_yaml_text
from monitor.matching import compile_rules
from monitor.services.commands.rule_import import format_rule
from tests.support.building import article
from tests.support.growth import measure_growth

ISSUE = "Busan AND (strike OR walkout) NOT baseball"
BUSAN, STRIKE, BOTH = {"words": ["Busan"]}, {"words": ["strike"]}, {"words": ["strike", "walkout"]}

SITE_RULE: dict[str, PlainData] = {"rule": "site", "title": "Site", "level": "low"}


def convert(text: str, dialect: QueryDialect = QueryDialect.STRICT) -> dict[str, PlainData]:
    rule = rule_from_query(parse_query(text, dialect))
    assert rule is not None
    return dict(rule.keys)


def refuse(query: str, dialect: QueryDialect = QueryDialect.STRICT) -> QueryProblem:
    try:
        rule_from_query(parse_query(query, dialect))
    except QueryProblem as problem:
        return problem
    pytest.fail(f"{query} is not refused")


def hits(keys: Mapping[str, PlainData], url: str, title: str = "strike") -> bool:
    """Whether an article at this address meets a rule with these keys."""
    (document,) = parse_yaml_text("\n".join(format_rule({**SITE_RULE, **keys})), "rules.yaml")
    return bool(compile_rules([rule_from_document(document)], {}).match(article(title=title, url=url)))


def test_a_query_becomes_conditions() -> None:
    """What is excluded from the whole article is `unless`, what is excluded from one of several ways is `not`."""
    for query, match, unless in (
        (ISSUE, {"all": [BUSAN, BOTH]}, {"words": ["baseball"]}),
        ("Busan (strike OR walkout) -baseball", {"all": [BUSAN, BOTH]}, {"words": ["baseball"]}),
        ("Busan && (strike|walkout)", {"all": [BUSAN, BOTH]}, None),
        ("Busan AND NOT strike", BUSAN, STRIKE),
        ("Busan ANDNOT strike", BUSAN, STRIKE),
        ('Busan NOT"strike"', BUSAN, STRIKE),
        ("Busan NOT (strike OR walkout)", BUSAN, BOTH),
        ("Busan NOT (strike AND walkout)", BUSAN, {"all": [STRIKE, {"words": ["walkout"]}]}),
        ("NOT NOT strike", STRIKE, None),
        ("Busan (strike OR NOT walkout)", {"all": [BUSAN, {"any": [STRIKE, {"not": {"words": ["walkout"]}}]}]}, None),
        ("NOT (Busan OR NOT strike)", STRIKE, BUSAN),
        ('"port  strike"', {"words": ["port strike"]}, None),
        ("“port strike”", {"words": ["port strike"]}, None),
        ("「弹道 导弹」", {"words": ["弹道 导弹"]}, None),
        ("『弹道 导弹』", {"words": ["弹道 导弹"]}, None),
        ("＂弹道 导弹＂", {"words": ["弹道 导弹"]}, None),
        ("（釜山 OR 罢工）", {"words": ["釜山", "罢工"]}, None),
        ("strike OR strike", STRIKE, None),
        ("strike* *out", {"all": [{"words": ["strike*"]}, {"words": ["*out"]}]}, None),
        ("live-fire", {"words": ["live-fire"]}, None),
        ("AT&T", {"words": ["AT&T"]}, None),
        ("+strike", STRIKE, None),
        ("intitle:strike", {"in": "title", **STRIKE}, None),
        ("intitle:(strike OR walkout) Busan", {"all": [{"in": "title", **BOTH}, BUSAN]}, None),
        ("intitle:strike OR walkout", {"any": [{"in": "title", **STRIKE}, {"words": ["walkout"]}]}, None),
        ("strike -inurl:yna.co.kr", STRIKE, {"in": "url", "words": ["yna.co.kr"]}),
        (
            "strike -site:yna.co.kr",
            STRIKE,
            {"in": "url", "pattern": r"^[a-z]+://([^/?#]*[.@])?yna\.co\.kr(:[0-9]*)?([/?#]|$)"},
        ),
        ("Busan NEAR/5 strike", {"near": {"within": "5 words", "these": [BUSAN, STRIKE]}}, None),
        ("Busan w/5 (strike OR walkout)", {"near": {"within": "5 words", "these": [BUSAN, BOTH]}}, None),
        ("Busan AROUND(5) strike", {"near": {"within": "5 words", "these": [BUSAN, STRIKE]}}, None),
        ("Busan pre/5 strike", {"near": {"within": "5 words", "in_order": True, "these": [BUSAN, STRIKE]}}, None),
        ("Busan w/s strike", {"near": {"within": "sentence", "these": [BUSAN, STRIKE]}}, None),
        ("Busan /p strike", {"near": {"within": "paragraph", "these": [BUSAN, STRIKE]}}, None),
        ('"Busan strike"~5', {"near": {"within": "5 words", "these": [BUSAN, STRIKE]}}, None),
        (
            "intitle:(Busan NEAR/5 strike)",
            {"in": "title", "near": {"within": "5 words", "these": [BUSAN, STRIKE]}},
            None,
        ),
    ):
        assert convert(query) == {"match": match, **({"unless": unless} if unless else {})}, query


def test_or_binds_closer_in_google() -> None:
    """`Busan strike OR walkout` is Busan and one of the two."""
    assert convert("Busan strike OR walkout", QueryDialect.GOOGLE) == {"match": {"all": [BUSAN, BOTH]}}
    assert convert("strike OR walkout -Busan", QueryDialect.GOOGLE) == {"match": BOTH, "unless": BUSAN}


def test_what_cannot_be_said_is_refused_where_it_is() -> None:
    """It is never left out: the rest would find other news."""
    for query, col, problem in (
        ("Busan AND strike OR walkout", 18, "AND and OR are mixed here, and engines differ in which comes first"),
        ("Busan strike OR walkout", 14, "AND and OR are mixed here, and engines differ in which comes first"),
        ("Busan or strike", 7, "'or' is a word unless it is in capitals"),
        ("Busan, strike", 1, "',' is not an operator"),
        ("(Busan", 1, "this parenthesis is never closed"),
        ("Busan) strike", 6, "a parenthesis is closed here that was never opened"),
        ("()", 2, "a word is missing before ')'"),
        ("Busan AND", 10, "a word is missing before the end"),
        ("OR Busan", 1, "a word is missing before 'OR'"),
        ('Busan "strike', 7, "this quotation mark is never closed"),
        ('Busan ""', 7, "there is no word in these quotes"),
        ("Busan -", 7, "there is no word in '-'"),
        ("Busan XOR strike", 7, "'XOR' cannot be expressed in a rule"),
        ("Busan NEAR strike", 7, "'NEAR' cannot be expressed in a rule"),
        ("Busan NEAR/100 strike", 7, "100 words are too many"),
        ("a NEAR/5 b NEAR/5 c", 12, "three things near each other cannot be expressed in a rule"),
        ("Busan NEAR/5 (strike AND walkout)", 14, "NEAR takes words only, on both sides"),
        ("Busan NEAR/5 intitle:strike", 14, "NEAR takes words only, on both sides"),
        ('"Busan port strike"~5', 1, "this can be said of two words only"),
        ("str*ke", 1, "the wildcard in 'str*ke' cannot be expressed in a rule"),
        ("wom?n", 1, "the wildcard in 'wom?n' cannot be expressed in a rule"),
        ("Busan *", 7, "there is no word in '*'"),
        ('"port * strike"', 1, "a '*' for a whole word in a phrase cannot be expressed in a rule"),
        ("~strike", 1, "synonyms ('~') cannot be expressed in a rule"),
        ("Busan AND !strike", 11, "'!strike' cannot be expressed in a rule"),
        ("Not strike AND Busan", 1, "'Not' is a word unless it is in capitals"),
        ("Busan BUT NOT strike", 7, "'BUT' cannot be expressed in a rule"),
        ("Busan AND/OR strike", 7, "'AND/OR' cannot be expressed in a rule"),
        ("Busan AND NOT: strike", 11, "'NOT:' cannot be expressed in a rule"),
        ("strike~2 AND Busan", 1, "the sign in 'strike~2' cannot be expressed in a rule"),
        ("C++ AND strike", 1, "'C++' would find every 'C'"),
        ('strike "in C#"', 8, "'C#' would find every 'C'"),
        ("2020..2024", 1, "a range of numbers cannot be expressed in a rule"),
        ("Busan source:reuters", 7, "'source:' is not converted"),
        ("allintitle: Busan strike", 1, "'allintitle:' is followed by a blank"),
        ("foo:bar", 1, "'foo:' cannot be expressed in a rule"),
        ("Busan site:*.kr", 12, "a wildcard in an address cannot be expressed in a rule"),
        ("inurl:(a* OR b)", 8, "a wildcard in an address cannot be expressed in a rule"),
        ("-site:(a.org OR (b.org -*.c.org))", 25, "a wildcard in an address cannot be expressed in a rule"),
        ("site:(a.org NEAR/3 b.org)", 13, "words near each other in a host cannot be expressed in a rule"),
        ('site:"a.org b.org"~3', 6, "words near each other in a host cannot be expressed in a rule"),
        ('site:(c.org OR "a.org b.org")', 16, "'a.org b.org' is not a host"),
        ("site:https://", 6, "'https://' is not a host"),
        ("site:a.org,b.org", 6, "'a.org,b.org' is not a host"),
        ("intitle:(Busan url:kr.x)", 20, "a field is inside another"),
    ):
        refused = refuse(query)
        assert (refused.problem, refused.offset + 1) == (problem, col)
        assert refused.hint


def test_a_mixture_that_google_understands_names_its_format() -> None:
    """Google's queries leave AND out, and there this query is clear."""
    for query, may_be_google in (
        ('"oil spill" OR "barge accident" Rhine -football', True),
        ("Busan strike | walkout", True),
        ("Busan AND strike OR walkout", False),
        ("Busan NOT strike OR walkout", False),
    ):
        refused = refuse(query)
        assert ("--format google-alerts" in refused.hint) is may_be_google
        if may_be_google:
            assert rule_from_query(parse_query(query, QueryDialect.GOOGLE))


def test_a_query_that_any_article_would_meet_is_no_rule() -> None:
    """An alert shows the words that it is based on."""
    for query in (
        "NOT strike",
        "intitle:-strike",
        "-strike -walkout",
        "strike OR NOT walkout",
        "NOT (strike AND walkout)",
    ):
        assert rule_from_query(parse_query(query, QueryDialect.STRICT)) is None, query


def test_a_query_that_no_article_can_meet_is_no_rule() -> None:
    """It would be silent for ever."""
    for query, col, term in (
        ("strike NOT strike", 12, "strike"),
        ("Strike AND port -STRIKE", 18, "STRIKE"),
        ('"port strike" NOT strike', 19, "strike"),
        ("intitle:strike NOT strike", 20, "strike"),
        ("(strike OR walkout) NOT (walkout OR strike)", 37, "strike"),
        ("port NEAR/3 strike NOT port", 24, "port"),
        ("strike* -strike*", 10, "strike*"),
    ):
        refused = refuse(query)
        assert refused.problem == f"this excludes '{term}', which the query also requires: no article can match"
        assert refused.offset + 1 == col


def test_a_query_that_some_article_can_meet_is_a_rule() -> None:
    for query in (
        "(strike OR walkout) NOT strike",
        'strike NOT "port strike"',
        "strike* NOT strike",
        "strike NOT intitle:strike",
        "url:strike.example NOT strike",
        "strike (port OR NOT strike)",
    ):
        assert rule_from_query(parse_query(query, QueryDialect.STRICT)) is not None, query


def test_many_words_take_time_in_proportion() -> None:
    """Eight times the words take at most some twenty times the time; comparing each with each took sixty times."""

    def translate(count: int) -> None:
        words, others = (" OR ".join(f"{name}{number}" for number in range(count)) for name in ("word", "other"))
        rule_from_query(parse_query(f"({words}) NOT ({others})", QueryDialect.STRICT))

    assert measure_growth(translate, 1_000, 8_000) < 24


def test_a_site_is_a_host_and_no_part_of_a_path() -> None:
    for query, addresses, others in (
        (
            "strike site:example.org",
            [
                "https://example.org",
                "http://news.example.org:80/a",
                "https://EXAMPLE.ORG/?a",
                "https://me@example.org/",
            ],
            [
                "https://x.test/example.org/",
                "https://myexample.org/",
                "https://example.org.x.test/",
                "https://example-org.x",
            ],
        ),
        (
            "strike site:https://example.org/asia/",
            ["https://example.org/asia", "https://www.example.org/asia/1"],
            ["https://example.org/", "https://example.org/asiana"],
        ),
        (
            "strike site:uk",
            ["https://example.co.uk/a", "https://example.uk"],
            ["https://uk.example.org/", "https://example.org/uk", "https://buk/"],
        ),
        (
            "strike site:(.uk OR de OR one.test:8080)",
            ["https://example.co.uk/a", "https://example.de", "https://one.test:8080/"],
            ["https://de.example.org/", "https://one.test/"],
        ),
        (
            "strike (site:one.test OR site:two.test OR inurl:asia)",
            ["https://one.test/", "https://two.test/", "https://three.test/asia/1"],
            ["https://three.test/one.test"],
        ),
    ):
        found = [url for url in (*addresses, *others) if hits(convert(query), url)]
        assert found == addresses


def test_two_hosts_at_once_are_refused() -> None:
    """No article would meet the rule, or what it excludes. The problem is at the second host."""
    for query, host in (
        ("strike site:(a.org b.org)", "b.org"),
        ("strike site:a.org site:b.org", "b.org"),
        ("strike -site:(a.org b.org)", "b.org"),
        ("strike AND (x OR (site:a.org AND site:b.org))", "b.org"),
        ("strike AND (site:a.org OR site:b.org) AND site:c.org", "c.org"),
        ("strike AND site:a.org/asia AND site:a.org/europe", "a.org/europe"),
        ("strike site:(a.org my-a.org)", "my-a.org"),
    ):
        for dialect in QueryDialect:
            refused = refuse(query, dialect)
            assert "no article is at both" in refused.problem
            assert query[refused.offset :].startswith(host)
            assert "OR" in refused.hint


def test_hosts_that_one_address_can_have_are_accepted() -> None:
    for query, address in (
        ("strike site:(uk a.co.uk)", "https://news.a.co.uk/1"),
        ("strike site:(A.org/asia AND a.org:8080)", "https://a.org:8080/asia"),
        ("strike site:(a.org/asia AND a.org/asia#page)", "https://a.org/asia#page"),
        ("strike AND (site:a.org OR site:b.org) AND (site:b.org OR site:c.org)", "https://b.org/"),
        ("strike AND (site:a.org OR inurl:asia) AND site:b.org", "https://b.org/asia"),
        ("strike AND (site:a.org AND NOT site:b.org)", "https://a.org/"),
    ):
        assert hits(convert(query), address), query


def test_the_article_that_shows_what_a_site_finds_is_at_that_site() -> None:
    """Also where the query has the whole address."""
    for host in (
        "uk",
        ".uk",
        "example.org",
        "https://example.org/asia/",
        "(de OR example.org)",
    ):
        rule = rule_from_query(parse_query(f"site:{host}", QueryDialect.STRICT))
        assert rule is not None
        (fires,) = rule.fires
        assert isinstance(fires, dict)
        assert hits(rule.keys, str(fires["url"]), str(fires["title"]))


def test_depth_is_bounded() -> None:
    """However deep a query is, it ends with a sentence."""
    for start, dialect in product(("(", "NOT ", "intitle:", "-", "NOT ("), QueryDialect):
        with pytest.raises(QueryProblem, match="inside"):
            parse_query(start * 5_000 + "strike", dialect)
    parse_query("(" * (MAX_DEPTH - 1) + "strike" + ")" * (MAX_DEPTH - 1), QueryDialect.STRICT)


def test_odd_texts_end_in_a_query_or_a_problem() -> None:
    """And in nothing else."""
    for text in ("\x00", "a\x00b AND", "((((", '"' * 9, "-" * 99, "a\u2028b", "\U000e0001", "* * *", ":::", "a|||b"):
        offset = 0
        try:
            parse_query(text, QueryDialect.GOOGLE)
        except QueryProblem as problem:
            offset = problem.offset
        assert 0 <= offset <= len(text)


def test_ids_are_made_of_the_words_and_are_unique() -> None:
    """A query without Latin letters has a general one."""
    assert make_rule_id(ISSUE, (), "query") == "busan-strike-walkout-baseball"
    assert make_rule_id("Café", {"cafe", "cafe-2"}, "query") == "cafe-3"
    assert make_rule_id("파업", {"query"}, "query") == "query-2"


def test_an_id_of_a_long_text_costs_no_more_than_one_of_a_short_text() -> None:
    """Its beginning is enough: to spell out a hundred thousand combining marks takes seconds."""
    began = time.process_time()
    assert make_rule_id("strike " + "\u0316\u0301" * 60_000, (), "query") == "strike"
    assert time.process_time() - began < 1
