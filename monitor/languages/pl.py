"""Polish."""

from monitor.languages.language import (
    CalendarWords,
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
    code="pl",
    name="Polish",
    is_detected=True,
    function_words=split_words(
        """
        w we z ze na do od po za przed pod nad przy dla bez o u i a oraz ale lub czy że jak co kto gdy jest są był była
        było nie to ten ta te się po już
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            styczeń/stycznia/sty luty/lutego/lut marzec/marca/mar kwiecień/kwietnia/kwi maj/maja czerwiec/czerwca/cze
            lipiec/lipca/lip sierpień/sierpnia/sie wrzesień/września/wrz październik/października/paź
            listopad/listopada/lis grudzień/grudnia/gru
            """
        ),
        weekdays=split_forms(
            """
            poniedziałek/poniedziałku wtorek/wtorku środa/środę/środy czwartek/czwartku piątek/piątku
            sobota/sobotę/soboty niedziela/niedzielę/niedzieli
            """
        ),
        relative_days=("dziś|dzisiaj|jutro|wczoraj|pojutrze|przedwczoraj|w (?:tym|przyszłym) tygodniu|w weekend"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            jeden/jedna/jedną/jednego dwa/dwie/dwóch/dwoje/dwaj trzy/trzech/troje cztery/czterech/czworo
            pięć/pięciu/pięcioro sześć/sześciu siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu dziesięć/dziesięciu
            jedenaście/jedenastu dwanaście/dwunastu trzynaście/trzynastu czternaście/czternastu piętnaście/piętnastu
            szesnaście/szesnastu siedemnaście/siedemnastu osiemnaście/osiemnastu dziewiętnaście/dziewiętnastu
            """
        ),
        tens=split_forms(
            """
            dwadzieścia/dwudziestu trzydzieści/trzydziestu czterdzieści/czterdziestu pięćdziesiąt/pięćdziesięciu
            sześćdziesiąt/sześćdziesięciu siedemdziesiąt/siedemdziesięciu osiemdziesiąt/osiemdziesięciu
            dziewięćdziesiąt/dziewięćdziesięciu
            """
        ),
        hundreds=split_forms(
            """
            sto/stu dwieście/dwustu trzysta/trzystu czterysta/czterystu pięćset/pięciuset sześćset/sześciuset
            siedemset/siedmiuset osiemset/ośmiuset dziewięćset/dziewięciuset
            """
        ),
        thousand=split_words("tysiąc -tysiące -tysięcy"),
        collectives="tuziny?",
        ordinals=split_forms(
            """
            pierwszy/pierwsza/pierwsze/pierwszego/pierwszej/pierwszym/pierwszą
            drugi/druga/drugie/drugiego/drugiej/drugim/drugą trzeci/trzecia/trzecie/trzeciego/trzeciej/trzecim/trzecią
            czwarty/czwarta/czwarte/czwartego/czwartej piąty/piąta/piąte/piątego/piątej szósty/szósta/szóste/szóstego
            siódmy/siódma/siódme/siódmego ósmy/ósma/ósme/ósmego dziewiąty/dziewiąta/dziewiątego
            dziesiąty/dziesiąta/dziesiątego jedenasty/jedenasta dwunasty/dwunasta
            """
        ),
        repeated=split_words("ponownie znów znowu kolejny kolejna kolejne kolejną kolejnego"),
        counted=split_table(
            """
            dead: zgin ginie. zabit zabij zabił śmierteln nie_żyje. nie_żyją. ofiar zmarł ciał  injured: rann rany
            obraże poszkodowan  missing: zagin  case: przypad zakaż zachorow chor  evacuated: ewaku  arrested: zatrzym
            areszt  survivor: ocal urat przeży  culled: wybit utyliz zutyliz  missile: rakiet pocisk  drone: dron
            aircraft: samolot śmigłow  ship: statk okręt  flight: lot start misj  round: tur rund  test: prób test
            summit: szczyt spotka  outbreak: ognisk  game: mecz  term: kadencj  package: pakiet  storm: tajfun huragan
            cyklon burz  satellite: satelit
            """
        ),
        has_pointed_ordinals=True,
        with_words=split_words("z ze"),
        kinds_before={"age": r"\bwieku", "magnitude": r"\bo sile", "category": "kategori[ei]"},
        kinds_after={
            "basis_points": "punkty? bazow",
            "percent": r"procent|proc\b",
            "age": "latk|latek|letni",
            "time": r"lat(?:a|ach|ami)?\b|rok(?:u|iem)?\b|miesi[ąę]c|tygod|dni(?:a|ach|ami|om|ow\w*)?\b|godz"
            r"|minut[ayę]?\b|sekund",
        },
        currencies={"usd": "dolar", "eur": r"euros?\b", "cny": "yuan", "pln": r"zł\b|złot(?:y|e|ych|ego)\b"},
        multipliers={"e12": r"bilion\b", "e9": r"miliard|mld\b", "e6": "milion|mln", "e3": "tys"},
    ),
    names=NameVocabulary(
        not_names=split_words(
            """
            prezydent premier minister kanclerz król papież marszałek wojewoda burmistrz tajfun huragan
            """
        ),
        directions=split_words("północ południe wschód zachód"),
        endings="owi|iem|em|ego|emu|ami|im|ym",
    ),
    credits=CreditPatterns(
        offices=(
            r"policja|rząd|ministerstwo(?:\s\w+)?|minister|msz|mon|władze|armia|wojsko|media|źródł[ao]"
            r"|prokuratura|straż(?:\s\w+)?|rzecznik|agencja|sztab(?:\sgeneralny)?|świadkowie"
        ),
        says="podał[ay]?|podają|informuj[eą]|poinformował[ay]?|potwierdził[ay]?|potwierdza(?:ją)?|przekazał[ay]?|według",
    ),
    places=PlacePatterns(
        before="w|we|pod|koło|z|do",
        governs="mówi|odrzuca|potępia|ostrzega|grozi|oskarża|żąda|wzywa|zaprzecza|odmawia",
    ),
)
