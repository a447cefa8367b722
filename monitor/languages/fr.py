"""French."""

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
    code="fr",
    name="French",
    is_detected=True,
    function_words=split_words(
        """
        le la les l un une des du de d au aux en dans sur sous par pour avec sans et ou mais si que qui quoi dont où
        comme ce cet cette ces il elle ils elles on nous vous est sont a ont plus
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            janvier/janv février/fevrier/févr/fevr/fév mars avril/avr mai juin juillet/juil août/aout septembre/sept
            octobre/oct novembre/nov décembre/decembre/déc
            """
        ),
        weekdays=split_forms("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        relative_days=(
            "aujourd'hui|demain|hier|après-demain|avant-hier|ce soir|cette semaine|la semaine prochaine|ce week-end"
            "|le week-end prochain"
        ),
        date_fillers=split_words("de er"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
            dix-huit dix-neuf
            """
        ),
        tens=split_forms(
            """
            vingt trente quarante cinquante soixante septante quatre-vingts/quatre-vingt/huitante/octante nonante
            """
        ),
        hundreds=split_forms("cent/-cents"),
        thousand=split_words("mille"),
        after_tens="[ -]et[ -](?=un|onze)|[ -]",
        has_twenties=True,
        collectives="(?:diz|douz|quinz|vingt|trent|quarant|cinquant|soixant|cent)aines?|milliers?|poignée",
        before_hundred="[ -]",
        after_hundred="[ -]",
        no_hundred_after=split_words("pour per"),
        ordinals=split_forms(
            """
            premier/première/premiers/premières deuxième/second/seconde troisième quatrième cinquième sixième septième
            huitième neuvième dixième onzième douzième
            """
        ),
        repeated=split_words("encore nouveau nouvel nouvelle autre"),
        counted=split_table(
            """
            dead: morts. mortes. 1_mort. 1_morte. mort_de. est_mort. est_morte. retrouvé_mort. retrouvée_morte. meurent.
            tués. tuées. tue. tuent. décès victime  injured: bless  missing: disparu  case: cas contamin infect malade
            evacuated: évacu déplac  arrested: arrêt interpell  survivor: survivant rescap  culled: abattu  missile:
            missile roquette  drone: drone  aircraft: avion hélico appareil  ship: navire bateau  flight: vol lancement
            mission tir  round: tour  test: essai test  summit: sommet rencontre  outbreak: foyer épidémie  game: match
            term: mandat  package: paquet train  storm: typhon ouragan cyclone tempête  satellite: satellite
            """
        ),
        ordinal_suffixes="er|e|ème",
        with_words=split_words("avec"),
        kinds_before={"age": r"\bâge de", "category": "catégorie"},
        kinds_after={
            "basis_points": "points? de base",
            "percent": "pour cent",
            "time": r"(?:an|année|semaine|jour|journée|heure|minute|seconde)s?\b|mois\b",
        },
        currencies={"usd": "dollar", "eur": r"euros?\b", "jpy": "yen", "cny": "yuan"},
        multipliers={"e9": "milliard", "e6": "million", "e3": r"mille\b"},
        prepositions="de",
    ),
    names=NameVocabulary(
        not_names=split_words(
            """
            président présidente ministre chancelier chancelière roi reine pape monsieur madame m mme typhon ouragan
            """
        ),
        directions=split_words("nord sud est ouest"),
    ),
    credits=CreditPatterns(
        offices=(
            r"police|gouvernement|ministère|ministre|autorités|armée|militaires|médias?|presse|sources?"
            r"|parquet|préfecture|pompiers|secours|état-major|porte-parole|rapport|agence|procureur"
            r"|témoins"
        ),
        says="selon|annonce(?:nt)?|affirme(?:nt)?|indique(?:nt)?|rapporte(?:nt)?|confirme(?:nt)?|déclare(?:nt)?",
        speaker_articles=split_words("la le les"),
        byline_openings="Par",
    ),
    places=PlacePatterns(
        before="près de|à|de|dans|vers|ville de|en",
        governs="dit|condamne|rejette|menace|accuse|exige|appelle|dément|refuse|avertit|dénonce|promet",
    ),
)
