"""Watch rules: read them, say what they mean, and find those that an article satisfies.

A condition is cut into tokens (``syntax/lexer``), parsed into units (``syntax/parser``) and resolved to concepts, words
and metadata (``meaning/resolve``). ``RuleIndex`` files each rule under the rarest keys that it requires and matches
articles.
"""

from pipeline.rules.advice.explanation import ClauseExplanation, NamesByLanguage, RuleExplanation, explain_rule
from pipeline.rules.files.rule_examples import ExampleResult, run_examples, why_silent
from pipeline.rules.files.rule_file import RuleFileCheck, check_rules, read_rules
from pipeline.rules.files.rule_formatting import format_condition, format_rules
from pipeline.rules.files.rule_schema import rule_file_schema
from pipeline.rules.index.evaluate import MAX_EVIDENCE_PER_CLAUSE
from pipeline.rules.index.near_misses import NearMiss
from pipeline.rules.index.rule_index import RuleIndex
from pipeline.rules.meaning.compilation import CheckedRule, Requirements, RuleCompiler, check_rule
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, RuleWarning

__all__ = [
    "MAX_EVIDENCE_PER_CLAUSE",
    "CheckedRule",
    "ClauseExplanation",
    "ConceptLookup",
    "ExampleResult",
    "Limits",
    "NamesByLanguage",
    "NearMiss",
    "Origin",
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
