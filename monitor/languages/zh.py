"""Chinese."""

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
    code="zh",
    name="Chinese",
    scripts=("Han",),
    is_spaced=False,
    calendar=CalendarWords(
        weekdays=split_forms(
            """
            周一/星期一/週一/礼拜一 周二/星期二/週二/礼拜二 周三/星期三/週三/礼拜三 周四/星期四/週四/礼拜四
            周五/星期五/週五/礼拜五 周六/星期六/週六/礼拜六 周日/星期日/周天/星期天/週日/礼拜日
            """
        ),
        relative_days=(
            "(?:今|明|昨)(?:天|日|晚)(?!头条|頭條)|[后後前]天|[本这這下]周|[本这這下]週|[本这這下]个?星期|周末|週末"
        ),
        morning=split_words("上午 午前 早上 凌晨 清晨"),
        afternoon=split_words("下午 午后 中午 傍晚"),
        night=split_words("晚上 晩上"),
        eras={"民國": 1911, "民国": 1911},
        time_zones={"cst": 8},
    ),
    numbers=NumberVocabulary(
        counted=split_table(
            """
            dead: 死亡 遇难 丧生 罹难 死者 身亡 死 亡  injured: 受伤 伤  missing: 失踪 失联 不明  case: 病例 确诊 感染
            患者 例  evacuated: 撤离 转移 疏散  arrested: 被捕 拘留 抓获  survivor: 获救 幸存 生存  culled: 扑杀 杀处分
            missile: 枚 导弹 飞弹  drone: 无人机  aircraft: 架次 架 军机  ship: 艘 只  flight: 发射 飞行 试飞  round: 轮
            test: 试验  summit: 会谈 峰会  outbreak: 疫情  game: 比赛  term: 任期  storm: 台风  satellite: 卫星
            """
        ),
        counters="[人名例号號次枚架艘隻级級回个個轮輪死伤傷]",
        repeated_pattern="再(?![见見生保造循])|又(?=[一-鿿])",
        ordinal_suffixes="次(?!世)|届|屆|轮|輪",
        kinds_before={"magnitude": r"震级|震級|[规規]模[为為达達約约]?(?=\s?\d[.,]\d)", "intensity": "震度"},
        kinds_after={
            "basis_points": "个基点|個基點",
            "age": "岁|歲",
            "magnitude": r"(?<=[.,]\d)[级級](?![别別])|[级級](?=[^\d,，。]{0,4}震)",
            "time": "年|月|日|[时時点點]|分|秒|個月|个月|周|週|天",
        },
        currencies={"usd": "美元", "eur": "欧元", "gbp": "英镑", "krw": "韩元|韓元", "jpy": "日元", "cny": "元|人民币"},
    ),
    credits=CreditPatterns(
        offices=(
            r"[^\W\d东西南北東]部|[军軍]|[军軍警官]方|[美外日韩韓俄英港台]媒|媒[体體]|通讯社|通訊社|朝中社|[气氣]象[台局]|[当當]局|政府|警察|[总總][统統]府"
            r"|[参參]谋本部|[参參]謀本部|[联聯][参參]|[官][员員]|[发發]言人"
        ),
        marks={
            "withdrawn": "撤稿|撤销|撤銷",
            "corrected": "更正|勘误",
            "numbered": "續報|续报|第[2-9二三四五]報|更新|滚动",
            "flash": "快讯|快訊|突发|突發|号外|號外|緊急|紧急",
        },
        bare_marks="快讯|快訊",
        item_labels="独自|独家|獨家|视频|視頻|图",
        outlets="(?:新闻|新聞|日报|日報|晚报|晚報|时报|時報|网|網|社|报|報|卫视|衛視|电视|電視|台)$",
        opening_datelines=(
            r"^\s*[（(【]?\s*(?P<wire>AGENCY|人民网|央视网|环球网|海外网)(?:记者"
            r"|記者)?[^。，,（(]{0,20}?\d{0,2}[日]?(?:综合)?[电電讯訊]\s*[）)】]?\s*(?:[（(](?:记者"
            r"|記者)[^）)]{0,30}[）)])?\s*"
        ),
        reporters="记者|記者",
        captions="资料图",
    ),
)
