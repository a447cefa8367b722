"""English."""

from monitor.languages.language import (
    CalendarWords,
    CountPatterns,
    CreditPatterns,
    Language,
    NameVocabulary,
    NumberVocabulary,
    PlacePatterns,
    split_forms,
    split_table,
    split_words,
)

LANGUAGE = Language(
    code="en",
    name="English",
    is_detected=True,
    function_words=split_words(
        """
        a an the this that these those some any no all both each every in on at by to of for from with without as into
        over under after before during since until about against between among through amid near off out up down and or
        but if when while where why how what who which whose because although though than then so yet not it its he his
        she her they their we our you your i my is are was were be been has have had do does did will would can could
        should may might must there here also more most many much few first last next
        """
    ),
    abbreviations=split_words(
        """
        mr mrs ms dr gen lt col maj adm capt cpl sgt sen rep gov prof st no vs etc inc ltd corp jan feb mar apr jun jul
        aug sep sept oct nov dec
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct
            november/nov december/dec
            """
        ),
        weekdays=split_forms("monday/mon tuesday/tue wednesday/wed thursday/thu friday/fri saturday/sat sunday/sun"),
        relative_days="today|tonight|tomorrow|yesterday|(?:this|next) week(?:end)?",
        date_fillers=split_words("of the th st nd rd"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
            eighteen nineteen
            """
        ),
        tens=split_forms("twenty thirty forty fifty sixty seventy eighty ninety"),
        hundreds=split_forms("-hundred"),
        thousand=split_words("-thousand"),
        after_tens="[ -]",
        before_hundred="[ -]",
        after_hundred=" (?:and )?",
        hundred_article="a",
        collectives="dozen",
        ordinals=split_forms("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
        repeated=split_words("again another anew"),
        counted=split_table(
            """
            dead: kill dead died death die dies bodie fatalit  injured: injur wound hurt  missing: missing unaccounted
            case: case infection infected patient  evacuated: evacuat displaced fled  arrested: arrest detain custody
            survivor: survivor rescued  culled: cull slaughter  missile: missile rocket projectile icbm  drone: drone
            uav  aircraft: aircraft plane jet warplane sortie  ship: ship vessel warship boat  flight: flight launch
            mission  round: round runoff  test: test  summit: summit talk meeting  outbreak: outbreak  game: game match
            term: term mandate  package: package  storm: typhoon hurricane cyclone storm  satellite: satellite
            """
        ),
        ordinal_suffixes="st|nd|rd|th",
        with_words=split_words("with"),
        kinds_before={"magnitude": r"magnitu\w*|\bmag\.?", "category": "category"},
        kinds_after={
            "basis_points": r"basis points?|bps?\b",
            "percent": r"percent\b|per cent\b",
            "age": "year-old|years? old",
            "magnitude": "magnitu",
            "time": r"(?:year|month|week|weekend|weekday|day|hour|minute|second|hr|min)s?(?:long)?\b"
            r"|[ap]\.?m\b|o'clock",
        },
        currencies={
            "usd": "dollar",
            "eur": r"euros?\b",
            "gbp": "pound",
            "krw": r"won\b",
            "jpy": "yen",
            "cny": "yuan",
            "rub": "rouble|ruble",
            "uah": "hryvn",
        },
        multipliers={"e12": "trillion", "e9": r"billion|bn\b", "e6": "million|mln", "e3": "thousand"},
        prepositions="of|about|around",
    ),
    counts=CountPatterns(
        dozens="dozens",
        gap=r"(?:[\s-]+WORD(?:u\.s\.|type \d+|[a-z]+(?:-[a-z\d]+)*)){0,3}?[\s-]+",
        about=r"(?:\s+(?:at least|about|some|nearly|more than|over))?\s+",
        patterns={
            "dead": (
                r"COUNTGAP(?:killed|dead|died|deaths)\b",
                r"\bkill(?:s|ed|ing)ABOUTCOUNT",
                r"\bdeath toll:?(?:\s+[a-z]+){0,3}?\s+COUNT",
                r"\bdeath toll(?:\s+[a-z]+){0,6}?\s+(?:to|at|hits|reaches|passes|tops|exceeds)\s+COUNT",
            ),
            "injured": (
                r"COUNTGAP(?:injured|wounded|hurt|injuries)\b",
                r"\b(?:injur|wound)(?:es|s|ed|ing)ABOUTCOUNT",
            ),
            "missiles": (r"COUNTGAP(?:missiles?|rockets?|projectiles?|icbms?)\b",),
            "aircraft": (r"COUNTGAP(?:aircraft|planes|jets|warplanes|sorties|drones)\b",),
            "ships": (r"COUNTGAP(?:ships|vessels|warships|boats)\b",),
        },
        other_units=("years?|hours?|days?|weeks?|months?|minutes?|[ap]m|million|billion|thousand|hundred|percent|of"),
        corrections="not|instead of|rather than",
        name_words=(
            "type|no|number|flight|article|boeing|airbus|war|page|part|route|day|phase|channel|under|unit|mark|aged?"
        ),
    ),
    names=NameVocabulary(
        not_names=split_words(
            """
            president vice prime minister premier chancellor king queen prince princess pope emperor senator governor
            mayor secretary general chief director chairman chairwoman chair leader spokesman spokeswoman ambassador
            envoy foreign defense defence interior finance justice health attorney judge sir lord lady mr mrs ms dr prof
            professor captain colonel admiral commander sergeant officer deputy acting former ex late new sen rep gov
            sgt lt gen col ceo cfo congressman congresswoman representative speaker supreme party state typhoon
            hurricane cyclone storm tropical category magnitude mount lake cape
            """
        ),
        directions=split_words("north south east west northern southern eastern western"),
    ),
    credits=CreditPatterns(
        offices=(
            r"police|gov(?:'|’|ernmen)t|govt|ministry|ministries|ministers?|officials?|military|army|navy"
            r"|air\sforce|coast\s?guard|authorities|media|reports?|sources?|agency|mayor|governor"
            r"|spokes\w+|medics|rescuers|firefighters|fire\sservice|prosecutors?|watchdog|monitors?"
            r"|chiefs\sof\sstaff|joint\schiefs|embassy|witnesses"
        ),
        says=r"according\ to",
        says_on_either_side="says?|said|reports?|reported|announces?|announced|confirms?|confirmed",
        speaker_articles=split_words("the"),
        marks={
            "withdrawn": "withdrawn|retract(?:ed|ion)|(?:mandatory |bulletin )kill|story killed",
            "corrected": "correct(?:ed|ion|s)?|refiled?",
            "numbered": (
                r"(?:\d+(?:st|nd|rd|th|\.)?\s+)?(?:lead|ld|update|wrapup|recap|roundup)(?:-writethru)?(?:[ -]?\d+)?"
                r"|updated"
            ),
            "flash": r"flash|urgent|breaking(?: news)?|news\s?alert|just in",
        },
        item_labels="exclusive|watch|video|photos?|live|in pictures|news today",
        outlets=(
            r"\b(?:news|times|post|herald|daily|journal|tribune|guardian|telegraph|observer|gazette|chronicle|today"
            "|radio|tv|press|weekly|magazine|review|independent|mirror|sun|express|standard|globe|star|mail|monitor"
            r"|digest|wire|online|network|agency|fortune|time|economist|diplomat)\b"
        ),
        datelines=r"(?i)\((?P<wire>AGENCY)\)\s*(?:--|—|–|-|:)\s*",
        byline_openings="By",
        captions="Redistribution|FILE PHOTO",
        caption_openings="FILE PHOTO|FILE|Photo",
    ),
    places=PlacePatterns(
        before=(
            "in|near|off|outside|around|across|from|to|at|of|toward|towards|over|city of|town of|port of"
            "|province of|state of|county of"
        ),
        after=(
            "city|town|province|state|county|district|region|prefecture|airport|port|harbou?r|island|bay|beach"
            "|valley|suburb|area|metro|police|mayor|residents?|hospital|court|zoo|officials"
        ),
        governs=(
            "says|rejects|vows|urges|warns|condemns|denies|accuses|demands|threatens|insists|summons|calls for"
            "|calls on|agrees|refuses|slams|blames|pledges|recogni[sz]es|retaliates|imposes|expels|backs|seeks"
            "|wants|considers"
        ),
    ),
)
