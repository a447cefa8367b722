"""Numbers in words, and the words for what numbers count, of all languages that we speak. Pure data, and reading it.

What is counted is found by the beginnings of words, so that inflections need no list.
"""

from __future__ import annotations

import re

from monitor.text.folding import fold


def _rows(table: str) -> dict[str, float]:
    """`1 one un ... 2 two ...` -> the number of each word."""
    numbers: dict[str, float] = {}
    number = 0.0
    for word in table.split():
        if word.isdigit():
            number = float(word)
        else:
            numbers[word] = number
    return numbers


CARDINALS = _rows("""
1 one один одна одно одного ein eine einen einem un une uno una jeden jedna jedną um uma одну 한
2 two два две двух двое двоих zwei deux dos due dwa dwie dwóch dwoje dwojga dwaj dois duas дві двоє двох 두
3 three три трех трое троих drei trois tres tre trzy trzech troje três троє трьох 세
4 four четыре четырех четверо vier quatre cuatro quattro cztery czterech czworo quatro чотири четверо чотирьох 네
5 five пять пяти пятеро fünf cinq cinco cinque pięć pięciu pięcioro п'ять п'яти 다섯
6 six шесть шести шестеро sechs seis sei sześć sześciu шість 여섯
7 seven семь семи семеро sieben sept siete sette siedem siedmiu sete сім семи 일곱
8 eight восемь восьми acht huit ocho otto osiem ośmiu oito вісім 여덟
9 nine девять девяти neun neuf nueve nove dziewięć dziewięciu дев'ять 아홉
10 ten десять десяти zehn dix diez dieci dziesięć dziesięciu dez десять 열
11 eleven одиннадцать elf onze once undici jedenaście jedenastu одинадцять
12 twelve двенадцать zwölf douze doce dodici dwanaście dwunastu doze дванадцять
13 thirteen тринадцать dreizehn treize trece tredici trzynaście trzynastu treze
14 fourteen четырнадцать vierzehn quatorze catorce quattordici czternaście czternastu
15 fifteen пятнадцать fünfzehn quinze quince quindici piętnaście piętnastu
16 sixteen шестнадцать sechzehn seize sedici szesnaście
17 seventeen семнадцать siebzehn
18 eighteen восемнадцать achtzehn
19 nineteen девятнадцать neunzehn
20 twenty двадцать zwanzig vingt veinte venti dwadzieścia dwudziestu vinte
""")
"""Number words, in small letters without ё -> the number."""
_AN = "один одна одно одного одну ein eine einen einem un une uno una jeden jedna jedną um uma"
ARTICLES = frozenset(_AN.split())
"""Those that are articles, or nearly so, too."""

ORDINALS = _rows("""
1 first первый первая первое первого первой первом первую первым erste erster erstes ersten erstem premier première
primera primero primer prima primo pierwszy pierwsza pierwsze pierwszego pierwszej pierwszym primeira primeiro
перший перша перше першого першої першу
2 second второй вторая второе второго втором вторую вторым zweite zweiter zweites zweiten deuxième second seconde
segunda segundo seconda secondo drugi druga drugie drugiego drugiej drugim drugą другий друга друге другого другої
другу
3 third третий третья третье третьего третьей третьем третью третьим dritte dritter drittes dritten troisième
tercera tercero tercer terza terzo trzeci trzecia trzecie trzeciego trzeciej terceira terceiro третій третя третє
третього третьої
4 fourth четвертый четвертая четвертое четвертого четвертой четвертую vierte vierter viertes vierten quatrième
cuarta cuarto quarta quarto czwarty czwarta czwarte czwartego czwartej четвертий
5 fifth пятый пятая пятое пятого пятой пятую fünfte fünfter fünftes fünften cinquième quinta quinto piąty piąta
piąte piątego piątej п'ятий п'ята
6 sixth шестой шестая шестое шестого шестую sechste sechster sechstes sechsten sixième sexta sexto sesta sesto
szósty szósta szóste szóstego шостий шоста
7 seventh седьмой седьмая седьмое седьмого седьмую siebte siebter siebtes siebten septième séptima séptimo settima
settimo siódmy siódma siódme siódmego sétima sétimo сьомий сьома
8 eighth восьмой восьмая восьмое восьмого восьмую achte achter achtes achten huitième octava octavo ottava ottavo
ósmy ósma ósme ósmego oitava oitavo восьмий восьма
9 ninth девятый девятая девятое девятого девятую neunte neunter neuntes neunten neuvième novena noveno nona nono
dziewiąty dziewiąta dziewiątego дев'ятий
10 tenth десятый десятая десятое десятого десятую zehnte zehnter zehntes zehnten dixième décima décimo decima decimo
dziesiąty dziesiąta dziesiątego десятий
11 eleventh одиннадцатый одиннадцатая одиннадцатого elfte elften onzième undécima jedenasty jedenasta одинадцятий
12 twelfth двенадцатый двенадцатая двенадцатого zwölfte zwölften douzième duodécima dwunasty dwunasta дванадцятий
""")

