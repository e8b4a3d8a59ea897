"""Texts and their words, worked out by hand. Python and the Transform graph both have to agree with them."""

_ACUTE, _DIAERESIS, _DOT_ABOVE = "\u0301", "\u0308", "\u0307"

TEXTS_AND_WORDS: tuple[tuple[str, list[str]], ...] = (
    # Plain.
    ("", []),
    (" \t\n", []),
    ("…!?", []),
    ("Red  RETRO-spot, 2nd", ["red", "retro", "spot", "2nd"]),
    ("don't l'eau d’or", ["don", "t", "l", "eau", "d", "or"]),
    ("under_score a+b x#", ["under", "score", "a", "b", "x#"]),
    ("line\nbreak\ttab\r\nend", ["line", "break", "tab", "end"]),
    ("bell\x07and\x01two", ["bell", "and", "two"]),
    # Numbers, versions and models.
    ("3.5mm jack, 500ml", ["3.5mm", "jack", "500ml"]),
    ("v2.0.1. Next", ["v2.0.1", "next"]),
    ("1.2.3.4.5", ["1.2.3.4.5"]),
    ("WH-1000XM4 wh1000xm4", ["wh", "1000xm4", "wh1000xm4"]),
    ("PS5 RTX3080Ti A52 mp3", ["ps5", "rtx3080ti", "a52", "mp3"]),
    ("iPhone15ProMax", ["iphone", "15", "pro", "max"]),
    ("iphone15promax IPHONE15", ["iphone", "15", "promax", "iphone", "15"]),
    ("20000mAh 100pcs mp3player", ["20000", "mah", "100", "pcs", "mp3", "player"]),
    ("YouTube PlayStation McDonald", ["youtube", "playstation", "mcdonald"]),
    ("10:30 38,39,40 1990-2000", ["10", "30", "38", "39", "40", "1990", "2000"]),
    ("1½ cups, 10² m²", ["1", "1", "2", "cups", "10", "2", "m2"]),
    ("C++ C# F#, .NET", ["c++", "c#", "f#", "net"]),
    ("C++11", ["c++", "11"]),
    # Forms of one letter.
    (f"caf\u00e9 cafe{_ACUTE}", ["caf\u00e9", "caf\u00e9"]),
    (f"A{_DIAERESIS}rger \u00c4RGER", ["\u00e4rger", "\u00e4rger"]),
    ("STRASSE Straße", ["strasse", "strasse"]),
    ("ﬁn oﬃce", ["fin", "office"]),
    ("ＡＢＣ １２３", ["abc", "123"]),
    ("㎏ ① Ⅳ", ["kg", "1", "iv"]),
    ("LEGO™ Lego®", ["lego", "lego"]),
    ("soft\u00adhyphen zero\u200bwidth join\u2060er", ["softhyphen", "zero", "width", "joiner"]),
    (f"{_ACUTE}stray x", ["stray", "x"]),
    # Turkish, Vietnamese, Polish.
    ("İstanbul ISPARTA ığdır", ["istanbul", "isparta", "ığdır"]),
    ("Đường Việt", ["đường", "việt"]),
    ("Łódź ŻÓŁW", ["łódź", "żółw"]),
    # Greek: the last sigma is a sigma. Cyrillic, Georgian, Armenian, Ethiopic.
    ("ΣΊΣΥΦΟΣ σίσυφος", ["σίσυφοσ", "σίσυφοσ"]),
    ("Ёлка ЁЛКА ШКОЛЬНИК", ["ёлка", "ёлка", "школьник"]),
    ("საქართველო, თბილისი", ["საქართველო", "თბილისი"]),
    ("ԵՐԵՎԱՆ երևան", ["երեվան", "երեւան"]),
    ("ኢትዮጵያ፡አዲስ", ["ኢትዮጵያ", "አዲስ"]),
    # Arabic with vowel marks, with stretching; Persian with a joiner that many leave out; Hebrew with points.
    ("مُحَمَّد محمد", ["مُحَمَّد", "محمد"]),
    ("كـــتاب كتاب،", ["كتاب", "كتاب"]),
    ("می\u200cخواهم میخواهم", ["میخواهم", "میخواهم"]),
    ("שָׁלוֹם שלום", ["שָׁלוֹם", "שלום"]),
    # Scripts whose vowels are marks.
    ("हिन्दी में किताब।", ["हिन्दी", "में", "किताब"]),
    ("বাংলা বই", ["বাংলা", "বই"]),
    ("தமிழ் புத்தகம்", ["தமிழ்", "புத்தகம்"]),
    ("తెలుగు", ["తెలుగు"]),
    # Korean has spaces, though not beside numbers; one syllable may be written as two or three letters.
    ("갤럭시S21 5개", ["갤럭시", "s21", "5", "개"]),
    ("\u1112\u1161\u11ab\u1100\u1173\u11af 한글", ["한글", "한글"]),
    # No spaces: pairs, then single characters.
    ("耳机", ["耳机", "耳", "机"]),
    ("茶", ["茶"]),
    ("无线耳机", ["无线", "线耳", "耳机", "无", "线", "耳", "机"]),
    ("iPhone用ケース", ["iphone", "用ケ", "ケー", "ース", "用", "ケ", "ー", "ス"]),
    ("ﾃﾞｰﾀ、5月", ["デー", "ータ", "デ", "ー", "タ", "5", "月"]),
    ("ผ้าไหม", ["ผ้า", "าไ", "ไห", "หม", "ผ้", "า", "ไ", "ห", "ม"]),
    ("ເບຍ", ["ເບ", "ບຍ", "ເ", "ບ", "ຍ"]),
    ("ខ្មែរ", ["ខ្មែ", "មែរ", "ខ្", "មែ", "រ"]),
    ("မြန်မာ", ["မြန်", "န်မာ", "မြ", "န်", "မာ"]),
    # Emoji: each by itself; skin colour, variants and joiners do not count; two letters are a flag.
    ("👍🏽👍", ["👍", "👍"]),
    ("❤\ufe0f mug🎁", ["❤", "mug", "🎁"]),
    ("👨\u200d👩\u200d👧 🇩🇪🇫🇷", ["👨", "👩", "👧", "🇩🇪", "🇫🇷"]),
)

WITHOUT_ACCENTS: tuple[tuple[str, list[str]], ...] = (
    ("Café ÄRGER naïve", ["cafe", "arger", "naive"]),
    ("Łódź ørsted Straße", ["lodz", "orsted", "strasse"]),
    ("ığdır İZMİR", ["igdir", "izmir"]),
    ("Đường Việt", ["duong", "viet"]),
    ("Œuvre ægis þing", ["oeuvre", "aegis", "thing"]),
    ("Ελλάδα", ["ελλαδα"]),
    # Й is another letter than И; Ё is mostly written Е.
    ("Ёлка Йод", ["елка", "йод"]),
    ("مُحَمَّد", ["محمد"]),
    ("שָׁלוֹם", ["שלום"]),
    # These marks are letters.
    ("हिन्दी", ["हिन्दी"]),
    ("ガ", ["ガ"]),
    ("ผ้า", ["ผ้า", "ผ้", "า"]),
)
"""The same where accents and vowel marks do not count."""
