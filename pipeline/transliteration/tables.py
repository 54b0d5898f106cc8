"""Tables that derive a name's spelling in writings without a trained model from its Russian spelling.

Russian writes foreign names by sound, with a letter for nearly every sound: Мэттью shows the sounds, Matthew does not.
The spellings are those of newspapers, the most usual first, in folded letters.
"""

from __future__ import annotations

from pipeline.transliteration.by_rule import RewritingTable

# Doubled consonants, which most other writings do not double.
_SINGLE = {letter * 2: letter for letter in "бвгдзклмнпрстф"}


def _table(letters: str, ways: dict[str, str]) -> RewritingTable:
    """A table of single letters (``аα`` each) and of longer keys; doubled consonants are written once."""
    single = {pair[0]: pair[1:].replace("_", "") for pair in letters.split()}
    doubled = {twice: ways.get(once, single.get(once, "")) for twice, once in _SINGLE.items()}
    return RewritingTable(single | doubled | ways)


UKRAINIAN = RewritingTable(
    {letter: letter for letter in "абвгджзйклмнопрстуфхцчшщьюя'"}
    | {
        "е": "е",
        "ё": "йо|ьо",
        "и": "і|и",
        "ий$": "ий|ій",
        "ия": "ія",
        "ы": "и",
        "ый$": "ий",
        "э": "е",
        "ъ": "'",
        "х": "х|г",
    }
)
BULGARIAN = RewritingTable(
    {letter: letter for letter in "абвгджезийклмнопрстуфхцчшщъюя"}
    | {
        "ам": "ам|ъм",
        "^в": "в|у",
        "ер": "ер|ър",
        "он$": "он|ън",
        "ё": "ьо|йо",
        "ы": "и",
        "ый$": "и",
        "ий$": "и|ий",
        "э": "е",
        "ь": "",
        "ью": "ю",
        "ье": "ие",
        "ья": "я",
    }
)
SERBIAN = _table(
    "аа бб вв гг дд ее жж зз ии йј кк лл мм нн оо пп рр сс тт уу фф хх цц чч шш ыи ь_ ъ_ эе",
    {
        "г": "г|х",
        "дж": "џ",
        "ё": "јо|о",
        "ий$": "и",
        "ия": "ија",
        "ль": "л|љ",
        "нь": "њ|н",
        "щ": "шч",
        "ый$": "и",
        "ю": "ју",
        "я": "ја",
        "ью": "ју",
        "лью": "љу",
        "ье": "је",
        "ья": "ја",
    },
)
GREEK = _table(
    "аα бμπ вβ дντ еε жζ зζ иι йι кκ лλ мμ нν оο пπ рρ сσ тτ уου фφ хχ цτσ чτσ шσ ыι ь_ ъ_ эε",
    {
        "г": "γκ|χ|γ",
        "дж": "τζ",
        "ё": "ιο|ε",
        "ий$": "ι",
        "^й": "γι",
        "^йе": "γε|γιε",
        "кс": "ξ",
        "лл": "λ|λλ",
        "ст": "στ",
        "т": "τ|θ",
        "уо": "γουο|ουο",
        "уа": "γουα|ουα",
        "уи": "γουι|ουι",
        "уэ": "γουε|ουε",
        "щ": "στσ",
        "ю": "ιου|γιου",
        "^ю": "γιου",
        "я": "ια|για",
        "^я": "για",
        "ья": "ια",
        "ью": "ιου",
    },
)
GEORGIAN = _table(
    "аა бბ вვ дდ еე жჟ зზ иი йი лლ мმ нნ оო рრ сს уუ фფ цც шშ ыი ь_ ъ_ эე",
    {
        "г": "გ|ჰ",
        "дж": "ჯ",
        "ё": "იო",
        "ий$": "ი",
        "к": "კ|ქ",
        "п": "პ|ფ",
        "ст": "სტ",
        "т": "ტ|თ",
        "х": "ჰ|ხ",
        "ч": "ჩ|ჭ",
        "щ": "შჩ",
        "ю": "იუ",
        "я": "ია",
    },
)
ARMENIAN = _table(
    "аա бբ вվ дդ еե жժ зզ иի йյ лլ мմ нն рր сս уու фֆ цց шշ ыի ь_ ъ_ эե",
    {
        "г": "գ|հ",
        "дж": "ջ",
        "ё": "յո",
        "ий$": "ի",
        "^э": "է",
        "к": "կ|ք",
        "о": "ո",
        "^о": "օ",
        "п": "պ|փ",
        "^р": "ռ",
        "ст": "ստ",
        "т": "տ|թ",
        "х": "հ|խ",
        "ч": "չ|ճ",
        "щ": "շչ",
        "ю": "յու",
        "я": "յա",
    },
)
PERSIAN = _table(
    "аا бب вو дد жژ зز йی кک лل мم нن пپ рر сس тت фف чچ шش ыی ь_ ъ_ юیو яیا",
    {
        "^а": "آ|ا",
        "ай": "ای",
        "ей": "ی|ای",
        "эй": "ی|ای",
        "^эй": "ای",
        "г": "گ|ه",
        "дж": "ج",
        "е": "|ی",
        "^е": "ی|ا",
        "^йе": "ی",
        "^ё": "یو",
        "ё": "یو|و",
        "э": "|ی",
        "^э": "ا",
        "и": "ی",
        "^и": "ای",
        "ий$": "ی",
        "ия": "یا",
        "о": "و|ا",
        "^о": "او|ا",
        "у": "و",
        "^у": "او|و",
        "^ск": "اسک",
        "^сл": "اسل",
        "^см": "اسم",
        "^сн": "اسن",
        "^сп": "اسپ",
        "^ст": "است",
        "х": "ه|خ",
        "ц": "تس|ز",
        "щ": "شچ",
    },
)