# What is counted -> the beginnings of the words that say it, in small letters and folded.
_COUNTED = """
dead: kill dead died death dies die bodie fatalit lives погиб убит жертв умер смерт todes tote getotet starb ums
mort tue deces muert fallecid vittim morti morto uccis zgin zabi smierteln zyj ofiar zmarl mortos загинул загибл
помер
injured: injur wound hurt ранен пострадав пострада verletzt bless herid ferit rann ranny feridos поранен
missing: missing unaccounted пропав vermisst disparu desaparecid dispers zagin zaginion desaparec зникл
case: case infection infected patient случа случае заражен заболев fall falle falls infiziert cas contamin caso
casos contag infect przypad zakazen zachorowan випад заражен
evacuated: evacuat evakui эваку evacu evacuad evacuat sfollat ewaku evacuad евакуй displaced fled
arrested: arrest detain custody задерж арест festgenommen verhaftet arret interpell detenid arrestat zatrzyman
aresztowan detid detido затриман
survivor: survivor rescued выживш спасен gerettet rescap sobreviv superstit ocala urat
culled: cull slaughter утилиз забит gekeult abattu sacrific abbattut zutyliz wybit
missile: missile rocket projectile icbm ракет снаряд rakete missil cohete razzi rakiet pocisk foguet
drone: drone uav беспилот дрон drohne дрон dron
aircraft: aircraft plane jet warplane sortie самолет flugzeug avion avione aerei samolot avia літак
ship: ship vessel warship boat корабл суд schiff navire bateau barco buque nave navi statk okret navio кораб
flight: flight test-flight launch mission полет пуск запуск старт flug start vol lancement vuelo lanzamiento lanci
missione lot start misj lancamento voo пуск запуск
round: round runoff тур раунд runde tour ronda vuelta turno tura runda rodada turno раунд
test: test испыт тест essai prueba prov prob teste випроб
summit: summit talk meeting саммит встреч gipfel treffen sommet cumbre vertice szczyt spotkan cupula саміт зустріч
outbreak: outbreak вспышк ausbruch foyer foco brote focola ognisk surto спалах
game: game match матч spiel partido partita mecz jogo
term: term mandate срок amtszeit mandat mandato kadencj
package: package пакет paket paquet paquete pacchetto pakiet pacote
"""
_CJK_COUNTED = """
dead: 사망 숨졌 숨져 숨진 死亡 遇难 遇難 丧生 喪生 罹难 罹難 死者 身亡 不治 사망자 死 亡
injured: 부상 다쳤 다쳐 受伤 受傷 負傷 けが 重軽傷 伤 傷 轻伤
missing: 실종 失踪 失蹤 失联 失聯 行方不明 不明 失联
case: 확진 감염 환자 사례 病例 确诊 確診 感染 患者 例 症例
evacuated: 대피 이재민 撤离 撤離 转移 轉移 避難 疏散
arrested: 체포 검거 구속 被捕 逮捕 拘留 抓获 抓獲 送致
survivor: 구조 생존 获救 獲救 幸存 救助 救出 生存
culled: 살처분 扑杀 撲殺 殺処分
missile: 발 枚 발사체 导弹 導彈 飞弹 飛彈 ミサイル 미사일
drone: 드론 무인기 无人机 無人機 ドローン
aircraft: 군용기 전투기 항공기 架次 架 機 军机 軍機
ship: 척 艘 隻 隻の 함정
flight: 발사 비행 시험발사 发射 發射 飞行 飛行 打ち上げ 試験飛行 试飞 試飛
round: 라운드 결선 투표 轮 輪 回戦 回投票
test: 시험 실험 实验 試験 核実験 核试验
summit: 회담 정상회담 会谈 會談 会談 峰会 峰會 首脳会談
outbreak: 발생 발병 疫情 発生
game: 경기 比赛 比賽 試合 戦
term: 임기 任期
storm: 태풍 台风 颱風 台風
satellite: 위성 卫星 衛星
"""


