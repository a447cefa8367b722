"""Numbers in words, and the words for what numbers count, in each language: the data, and how it is read. Pure.

Counted things are found by the beginnings of words, so inflected forms need no list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from monitor.text.folding import fold

# For each language: its cardinals and ordinals from one on (`/` between forms), and what may be counted -> the
# beginnings of the words for it. A beginning of up to three letters is the whole word, except for one letter.
_LANGUAGES = {
    "en": """
cardinals: one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
ordinals: first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
repeated: again another anew
dead: kill dead died death die dies bodie fatalit  injured: injur wound hurt  missing: missing unaccounted
case: case infection infected patient  evacuated: evacuat displaced fled  arrested: arrest detain custody
survivor: survivor rescued  culled: cull slaughter  missile: missile rocket projectile icbm  drone: drone uav
aircraft: aircraft plane jet warplane sortie  ship: ship vessel warship boat  flight: flight launch mission
round: round runoff  test: test  summit: summit talk meeting  outbreak: outbreak  game: game match  term: term mandate
package: package  storm: typhoon hurricane cyclone storm  satellite: satellite""",
    "ru": """
cardinals: один/одна/одно/одного/одну два/две/двух/двое/двоих три/трех/трое/троих четыре/четырех/четверо
пять/пяти/пятеро
шесть/шести/шестеро семь/семи/семеро восемь/восьми девять/девяти десять/десяти одиннадцать двенадцать тринадцать
четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать
ordinals: первый/первая/первое/первого/первой/первом/первую/первым второй/вторая/второе/второго/втором/вторую/вторым
третий/третья/третье/третьего/третьей/третьем/третью/третьим
четвертый/четвертая/четвертое/четвертого/четвертой/четвертую
пятый/пятая/пятое/пятого/пятой/пятую шестой/шестая/шестое/шестого/шестую седьмой/седьмая/седьмое/седьмого/седьмую
восьмой/восьмая/восьмое/восьмого/восьмую девятый/девятая/девятое/девятого/девятую
десятый/десятая/десятое/десятого/десятую одиннадцатый/одиннадцатая/одиннадцатого двенадцатый/двенадцатая/двенадцатого
repeated: снова вновь опять еще ещё очередной/очередная/очередное/очередную/очередного повторно
dead: погиб убит жертв умер смерт тел  injured: ранен пострадав пострада травм  missing: пропав пропал
case: случа заражен заболев инфицир  evacuated: эваку  arrested: задерж арест  survivor: выживш спасен уцеле
culled: утилиз забит  missile: ракет снаряд  drone: беспилот дрон бпла  aircraft: самолет вертолет
ship: корабл суд катер  flight: полет пуск запуск старт  round: тур раунд  test: испыт тест  summit: саммит встреч
outbreak: вспышк очаг  game: игр матч  term: срок  package: пакет  storm: тайфун ураган шторм  satellite: спутник""",
    "uk": """
cardinals: один/одна/одне/одного/одну два/дві/двох/двоє три/трьох/троє чотири/чотирьох/четверо п'ять/п'яти/п'ятеро
шість/шести/шестеро сім/семи/семеро вісім/восьми дев'ять/дев'яти десять/десяти одинадцять дванадцять
ordinals: перший/перша/перше/першого/першої/першому/першу другий/друга/друге/другого/другої/другому/другу
третій/третя/третє/третього/третьої/третьому/третю четвертий/четверта/четверте/четвертого п'ятий/п'ята/п'яте/п'ятого
шостий/шоста/шосте/шостого сьомий/сьома/сьоме/сьомого восьмий/восьма/восьме/восьмого дев'ятий/дев'ята десятий/десята
repeated: знову ще черговий/чергова/чергове/чергову повторно
dead: загин загиб жертв помер вбит тіл  injured: поранен пострада травм  missing: зник  case: випад заражен інфік
evacuated: евак  arrested: затрим арешт  survivor: вижил врятов  missile: ракет снаряд  drone: безпілот дрон бпла
aircraft: літак вертол  ship: кораб суд катер  flight: політ польот пуск запуск старт  round: тур раунд
test: випроб тест  summit: саміт зустріч  outbreak: спалах осередок  game: гр матч  term: термін  package: пакет
storm: тайфун ураган шторм  satellite: супутник""",
    "de": """
