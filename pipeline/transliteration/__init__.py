"""Spell names across scripts: recognise Столтенберг, ستولتنبرغ and 斯托尔滕贝格 as Stoltenberg without a list.

Six scripts have a small trained model each (``graphones``), which reads both ways; ``training/transliteration`` makes
them. The others follow tables (``by_rule``, ``abugidas``). ``writings`` spells one word, ``names`` a whole name.
"""

from pipeline.transliteration.graphones import Spelling
from pipeline.transliteration.names import name_words, romanise_name, spell_name
from pipeline.transliteration.writings import LANGUAGES, Writing, romanise_word, spell_word

__all__ = [
    "LANGUAGES",
    "Spelling",
    "Writing",
    "name_words",
    "romanise_name",
    "romanise_word",
    "spell_name",
    "spell_word",
]
