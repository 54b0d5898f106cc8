"""Signs that a word is part of somebody's name: ``Jordan Spieth`` is no country, ``Hunter Biden`` no president."""

from __future__ import annotations

from pipeline.entities.occurrences import FieldText, writes_nouns_with_capital
from pipeline.text.folding import fold

# What stands before a surname without being a given name, folded; German ones also by their ending.
_TITLE_WORDS = (
    "president vice secretary minister chancellor premier prime senator governor general colonel admiral "
    "captain king queen prince princess pope sir lord lady mr mrs ms dr prof professor judge justice chief "
    "leader ceo chairman chairwoman ambassador commissioner mayor congressman congresswoman sen rep gov gen "
    "col democrat republican emperor presidente presidenta presidentin ministro ministra canciller "
    "cancelliere papa papst pape monsieur madame mme mm m don dona sr sra senor senora signor signora "
    "onorevole herr frau kanzler kanzlerin praesident konig koenig demokrat republikaner diktator machthaber "
    "amtsinhaber staatsoberhaupt autokrat kandidat oligarch pan pani prezydent prezident predsednik "
    "predsjednik presidentti paaministeri statsminister statsministern cumhurbaskani basbakani bakani baskani "
    "президент господин г г-н премьер министр генерал канцлер пан"
)
_TITLES = frozenset(_TITLE_WORDS.split())
_TITLE_ENDING_WORDS = (
    "prasident prasidentin minister ministerin kanzler kanzlerin sekretar sekretarin chef chefin herrscher "
    "kandidat "
    "kandidatin fuhrer vorsitzende vorsitzender vorsitzenden beauftragte beauftragter nachfolger vorganger gegner "
    "regierung berater partei sprecher politiker trainer president presidentti ministeri"
)
_TITLE_ENDINGS = tuple(_TITLE_ENDING_WORDS.split())

# Given names of the relatives, in the news, of people whose surname alone the knowledge base knows; and the commonest
# given names, which in German tell a person from a noun.
_GIVEN_NAME_WORDS = (
    "kerry denzel martha hunter jill ashley james beau melania ivanka eric barron tiffany mary fred donald "
    "brigitte jean sara "
    "yair benjamin emine bilal michelle hillary chelsea bill olena ljudmila sinead rebecca maria anna eva "
    "peter paul hans karl michael thomas stefan stephan andreas martin klaus jurgen wolfgang frank uwe ralf "
    "bernd dieter heinz helmut werner gerhard susanne petra sabine monika claudia christine julia laura sarah "
    "lisa lena john david robert william richard charles joseph george mark steven kevin brian jason ryan "
    "emily emma sophie olivia elizabeth margaret susan karen nancy linda pierre luc francois philippe nicolas "
    "marie claire carlos juan jose luis pedro miguel antonio francesco giuseppe marco ivan sergei sergey "
    "dmitri dmitry alexei alexander igor oleg nikita natalia olga elena tatiana svetlana jan piotr pawel иван "
    "сергей дмитрий алексей александр игорь олег наталья ольга елена татьяна светлана людмила мария анна"
)
_GIVEN_NAMES = frozenset(_GIVEN_NAME_WORDS.split())


def follows_a_given_name(field: FieldText, first: int, language: str, own_names: frozenset[str]) -> bool:
    """Whether the token before a surname is a given name that is not this person's.

    Args:
        field: The text.
        first: The surname's token.
        language: The text's language.
        own_names: Folded words of the person's own names.
    """
    if first == 0:
        return False
    word, gap = field.words[first - 1], field.gap_before(first)
    folded = fold(word)
    if gap.strip(" \u00a0") or not gap or not word[0].isupper() or len(word) < 2 or folded in own_names:
        return False
    if folded in _GIVEN_NAMES:
        return True
    if word.isupper() or is_title(word) or field.is_in_title_case(first - 1):
        return False
    if writes_nouns_with_capital(language):
        return False
    return not field.starts_sentence(first - 1)


def is_title(word: str) -> bool:
    """Whether a word before a surname is a title or an office rather than a given name."""
    folded = fold(word)
    return folded in _TITLES or folded.endswith(_TITLE_ENDINGS)


def precedes_a_surname(field: FieldText, end: int, known_starts: frozenset[int]) -> bool:
    """Whether the token after a name looks like the surname that the name is the given name of.

    Args:
        field: The text.
        end: The token after the name.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    if end >= len(field.words) or end in known_starts:
        return False
    word = field.words[end]
    return (
        field.gap_before(end) in {" ", "\u00a0"}
        and len(word) > 2
        and word[0].isupper()
        and not word.isupper()
        and not is_title(word)
        and not field.is_in_title_case(end)
    )