cardinals: eins/ein/eine/einen/einem/einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn
fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig
ordinals: erste/ersten/erster/erstes/erstem zweite/zweiten/zweiter/zweites dritte/dritten/dritter/drittes
vierte/vierten/vierter/viertes fünfte/fünften/fünfter/fünftes sechste/sechsten/sechster siebte/siebten/siebter
achte/achten/achter neunte/neunten/neunter zehnte/zehnten/zehnter elfte/elften zwölfte/zwölften
repeated: erneut wieder abermals weiterer/weitere/weiteres/weiteren
dead: tote getötet starb gestorben ums todes leiche  injured: verletz verwund  missing: vermisst
case: fall falle falls infekt infiziert erkrank  evacuated: evaku  arrested: festgenomm verhaft
survivor: gerettet überleb  culled: gekeult geschlachtet  missile: rakete geschoss  drone: drohne
aircraft: flugzeug jet hubschrauber  ship: schiff boot  flight: flug start mission testflug  round: runde wahlgang
stichwahl  test: test  summit: gipfel treffen  outbreak: ausbruch  game: spiel  term: amtszeit  package: paket
storm: taifun hurrikan sturm  satellite: satellit""",
    "fr": """
cardinals: un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
dix-huit
dix-neuf vingt
ordinals: premier/première/premiers/premières deuxième/second/seconde troisième quatrième cinquième sixième septième
huitième neuvième dixième onzième douzième
repeated: encore nouveau/nouvel/nouvelle autre
dead: mort tué tue décès victime  injured: bless  missing: disparu  case: cas contamin infect malade
evacuated: évacu déplac  arrested: arrêt interpell  survivor: survivant rescap  culled: abattu  missile: missile
roquette
drone: drone  aircraft: avion hélico appareil  ship: navire bateau  flight: vol lancement mission tir  round: tour
test: essai test  summit: sommet rencontre  outbreak: foyer épidémie  game: match  term: mandat  package: paquet train
storm: typhon ouragan cyclone tempête  satellite: satellite""",
    "es": """
cardinals: uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
diecisiete
dieciocho diecinueve veinte
ordinals: primero/primer/primera segundo/segunda tercero/tercer/tercera cuarto/cuarta quinto/quinta sexto/sexta
séptimo/séptima octavo/octava noveno/novena décimo/décima undécimo duodécimo
repeated: nuevamente nuevo/nueva otro/otra
dead: muert fallecid víctim deces murie  injured: herid lesionad  missing: desaparecid  case: caso contag infec enferm
evacuated: evacuad desplazad  arrested: detenid arrest  survivor: sobreviv rescat  culled: sacrific  missile: misil
cohete
drone: dron  aircraft: avion avión helic  ship: barco buque nave  flight: vuelo lanzamiento mision misión  round: ronda
vuelta  test: prueba ensayo  summit: cumbre reunión encuentro  outbreak: brote foco  game: partido  term: mandato
package: paquete  storm: tifón huracán ciclón tormenta  satellite: satélite""",
    "it": """
cardinals: uno/un/una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici
diciassette diciotto diciannove venti
ordinals: primo/prima secondo/seconda terzo/terza quarto/quarta quinto/quinta sesto/sesta settimo/settima ottavo/ottava
nono/nona decimo/decima undicesimo dodicesimo
repeated: ancora nuovamente nuovo/nuova altro/altra
dead: mort vittim uccis decess  injured: ferit  missing: dispers scompars  case: caso casi contag infett infez
evacuated: evacuat sfollat  arrested: arrestat fermat  survivor: superstit sopravviss  culled: abbattut
missile: missil razz  drone: dron  aircraft: aere elicotter  ship: nave navi barc  flight: volo voli lanci mission
round: turno round ballottagg  test: prov test  summit: vertic incontr  outbreak: focola  game: partit  term: mandat
package: pacchett  storm: tifon uragan ciclon tempest  satellite: satellit""",
    "pt": """
