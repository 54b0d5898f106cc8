"""Watch rules: read them, say what they mean, and find those that an article satisfies.

A condition is cut into tokens (``lexer``), parsed into units (``parser``) and resolved to concepts, words and metadata
(``resolve``). ``RuleIndex`` files each rule under its rarest required clause and matches articles.
"""

from pipeline.rules.compile import CheckedRule, Requirements, RuleCompiler, check_rule
from pipeline.rules.evaluate import MAX_EVIDENCE_PER_CLAUSE
from pipeline.rules.examples import ExampleResult, run_examples, why_silent
from pipeline.rules.explanation import ClauseExplanation, NamesByLanguage, RuleExplanation, explain_rule
from pipeline.rules.formatting import format_condition, format_rules
from pipeline.rules.index import RuleIndex
from pipeline.rules.limits import Limits
from pipeline.rules.lookup import ConceptLookup
from pipeline.rules.near_misses import NearMiss
from pipeline.rules.origin import RuleWarning
from pipeline.rules.rule_file import RuleFileCheck, check_rules, read_rules
from pipeline.rules.rule_schema import rule_file_schema

__all__ = [
    "MAX_EVIDENCE_PER_CLAUSE",
    "CheckedRule",
    "ClauseExplanation",
    "ConceptLookup",
    "ExampleResult",
    "Limits",
    "NamesByLanguage",
    "NearMiss",
    "Requirements",
    "RuleCompiler",
    "RuleExplanation",
    "RuleFileCheck",
    "RuleIndex",
    "RuleWarning",
    "check_rule",
    "check_rules",
    "explain_rule",
    "format_condition",
    "format_rules",
    "read_rules",
    "rule_file_schema",
    "run_examples",
    "why_silent",
]
