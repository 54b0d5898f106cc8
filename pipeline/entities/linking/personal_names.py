"""Signs that a word is part of somebody's name: ``Jordan Spieth`` is no country, ``Hunter Biden`` no president."""

from __future__ import annotations

from pipeline.entities.linking.occurrences import FieldText, writes_nouns_with_capital
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
    "президент господин г г-н премьер министр генерал канцлер пан президента президенту президентом премьера "
    "премьер-министр премьер-министра министра экс-президент господина президентка "
    "presiden menteri perdana raja ratu paus pangeran gubernur jenderal kandidat calon mantan presedintele premierul "
    "ministrul cancelarul regele premiera ministr kancler kral papez prezydenta kanclerz kanclerza krol papiez "
    "predsednika predsjednika predsednica forseti baskan adayi bakani elnok miniszterelnok koning minister-president "
    "statsminister statsrad kung drottning dronning konge primeiro-ministro primeiro premierminister tong thong ong ba "
    "προεδροσ προεδρου προεδρο πρωθυπουργοσ πρωθυπουργου πρωθυπουργο υπουργοσ υπουργου καγκελαριοσ παπασ"
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
    "сергей дмитрий алексей александр игорь олег наталья ольга елена татьяна светлана людмила мария анна "
    "adam agnes alan albert alejandro alessandro alex alexandra alice alison allison amanda amy anastasia andrea "
    "andrew andrzej angela anita ann anne "
    "anthony arthur barbara ben bernard beth betty bob bruce carol caroline catherine "
    "charlie chris christian christopher cindy craig cynthia daniel daniela danny debbie deborah dennis derek diana "
    "diane dick donna dorothy doug douglas dylan ed eddie edith edward eleanor elisabeth ellen emma erika ernest "
    "eugene fernando fred frederick gabriel gary geoffrey gordon graham greg gregory gwen harold harry heather helen "
    "henry howard hugh ian irene isabel isabella jack jacob jacqueline jake jane janet jeff jeffrey jennifer jerry "
    "jessica jim jimmy joan joe joel jonathan jorge joshua joyce judith judy julian julie karl kate katherine kathleen "
    "kathy keith kelly ken kenneth kim kyle larry laurence lawrence lee leo leon leonard liam louis louise lucas lucy "
    "luis luke lynn manuel marcus margot mario marion martha mathieu matt matthew maureen megan melissa mick mike "
    "mikhail monica neil nicholas nick nicole nigel noah norman oliver oscar pamela patricia patrick paula pauline "
    "phil philip phillip rachel ralph randy raul ray raymond rebecca rene ricardo rick rita robbie roberto robin roger "
    "ron ronald rosa rose roy rupert russell ruth sabrina sally sam samantha samuel sandra scott sean sebastian sergio "
    "shane sharon sheila shirley simon sofia sofie stella stephanie stephen steve stuart sue suzanne sylvia ted teresa "
    "theodore tim timothy tina todd tom tommy tony tracy valerie vanessa vera veronica victor vincent virginia walter "
    "wayne wendy will willie yvonne zoe giovanni luca matteo paolo lorenzo giulia francesca chiara elisa jean-pierre "
    "jean-luc jacques henri michel guillaume thierry camille juliette lars anders erik nils sven ingrid astrid mikko "
    "pekka matti jukka janne tero anna-liisa petr pavel jiri tomas jakub lucie tomasz krzysztof marek agnieszka "
    "katarzyna malgorzata zoltan istvan laszlo janos ilona katalin gabor ion mihai andrei elena mehmet ahmet mustafa "
    "ayse fatma hakan murat emre ali hasan hussein fatima yusuf omar khalid agus budi siti dewi joao joaquim rui tiago "
    "пётр петр анатолий борис василий владимир вячеслав геннадий евгений константин леонид максим олексій петро микола "
    "ilona eva zsofia anna gabor tamas attila balazs bela ferenc gyorgy imre jozsef karoly lajos miklos sandor vilmos "
    "jana jan josef frantisek karel milos zdenek vaclav vladimir ondrej vojtech ladislav miroslav "
    "γιωργοσ γιαννησ νικοσ κωστασ δημητρησ μαρια ελενη кирилл виктор михаил николай владислав артём полина ирина юлия "
    "ксения иванка мелания рональд майкл джон дэвид роберт джеймс"
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


