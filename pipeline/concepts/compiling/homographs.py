"""Words and phrases that look like a name with something added, or hold a name, and mean something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from pipeline.concepts.compiling.fixed_phrases import FIXED_PHRASES
from pipeline.text.folding import fold

# A phrase hides the name inside it and links to nothing. One that the knowledge base has as a concept's name of its own
# does no harm: where both are the same characters, the concept wins.
_OTHER_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "mul": (
        "New England", "Baja California", "New France", "New Mexico", "Nuevo México", "New Jersey",
        "Georgia Tech", "Guinea pig", "Jordan River",
        "China Town", "Chinatown", "Little Italy", "Niger Delta", "West Virginia", "Baton Rouge", "Lake Victoria",
        "Paris Hilton", "Paris Saint-Germain", "Real Madrid", "Atlético Madrid", "Inter Milan", "AC Milan",
        "AS Roma", "Boston Tea Party", "Bank of England", "Cuba libre", "Cuba Libre", "Irving Berlin",
        "Fiona Apple", "Joaquin Phoenix", "Max Merkel", "Una Merkel", "Cuba Gooding", "Ireland Baldwin",
        "Swiss roll", "Nizza Monferrato", "Moncloa-Aravaca",
    ),
    "en": (
        "Indian Ocean", "West Indies", "Native American", "Native Americans", "American Indian",
        "American Indians", "Latin American", "Latin Americans", "New France", "New Spain", "British Columbia",
        "guinea fowl", "Panama hat", "India ink", "Turkey Day", "Turkey Trot", "Brazil nut", "Brazil nuts",
        "Jersey City",
    ),
    "bn": ("ট্রাম্প কার্ড",),
    "ta": ("டிரம்ப் கார்டு", "ட்ரம்ப் கார்டு"),
    "zh": (
        "新法兰西", "下加利福尼亚", "下加利福尼亞", "羅馬化", "罗马化",
        "印度洋", "印度太平洋", "印度教", "印度支那", "南中国海", "南中國海", "北京烤鸭",
        "墨西哥湾", "墨西哥灣", "日本海", "阿曼达", "马里兰", "馬里蘭", "马里奥",
        "马里乌波尔", "馬里烏波爾", "约旦河", "約旦河", "新英格兰", "新墨西哥", "波兰尼",
        "乍得湖", "古巴比伦", "刚果红", "隆重庆祝", "隆重慶祝", "大连锁", "大連鎖",
        "大连续", "大連續", "大连胜", "大連勝", "变成都", "變成都", "舞台中",
        "平台中", "电台中", "電台中", "参加州", "參加州", "赢得州", "贏得州",
        "取得州", "获得州", "參加奧", "参加奥", "公里海", "这里海", "那里海",
        "完美国度", "完美国家", "其中国债", "其中国企", "高中国文", "高中国际部",
        "集中国力", "宪法国民", "立法国会", "立法国家", "执法国家", "昨日本报",
        "昨日本市", "今日本报", "今日本市", "近日本报", "近日本市", "阳台北", "陽台北",
        "讲台北", "講台北", "柜台北", "成长沙龙", "成長沙龍", "东北京剧", "東北京劇",
        "西北京剧", "国王毅", "國王毅", "女王毅", "王毅然", "海上海面", "海上海域",
        "意大利弊", "国泰国航", "國泰國航", "刻印度", "打印度", "复印度", "普京斯基",
    ),
    "ja": (
        "日本海", "インド洋", "インド太平洋", "インド・太平洋", "メキシコ湾", "ヨルダン川",
        "中国地方", "中国山地", "中国電力", "新日本", "ニューメキシコ", "ニューイングランド",
        "ローマ字", "フランスパン", "スペインオムレツ", "トルコ石",
    ),
    "ko": (
        "저지대", "저지를", "저지하", "저지선", "저지했", "인도하", "인도받", "인도블록", "인도를 덮쳤",
        "가나다", "가나안", "이란성", "로마자", "로마서", "수단 방법",
        "인도양", "인도·태평양", "인도 태평양", "인도태평양", "인도적", "인도주의",
        "인도주의적", "멕시코만", "요르단강", "뉴멕시코", "보행자가 인도", "인도를 덮",
        "인도로 돌진", "인도를 걷", "인도 위", "파리가 음식", "파리 떼", "파리채",
        "트럼프 카드", "토고 싶",
    ),
    "de": (
        "Neufrankreich", "Niederkalifornien", "Wiener Würstchen", "Berliner Pfannkuchen",
        "Indischer Ozean", "Indischen Ozean", "Indische Ozean", "Indischen Ozeans", "Deutsche Bucht", "FC Bayern",
        "Bayern München",
    ),
    "fr": (
        "océan Indien", "filer à l'anglaise",
        "Nouvelle-France", "Basse-Californie", "petit suisse", "petite suisse", "petits suisses",
    ),
    "es": ("océano Índico", "Columbia Británica", "Nueva Francia"),
    "it": (
        "Oceano Indiano",
        "Nuova Francia", "Bassa California",
    ),
    "pt": (
        "Nova França", "Baixa Califórnia",
        "Oceano Índico", "polonesa de Chopin", "Brasília amarela",
    ),
    "pl": (
        "Nowa Francja", "Nowej Francji", "Kalifornia Dolna", "Kalifornii Dolnej", "Romeo i Julia", "Romea i Julii",
        "Ocean Indyjski", "Oceanu Indyjskiego", "Oceanie Indyjskim", "Dania dnia", "dania główne", "dania mięsne",
        "dania z ryb", "danie dnia",
    ),
    "ru": (
        "Новая Франция", "Новой Франции", "Новую Францию", "Нижняя Калифорния", "Нижней Калифорнии",
        "Индийский океан", "Индийского океана", "Индийском океане", "Индийскому океану", "Британская Колумбия",
        "Британской Колумбии", "Лавров Кирилл", "Кирилл Лавров", "Кирилла Лаврова",
    ),
    "uk": (
        "Нова Франція", "Нової Франції", "Нижня Каліфорнія",
        "Індійський океан", "Індійського океану", "Індійському океані", "грецький горіх", "грецькі горіхи",
        "грецьких горіхів",
    ),
    "ar": (
        "نصف قطر", "كلاوس", "البحرين الكلتي",
        "المحيط الهندي", "جزر الهند الغربية", "كوبا من الشاي", "كوبا من الحليب", "كوبا من القهوة", "كوبا من الماء",
        "كوبا من العصير", "قطر الدائرة", "قطر دائرة", "اليد اليمنى", "يده اليمنى", "يدها اليمنى", "ركبته اليمنى",
        "قدمه اليمنى", "ساقه اليمنى", "الجهة اليمنى", "صينية الشاي", "وهو مصر على", "القوة القاهرة", "قوة قاهرة",
        "ظروف قاهرة", "بحماس شديد", "بحماس كبير", "بحماس بالغ",
    ),
    "th": (
        "ปรากฏ", "ปรากฎ", "บริการ", "กิโลเมตร", "กิโลเม", "อเมริกาโน", "อเมริกาโน่", "เปรูป", "โรมัน", "โรมานี", "วิโรม", "ภิรมย์",
        "โซลูชัน", "โซลูชั่น", "คอนโซล", "ปลาโซล", "พิจารณา", "อินเดียนแดง", "เซลติก",
        "มหาสมุทรอินเดีย", "ลาวา", "ชาดำ", "ไมเคิล จอร์แดน", "รัฐจอร์เจีย", "หนูกินี", "กินีพิก", "อโรมา",
        "โรมานซ์", "ขนมโตเกียว", "โตเกียวไส้", "เปรูป", "ลิมานี",
    ),
    "he": (
        "מקומי", "מקומית", "מקומיים", "מקומיות", "סינר", "מאליו", "פרוסה", "בשר הודו", "חזה הודו", "שניצל הודו",
        "הודו לה",
        "כיוון", "מכיוון", "הכיוון", "לכיוון", "בכיוון", "וכיוון", "שכיוון", "הפרו", "ליכוד השורות", "ליכוד הכוחות",
    ),
    "fa": (
        "قطر لوله", "قطر چاه", "چک بانکی", "چک برگشتی", "عمان سامانی",
        "قطر دایره", "چین دامن", "چین و چروک", "مرد روحانی", "روحانی مسجد",
    ),
    "fi": (
        "Uusi Ranska", "Uuden Ranskan", "Uudessa Ranskassa", "Ala-Kalifornia",
        "Peruna", "Perunan", "Perunaa", "Perunat", "Perunoita", "Tanskanen", "Tanskasen",
    ),
    "hi": (
        "चीनी मिल", "चीनी मिलों", "किलो चीनी", "चम्मच चीनी", "चीनी की मिठास", "यूनानी दवा", "यूनानी दवाखाना",
        "यूनानी चिकित्सा", "सहारा समूह", "का सहारा", "के सहारे", "नीरव मोदी", "ललित मोदी", "सुशील मोदी", "चाड स्मिथ",
        "चेक बाउंस",
        "माइकल जॉर्डन", "रोम-रोम", "रोम रोम", "राज्य जॉर्जिया",
    ),
    "hu": (
        "Orbán napján", "Orbán György",
    ),
    "id": (
        "negara bagian Georgia", "Guinea Khatulistiwa",
    ),
    "ro": (
        "Francisc", "Georgiana", "Georgianei", "Cuba de inox", "Romul",
    ),
    "tr": (
        "Yeni Fransa", "Aşağı Kaliforniya", "Sanayi Devrimi", "Sanayi Odası", "Sanayi Bakanlığı",
        "Hindistan cevizi", "mali müşavir", "mali yıl", "mali durum", "Fransız kaldı", "Fransız kaldım", "Romanın",
        "Romanda", "Romandan",
    ),
    "ur": (
        "ٹرمپ کارڈ", "مودی خانہ",
        "مالی امداد", "مالی نے باغ", "مالی مشکلات", "مالی بحران", "مالی نقصان", "مالی طور", "چین سے سو", "چین سے بیٹھ",
        "چین کی نیند", "چین نہ آیا", "سکھ چین", "کلو چینی", "چمچ چینی", "یونانی دوا", "یونانی حکیم", "پیروکار",
        "ترکی بہ ترکی",
        "مالی سال", "مالی حالت", "دائرے کا قطر", "پیرو مرشد",
    ),
    "vi": (
        "Mỹ nhân", "Mỹ miều", "Mỹ mãn", "Mỹ vị", "Mỹ nghệ", "Anh ấy", "Anh em", "Anh hùng", "Anh chị", "Anh ta",
        "Anh trai", "Anh họ", "Anh rể", "Anh dũng", "Pháp luật", "Pháp lý", "Pháp sư", "Pháp danh", "Pháp y",
        "Pháp lệnh", "Pháp nhân", "Đức tin", "Đức tính", "Đức Phật", "Đức Chúa", "Đức Cha", "Đức Mẹ", "Đức ông",
        "Đức hạnh", "Đức độ", "Ý kiến", "Ý nghĩa", "Ý tưởng", "Ý thức", "Ý chí", "Ý định", "Ý đồ", "Ý thơ",
        "Nhật ký", "Nhật thực", "Nhật báo", "Nhật trình", "Nhật nguyệt", "Thái độ", "Thái tử", "Thái giám",
        "Thái hậu", "Thái cực", "Thái sư", "Thái dương", "Hàn gắn", "Hàn lâm", "Hàn điện", "Hàn huyên", "Hàn thuyên",
        "Hàn Mặc Tử", "Hàn xì", "Ấn phẩm", "Ấn định", "Ấn tượng", "Ấn bản", "Ấn loát", "Ấn nút", "Trung thu",
        "Trung tâm", "Trung ương", "Trung lập", "Trung bình", "Trung học", "Trung tướng", "Trung úy", "Trung đội",
        "Trung sĩ", "Trung gian", "Trung niên", "Trung thực", "Trung thành", "Áo dài", "Áo sơ mi", "Áo khoác",
        "Áo len", "Áo thun", "Áo giáp", "Áo phao", "Áo mưa", "Áo cưới", "Áo choàng", "Nga ngỗng", "bác Thái",
        "Bác Thái", "anh Đức", "Anh Đức", "ông Đức", "Ông Đức", "chú Đức", "chị Mỹ", "Chị Mỹ", "bà Mỹ", "cô Mỹ",
        "anh Thái", "ông Thái", "anh Nhật", "anh Hàn", "chị Anh", "cô Anh", "bà Anh", "sông Hàn", "rừng Amazon",
        "Rừng Amazon", "Bí thư", "Bí mật",
        "Mỹ thuật", "mỹ thuật", "mỹ phẩm", "Mỹ phẩm", "Mỹ Linh", "Mỹ Tâm", "chị Nga", "Chị Nga", "bà Nga", "Bà Nga",
        "cô Nga", "Cô Nga", "bỉ ổi", "Bỉ ổi", "bang Georgia", "Bang Georgia",
    ),
    "cs": (
        "Nová Francie", "Nové Francie", "Nové Francii", "Romeo a Julie", "Romea a Julie", "Dolní Kalifornie",
    ),
    "sv": (
        "Nya Frankrike",
    ),
    "gl": (
        "Nova Francia", "Baixa California",
    ),
    "is": (
        "Nýja-Frakkland", "Nýja-Frakklands",
    ),
    "el": (
        "Νέα Γαλλία", "πολιτεία Τζόρτζια",
    ),
    "bg": (
        "Нова Франция", "щата Джорджия",
    ),
    "nl": (
        "Nieuw-Frankrijk",
    ),
}  # fmt: skip

# Names that are words of the language too, folded, beside those that the knowledge base flags: they need support.
_ALSO_WORDS: Mapping[str, frozenset[str]] = {
    "cs": frozenset({"mali"}),
    "el": frozenset({"γεωργια", "γεωργιασ"}),
    "fa": frozenset({"چاد", "پرو", "توگو"}),
    "hi": frozenset({"माली"}),
    "id": frozenset({"lima"}),
    "he": frozenset({"מאלי"}),
    "ko": frozenset({"가나", "오만", "말리"}),
    "ms": frozenset({"lima"}),
    "pl": frozenset({"mali"}),
    "tr": frozenset({"mali"}),
    "ur": frozenset({"مالی"}),
}


def phrases_by_language() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each phrase that hides a name inside it, with the languages that it is one in; ``mul`` stands for all."""
    languages: dict[str, list[str]] = {}
    for meanings in (_OTHER_MEANINGS, FIXED_PHRASES):
        for language, phrases in meanings.items():
            for phrase in phrases:
                languages.setdefault(phrase, []).append(language)
    for phrase, tags in languages.items():
        yield phrase, tuple(tags)


@cache
def _also_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, _ALSO_WORDS.get(language, ())))


def is_also_a_word(folded: str, language: str) -> bool:
    """Whether a folded name is a word of the language too, so that it links only where the text supports it."""
    return folded in _also_words(language.partition("-")[0])
