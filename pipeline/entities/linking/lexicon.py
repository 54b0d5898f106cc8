"""The names that apply in one language, as mentions carry them."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.concepts import Gazetteer, Kind, Name, NameSpelling, NameVia
from pipeline.messages.articles import EntityRef, Label
from pipeline.text.scripts import Script, script_of

LABELS: dict[Kind, Label] = {"country": "LOC", "region": "LOC", "city": "LOC", "org": "ORG", "person": "PER"}

_SHORT_DEMONYM = 3


class Entry(NamedTuple):
    """One way of writing a name.

    Attributes:
        name: The name in the knowledge base; None for a phrase that holds a name but means something else.
        ref: The concept, as mentions carry it; None with the name.
        label: What a mention of it is labelled.
        via: How a mention of it was found.
        words: Its tokens as written.
        folded: The same, folded.
        script: Of its first letter.
    """

    name: Name | None
    ref: EntityRef | None
    label: Label
    via: NameVia
    words: tuple[str, ...]
    folded: tuple[str, ...]
    script: Script

    @classmethod
    def of(cls, spelling: NameSpelling) -> Entry:
        """A spelling of the knowledge base, with what mentions of it carry."""
        ref: EntityRef | None = None
        label: Label = "MISC"
        if spelling.name is not None:
            ref = EntityRef(id=spelling.concept_id, name=spelling.label, kind=spelling.kind)
            label = "MISC" if spelling.via == "adjective" else LABELS[spelling.kind]
        script = script_of(spelling.words[0][0])
        return cls(spelling.name, ref, label, spelling.via, spelling.words, spelling.folded, script)

    @property
    def is_surname(self) -> bool:
        """Whether it is a person's surname or the like, without the given name that says whose."""
        return self.via == "short-name" or (self.via == "transliteration" and len(self.folded) == 1)

    @property
    def is_short_demonym(self) -> bool:
        """Whether it says too little with a proclitic before it: Arabic ``بروس`` is Bruce, not "with Russians"."""
        return self.via == "adjective" and len(self.folded) == 1 and len(self.folded[0]) <= _SHORT_DEMONYM


class Entries(dict[int, Entry]):
    """The entries of a gazetteer by the numbers of their spellings, each made when it is first met in a text."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        super().__init__()
        self._gazetteer = gazetteer

    def __missing__(self, number: int) -> Entry:
        entry = self[number] = Entry.of(self._gazetteer.spelling(number))
        return entry
