"""Run Lucene's Monitor on the same rules and articles, on one core, and read its answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.messages.articles import EnrichedArticle
from pipeline.rules.meaning.clauses import Clause, ConceptClause, MetadataClause, NearClause, PhraseClause
from pipeline.rules.syntax.expressions import And, Expression, Not, Or
from pipeline.settings import default_cache_dir
from pipeline.text.folding import fold
from pipeline.text.tokens import words_of

_FOLDER = Path(__file__).with_name("lucene")
_TIMEOUT_SECONDS = 1_800
# The best of the presearcher settings tried: one posting a query.
_PASSES = "1"


class Run(NamedTuple):
    """The results of one side.

    Attributes:
        found_per_second: Articles, with the ids of the rules that match.
        proven_per_second: Articles, with the places of their terms too.
        build_seconds: To take up all rules.
        bytes_a_rule: Of memory.
        pairs: Each article and rule that match, by their ids.
        found_collecting: Share of the time for finding spent on garbage collection; None: not measured.
        proven_collecting: The same for the time with proof.
    """

    found_per_second: float
    proven_per_second: float
    build_seconds: float
    bytes_a_rule: float
    pairs: frozenset[tuple[str, str]]
    found_collecting: float | None = None
    proven_collecting: float | None = None


class MonitorMissingError(Exception):
    """Java or Maven is not installed."""


def monitor_version() -> str:
    """The version that the POM names."""
    found = re.search(r"<lucene\.version>([^<]+)<", (_FOLDER / "pom.xml").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def run_monitor(
    rules: Iterable[tuple[str, Expression[Clause]]],
    articles: Sequence[EnrichedArticle],
    background: Iterable[EnrichedArticle],
    folder: Path,
    *,
    core: int,
    seconds: float,
    heap: str,
    same_words: bool = False,
) -> Run:
    """Match articles on one core.

    Args:
        rules: Ids and conditions, of the forms that both have.
        articles: What to match.
        background: What its presearcher learns from which words are rare.
        folder: For its files.
        core: Where it runs.
        seconds: How long each rate is measured.
        heap: Its heap, such as ``1g``.
        same_words: Cut texts into words as Wirewatch does instead of by Unicode's rules.

    Raises:
        MonitorMissingError: There is no Java or no Maven.
    """
    jars = _jars()
    _write(folder / "rules", (f"{rule_id}\t{_expression(condition)}" for rule_id, condition in rules))
    _write(folder / "articles", map(_article, articles))
    _write(folder / "frequencies", _frequencies(background))
    classes = folder / "classes"
    subprocess.run(["javac", "-d", classes, "-cp", f"{jars}/*", _FOLDER / "MonitorBench.java"], check=True)
    command = ["taskset", "--cpu-list", str(core), "java", f"-Xmx{heap}", "-XX:+UseSerialGC"]
    command += ["-cp", f"{classes}:{jars}/*", "MonitorBench"]
    command += [str(folder / name) for name in ("rules", "articles", "frequencies", "pairs")]
    command += [_PASSES, "words" if same_words else "standard", str(seconds)]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=_TIMEOUT_SECONDS)
    figures = json.loads(run.stdout)
    pairs = (line.split("\t") for line in (folder / "pairs").read_text(encoding="utf-8").splitlines())
    return Run(
        found_per_second=figures["found_per_second"],
        proven_per_second=figures["proven_per_second"],
        build_seconds=figures["build_seconds"],
        bytes_a_rule=figures["bytes_a_rule"],
        pairs=frozenset((article, rule) for article, rule in pairs),
        found_collecting=figures["found_collecting"],
        proven_collecting=figures["proven_collecting"],
    )


def _jars() -> Path:
    """The jars, fetched once into the user's cache."""
    if not all(map(shutil.which, ("java", "javac", "mvn", "taskset"))):
        raise MonitorMissingError("Lucene's Monitor needs java, javac, mvn and taskset on the PATH")
    jars = default_cache_dir() / f"lucene-monitor-{monitor_version()}"
    if not jars.is_dir():
        partial = jars.with_suffix(".part")
        command = ["mvn", "-q", "-B", "-f", str(_FOLDER / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*command, f"-DoutputDirectory={partial}"], check=True)
        partial.rename(jars)
    return jars


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _article(article: EnrichedArticle) -> str:
    concepts = dict.fromkeys(mention.entity.id for mention in article.mentions if mention.entity is not None)
    return "\t".join(
        (
            article.id,
            article.language.tag,
            " ".join(article.title.split()),
            " ".join(article.body.split()),
            " ".join(concepts),
        )
    )


def _frequencies(background: Iterable[EnrichedArticle]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for article in background:
        for word in {fold(word) for text in (article.title, article.body) for word in words_of(text)}:
            counts[word] = counts.get(word, 0) + 1
    return (f"{word}\t{count}" for word, count in counts.items())


def _expression(condition: Expression[Clause]) -> str:
    """The condition as ``MonitorBench`` reads it."""
    if isinstance(condition, And):
        return f"( and {' '.join(map(_expression, condition.parts))} )"
    if isinstance(condition, Or):
        return f"( or {' '.join(map(_expression, condition.parts))} )"
    if isinstance(condition, Not):
        return f"( not {_expression(condition.part)} )"
    if isinstance(condition, ConceptClause):
        return f"( concept {condition.concept.id} )"
    if isinstance(condition, MetadataClause) and condition.field == "lang":
        return f"( lang {condition.value} )"
    if isinstance(condition, NearClause) and isinstance(condition.reach, int) and not condition.ordered:
        (left,), (right,) = condition.left, condition.right
        assert isinstance(left, PhraseClause)
        assert isinstance(right, PhraseClause)
        return f"( near {condition.reach} {left.text} {right.text} )"
    if isinstance(condition, PhraseClause):
        words = words_of(condition.text)
        kind = "title" if condition.scope.field == "title" else "word" if len(words) == 1 else "phrase"
        return f"( {kind} {' '.join(words)} )"
    raise TypeError(f"Lucene is not asked for {type(condition).__name__}")