cardinals: um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze dezesseis
dezessete dezoito dezenove vinte
ordinals: primeiro/primeira segundo/segunda terceiro/terceira quarto/quarta quinto/quinta sexto/sexta sétimo/sétima
oitavo/oitava nono/nona décimo/décima
repeated: novamente novo/nova outro/outra
dead: mort vítim óbito  injured: ferid  missing: desaparecid  case: caso contág contag infec doente  evacuated: evacuad
deslocad  arrested: detid pres  survivor: sobreviv resgat  culled: abatid  missile: míssil mísse foguet  drone: dron
aircraft: avião aviõe helicóp  ship: navio barco  flight: voo voos lançamento missão  round: turno rodada volta
test: teste ensaio  summit: cúpula cimeira encontro  outbreak: surto foco  game: jogo partida  term: mandato
package: pacote  storm: tufão furacão ciclone tempestade  satellite: satélit""",
    "pl": """
cardinals: jeden/jedna/jedną/jednego dwa/dwie/dwóch/dwoje/dwaj trzy/trzech/troje cztery/czterech/czworo
pięć/pięciu/pięcioro
sześć/sześciu siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu dziesięć/dziesięciu jedenaście/jedenastu dwanaście/dwunastu
trzynaście/trzynastu czternaście/czternastu piętnaście/piętnastu szesnaście siedemnaście osiemnaście dziewiętnaście
dwadzieścia/dwudziestu
ordinals: pierwszy/pierwsza/pierwsze/pierwszego/pierwszej/pierwszym/pierwszą
drugi/druga/drugie/drugiego/drugiej/drugim/drugą
trzeci/trzecia/trzecie/trzeciego/trzeciej/trzecim/trzecią czwarty/czwarta/czwarte/czwartego/czwartej
piąty/piąta/piąte/piątego/piątej szósty/szósta/szóste/szóstego siódmy/siódma/siódme/siódmego ósmy/ósma/ósme/ósmego
dziewiąty/dziewiąta/dziewiątego dziesiąty/dziesiąta/dziesiątego jedenasty/jedenasta dwunasty/dwunasta
repeated: ponownie znów znowu kolejny/kolejna/kolejne/kolejną/kolejnego
dead: zgin zabi śmierteln żyje żyją ofiar zmarł ciał  injured: rann rany obraże poszkodowan  missing: zagin
case: przypad zakaż zachorow chor  evacuated: ewaku  arrested: zatrzym areszt  survivor: ocal urat przeży
culled: wybit utyliz zutyliz  missile: rakiet pocisk  drone: dron  aircraft: samolot śmigłow  ship: statk okręt
flight: lot start misj  round: tur rund  test: prób test  summit: szczyt spotka  outbreak: ognisk  game: mecz
term: kadencj  package: pakiet  storm: tajfun huragan cyklon burz  satellite: satelit""",
}
_CJK_COUNTED = """
dead: 사망 숨졌 숨져 숨진 숨지 死亡 遇难 丧生 罹难 死者 身亡 死 亡  injured: 부상 다쳤 다쳐 受伤 负伤 けが 重轻伤 伤
missing: 실종 失踪 失联 行方不明 不明  case: 확진 감염 환자 사례 病例 确诊 感染 患者 例 症例
evacuated: 대피 이재민 撤离 转移 避难 疏散  arrested: 체포 검거 구속 被捕 逮捕 拘留 抓获 送致
survivor: 구조 생존 获救 幸存 救助 救出 生存  culled: 살처분 扑杀 杀处分  missile: 발 枚 발사체 导弹 飞弹 ミサイル
미사일
drone: 드론 무인기 无人机 ドローン  aircraft: 군용기 전투기 항공기 架次 架 军机  ship: 척 艘 只 함정
flight: 발사 비행 发射 飞行 打ち上げ 试飞  round: 라운드 결선 투표 轮 回战 回投票  test: 시험 실험 实验 试验
summit: 회담 会谈 峰会 首脑会谈  outbreak: 발병 疫情  game: 경기 比赛 试合  term: 임기 任期  storm: 태풍 台风
satellite: 위성 卫星
"""
"""The same for Korean, Chinese and Japanese, folded; found anywhere within a few characters."""
CJK_REPEATED = re.compile(
    r"(?<![가-힣])(?:또|또다시|다시|재차|재발사|추가로)(?![가-힣])|再(?![见見生保造循])|又(?=[一-鿿])"
)
"""Once more."""
_KOREAN = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
KOREAN_CARDINALS = {word: float(value) for value, word in enumerate(_KOREAN, 1)}

GROWING = frozenset(("dead", "injured", "missing", "case", "evacuated", "arrested", "survivor", "culled"))
"""Kinds of counts that later reports raise."""
_WHOLE_WORD = 3  # letters of a stem that is a whole word, except for one letter


def _parse_table(text: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    row: list[str] = []
    for word in text.split():
        if word.endswith(":"):
            row = rows.setdefault(word[:-1], [])
        else:
            row.append(word)
    return rows


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words of one or several languages. Number words are in lower case; `stems` maps folded stems to kinds."""

    numbers: frozenset[str]
    cardinals: dict[str, float]
    ordinals: dict[str, float]
    articles: frozenset[str]
    repeated: frozenset[str]
    stems: dict[str, str]

    def kind(self, word: str) -> str | None:
        """Return the kind of thing that a folded word names; None: unknown."""
        for length in range(min(len(word), _MAX_STEM), 1, -1):
            kind = self.stems.get(word[:length])
            if kind is not None and (length > _WHOLE_WORD or len(word) <= _WHOLE_WORD + 1):
                return kind
        return None


