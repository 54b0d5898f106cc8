"""What the rule language accepts, refuses and warns of, and how it is read: one line a statement."""

from __future__ import annotations

import pytest

from pipeline.errors import RuleError
from pipeline.messages.rules import Suppress, WatchRule
from pipeline.rules import CheckedRule, Limits, check_rule
from tests.unit.rules.world import WORLD


def check(when: str, *languages: str, limits: Limits | None = None) -> CheckedRule:
    return check_rule(WatchRule(id="r", when=when, languages=languages or ("en",)), WORLD, limits)


def refusal(when: str, limits: Limits | None = None) -> RuleError:
    with pytest.raises(RuleError) as caught:
        check(when, limits=limits)
    return caught.value


@pytest.mark.parametrize(
    ("when", "canonical"),
    [
        ("NATO + North Korea", "NATO[org/nato] AND North Korea[country/kp]"),
        ("NATO AND North Korea", "NATO[org/nato] AND North Korea[country/kp]"),
        ("+NATO +North Korea", "NATO[org/nato] AND North Korea[country/kp]"),
        ('"NATO" "North Korea"', "NATO[org/nato] AND North Korea[country/kp]"),
        ("Nordkorea", "North Korea[country/kp]"),
        ("НАТО + nordkoreanischen", "NATO[org/nato] AND North Korea[country/kp]"),
        ("朝鲜", "North Korea[country/kp]"),
        ("north KOREA", "North Korea[country/kp]"),
        ("NATO OR Poland", "NATO[org/nato] OR Poland[country/pl]"),
        ("NATO | Poland", "NATO[org/nato] OR Poland[country/pl]"),
        ("NATO|Poland", "NATO[org/nato] OR Poland[country/pl]"),
        (
            "NATO (Poland OR Turkey) -sanctions",
            "NATO[org/nato] AND (Poland[country/pl] OR Turkey[country/tr]) AND NOT sanctions",
        ),
        ("NATO NOT Turkey", "NATO[org/nato] AND NOT Turkey[country/tr]"),
        ("NATO -(Turkey OR Poland)", "NATO[org/nato] AND NOT (Turkey[country/tr] OR Poland[country/pl])"),
        ("NOT NOT NATO", "NATO[org/nato]"),
        ("((NATO)) + (Poland + Turkey)", "NATO[org/nato] AND Poland[country/pl] AND Turkey[country/tr]"),
        ("NATO-Gipfel", "NATO-Gipfel"),
        ("nuclear test", '"nuclear test"'),
        ("sanctions", "sanctions"),
        ("=Turkey", "=Turkey"),
        ("=North Korea", '="North Korea"'),
        ('raw:"AT&T"', 'raw:"AT&T"'),
        ("raw:NATO", 'raw:"NATO"'),
        ("korea*", "korea*"),
        ("nuclear test*", "nuclear test*"),
        ('"C++" OR "Disney+" OR AT&T OR 3M', '"C++" OR "Disney+" OR AT&T OR 3M'),
        ("title:North Korea", "title:North Korea[country/kp]"),
        ("body:sanctions", "body:sanctions"),
        ("title:person:Jens Stoltenberg", "title:Jens Stoltenberg[person/jens-stoltenberg]"),
        ("person:Ann Lee", 'person:"Ann Lee"'),
        ("person:=Springfield", "person:=Springfield"),
        ("person:Springfield", "John Springfield[person/john-turkey]"),
        ("place:Springfield", "Springfield[region/springfield]"),
        ("org:NATO", "NATO[org/nato]"),
        ("place:Jordan", "Jordan[country/jo]"),
        ("entity:country/kp", "North Korea[country/kp]"),
        ("Georgia[country/ge]", "Georgia[country/ge]"),
        ("lang:zh", "lang:zh"),
        ('source:"Agence Centrale"', 'source:"Agence Centrale"'),
        ("site:Example.org", "site:Example.org"),
        ("tag:politics", "tag:politics"),
        ("de:Sanktion*", "de:Sanktion*"),
        ("no:oljefond", "no:oljefond"),
        ("NATO NEAR/8 North Korea", "NATO[org/nato] NEAR/8 North Korea[country/kp]"),
        ("nuclear test ONEAR/0 (korea* OR NATO)", '"nuclear test" ONEAR/0 (korea* OR NATO[org/nato])'),
        ("(a1 OR (b1 OR c1)) NEAR/s d1", "(a1 OR b1 OR c1) NEAR/s d1"),
        ("NOT a1 NEAR/p b1 c1 + NATO", 'NOT a1 NEAR/p "b1 c1" AND NATO[org/nato]'),
        (
            "ATLEAST/2(NATO, North Korea, nuclear test)",
            'ATLEAST/2(NATO[org/nato], North Korea[country/kp], "nuclear test")',
        ),
        (
            "ATLEAST/1(NATO + talks, Poland OR Turkey)",
            "ATLEAST/1(NATO[org/nato] AND talks, Poland[country/pl] OR Turkey[country/tr])",
        ),
        ("NATO^3 + talks^0.5", "NATO[org/nato]^3 AND talks^0.5"),
        ("(NATO OR talks)^2", "NATO[org/nato]^2 OR talks^2"),
        ("(NATO NEAR/8 talks)^2 + korea*^1.25", "(NATO[org/nato] NEAR/8 talks)^2 AND korea*^1.25"),
        ("NATO + rumour^-2", "NATO[org/nato] AND rumour^-2"),
        ("NATO + (rumour OR gossip)^-2", "NATO[org/nato] AND (rumour^-2 OR gossip^-2)"),
        ("near/8 sanctions", '"near/8 sanctions"'),
        ("fr:Pologne", "fr:Poland[country/pl]"),
        ("Trinidad and Tobago", '"Trinidad and Tobago"[country/tt]'),
        ('"say \\"hi\\""', '"say \\"hi\\""'),
        ("Côte d'Azur", '"Côte d\'Azur"'),
    ],
)
def test_canonical_form(when: str, canonical: str) -> None:
    checked = check(when)

    assert checked.canonical == canonical
    assert check(canonical).canonical == canonical


