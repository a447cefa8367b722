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
    negations=split_words("pas ne aucun* jamais"),
    possibilities=split_words("pourrait pourraient devrait devraient"),
    further_steps=split_words("nouv* supplementair*"),
    last_steps=split_words("fin termine* levee annule* suspend* reprend*"),
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
        person_titles=split_words(
            """
            président présidente ministre chancelier chancelière roi reine pape monsieur madame m mme
            """
        ),
        not_names=split_words("typhon ouragan"),
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
    happenings=split_table(
        """
        quake: séisme tremblement_de_terre tsunami
        volcano: volcan éruption
        storm: tempête typhon ouragan cyclone tornade
        flood: inondation crue. crues. glissement_de_terrain pluies_torrentielles
        cold: neige vague_de_froid
        heat: canicule sécheresse
        wildfire: feu_de_forêt feux_de_forêt incendies_de_forêt
        fire: incendie
        blast: explosion explos
        crash: crash crash. s'écras écrase. déraill collision naufrage chavir accident
        collapse: effondr
        spill: fuite. marée_noire
        outbreak: épidémie pandémie virus infection grippe rougeole choléra mpox ebola dengue covid coronavirus peste
        shooting: fusillade tireur coups_de_feu
        stabbing: couteau poignard
        murder: meurtre homicide assassin
        bombing: attentat terror
        kidnap: enlèv otage
        robbery: braquage vol. cambriol
        arrest: arrêté. arrêtée arrestation interpell
        indict: mis_en_examen inculp
        trial: procès tribunal plainte
        verdict: condamn acquitt verdict coupable prison.
        fraud: fraude corruption escroq
        probe: enquête perquisition
        airstrike: frappe. frappes. bombard attaque invasion offensive
        missile: missile missiles balistique
        nuclear: essai_nucléaire arme_nucléaire armes_nucléaires
        drill: exercices_militaires manœuvres manoeuvres
        incursion: espace_aérien
        ceasefire: cessez-le-feu trêve
        spaceflight: fusée satellite vaisseau_spatial astronaute orbite
        walkout: grève débrayage
        layoff: licenci suppression_de_postes suppressions_de_postes
        protest: manifest protest émeute
        coup: coup_d'état loi_martiale destitution motion_de_censure
        resign: démission limog
        appoint: nommé. nomme. nomination investi
        election: élection scrutin référendum second_tour
        law: projet_de_loi adopte budget
        summit: sommet rencontre visite entretien pourparlers
        deal: accord. accords. signe. traité
        sanction: sanction embargo
        tariff: droits_de_douane tarif
        exportban: export
        takeover: rachat rachète fusion acqui
        earnings: bénéfice résultats_trimestriels chiffre_d'affaires
        bankrupt: faillite redressement_judiciaire
        markets: bourse actions. cac_40 bitcoin
        rates: taux_directeur taux_d'intérêt
        inflation: inflation pib. chômage
        hack: piratage cyberattaque fuite_de_données fuite. rançongiciel
        outage: panne coupure
        recall: rappel. rappelle
        match: finale coupe championnat ligue. but. entraîneur match
        culture: film. album concert acteur actrice chanteu
        study: étude. chercheurs scientifiques
        """
    ),
)