def _stems(table: str) -> dict[str, str]:
    kinds: dict[str, str] = {}
    kind = ""
    for word in table.split():
        if word.endswith(":"):
            kind = word[:-1]
        else:
            kinds[fold(word)] = kind
    return kinds


_STEMS, CJK_COUNTED = _stems(_COUNTED), _stems(_CJK_COUNTED)
_LENGTHS = range(max(map(len, _STEMS)), 1, -1)
_WHOLE = 3  # letters; a stem that short is the whole word

GROWING = frozenset(
    [
        "dead",
        "injured",
        "missing",
        "case",
        "evacuated",
        "arrested",
        "survivor",
        "culled",
        "missile",
        "drone",
        "aircraft",
        "ship",
    ]
)
"""Kinds of counts that later reports raise."""


def counted(word: str) -> str | None:
    """The kind of thing that a word names, folded and in small letters; None: none that is known."""
    for length in _LENGTHS:
        kind = _STEMS.get(word[:length])
        if kind is not None and (length > _WHOLE or len(word) <= _WHOLE + 1):
            return kind
    return None


_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_PLACES = {"十": 10, "百": 100, "千": 1000}
HAN_NUMBER = f"[{''.join(_HAN)}{''.join(_HAN_PLACES)}]"


def han_number(word: str) -> int:
    """Up to 9999, as Chinese and Japanese write it: 二十三, or digit by digit: 二〇二六."""
    if not any(sign in _HAN_PLACES for sign in word):
        return int("".join(str(_HAN[sign]) for sign in word))
    total, digit = 0, 0
    for sign in word:
        if sign in _HAN_PLACES:
            total += (digit or 1) * _HAN_PLACES[sign]
            digit = 0
        else:
            digit = digit * 10 + _HAN[sign]
    return total + digit


MULTIPLES = (
    (re.compile(r"\s?(?:thousand|tys|тыс|тис|mila|mil\b|mille\b|tausend)", re.IGNORECASE), 1e3),
    (re.compile(r"\s?(?:million|mln|млн|миллион|мільйон|millones|milion|milhõ)", re.IGNORECASE), 1e6),
    (re.compile(r"\s?(?:billion|bn\b|млрд|миллиард|milliard|miliard|mld\b|mil millones|bilh)", re.IGNORECASE), 1e9),
    (re.compile(r"\s?(?:trillion|трлн|триллион|bilion\b)", re.IGNORECASE), 1e12),
    (re.compile("천(?!안)"), 1e3),
    (re.compile("[만万萬]"), 1e4),
    (re.compile("[억亿億]"), 1e8),
    (re.compile("[조兆]"), 1e12),
)
"""What stands behind a number and multiplies it."""