@pytest.mark.parametrize(
    ("when", "line", "column", "problem"),
    [
        ("Disney+", 1, 7, 'quote it ("Disney+")'),
        ("NATO+Poland", 1, 5, "a + glued to a word"),
        ("(NATO + Poland", 1, 1, "this bracket is never closed"),
        ("NATO) + Poland", 1, 5, "this bracket was never opened"),
        ('NATO + "North Korea', 1, 8, "this quote is never closed"),
        ("NATO +", 1, 7, "expected a term after +, found the end of the rule"),
        ("NATO OR + Poland", 1, 9, "expected a term after OR, found +"),
        ("NATO || Poland", 1, 7, "|| is no operator: write OR"),
        ("NATO && Poland", 1, 6, "write AND"),
        ("()", 1, 2, "expected a term after (, found )"),
        ("NATO - Poland", 1, 6, "a dash between spaces"),
        ("NATO –Poland", 1, 6, "this dash is not the one of the keyboard"),
        ("NATO|-Poland", 1, 6, "put a space before this -"),
        ('foo"bar"', 1, 4, "put a space before this quote"),
        ('"foo"bar', 1, 5, "put a space behind this closing quote"),
        ("“NATO”", 1, 1, 'type "'),
        ("NATO NEAR Poland", 1, 6, "NEAR says how near: NEAR/8 (words)"),
        ("NATO ONEAR/x Poland", 1, 6, "ONEAR says how near: ONEAR/8 (words)"),
        ("NATO NEAR/1000 Poland", 1, 6, "NEAR says how near"),
        ("NATO NEAR/8", 1, 12, "expected a term after NEAR/8"),
        ("NEAR/8 NATO", 1, 1, "expected a term"),
        ("NATO NEAR/8 Poland NEAR/8 Turkey", 1, 20, "NEAR takes two terms and no chain"),
        ("NATO NEAR/8 (Poland + Turkey)", 1, 13, "NEAR stands between terms"),
        ("NATO NEAR/8 -Poland", 1, 13, "expected a term after NEAR/8"),
        ("NATO NEAR/8 (NOT Poland)", 1, 13, "NEAR stands between terms"),
        ("NATO^2 NEAR/8 Poland", 1, 1, "(A NEAR/8 B)^3"),
        ("NATO NEAR/8 lang:de", 1, 13, "NEAR takes terms that stand in the text: put a + before lang:"),
        ("title:NATO NEAR/8 body:Poland", 1, 1, "can never be near"),
        ("ATLEAST(NATO, Poland)", 1, 1, "how many of its clauses"),
        ("ATLEAST/0(NATO, Poland)", 1, 1, "how many of its clauses"),
        ("ATLEAST/2 NATO", 1, 1, "takes clauses in brackets"),
        ("ATLEAST/3(NATO, Poland)", 1, 1, "can never be satisfied: there are 2 clauses"),
        ("ATLEAST/2(NATO, Poland", 1, 10, "this bracket is never closed"),
        ("ATLEAST/1(NATO, NOT Poland)", 1, 21, "needs a positive part"),
        ("NATO + (Poland, Turkey)", 1, 15, ", has no meaning outside quotes and ATLEAST"),
        ("NATO ^3", 1, 6, "a weight stands right behind its term"),
        ("NATO^x", 1, 5, "expected a weight"),
        ("NATO^3000", 1, 5, "expected a weight"),
        ("(NATO^2 OR Poland)^3", 1, 19, "has a weight already"),
        ("NATO -Poland^3", 1, 7, "what NOT excludes has no weight"),
        ("NATO^-1", 1, 1, "a negative weight fires nothing"),
        ("-NATO + Poland^-1", 1, 2, "needs a positive part"),
        ("NATO OR Poland^-1", 1, 9, "stands beside the rest of the rule"),
        ("NATO + (Poland OR Turkey^-1)", 1, 19, "stands beside the rest of the rule"),
        ("NATO, Poland", 1, 5, ", has no meaning outside quotes"),
        ("titel:NATO", 1, 1, "did you mean title:?"),
        ("xx:NATO", 1, 1, "xx: is no field"),
        ("http://example.org", 1, 1, "http: is no field"),
        ("title: NATO", 1, 6, "expected a term right behind title:"),
        ("title:(NATO OR Poland)", 1, 7, "repeat it, as in (title:A OR title:B)"),
        ("title:body:NATO", 1, 1, "title: and body: do not go together"),
        ("person:org:NATO", 1, 1, "person: and org: do not go together"),
        ("title:lang:de", 1, 1, "lang: is about the whole article"),
        ("raw:=NATO", 1, 1, "raw: and = do not go together"),
        ("=title:NATO", 1, 1, "= stands behind the field"),
        ("= NATO", 1, 1, "expected a word right behind ="),
        ("X + NATO", 1, 1, "X is one letter"),
        ("=X + NATO", 1, 1, "X is one letter"),
        ('raw:"X" + NATO', 1, 1, "X is one letter"),
        ("中 + NATO", 1, 1, "中 is one letter"),
        ('"..." + NATO', 1, 1, "holds a letter or a digit"),
        ("ko* + NATO", 1, 3, "at least 3 letters"),
        ("U.S.* + NATO", 1, 5, "at least 3 letters"),
        ("*korea", 1, 1, "a star stands only at the end"),
        ("ko*rea", 1, 3, "a star stands only at the end"),
        ("北京*", 1, 3, "needs no star"),
        ('"korea*"', 1, 1, "take the words out of the quotes"),
        ("raw:korea*", 1, 10, "takes exact characters and no star"),
        ("lang:deutsch", 1, 6, "is no language tag"),
        ("lang:de NATO", 1, 6, "put a + before NATO"),
        ("site:https + NATO", 1, 6, "is no host name"),
        ("entity:country/xx", 1, 8, "no concept has the id 'country/xx'"),
        ("entity:country/kp sanctions", 1, 19, "put a + before sanctions"),
        ("Korea[country/xx]", 1, 1, "no concept has the id 'country/xx'"),
        ("Korea [country/kp]", 1, 7, "stand right behind its name"),
        ("place:NATO[org/nato]", 1, 1, "org/nato is not what place: asks for"),
        ("-NATO", 1, 2, "needs a positive part"),
        ("NATO OR NOT Poland", 1, 13, "needs a positive part"),
        ("NOT (NATO AND Poland)", 1, 6, "needs a positive part"),
        ("Georgia", 1, 1, "Georgia may mean Georgia (entity:country/ge) or the state of the United States"),
        ("NATO\n+ Georgia", 2, 3, "Georgia may mean"),
        ("Jordan", 1, 1, "a given name"),
        ("Springfield", 1, 1, "(entity:person/john-turkey) or Springfield (entity:region/springfield)"),
    ],
)
def test_refusals_say_where_and_what(when: str, line: int, column: int, problem: str) -> None:
    error = refusal(when)

    assert (error.line, error.column) == (line, column)
    assert problem in error.problem
    assert str(error).startswith(f"<rule>:{line}:{column}: rule r: ")
    assert "\n" not in str(error)


