"""German."""

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
    code="de",
    name="German",
    is_detected=True,
    function_words=split_words(
        """
        der die das ein eine einen einem einer des dem den im in am an auf aus bei mit nach von vom zu zum zur über
        unter vor für gegen ohne um und oder aber wenn als wie was wer wo warum weil dass es er sie wir ihr ist sind war
        wird werden hat haben nicht auch noch nur
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            januar/jänner/jän/jan februar/feb märz/mär/mrz april/apr mai juni juli august/aug september/sept/sep
            oktober/okt november/nov dezember/dez
            """
        ),
        weekdays=split_forms("montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag"),
        relative_days=(
            "heute|(?<!am )(?<!guten )morgen|gestern|übermorgen|vorgestern"
            "|(?:diese[rn]?|nächste[rn]?|kommende[rn]?) (?:woche|wochenende)|am wochenende"
        ),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            eins/ein/eine/einen/einem/einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn
            fünfzehn sechzehn siebzehn achtzehn neunzehn
            """
        ),
        tens=split_forms("zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig"),
        hundreds=split_forms("hundert"),
        thousand=split_words("tausend"),
        units_before_tens="und",
        before_hundred="",
        after_hundred="(?:und)?",
        collectives="dutzend|paar|handvoll",
        no_hundred_after=split_words("mehrere mehreren einige einigen paar viele vielen wenige wenigen"),
        ordinals=split_forms(
            """
            erste/ersten/erster/erstes/erstem zweite/zweiten/zweiter/zweites dritte/dritten/dritter/drittes
            vierte/vierten/vierter/viertes fünfte/fünften/fünfter/fünftes sechste/sechsten/sechster
            siebte/siebten/siebter achte/achten/achter neunte/neunten/neunter zehnte/zehnten/zehnter elfte/elften
            zwölfte/zwölften
            """
        ),
        repeated=split_words("erneut wieder abermals weiterer weitere weiteres weiteren"),
        counted=split_table(
            """
            dead: tote. toten. toter. getötet starb. starben. sterben. gestorben ums_leben. todesopfer todesfall
            todesfäll leiche  injured: verletz verwund  missing: vermisst  case: fall falle falls infekt infiziert
            erkrank  evacuated: evaku  arrested: festgenomm verhaft  survivor: gerettet überleb  culled: gekeult
            geschlachtet  missile: rakete geschoss. geschosse.  drone: drohne  aircraft: flugzeug jet kampfjet
            kampfflugzeug hubschrauber  ship: schiff boot  flight: flug start mission testflug  round: runde wahlgang
            stichwahl  test: test  summit: gipfel treffen  outbreak: ausbruch  game: spiel  term: amtszeit  package:
            paket  storm: taifun hurrikan sturm  satellite: satellit
            """
        ),
        has_pointed_ordinals=True,
        with_words=split_words("mit"),
        kinds_before={
            "age": r"\balter von|\bst[ai]rbt? mit|\b(?:ge|ver)storben mit",
            "magnitude": "stärke",
            "category": "kategori[ei]",
        },
        kinds_after={
            "basis_points": "basispunkt",
            "percent": "prozent",
            "age": r"jährig|(?:(?<=mit \d\d )|(?<=mit \d\d\d ))(?:(?:ge|ver)storben|st[ai]rbt?)\b",
            "time": r"jahr(?:e[ns]?|zehnt\w*|hundert\w*)?\b|monat(?:en?|s)?\b|wochen?(?:ende\w*)?\b|tage?n?\b"
            r"|(?:stunde|minute|sekunde)n?\b|(?:monat|wöch|täg|stünd|minüt)ig\w*|uhr\b",
        },
        currencies={"usd": "dollar", "eur": r"euros?\b", "jpy": "yen", "cny": "yuan"},
        multipliers={"e9": "milliard", "e6": r"million|mio\b", "e3": "tausend"},
        prepositions="von|rund",
    ),
    names=NameVocabulary(
        not_names=split_words(
            """
            präsident präsidentin bundeskanzler bundeskanzlerin kanzler kanzlerin außenminister außenministerin minister
            ministerin ministerpräsident verteidigungsminister innenminister finanzminister premierminister könig papst
            herr frau taifun hurrikan sturm
            """
        ),
        directions=split_words("norden süden osten westen nord"),
        capitalizes_nouns=True,
    ),
    credits=CreditPatterns(
        offices=(
            r"polizei|regierung|\w*minister(?:ium|in)?|behörden?|militär|armee|generalstab|\w*medien"
            r"|\w*bericht|feuerwehr|staatsanwaltschaft|\w*sprecher(?:in)?|geheimdienst|küstenwache|agentur"
            r"|zeugen"
        ),
        says="sagt|sagen|meldet|melden|berichtet|berichten|bestätigt|bestätigen|erklärt|erklären|laut",
        speaker_articles=split_words("die der das"),
        byline_openings="Von",
    ),
    places=PlacePatterns(
        before="bei|nahe|aus|nach|Stadt",
        governs=(
            "warnt|fordert|droht|verurteilt|kritisiert|weist|lehnt|begrüßt|bestreitet|dementiert|beschuldigt|verspricht"
        ),
    ),
)
