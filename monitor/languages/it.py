"""Italian."""

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
    code="it",
    name="Italian",
    is_detected=True,
    function_words=split_words(
        """
        il lo gli i uno della dello dei degli delle nel nella sul sulla dal dalla con per tra fra e ed o ma se che chi è
        sono ha hanno non più
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago settembre/set
            ottobre/ott novembre/nov dicembre/dic
            """
        ),
        weekdays=split_forms("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        relative_days=(
            "oggi|domani|ieri|dopodomani|stasera|questa settimana|la (?:prossima settimana|settimana prossima)"
        ),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            uno/un/una due tre/tré quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici
            sedici diciassette diciotto diciannove
            """
        ),
        tens=split_forms(
            """
            venti/vent- trenta/trent- quaranta/quarant- cinquanta/cinquant- sessanta/sessant- settanta/settant-
            ottanta/ottant- novanta/novant-
            """
        ),
        hundreds=split_forms("cento"),
        thousand=split_words("mille -mila"),
        after_tens="",
        collectives=("(?:dec|dozz|quindic|vent|trent|quarant|cinquant)in[ae]|centinai[oa]|migliai[oa]|paio|manciata"),
        before_hundred="",
        after_hundred="",
        no_hundred_after=split_words("per"),
        ordinals=split_forms(
            """
            primo/prima secondo/seconda terzo/terza quarto/quarta quinto/quinta sesto/sesta settimo/settima
            ottavo/ottava nono/nona decimo/decima undicesimo dodicesimo
            """
        ),
        repeated=split_words("ancora nuovamente nuovo nuova altro altra"),
        counted=split_table(
            """
            dead: morto. morta. morti. 1_morte. morte_di. sono_morte. donne_morte. persone_morte. muore_1. muoiono.
            vittim uccis decess  injured: ferit  missing: dispers scompars  case: caso casi contag infett infez
            evacuated: evacuat sfollat  arrested: arrestat fermat  survivor: superstit sopravviss  culled: abbattut
            missile: missil razzo. razzi.  drone: dron  aircraft: aere elicotter  ship: nave navi barca. barche. barcon
            flight: volo voli lanci mission  round: turno round ballottagg  test: prov test  summit: vertic incontr
            outbreak: focola  game: partit  term: mandat  package: pacchett  storm: tifon uragan ciclon tempest
            satellite: satellit
            """
        ),
        ordinal_suffixes="º|ª|°",
        with_words=split_words("con"),
        kinds_before={"age": r"\betà di", "category": "categoria"},
        kinds_after={
            "percent": "per cento",
            "time": r"(?:anno|anni|mes[ei]|giorn[oi]|giornat[ae]|settiman[ae]|or[ae]|minut[oi]|second[oi])\b",
        },
        currencies={"eur": r"euros?\b", "jpy": "yen", "cny": "yuan"},
        multipliers={"e9": r"miliard|mld\b", "e6": "milion|mln", "e3": r"mila\b|mille\b"},
        prepositions="di",
    ),
    names=NameVocabulary(
        not_names=split_words("presidente ministro ministra papa premier tifone uragano"),
        directions=split_words("nord sud est ovest"),
    ),
    credits=CreditPatterns(
        offices=(
            r"polizia|governo|ministero|ministr[oa]|autorità|esercito|militari|media|stampa|fonti?|procura"
            r"|pompieri|vigili\sdel\sfuoco|portavoce|rapporto|agenzia|testimoni"
        ),
        says="secondo|dice|dicono|afferma(?:no)?|annuncia(?:no)?|conferma(?:no)?|riferisce|riferiscono",
        speaker_articles=split_words("il lo la i gli le"),
    ),
    places=PlacePatterns(
        before="vicino a|a|da|nel|nella|città di",
    ),
)