def test_the_caret_stands_below_the_offence_whatever_the_script() -> None:
    assert refusal("NATO + Georgia").excerpt == "NATO + Georgia\n       ^"
    # A terminal shows each of these four characters two cells wide.
    assert refusal("北朝鮮の + Georgia").excerpt == "北朝鮮の + Georgia\n           ^"


def test_a_long_line_is_cut_around_the_caret() -> None:
    text, caret = refusal("NATO + " * 60 + "Georgia + " + "Poland + " * 60 + "Poland").excerpt.split("\n")

    assert len(text) < 110
    assert text[caret.index("^") :].startswith("Georgia")


@pytest.mark.parametrize(
    ("when", "column", "problem"),
    [
        ("NATO and Turkish troops", 6, "and is a word here"),
        ("talks near/8 troops", 7, "near/8 is a word here"),
        ("NATO + the", 8, "the stands in nearly every article: as a clause it says nothing"),
        ("NATO -(the OR war)", 8, "the stands in nearly every article: under NOT it silences the rule"),
        ("NATO + talks -NATO", 1, "this can never fire: NOT excludes NATO[org/nato]"),
        ("NATO + (talks^2 + Poland -talks)", 9, "this can never fire: NOT excludes talks"),
        ("lang:de + en:talks", 11, "an article is in one language"),
        ("North Korea -=Nordkorea", 14, "Nordkorea is one of the names of North Korea"),
        ("talks or sanctions", 7, "or is a word here"),
        ("certainly Not sanctions", 11, "Not is a word here"),
        ("NATO + Poland OR Turkey", 6, "AND binds tighter than OR"),
        ("Poland OR NATO Turkish -Turkey", 24, "AND binds tighter than OR"),
        ("North Korea sanctions", 1, "North Korea[country/kp] in every language, split it: North Korea + sanctions"),
        ("NATO-Gipfel", 1, "split it: NATO + Gipfel"),
        ("turkey", 1, "for Turkey write Turkey"),
        ("person:Ann Lee", 1, "no person called Ann Lee"),
        ("place:Jordan", 1, "taken for Jordan, and not for a given name: Jordan[country/jo] says so"),
        ("person:NATO", 1, "has org/nato, and no person called NATO"),
        ("Paris[country/kp]", 1, "Paris is no name of North Korea"),
        ("source:Agence Centrale", 1, "takes all of Agence Centrale"),
        ("NATO -person:Ann Lee", 7, "NOT trusts no model"),
    ],
)
def test_warnings_say_where_and_what(when: str, column: int, problem: str) -> None:
    found = [warning for warning in check(when).warnings if problem in warning.problem]

    assert [warning.column for warning in found] == [column]