# Places that news names less often than the people called so.
_PLACES_AS_GIVEN_NAME_WORDS = (
    "dan finn roman sam milan sidney frances dominic niko dominika malik nile alban chad jordan georgia sofija ceres "
    "marsel chade sofia σοφια αθηνα florence tennessee victoria virginia carolina chelsea alexandria mali india "
    "asuncion roma софия софія віктория вікторія виктория lourdes concepcion savannah brooklyn dakota sienna siena "
    "kenya asia china holland ireland israel cairo rio vienna verona geneva adelaide valencia florencia victoria "
    "salvador rosario marsella odessa одесса севилья rodez montana indiana genoa lorraine avignon phoenix denver "
    "dallas austin houston cuba america paris lima malta"
)
_PLACES_AS_GIVEN_NAMES = frozenset(_PLACES_AS_GIVEN_NAME_WORDS.split())
_PLACES_AS_SURNAME_WORDS = (
    "london holland berlin france washington houston jordan ireland england wales paris israel kent york lancaster "
    "bolton hamilton wellington darwin milan orlando austin dallas denver cleveland phoenix jackson oxford bristol "
    "malta cuba brazil panama mexico poland roman lincoln berliner wien hamburg frankfurt bern sevilla toledo madrid "
    "cordoba valencia medina padova messina palermo napoli genova lima portugal espana franca polska praha moskwa "
    "warszawa sofia bergen oslo hanoi tokio essen bremen leipzig dresden montana texas virginia carolina"
)
_PLACES_AS_SURNAMES = frozenset(_PLACES_AS_SURNAME_WORDS.split())


# Surnames of the people in the news that others have for a given name.
_SURNAME_AS_GIVEN_NAME_WORDS = (
    "erdogan clinton carter harper kennedy lincoln jackson nelson wilson morrison cameron ryan harris warren johnson "
    "sanders bolton scott grant hunt may salman abe modi lula evo nawaz imran kim moon macron madison taylor"
)
_SURNAMES_AS_GIVEN_NAMES = frozenset(_SURNAME_AS_GIVEN_NAME_WORDS.split())
# Between the transcribed parts of a foreign name: 米歇尔·奥巴马.
_DOTS_IN_NAMES = frozenset("·・‧•")


def is_a_given_name_first(field: FieldText, end: int, folded: str, known_starts: frozenset[int]) -> bool:
    """Whether a surname of somebody in the news is the given name of another: ``Erdoğan Arıca``.

    Args:
        field: The text.
        end: The token after the surname.
        folded: The surname, folded.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    return folded in _SURNAMES_AS_GIVEN_NAMES and precedes_a_surname(field, end, known_starts)


def follows_a_transcribed_name(field: FieldText, first: int, own_names: frozenset[str]) -> bool:
    """Whether the last sign before a dot and a surname is in no name of this person: 米歇尔·奥巴马, where he is 巴拉克.

    Args:
        field: The text.
        first: The surname's token.
        own_names: Folded words of the person's own names; signs, where these are words.
    """
    if first < 2:
        return False
    # Among katakana the dot is a token of its own.
    has_dot = field.words[first - 1] in _DOTS_IN_NAMES
    if not has_dot and field.gap_before(first) not in _DOTS_IN_NAMES:
        return False
    before = fold(field.words[first - 1 - has_dot])
    return not any(before in word for word in own_names)


def is_part_of_a_name(field: FieldText, first: int, language: str, folded: str, known_starts: frozenset[int]) -> bool:
    """Whether the one word of a place is part of somebody's name: ``Dan Brown``, ``Jack London``.

    Args:
        field: The text.
        first: The word's token.
        language: The text's language.
        folded: The place's name, folded.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    if folded in _PLACES_AS_GIVEN_NAMES and not writes_nouns_with_capital(language):
        return field.words[first][0].isupper() and precedes_a_surname(field, first + 1, known_starts)
    if folded not in _PLACES_AS_SURNAMES or first == 0:
        return False
    before = field.words[first - 1]
    return field.gap_before(first) in {" ", "\u00a0"} and before[0].isupper() and fold(before) in _GIVEN_NAMES


# Where the surname comes first, some demonyms are one. Elsewhere a demonym before a given name is what it says:
# "American Ben Shelton beat Russian Andrei Rublev".
_HUNGARIAN_DEMONYM_AS_SURNAME_WORDS = (
    "bolgar cseh dan francia gorog horvat lengyel litvan magyar nemet olasz ormeny orosz roman szerb tatar torok"
)
_HUNGARIAN_DEMONYMS_AS_SURNAMES = frozenset(_HUNGARIAN_DEMONYM_AS_SURNAME_WORDS.split())
# Genitives of the plural: "of the Chinese" is how Китайцев came to be, and the nominative Китаец is no surname.
_ENDINGS_OF_DEMONYMS_AS_SURNAMES = {"ru": ("ов", "ев"), "uk": ("ов", "ев", "ів")}


def is_a_surname_first(field: FieldText, end: int, language: str) -> bool:
    """Whether a capitalised demonym is the surname of the given name after it: ``Német Ilona``, ``Китайцев Пётр``.

    Args:
        field: The text.
        end: The token after the demonym.
        language: The text's language.
    """
    if not 0 < end < len(field.words) or not field.words[end - 1][0].isupper():
        return False
    demonym, word = fold(field.words[end - 1]), field.words[end]
    if language == "hu":
        may_be_a_surname = demonym in _HUNGARIAN_DEMONYMS_AS_SURNAMES
    else:
        may_be_a_surname = demonym.endswith(_ENDINGS_OF_DEMONYMS_AS_SURNAMES.get(language, ()))
    return may_be_a_surname and field.gap_before(end) == " " and word[0].isupper() and fold(word) in _GIVEN_NAMES


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
