"""One spaCy pipeline, loaded for its entities alone, that runs over many texts in flat memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.pipeline.factories import register_factories
from spacy.util import load_config
from spacy.vocab import Vocab
from thinc.api import use_ops

from pipeline.entities.news_model import package
from pipeline.errors import ModelMissingError

BLANK = "blank:"
"""``blank:fr`` is the pipeline of a language without components, which finds nothing."""

SHIPPED = "wirewatch_news"
"""The multilingual pipeline that comes with Wirewatch."""

_BATCH_DOCS = 16
# Words that a text brings stay until its zone ends, and are looked up rather than made anew: some eighty articles.
_ZONE_CODE_POINTS = 250_000
# A vocabulary's tables are made anew after so many strings have come and gone.
_PASSING_STRINGS = 100_000
# All of a vocabulary but its lexemes, which have no name of their own there.
_ALL_ELSE = ("strings", "vectors", "lookups")

Entity = tuple[int, int, str]
"""First code point, the one behind the last, and the pipeline's own label."""


class EntityPipeline:
    """One loaded pipeline; usable from any thread, by one at a time.

    Args:
        name: An installed package, a folder, or ``blank:`` with a language code.
        language: The tag that it is wanted for, for the error's text.
        left_out: Components not to load, beside those that its entities do not need.

    Raises:
        ModelMissingError: It is not installed, no folder, and no language of spaCy's.
    """

    def __init__(self, name: str, language: str, left_out: Iterable[str] = ()) -> None:
        self.name = name
        self._nlp = _load(name, language, left_out)
        self.finds_entities = bool(_finders(self._nlp.config))
        self._zone = ExitStack()
        self._zone_left = 0
        self._passed_strings = 0
        # spaCy's string store is not made for several threads.
        self._lock = threading.Lock()

    @property
    def components(self) -> list[str]:
        """What runs over a text, in order."""
        return list(self._nlp.pipe_names)

    @property
    def longest_text(self) -> int:
        """Most code points that it takes at once."""
        return self._nlp.max_length

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Find the entities of each text, in order of start."""
        with self._lock:
            if self._zone_left <= 0:
                self._begin_zone()
            self._zone_left -= sum(map(len, texts))
            return [
                [(span.start_char, span.end_char, span.label_) for span in doc.ents]
                for doc in self._nlp.pipe(texts, batch_size=_BATCH_DOCS)
            ]

    def _begin_zone(self) -> None:
        strings = self._nlp.vocab.strings
        passing = len(strings)
        self._zone.close()
        self._passed_strings += passing - len(strings)
        if self._passed_strings >= _PASSING_STRINGS:
            renew_tables(self._nlp.vocab)
            self._passed_strings = 0
        self._zone.enter_context(self._nlp.memory_zone())
        self._zone_left = _ZONE_CODE_POINTS


def renew_tables(vocab: Vocab) -> None:
    """Make the hash tables of a vocabulary anew, with no more in them than it always holds.

    ``memory_zone`` takes its words out of the tables, but their places count as filled, and a table doubles as it
    fills: over ever new words it grows without end. Only between two zones, when no document is alive.
    """
    getters: Any = vocab.lex_attr_getters  # type: ignore[attr-defined]
    norm, getter = vocab.strings["NORM"], getters.get(vocab.strings["NORM"])
    vocab.strings.from_bytes(vocab.strings.to_bytes())
    vocab.from_bytes(vocab.to_bytes(exclude=_ALL_ELSE), exclude=_ALL_ELSE)
    if getter is not None:
        # Reading puts another getter around this one each time, which looks into the table of norms again.
        getters[norm] = getter


def _load(name: str, language: str, left_out: Iterable[str]) -> Language:
    # numpy's own BLAS multiplies matrices of this size twice as fast as thinc's.
    with use_ops("numpy", use_blis=False):
        if name.startswith(BLANK):
            try:
                return spacy.blank(name.removeprefix(BLANK))
            except ImportError as error:
                raise ModelMissingError(language, name) from error
        folder = folder_of(name)
        if folder is None:
            raise ModelMissingError(language, name)
        if name == SHIPPED:
            return package.load_model(folder)
        config = load_config(folder / "config.cfg")
        unneeded = set(config["nlp"]["pipeline"]) - _needed(config)
        # Left out before loading: the tables of a lemmatizer alone take longer than all the rest.
        return spacy.load(name, exclude=sorted({*unneeded, *left_out}))


def is_installed(name: str) -> bool:
    """Whether a pipeline is there: a package, a folder, or a blank one."""
    return name.startswith(BLANK) or folder_of(name) is not None


def folder_of(name: str) -> Path | None:
    """Where the files of an installed package or of a folder lie; None where there is neither."""
    if name == SHIPPED:
        return package.FOLDER if package.has_model() else None
    if spacy.util.is_package(name):
        path = spacy.util.get_package_path(name)
        meta = spacy.util.get_model_meta(path)
        return path / f"{meta['lang']}_{meta['name']}-{meta['version']}"
    return Path(name) if Path(name, "config.cfg").is_file() else None


def _needed(config: Mapping[str, Any]) -> set[str]:
    """The components that find entities, and those that these listen to."""
    needed = _finders(config)
    upstream = {name for finder in needed for name in _upstream(config["components"][finder])}
    if "*" in upstream:
        upstream = set(config["nlp"]["pipeline"]) - needed
    return needed | upstream


def _finders(config: Mapping[str, Any]) -> set[str]:
    register_factories()
    return {name for name in config["nlp"]["pipeline"] if _may_find(config["components"][name]["factory"])}


def _may_find(factory: str) -> bool:
    """Whether components of a factory may set entities; of a pipeline's own factory it is assumed."""
    return not Language.has_factory(factory) or "doc.ents" in Language.get_factory_meta(factory).assigns


def _upstream(section: Mapping[str, Any]) -> Iterator[str]:
    """The components that the listeners within a section of a config listen to."""
    if "Listener" in str(section.get("@architectures", "")):
        yield str(section.get("upstream", "*"))
    for value in section.values():
        if isinstance(value, Mapping):
            yield from _upstream(value)
