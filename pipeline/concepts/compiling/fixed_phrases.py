"""Fixed phrases in which the name of a place or people says nothing of it: dishes, games, animals, things."""

from __future__ import annotations

from collections.abc import Mapping

FIXED_PHRASES: Mapping[str, tuple[str, ...]] = {
    "ar": (
        "وضعت الصينية", "صينية القهوة", "صينية الطعام", "صينية كبيرة", "الشاي الصينية",
        "صينية البقلاوة", "الرئة اليمنى", "رئة اليمنى", "العين اليمنى", "عينه اليمنى", "عينها اليمنى",
        "الكتف اليمنى", "كتفه اليمنى", "الذراع اليمنى", "ذراعه اليمنى", "الأذن اليمنى", "القدم اليمنى",
        "الساق اليمنى", "فالنتينو روسي", "فالنتينو روسّي", "سيغور روس",
    ),
    "bg": (
        "руска рулетка", "испански грип", "немска овчарка",
    ),
    "cs": (
        "ruská ruleta", "ruskou ruletu", "španělská chřipka", "španělské chřipky", "německý ovčák",
        "německého ovčáka", "španělský ptáček", "španělské ptáčky", "švédský stůl", "turecký med", "turecká káva",
        "vlašský salát", "vlašský ořech", "vlašské ořechy", "ruské kolo", "ruského kola",
    ),
    "da": (
        "Spansk syge", "spansk syge", "dansk wienerbrød", "schæferhund", "russisk roulette",
        "fransk hotdog", "franskbrød",
    ),
    "de": (
        "beiden Polen", "Wiener Schnitzel", "Frankfurter Würstchen", "Hamburger Royal", "Spanische Wand",
        "Französische Bulldogge", "Deutsche Dogge", "Deutscher Schäferhund", "Russisch Brot", "Türkischer Honig",
        "Pariser Platz", "Schweizer Käse", "Schweizer Taschenmesser", "Englischer Garten", "Englischen Garten",
        "Spanische Grippe", "Spanischen Grippe", "Berliner Weiße", "Kölner Dom", "Japanische Kirschen",
        "DDR-RAM", "DDR-SDRAM", "DDR-Speicher", "DDR-Speichers", "DDR-Arbeitsspeicher", "DDR-Speichermodul",
        "DDR-Speichermodule", "DDR-Module", "DDR-Riegel",
    ),
    "el": (
        "ινδικό χοιρίδιο", "ινδικού χοιριδίου", "ινδικά χοιρίδια", "ινδική κάνναβη", "ινδικής κάνναβης",
        "ινδική καρύδα", "ινδικής καρύδας", "υπουργείο Γεωργίας", "Υπουργείο Γεωργίας", "υπουργός Γεωργίας",
        "Υπουργός Γεωργίας", "υπουργείου Γεωργίας", "Υπουργείου Γεωργίας", "υπουργού Γεωργίας", "ρωσική ρουλέτα",
        "ισπανική γρίπη", "γαλλικό κλειδί", "τουρκικό χαμάμ", "ελβετικός σουγιάς",
    ),
    "en": (
        "Cleveland Indians", "Indiana Pacers", "Dawn French", "Anatole France", "Spanish flu", "French fries",
        "French toast", "French horn", "French bulldog", "Turkish delight", "Turkish bath", "Danish pastry",
        "Irish stew", "Irish setter", "German shepherd", "German measles", "Great Dane", "Persian cat",
        "Persian rug", "Persian carpet", "Brussels sprouts", "Brussels sprout", "Swiss cheese", "Swiss army knife",
        "Dutch oven", "Dutch courage", "Indian summer", "Russian roulette", "Russian doll", "Chinese whispers",
        "Chinese checkers", "Chinese lantern", "Mexican wave", "Mexican standoff", "Boston terrier",
        "Vienna sausage", "Vienna Boys", "London broil", "Lima bean", "Lima beans", "Jersey cow", "Jersey Shore",
        "Roman numeral", "Roman numerals", "Greek god", "Venetian blind", "Venetian blinds", "Manila envelope",
        "Cardigan Bay", "Panama hats", "Afghan hound", "Cuban heels", "Hamburg steak",
    ),
    "es": (
        "gripe española", "montaña rusa", "montañas rusas", "ensaladilla rusa", "tortilla francesa",
        "tortilla española", "llave inglesa", "baño turco", "pastor alemán", "conejillo de Indias",
        "conejillos de Indias", "cabeza de turco", "tinta china", "coles de Bruselas", "cuento chino",
        "cuentos chinos", "Vox Dei", "nuez de Brasil",
    ),
    "fa": (
        "دست یمنی", "پای یمنی", "چینی بندزن", "چینی‌بندزن", "چینی شکسته", "ظرف چینی", "ظروف چینی", "بشقاب چینی",
        "یک جفت پوتین", "جفت پوتین", "پوتین سربازی", "پوتین سرباز", "بند پوتین", "پوتین‌هایش",
    ),
    "fi": (
        "ranskalaiset perunat", "ranskalaisten perunoiden", "ranskalaisia perunoita", "ranskanleipä",
        "Ranskanleipä", "saksanpaimenkoira", "Saksanpaimenkoira", "saksanpähkinä", "saksanpähkinät",
        "saksanpähkinöitä", "espanjantauti", "tanskandoggi",
    ),
    "fr": (
        "chou de Bruxelles", "choux de Bruxelles", "grippe espagnole", "montagnes russes", "salade russe",
        "crème anglaise", "café liégeois", "berger allemand", "bain turc", "casse-tête chinois",
        "ombres chinoises", "cobaye des Indes", "cochon d'Inde", "œillet d'Inde", "marrons d'Inde",
        "marron d'Inde", "poudre de Perlimpinpin",
    ),
    "he": (
        "רוח עזה", "רוחות עזה", "סערה עזה", "התנגדות עזה", "ביקורת עזה", "עזה כמוות", "אהבה עזה", "שנאה עזה",
        "תשוקה עזה", "קנאה עזה", "מחלוקת עזה", "תגובה עזה", "השפעה עזה", "חיבה עזה", "לחימה עזה", "בצורה עזה",
        "אמונה עזה", "כמיהה עזה",
        "יוון הטיט", "רולטה רוסית", "שפעת ספרדית", "השפעת הספרדית", "הר רוסי",
    ),
    "hi": (
        "रूसी सिर", "बालों में रूसी", "रूसी की समस्या", "सिर में रूसी", "रूसी से छुटकारा", "डैंड्रफ रूसी",
        "चीनी के दाम", "चीनी मिलाकर", "चीनी का सेवन",
    ),
    "hu": (
        "orosz rulett", "spanyolnátha", "német juhász", "német juhászkutya", "francia saláta", "francia kulcs",
        "török méz",
    ),
    "id": (
        "Roma Irama", "Rhoma Irama", "Mali kita", "rolet Rusia", "flu Spanyol",
    ),
    "it": (
        "influenza spagnola", "montagne russe", "insalata russa", "zuppa inglese", "bagno turco",
        "pastore tedesco", "porcellino d'India", "cavia d'India", "fico d'India", "fichi d'India",
        "roulette russa", "inchiostro di china", "cavolini di Bruxelles", "nodo gordiano",
    ),
    "ja": (
        "一日本を", "一日本が", "国連休", "三国連合", "ローマ数字", "ローマ法王庁歴史", "フランス窓",
        "フランス人形", "ジャーマンポテト", "スイスロール", "チリソース", "エビチリ", "チリコンカン",
    ),
    "ko": (
        "부산을 떨", "부산을 떠", "부산하게", "부산스럽", "파리떼", "파리가 날", "초파리", "파리 목숨",
        "이란성 쌍둥이", "이란 말",
    ),
    "nl": (
        "chili con carne", "Chili con carne", "Spaanse griep", "Spaanse peper", "Duitse herder", "Turks fruit",
        "Engelse drop", "Russische roulette", "Vlaamse gaai", "Belgische herder", "Franse slag",
    ),
    "pl": (
        "bułka paryska", "ruska choinka", "pierogi ruskie", "pierogów ruskich", "pierogi ruskich",
        "ruskie pierogi", "grypa hiszpańska", "ruletka rosyjska", "rosyjska ruletka", "owczarek niemiecki",
        "klucz francuski", "klucza francuskiego", "świnka morska", "barszcz ukraiński", "śledź po japońsku",
        "ryba po grecku", "fasolka po bretońsku", "brukselka",
    ),
    "pt": (
        "gripe espanhola", "montanha-russa", "montanha russa", "roleta russa", "chave inglesa", "banho turco",
        "pastor alemão", "porquinho-da-índia", "porquinho da Índia", "couve-de-bruxelas", "castanha-da-índia",
        "castanha do Pará",
    ),
    "ro": (
        "ruletă rusească", "gripa spaniolă", "salată de boeuf", "cheie franceză", "ciobănesc german", "munte rus",
    ),
    "ru": (
        "американские горки", "американских горок", "американских горках", "русская рулетка", "русскую рулетку",
        "русской рулетки", "немецкая овчарка", "немецкой овчарки", "немецкую овчарку", "испанский грипп",
        "французская булочка", "французских булок", "голландский сыр", "греческий орех", "грецкий орех",
        "грецкие орехи", "шведский стол", "шведского стола", "шведская стенка", "английская булавка",
        "английской булавкой", "китайская грамота", "китайской грамотой", "тайский массаж",
        "Путина началась", "Путина стартовала", "Путина завершилась",
        "лососёвая путина", "Зеленский монастырь", "индийский чай",
    ),
    "sv": (
        "polen på magneten", "spanska sjukan", "rysk roulette", "tysk schäfer", "franska bulldogg",
        "Polen på magneten",
    ),
    "th": (
        "โรมรัน", "มาลีเปิด", "มาลัย", "มาลีรัตน์", "ปูตินเปล่า", "รถไฟเหาะ",
    ),
    "tr": (
        "Rus ruleti", "Alman kurdu", "İspanyol nezlesi", "İngiliz anahtarı", "Türk lokumu", "Amerikan bezi",
        "Fransız balkonu",
    ),
    "uk": (
        "американські гірки", "американських гірок", "російська рулетка", "російську рулетку", "німецька вівчарка",
        "німецької вівчарки", "шведський стіл", "англійська шпилька", "китайська грамота", "іспанський грип",
    ),
    "vi": (
        "Hồng Đức", "Minh Đức", "Mạnh Đức", "Trọng Đức", "Văn Đức", "Xuân Đức", "Việt Đức", "Thanh Đức",
        "Tuấn Anh", "Lan Anh", "Hoàng Anh", "Quỳnh Anh", "Vân Anh", "Đức Anh", "Kim Anh", "Ngọc Anh", "Phương Anh",
        "Việt Anh", "Hồng Nhật", "Minh Nhật", "Ba lan", "Thúy Nga", "Thanh Nga", "Việt Nga", "Quỳnh Nga",
        "Hồng Nga", "bò Mỹ",
    ),
    "zh": (
        "发展中国家", "發展中國家", "大韩国术", "大韓國術", "苏丹红", "蘇丹紅", "罗马数字", "羅馬數字",
        "罗马字", "羅馬字", "万古巴山", "萬古巴山", "欧美国家", "歐美國家", "英美国家", "法国梧桐", "法國梧桐",
        "德国牧羊犬", "俄罗斯方块", "俄羅斯方塊", "俄罗斯轮盘", "巴西利卡", "巴西龟", "巴西木", "荷兰豆", "荷蘭豆",
        "荷兰猪", "波斯猫", "阿拉伯数字", "阿拉伯數字", "瑞士军刀", "瑞士軍刀", "瑞士卷", "李克强身", "理查德",
        "理查德森", "圣保罗修道院", "聖保羅修道院", "聖保羅大教堂", "圣保罗大教堂", "大京都大厦", "大京都大廈",
    ),
}  # fmt: skip
