"""Korean."""

from monitor.languages.language import (
    CalendarWords,
    CountPatterns,
    CreditPatterns,
    Language,
    NumberVocabulary,
    PlacePatterns,
    split_forms,
    split_table,
    split_words,
)

LANGUAGE = Language(
    code="ko",
    name="Korean",
    scripts=(
        "Hangul",
        "Han",
    ),
    particles=split_words(
        """
        이 가 은 는 을 를 의 에 에서 에게 에겐 에게서 께 께서 한테 와 과 랑 이랑 도 만 로 으로 로서 으로서 로써 으로써
        까지 부터 보다 처럼 마다 조차 마저 밖에 뿐 이나 나 이든 든 라도 이라도 라고 이라고 란 이란 라는 이라는 며 이며
        고 이고 다 이다 인 일 임 였다 이었다 였던 이었던 입니다 측 측은 측이 측에 에는 에도 에만 에서는 에서도 에서의
        에선 에게는 에게도 와의 과의 와는 과는 와도 과도 로는 으로는 로도 으로도 로의 으로의 로부터 으로부터 까지의
        까지는 부터는 만의 만을 만이 보다는 보다도 마저도 조차도 들 들이 들은 들을 들의 들에 들에게 들과 들도 들로
        """
    ),
    shortest_compound=4,
    calendar=CalendarWords(
        weekdays=split_forms("월요일 화요일 수요일 목요일 금요일 토요일 일요일"),
        relative_days=r"오늘|내일|모레|어제|그제|(?:이번|다음)\s?주(?![요자])|내주|금주",
        morning=split_words("오전 새벽 아침"),
        afternoon=split_words("오후 낮 저녁"),
        night=split_words("밤"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두 열세 열네 열다섯 열여섯 열일곱 열여덟 열아홉
            """
        ),
        tens=split_forms("스물/스무 서른 마흔 쉰 예순 일흔 여든 아흔"),
        after_tens="",
        counted=split_table(
            """
            dead: 사망 숨졌 숨져 숨진 숨지  injured: 부상 다쳤 다쳐  missing: 실종  case: 확진 감염 환자 사례
            evacuated: 대피 이재민  arrested: 체포 검거 구속  survivor: 구조 생존  culled: 살처분  missile: 발 발사체
            미사일  drone: 드론 무인기  aircraft: 군용기 전투기 항공기  ship: 척 함정  flight: 발사 비행  round: 라운드
            결선 투표  test: 시험 실험  summit: 회담  outbreak: 발병  game: 경기  term: 임기  storm: 태풍
            satellite: 위성
            """
        ),
        counters="명|마리|건|곳|척|대|발|차례",
        repeated_pattern="(?<![가-힣])(?:또|또다시|다시|재차|재발사|추가로)(?![가-힣])",
        ordinal_suffixes="번째|차(?![량례관])",
        kinds_before={"magnitude": "규모", "intensity": "진도", "category": "등급"},
        kinds_after={
            "percent": "퍼센트",
            "age": r"세\b|세[ ·,의가]|대(?:\s?[남여]|가|의|는)",
            "time": "[년월일시분초주]|개월",
        },
        currencies={
            "usd": "달러",
            "eur": "유로",
            "gbp": "파운드",
            "krw": "원(?![가-힣]{2})",
            "jpy": r"엔\b",
            "cny": "위안",
            "rub": "루블",
        },
    ),
    counts=CountPatterns(
        patterns={
            "dead": (
                r"NUMBER\s*여?\s*명\s*(?:이상이|이상|이|의)?\s*(?:사망|숨[져졌지진])",
                r"사망자?\s*NUMBER\s*여?\s*명",
            ),
            "injured": (
                r"NUMBER\s*여?\s*명\s*(?:이상이|이상|이)?\s*(?:부상|다[쳐쳤친치])",
                r"부상자?\s*NUMBER\s*여?\s*명",
            ),
            "missiles": (r"NUMBER\s*여?\s*발(?:[을이의]|(?![가-힣]))",),
            "aircraft": (r"(?:군용기|전투기|항공기|무인기)\s*NUMBER\s*여?\s*대",),
            "ships": (r"NUMBER\s*여?\s*척",),
        },
    ),
    credits=CreditPatterns(
        offices=(
            r"합참|참모본부|정부|[가-힣][가-힣](?<![동서남북중간])부|[가-힣][가-힣]청|(?:방위|[가-힣]무)성|[육해공국미일]군|軍|당국|경찰|소방|검찰|해경|법원"
            r"|국정원|관계자|소식통|외신|언론|매체|대변인"
        ),
        marks={
            "withdrawn": r"전문\s?취소|기사\s?취소",
            "corrected": "정정|수정|고침|바로잡습니다",
            "numbered": r"[2-9]\s?보|종합\s?\d*\s?보?|상보",
            "flash": r"속보|긴급|1\s?보",
        },
        bare_marks="속보|긴급|단독",
        item_labels=r"단독|영상|포토|사진|그래픽|인터뷰|현장\w*|자막\s?뉴스|이슈\w*|뉴스\w*",
        outlets=(
            r"(?:신문|일보|뉴스|방송|경제|타임스|저널|통신|미디어|투데이|데일리|연합|한겨레|노컷|중앙|프레시안)\w*$"
        ),
        datelines=(
            r"[(\[【（［]\s*(?:[가-힣·\s]{1,12}=\s*)(?P<wire>[^\]\[)(】]{1,14}?)[)\]】）］]\s*"
            r"(?:[가-힣·,\s]{2,40}?\s?=\s+)?"
        ),
        reporters="기자|특파원|통신원|디지털팀|앵커|리포트",
        bylines=(
            r"\[(?:앵커|리포트|LEAD|뉴스\w*|the300|\w{2,8}(?:뉴스|일보|경제|신문|TV))\]"
            r"|[가-힣]{2,4}(?:·[가-힣]{2,4})*\s(?:기자|특파원)(?=\s*[=|])\s*[=|]?"
        ),
        captions=r"자료사진|재배포|무단\s?전재|DB 금지|게티이미지|사진\s?[=제]|제공",
        caption_openings="사진",
    ),
    places=PlacePatterns(
        after=(
            "시|군|구|도|항|역|섬|에서|서|에|시장|시청|군수|경찰|소방|해경|지검|지법|지역|공항|앞바다|북쪽|남쪽"
            "|동쪽|서쪽"
        ),
        endings="시군구도주현성항역만섬발산행형전인어계측해서체민식제왕강",
        heads=(
            "인들|시장|시청|시의회|시민|시당|시내|도지사|도청|도민|도당|군수|구청|지사|지역|지방|지검|지법|경찰"
            "|공항|대교|에서|정부|대통령|총리|외무|외교|국방|당국|대사|국적|남부|북부|동부|서부|중부|앞바다|인근"
            "|근처|일대|도심|출신|주재|소방|해경|세관|시립|대학|국립|노동|민족|법원|교도소|병원|공장|사업장"
            "|물류센터|발전소|원전|캠퍼스|본사|고속도로|항만|산업|공단|시교육|교육청|도교육|본부|고법|신항|북항"
            "|해역"
        ),
        offices=(
            "국방|외교|외무|외상|대통령|총리|정부|의회|상원|하원|연준|재무|국무|백악관|법무|언론|매체|해군|공군"
            "|육군|군|당국|법원|대법|증시|경찰|상무|관세|특사|정상|탄도|미사일|핵|도발|발사|동해|서해|노동신문|주민"
            "|병사|해킹|무인기|군인|총격|항모|전문가|연방|민주당|공화당|대선|협상|제재|압박|자위대"
        ),
    ),
)
