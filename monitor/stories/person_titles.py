"""Lists of words that are next to names but are no names: titles of persons, kinds of things, directions."""

from __future__ import annotations

from monitor.stories.wires import AGENCY_OF
from monitor.text.days import WEEKDAYS
from monitor.text.months import MONTHS


def _split_words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ROLES = """
president vice prime minister premier chancellor king queen prince princess pope emperor senator governor mayor
secretary
general chief director chairman chairwoman chair leader spokesman spokeswoman ambassador envoy foreign defense defence
interior finance justice health attorney judge justice sir lord lady mr mrs ms dr prof professor captain colonel admiral
commander sergeant officer deputy acting former ex late new sen rep gov sgt lt gen col acting ceo cfo congressman
congresswoman representative speaker supreme leader party state
präsident präsidentin bundeskanzler bundeskanzlerin kanzler kanzlerin außenminister außenministerin minister ministerin
ministerpräsident verteidigungsminister innenminister finanzminister premierminister könig papst herr frau
président présidente ministre chancelier chancelière roi reine pape monsieur madame m mme
presidente primer ministro ministra rey reina papa canciller senador gobernador premier
prezydent premier minister kanclerz król papież marszałek wojewoda burmistrz
президент президента президенту президентом премьер премьер-министр министр канцлер король папа глава госпожа господин
генерал полковник губернатор мэр прем'єр-міністр міністр
"""
_KINDS = """
typhoon hurricane cyclone storm tropical category magnitude mount lake cape
тайфун ураган
taifun hurrikan sturm typhon ouragan huracán tifón tifone uragano tajfun huragan
"""
NO_NAMES = frozenset((*_ROLES.split(), *_KINDS.split(), *WEEKDAYS, *MONTHS, *AGENCY_OF))
"""In small letters. These words are capitalised next to names, or by custom, but are no part of a name. A run of
capitalised words is cut at them."""

_DIRECTIONS = """
north south east west northern southern eastern western norden süden osten westen nord sud est ouest norte sur sul este
oeste sud ovest północ południe wschód zachód север юг восток запад північ південь схід захід
"""
DIRECTIONS = frozenset(_DIRECTIONS.split())
"""In small letters. Capitalised and alone they mean a side ("the South says"); they are names only with other words."""

PARTICLES = frozenset(_split_words("de da do dos das di del della du des la van von der den ter bin ibn al el"))
"""Words in small letters between the parts of a name."""

KOREAN_TITLES = _split_words("""
대통령 국무총리 국무장관 외무장관 외교장관 국방장관 법무장관 재무장관 통일장관 부총리 총리 국가주석 주석 총통 총재
대표 원내대표 위원장 장관 차관 의원 총장 본부장 청장 시장 도지사 지사
회장 사장 교수 감독 선수 판사 검사 변호사 특사 대사 총서기 국왕 교황 씨 후보 대변인 의장 후보자 대사대리
""")
JAPANESE_TITLES = _split_words("""
大統領 国家主席 主席 首相 総理 総統 総書記 官房長官 長官 外相 外務相 防衛相 財務相 経済産業相 経産相 大臣 知事 市長
国王 教皇
総裁 代表 会長 社長 議員 選手 監督 容疑者 被告 氏 さん 報道官 国務長官
""")
CHINESE_TITLES = _split_words("""
国家主席 主席 总统 總統 总理 總理 首相 总书记 總書記 国务卿 國務卿 外长 外長 防长 防長 部长 部長 外交部长 外交部長
国防部长 國防部長 主教 教皇 教宗 国王 國王 市长 市長 州长 州長 省长 省長 发言人 發言人 议长 議長 特使 大使 院长 院長
先生 女士
""")
BEFORE_TITLES = ("前", "元", "新", "副", "現", "现", "次期", "候任", "准", "全", "전", "현", "신임", "초대", "부")
"""Words between name and title: former, new, deputy, acting."""

TRANSLITERATING = (
    "阿埃艾安奥澳巴拜班邦鲍贝本比彼宾波伯勃博卜布查茨茨策达戴丹道德登邓迪蒂丁杜顿多恩尔厄法凡菲费芬佛弗福夫甫盖冈戈格贡古哈海汉豪赫亨洪"
    "胡怀霍基吉加贾捷金卡凯坎康考柯科克肯库奎拉莱兰朗劳勒雷里利丽连列林琳隆卢鲁露伦罗洛吕马玛迈麦曼芒梅门蒙米密明莫默穆姆拿纳娜奈南内尼涅宁纽"
    "努诺欧帕潘庞培佩彭皮平坡珀普齐奇恰乔切琼丘热荣茹瑞若萨塞赛桑瑟沙莎尚绍舍申圣施什史舒斯松苏索所塔泰坦汤唐陶特滕廷图托瓦万旺威韦维温文翁沃"
    "乌武西希锡夏谢欣辛雄休许雅亚扬耶叶伊因英尤约泽扎詹珍芝治朱卓兹佐"
)
"""The characters that write foreign names by their sound in Chinese (in simplified form)."""
