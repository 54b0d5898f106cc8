"""Identify the language of an article: by CLD2 alone if the text is clear, else by all detectors together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from pipeline.language.detectors import Guess, read_with_cld2
from pipeline.language.ensemble import Ensemble
from pipeline.language.langid_model import load_langid
from pipeline.language.ngrams import MODEL_FILE, NgramModel
from pipeline.language.parts import Passage, find_parts, may_be_mixed
from pipeline.messages.articles import (
    AsideSpan,
    IdentifiedArticle,
    Language,
    LanguageGuess,
    LanguagePart,
    RawArticle,
    Times,
)
from pipeline.messages.identity import revision
from pipeline.messages.intake import join_asides
from pipeline.text.asides.related_links import find_related_links
from pipeline.text.asides.side_lines import find_side_lines
from pipeline.text.language_tags import UNDETERMINED, normalise_tag

_MOST_ALTERNATIVES = 4
# Confidence of a sentence that CLD2 finds to be in the language of the article around it.
_CONFIRMED = 0.98


class LanguageIdentifier:
    """Identifies languages; immutable, so threads may share it.

    Args:
        cache_dir: See ``load_langid``.
        model_file: Our n-grams.
    """

    def __init__(self, cache_dir: Path | None = None, *, model_file: Path = MODEL_FILE) -> None:
        self._ensemble = Ensemble(NgramModel.load(model_file), load_langid(cache_dir))

    def identify(self, title: str, body: str, declared: str = "") -> Language:
        """Identify the language of an article.

        Args:
            title: As received; read together with the body.
            body: As received, any length; addresses, handles and control characters are not read.
            declared: The language that the source claims. It never overrides the text: it is listed among the
                alternatives, and the tag stays ``und`` if the text does not tell.

        Returns:
            The tag with the probability that it is right, up to four alternatives from the text, likeliest first, the
            declared one with the probability 0 where the text does not speak for it, and, where passages are in other
            languages, the parts. The same text has the same answer. The entities step reads a short text of no sure
            language with the names of its likely alternatives too, never of one that is declared only.
        """
        reading = read_with_cld2(f"{title}\n{body}")
        guesses = self._ensemble.guess(reading)
        parts: tuple[LanguagePart, ...] = ()
        if may_be_mixed(reading) and (
            passages := find_parts(title, body, partial(self._sentence, main=guesses[0].tag))
        ):
            guesses = _by_size(passages, guesses)
            parts = tuple(
                LanguagePart(field=passage.field, start=passage.start, end=passage.end, tag=passage.tag)
                for passage in passages
            )
        return _language(guesses, normalise_tag(declared), parts)

    def _sentence(self, sentence: str, main: str) -> Guess:
        """The language of a sentence; CLD2 is enough if it finds the article's main language."""
        reading = read_with_cld2(sentence)
        if reading.is_reliable and reading.guesses[0].tag == main:
            return Guess(main, _CONFIRMED)
        guesses = self._ensemble.guess(reading)
        return guesses[0] if guesses else Guess(UNDETERMINED, 0.0)


def identify_language(
    article: RawArticle,
    identifier: LanguageIdentifier,
    *,
    ingested_at: datetime | None,
    now: datetime,
    repeated: Sequence[AsideSpan] = (),
) -> IdentifiedArticle:
    """Settle the language and the revision of an article, and mark asides where its source has marked none.

    Args:
        article: With its id and time of revision settled, as ``read_article`` returns it. A withdrawal stays ``und``.
        identifier: Shared by all articles.
        ingested_at: When the article reached the first topic, or None if unknown.
        now: When the step publishes it.
        repeated: The lines of its body that its source repeats: asides too, whatever else is marked.
    """
    if article.status == "withdrawn":
        language = Language(tag=UNDETERMINED, confidence=0.0)
    else:
        language = identifier.identify(article.title, article.body, article.declared_language)
        asides = article.asides or (*find_related_links(article.body), *find_side_lines(article.body))
        article = msgspec.structs.replace(article, asides=join_asides((*asides, *repeated)))
    return IdentifiedArticle(
        **{field: getattr(article, field) for field in RawArticle.__struct_fields__},
        language=language,
        revision=revision(article.title, article.body),
        times=Times(ingested_at=ingested_at, identified_at=now),
    )


def _by_size(passages: list[Passage], guesses: list[Guess]) -> list[Guess]:
    """The guesses for an article in several languages, by their share of the text, largest first."""
    sizes: dict[str, int] = {}
    surest: dict[str, float] = {}
    for passage in passages:
        sizes[passage.tag] = sizes.get(passage.tag, 0) + passage.end - passage.start
        surest[passage.tag] = max(surest.get(passage.tag, 0.0), passage.confidence)
    first, *others = sorted(sizes, key=lambda tag: -sizes[tag])
    total = sum(sizes.values())
    return [
        Guess(first, surest[first]),
        *(Guess(tag, sizes[tag] / total) for tag in others),
        *(guess for guess in guesses if guess.tag not in sizes),
    ]


def _language(guesses: list[Guess], declared: str, parts: tuple[LanguagePart, ...]) -> Language:
    best = guesses[0] if guesses else Guess(UNDETERMINED, 0.0)
    others = {guess.tag: guess.confidence for guess in guesses[1 : 1 + _MOST_ALTERNATIVES] if guess.tag != UNDETERMINED}
    if declared and declared != best.tag:
        others.setdefault(declared, 0.0)
    alternatives = tuple(
        LanguageGuess(tag=tag, confidence=round(confidence, 3), declared=tag == declared)
        for tag, confidence in sorted(others.items(), key=lambda other: -other[1])
    )
    return Language(tag=best.tag, confidence=round(best.confidence, 3), alternatives=alternatives, parts=parts)
