"""Japanese."""

from monitor.languages.language import (
    CalendarWords,
    CreditPatterns,
    Language,
    NumberVocabulary,
    split_forms,
    split_table,
    split_words,
)

LANGUAGE = Language(
    code="ja",
    name="Japanese",
    scripts=(
        "Han",
        "kana",
    ),
    is_spaced=False,
    calendar=CalendarWords(
        weekdays=split_forms("月曜 火曜 水曜 木曜 金曜 土曜 日曜"),
        relative_days="今日|本日|明日|昨日|翌日|明後日|きょう|あす|あした|きのう|今週|来週|週末|今夜",
        morning=split_words("午前"),
        afternoon=split_words("午後"),
        night=split_words("夜"),
        eras={"令和": 2018, "平成": 1988},
    ),
    numbers=NumberVocabulary(
        counted=split_table(
            """
            dead: 死亡 死者 死  injured: 负伤 けが 重轻伤  missing: 行方不明 不明  case: 感染 患者 例 症例
            evacuated: 转移 避难  arrested: 逮捕 送致  survivor: 救助 救出 生存  missile: 枚 ミサイル  drone: ドローン
            flight: 发射 飞行 打ち上げ  round: 回战 回投票  test: 实验  summit: 会谈 首脑会谈  game: 试合  term: 任期
            storm: 台风  satellite: 卫星
            """
        ),
        counters="[人名例号次枚架隻級回]",
        repeated_pattern="再(?![见見生保造循])",
        ordinal_suffixes="次(?!世)|回目?|度目|例目|番目",
        kinds_before={"magnitude": "マグニチュード", "intensity": "震度"},
        kinds_after={"age": "歳", "time": "年|月|日|[時点]|分|秒|か月|ヶ月|週"},
        currencies={"usd": "ドル", "eur": "ユーロ", "krw": "ウォン", "jpy": "円"},
    ),
    credits=CreditPatterns(
        offices=(
            r"[^\W\d]省|庁|署|政府|当局|警察|[県府道]警|消防|海保|海上保安[部庁]|軍|自衛隊|参謀本部|気象台|大統領府|報道|メディア|通信|紙|関係者|国防部|外交部"
        ),
        marks={
            "withdrawn": "取り消し",
            "corrected": "訂正",
            "numbered": "続報|第[2-9二三四五]報|更新",
            "flash": "速報|号外|緊急",
        },
        bare_marks="速報",
        item_labels="独自|動画|写真|図解",
        outlets="(?:新聞|ニュース|テレビ|オンライン|通信|放送|社|報|台)$",
        opening_datelines=r"^\s*[【\[［][^】\]］]{0,20}?(?P<wire>AGENCY)[^】\]］]{0,8}[】\]］]\s*[-－]?\s*",
        reporters="記者",
        captions="写真|資料",
    ),
)
