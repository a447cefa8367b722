"""Japanese."""

from monitor.languages.language import (
    CalendarWords,
    CreditPatterns,
    Language,
    NameVocabulary,
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
    negations=split_words("ない ません せず 否定 見送* 拒否"),
    possibilities=split_words("見通し 予定 検討 方針 可能性 恐れ おそれ"),
    further_steps=split_words("新 追加 又 再 別の 次の 新た*"),
    last_steps=split_words("終了 終息 中止 取りやめ 再開 解除 閉幕"),
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
    names=NameVocabulary(
        person_titles=split_words(
            """
            大統領 国家主席 主席 首相 総理 総統 総書記 官房長官 長官 外相 外務相 防衛相 財務相 経済産業相 経産相 大臣
            知事 市長 国王 教皇 総裁 代表 会長 社長 議員 選手 監督 容疑者 被告 氏 さん 報道官 国務長官
            """
        ),
        before_titles=split_words("前 元 新 副 現 次期"),
        not_names=split_words("同 両 各 現 当 某 国 省 府 県 同国"),
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
    happenings=split_table(
        """
        quake: 地震 余震 津波
        volcano: 噴火 火山
        storm: 台風 暴風 竜巻 ハリケーン サイクロン
        flood: 洪水 豪雨 大雨 土砂崩れ 冠水 浸水 氾濫
        cold: 大雪 寒波 吹雪
        heat: 猛暑 熱波 干ばつ
        wildfire: 山火事 山林火災
        fire: 火災 火事 炎上 全焼 出火
        blast: 爆発
        crash: 墜落 衝突 脱線 沈没 転覆 座礁 追突
        collapse: 崩落 倒壊 崩壊
        spill: 流出 漏れ 漏えい
        outbreak: 感染 流行 インフルエンザ 鳥インフル 豚熱 口蹄疫 エムポックス はしか 麻疹 コレラ エボラ デング コロナ
        shooting: 銃撃 発砲
        stabbing: 刺され 刺傷 刃物
        murder: 殺人 殺害
        bombing: テロ 自爆
        kidnap: 誘拐 人質 拉致
        robbery: 強盗 窃盗 盗難
        arrest: 逮捕 拘束
        indict: 起訴 送検
        trial: 裁判 公判 提訴 訴訟 初公判
        verdict: 判決 有罪 無罪 懲役 死刑 実刑
        fraud: 詐欺 汚職 贈賄 収賄 横領
        probe: 捜査 家宅捜索
        airstrike: 空爆 爆撃 砲撃 侵攻 攻撃
        missile: ミサイル 弾道
        nuclear: 核実験 核兵器
        drill: 演習 訓練
        incursion: 領空 領海侵入 接続水域 防空識別圏
        ceasefire: 停戦 休戦 和平
        spaceflight: ロケット 衛星 宇宙船 宇宙ステーション 宇宙飛行士 打ち上げ
        walkout: ストライキ スト入り スト突入 スト実施
        layoff: 人員削減 解雇 リストラ 早期退職
        protest: 抗議 デモ 暴動
        coup: クーデター 戒厳 弾劾 不信任
        resign: 辞任 辞意 更迭 解任
        appoint: 任命 就任 指名 起用 選出
        election: 選挙 投票 開票 投開票 総選挙
        law: 法案 可決 予算案
        summit: 会談 首脳 訪問 訪日 訪中 訪米 訪韓 サミット
        deal: 署名 合意 条約 協定 締結
        sanction: 制裁
        tariff: 関税
        exportban: 輸出規制 輸出管理 輸出
        takeover: 買収 合併 出資 子会社化
        earnings: 決算 純利益 営業利益 増益 減益
        bankrupt: 破産 倒産 民事再生
        markets: 株価 日経平均 株式 ビットコイン
        rates: 利上げ 利下げ 金利 日銀
        inflation: 物価 インフレ 失業率
        hack: サイバー ハッキング 不正アクセス 情報流出 情報漏えい 漏えい 流出 漏れ ランサム
        outage: 停電 障害
        recall: リコール 自主回収
        match: 優勝 決勝 五輪 リーグ 監督 選手権 試合
        culture: 映画 アルバム コンサート 俳優 歌手
        study: 研究チーム 発見
        """
    ),
)
