"""Misspelt names get a warning, and words that are meant as they stand get none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import demo
from pipeline.concepts import KnowledgeBase
from pipeline.messages.rules import WatchRule
from pipeline.rules import check_rule, check_rules, explain_rule
from pipeline.rules.advice.misspellings import names_meant

ROOT = Path(__file__).parents[3]
CONCEPTS = KnowledgeBase.load()


def warnings(when: str, *languages: str) -> list[str]:
    rule = WatchRule(id="r", when=when, languages=languages or ("en",))
    return [warning.problem for warning in check_rule(rule, CONCEPTS).warnings]


@pytest.mark.parametrize(
    ("when", "language", "meant"),
    [
        ("Nrth Korea", "en", "North Korea[country/kp]"),
        ("Noth Koera", "en", "North Korea[country/kp]"),
        ("NorthKorea", "en", "North Korea[country/kp]"),
        ("Ukrane", "en", "Ukraine[country/ua]"),
        ("ukrane", "en", "Ukraine[country/ua]"),
        ("Ukrane", "fr", "Ukraine[country/ua]"),
        ("Stoltenburg", "en", "Stoltenberg[person/jens-stoltenberg]"),
        ('"Stoltenburg"', "en", "Stoltenberg[person/jens-stoltenberg]"),
        ("Phillipines", "en", "Philippines[country/ph]"),
        ("Khazakstan", "en", "Kazakhstan[country/kz]"),
        ("Eurpean Union", "en", "European Union[org/eu]"),
        ("Nordkroea", "de", "Nordkorea[country/kp]"),
        ("Grossbritanien", "de", "Großbritannien[country/gb]"),
        ("de:Nordkroea", "en", "Nordkorea[country/kp]"),
        ("Allemange", "fr", "Allemagne[country/de]"),
        ("Северная Корейя", "ru", "Северная Корея[country/kp]"),
        ("title:Ukrane", "en", "Ukraine[country/ua]"),
        ("Ukrane NEAR/8 talks", "en", "Ukraine[country/ua]"),
        ("Puttin", "en", "Putin[person/vladimir-putin]"),
        ("Isreal", "en", "Israel[country/il]"),
        ("Georgiia", "en", "Georgia[country/ge] or Georgia[region/us-georgia]?"),
        ("Washingtn", "en", "Washington[city/washington] or the US state, or a surname?"),
    ],
)
def test_a_name_with_a_wrong_letter_is_told(when: str, language: str, meant: str) -> None:
    (problem,) = warnings(when, language)
    assert "is matched as plain words: did you mean" in problem
    assert meant in problem


def test_a_field_that_asks_for_a_kind_tells_a_near_name_of_that_kind() -> None:
    (problem,) = warnings("person:Stoltenburg")
    assert problem.endswith("; did you mean Stoltenberg[person/jens-stoltenberg]?")
    assert "did you mean" not in warnings("org:Stoltenburg")[0]


@pytest.mark.parametrize(
    "when",
    [
        "Ukraine + North Korea",
        "sanctions + missile + parliament + strike",
        "=Ukrane",
        'raw:"Ukrane"',
        "ukran*",
        "G20 summit 2026",
        "Roman",
        "Romans OR Mail",
        "Donald Duck",
        "Peterson",
        "Bavarian",
        "Corsican",
        "Tuscan",
        "Crimean",
        "Micron",
        "Schulz",
        "Merkle",
        "Imran",
        "Ajman",
        "Toyoda",
    ],
)
def test_words_that_are_meant_draw_no_warning(when: str) -> None:
    assert [problem for problem in warnings(when) if "did you mean" in problem] == []


@pytest.mark.parametrize(
    ("when", "language"),
    [("Spahn", "de"), ("Bayerns", "de"), ("Trumpf", "de"), ("Bahrainer", "de"), ("Normand", "fr")],
)
def test_real_words_of_a_language_draw_no_warning(when: str, language: str) -> None:
    assert [problem for problem in warnings(when, language) if "did you mean" in problem] == []


def test_a_name_inside_a_phrase_that_means_several_things_is_told_with_all_of_them() -> None:
    (problem,) = warnings("Korea talks")
    assert "for the concept North Korea[country/kp] or South Korea[country/kr] in every language" in problem


def test_explain_says_it_too() -> None:
    (warning,) = explain_rule(WatchRule(id="r", when="Ukrane"), CONCEPTS).warnings
    assert "did you mean Ukraine[country/ua]?" in warning.problem


def test_a_warning_refuses_no_rule() -> None:
    check = check_rules("rules: [{id: r, when: Ukrane}]", "rules.yaml", CONCEPTS)
    assert (len(check.rules), len(check.errors), len(check.warnings)) == (1, 0, 1)


def test_no_rule_of_the_documentation_and_the_demo_is_doubted() -> None:
    assert not [one for one in check_rules(demo.rules_text(), "demo", CONCEPTS).warnings if "did you" in one.problem]
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    conditions = {
        found.strip("'\"")
        for page in pages
        for found in re.findall(r"^\s*(?:- )?when: (.+)$|`([^`\n]+)`", page.read_text(encoding="utf-8"), re.MULTILINE)
        for found in found
    }
    assert len(conditions) > 500
    words = {word for condition in conditions for word in re.findall(r"\w[\w ]*\w", condition)}
    doubted = {word for word in words if not CONCEPTS.senses(word) and names_meant(word, CONCEPTS, ("en",))}
    assert doubted == {"Nrth Korea", "Ukrane"}, "but for the examples of misspelt names"