_MAX_STEM = 12  # letters of a stem


@cache
def number_words(language: str) -> NumberWords:
    """Return the words of a language; of all languages if it is unknown or not supported."""
    tables = [_parse_table(_LANGUAGES[code]) for code in ((language,) if language in _LANGUAGES else _LANGUAGES)]
    cardinals = {form: value for table in tables for form, value in _enumerate_forms(table.pop("cardinals"))}
    ordinals = {form: value for table in tables for form, value in _enumerate_forms(table.pop("ordinals"))}
    repeated = frozenset(form for table in tables for forms in table.pop("repeated") for form in forms.split("/"))
    return NumberWords(
        frozenset((*cardinals, *ordinals, *repeated)),
        cardinals,
        ordinals,
        frozenset(form for code in _LANGUAGES.values() for form in _parse_table(code)["cardinals"][0].split("/"))
        - {"one"},
        repeated,
        {fold(stem): kind for table in tables for kind, stems in table.items() for stem in stems},
    )


def _enumerate_forms(words: list[str]) -> list[tuple[str, float]]:
    return [(form, float(value)) for value, forms in enumerate(words, 1) for form in forms.split("/")]


_CJK_STEMS = {stem: kind for kind, stems in _parse_table(_CJK_COUNTED).items() for stem in stems}
_CJK_STEM = re.compile("|".join(sorted(_CJK_STEMS, key=len, reverse=True)))


def cjk_kind(text: str) -> str | None:
    """Return the kind of the first counted thing in some characters; None: there is none."""
    match = _CJK_STEM.search(fold(text))
    return _CJK_STEMS[match[0]] if match else None


_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_PLACES = {"十": 10, "百": 100, "千": 1000}
HAN_NUMBER = f"[{''.join(_HAN)}{''.join(_HAN_PLACES)}]"


def han_number(word: str) -> int:
    """Return a number up to 9999 as Chinese and Japanese write it: 二十三, or digit by digit: 二〇二六."""
    if not any(character in _HAN_PLACES for character in word):
        return int("".join(str(_HAN[character]) for character in word))
    total, digit = 0, 0
    for character in word:
        if character in _HAN_PLACES:
            total += (digit or 1) * _HAN_PLACES[character]
            digit = 0
        else:
            digit = digit * 10 + _HAN[character]
    return total + digit
