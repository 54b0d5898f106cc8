"""Count in how many articles words, stems and concepts stand: what ``shares`` is measured by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.concepts.concept import primary_subtag
from pipeline.messages.articles import EnrichedArticle
from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import neighbours
from pipeline.text.folding import fold
from pipeline.text.stemming import stem, stemming_language
from pipeline.text.tokens import words_of

# A share counted in fewer articles than these is chance.
_FEWEST_ARTICLES = 8
_FEWEST_OF_LANGUAGE = 40


def measure_shares(articles: Iterable[EnrichedArticle], *, least: float = 0.015) -> Shares:
    """The shares of articles that hold each name.

    Args:
        articles: With their mentions, as long as those to be matched.
        least: Smaller shares are left to what is taken for rare.

    Returns:
        Of concepts, the share of all articles; of words, that in the language where it is largest, among languages
        with enough articles.
    """
    totals: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    concepts: Counter[str] = Counter()
    for article in articles:
        language = primary_subtag(article.language.tag)
        totals[language] += 1
        words.setdefault(language, Counter()).update(set(_word_names(article, language)))
        concepts.update({mention.entity.id for mention in article.mentions if mention.entity is not None})
    shares = {name: count / totals.total() for name, count in concepts.items()}
    for language, counts in words.items():
        if totals[language] >= _FEWEST_OF_LANGUAGE:
            for name, count in counts.items():
                if count >= _FEWEST_ARTICLES:
                    shares[name] = max(count / totals[language], shares.get(name, 0.0))
    return Shares.measured((name, share) for name, share in shares.items() if share >= least)


def _word_names(article: EnrichedArticle, language: str) -> Iterator[str]:
    stemmed = stemming_language(language)
    for text in (article.title, article.body):
        words = words_of(text)
        folded = list(map(fold, words))
        yield from folded
        yield from neighbours(folded)
        if stemmed is not None:
            yield from (f"{stemmed}:{stem(word, stemmed)}" for word in set(words) if word[0].isalpha())