@pytest.mark.parametrize(
    "when",
    [
        "NATO + North Korea",
        "(NATO + Poland) OR Turkey",
        '"talks or sanctions"',
        "Trinidad and Tobago",
        "=North Korea sanctions",
        "NATO -sanctions",
        "sanctions against them",
        "lang:nb + no:oljefond",
        "NATO OR (Poland -NATO)",
        "NATO + talks NEAR/3 Poland -(talks NEAR/8 Turkey)",
    ],
)
def test_plain_rules_draw_no_warning(when: str) -> None:
    assert check(when).warnings == ()


def test_a_name_is_looked_up_in_the_rules_languages_first_then_in_all() -> None:
    assert check("Pologne", "en").canonical == "Poland[country/pl]"
    assert check("Georgien", "de").canonical == "Georgia[country/ge]"


@pytest.mark.parametrize(
    ("when", "limits", "bound"),
    [
        ("NATO " * 10, Limits(max_length=20), "max_length allows 20"),
        ("(" * 5 + "NATO" + ")" * 5, Limits(max_nesting=4), "max_nesting = 4"),
        ("NATO + " + "NOT " * 6 + "Poland", Limits(max_nesting=4), "max_nesting = 4"),
        ("NATO + Poland + Turkey", Limits(max_nodes=4), "max_nodes = 4"),
        ("korea* + test* + NATO", Limits(max_prefixes=1), "max_prefixes = 1"),
        ("one two three + NATO", Limits(max_phrase_words=2), "max_phrase_words = 2"),
        ('raw:"one two three"', Limits(max_phrase_words=2), "max_phrase_words = 2"),
        ("ja:北朝鮮", Limits(max_phrase_words=2), "max_phrase_words = 2"),
    ],
)
def test_a_rule_over_a_limit_is_told_which(when: str, limits: Limits, bound: str) -> None:
    assert bound in refusal(when, limits).problem


def test_rules_at_the_limits_pass() -> None:
    check("NATO + Poland + Turkey", limits=Limits(max_nodes=5))
    check("((((NATO))))", limits=Limits(max_nesting=4))
    check("NATO", limits=Limits(max_length=4))


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (WatchRule(id="r", when="NATO", channel="held"), "channel held is reserved"),
        (
            WatchRule(id="r", when="NATO", suppress=Suppress(for_="25h")),
            "suppress: for 25h is too long: alerts are rem",
        ),
        (
            WatchRule(id="r", when="NATO", suppress=Suppress(for_="86401s")),
            "too long: alerts are remembered for 86400 s",
        ),
    ],
)
def test_documents_with_a_field_that_cannot_be_served_are_refused(rule: WatchRule, problem: str) -> None:
    with pytest.raises(RuleError, match=problem):
        check_rule(rule, WORLD)


def test_a_rule_may_look_back_as_far_as_alerts_are_remembered() -> None:
    rule = WatchRule(id="r", when="NATO", suppress=Suppress(for_="24h", by="text"), limit="20/d")
    assert check_rule(rule, WORLD).rule == rule
    with pytest.raises(RuleError, match="limit: 20/d looks back too far: alerts are remembered for 3600 s"):
        check_rule(WatchRule(id="r", when="NATO", limit="20/d"), WORLD, Limits(alert_memory_seconds=3600))
