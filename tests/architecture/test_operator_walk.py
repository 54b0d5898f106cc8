"""The walk of docs/architecture.md: an operator of the rule language is one class and a line each in two modules.

It is added to a copy of the package, where rules with it are read, explained, written, evaluated and back-tested.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SYNTAX = "pipeline/rules/syntax"

OPERATOR = '''class MoreThan(Counted[Leaf], frozen=True):
    """More parts than it says."""

    @property
    def word(self) -> str:
        return "MORETHAN"

    @property
    def needed(self) -> int:
        return self.count + 1


class Not('''

PROGRAM = """
import json
from datetime import UTC, datetime
from pipeline.assembly import Enrichment
from pipeline.backtest import Backtest
from pipeline.concepts import KnowledgeBase
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex, check_rule, explain_rule, format_condition

concepts = KnowledgeBase.load()
enrichment = Enrichment.without_models(concepts)
index = RuleIndex(concepts)
rules = [
    WatchRule(id="more", when="MORETHAN/1(NATO, Russia, sanctions)"),
    WatchRule(id="absent", when="storm NOT MORETHAN/1(NATO, Russia, sanctions)"),
]
for rule in rules:
    index.add(rule)
texts = ["NATO und Russland", "Russland allein", "storm and NATO", "storm, NATO, sanctions"]
articles = [enrichment.enrich_text(text) for text in texts]
backtest = Backtest(index, {rule.id: "1" for rule in rules})
for article in articles:
    backtest.add(article, datetime.now(UTC))
checked = check_rule(rules[0], concepts)
twice = WatchRule(id="twice", when="MORETHAN/1(NATO, OTAN, Russia)")
print(json.dumps({
    "canonical": checked.canonical,
    "formatted": format_condition("MORETHAN/1( NATO,Russia , sanctions )"),
    "share": 0 < explain_rule(rules[0], concepts).expected_share < 1,
    "fires": [sorted(match.rule.id for match in index.match(article)) for article in articles],
    "missed": sorted(miss.rule_id for miss in index.near_misses(articles[1])),
    "twice": [str(warning) for warning in check_rule(twice, concepts).warnings],
    "counted": {report.rule_id: report.fired for report in backtest.report().rules},
}))
"""


def test_an_operator_is_one_class_and_two_lines(tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns("__pycache__", "concepts.kb*")
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=left_out)
    built = Path("pipeline/concepts/data/concepts.kb")
    (tmp_path / built).symlink_to(ROOT / built)
    touched: dict[str, int] = {}

    def replace(path: str, old: str, new: str) -> None:
        file = tmp_path / path
        before = file.read_text(encoding="utf-8")
        assert before.count(old) == 1, f"{path}: {old}"
        file.write_text(before.replace(old, new), encoding="utf-8")
        touched[path] = touched.get(path, 0) + 1

    replace(f"{SYNTAX}/expressions.py", "class Not(", OPERATOR)
    replace(f"{SYNTAX}/vocabulary.py", "COUNTED = (", 'COUNTED = ("MORETHAN", ')
    replace(f"{SYNTAX}/parser.py", '    "ATLEAST": AtLeast,\n', '    "ATLEAST": AtLeast,\n    "MORETHAN": MoreThan,\n')
    # Its import stands in the same module.
    replace(f"{SYNTAX}/parser.py", "    Counted,\n", "    Counted,\n    MoreThan,\n")

    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {
        "canonical": "MORETHAN/1(NATO[org/nato], Russia[country/ru], sanctions)",
        "formatted": "MORETHAN/1(NATO, Russia, sanctions)",
        "share": True,
        "fires": [["more"], [], ["absent"], ["more"]],
        "missed": ["more"],
        "twice": ["<rule>:1:18: rule twice: NATO[org/nato] stands in this MORETHAN twice: it counts once"],
        "counted": {"more": 2, "absent": 1},
    }
    assert set(touched) == {f"{SYNTAX}/{name}.py" for name in ("expressions", "vocabulary", "parser")}
