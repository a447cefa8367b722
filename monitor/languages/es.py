"""Spanish."""

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
    code="es",
    name="Spanish",
    is_detected=True,
    function_words=split_words(
        """
        el los las uno una unos unas del al con sin por para desde hasta entre y o pero si que quien cuando como donde
        es son ha han se su sus este esta estos estas no más
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago septiembre/setiembre/sept
            octubre/oct noviembre/nov diciembre/dic
            """
        ),
        weekdays=split_forms("lunes martes miércoles jueves viernes sábado domingo"),
        relative_days=(
            "hoy|(?<!la )mañana|ayer|anoche|esta noche|esta semana|la próxima semana|la semana que viene"
            "|este fin de semana"
        ),
        date_fillers=split_words("de del"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
            diecisiete dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro
            veinticinco veintiséis veintisiete veintiocho veintinueve
            """
        ),
        tens=split_forms("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
        hundreds=split_forms(
            """
            cien/ciento- doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas
            seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas
            """
        ),
        thousand=split_words("mil"),
        after_tens=" y ",
        collectives="(?:dec|doc|quinc|veint|treint|cuarent|cincuent)enas?|centenar(?:es)?|millar(?:es)?|par|puñado",
        no_hundred_after=split_words("por varios varias"),
        ordinals=split_forms(
            """
            primero/primer/primera segundo/segunda tercero/tercer/tercera cuarto/cuarta quinto/quinta sexto/sexta
            séptimo/séptima octavo/octava noveno/novena décimo/décima undécimo duodécimo
            """
        ),
        repeated=split_words("nuevamente nuevo nueva otro otra"),
        counted=split_table(
            """
            dead: muerto. muertos. muerta. muertas. muertes. muerte_de. muere_1. mueren. fallecen. fallecid víctim deces
            murie  injured: herid lesionad  missing: desaparecid  case: caso contag infec enferm  evacuated: evacuad
            desplazad  arrested: detenid arrest  survivor: sobreviv rescat  culled: sacrific  missile: misil cohete
            drone: dron  aircraft: avion avión helic  ship: barco buque nave  flight: vuelo lanzamiento mision misión
            round: ronda vuelta  test: prueba ensayo  summit: cumbre reunión encuentro  outbreak: brote foco  game:
            partido  term: mandato  package: paquete  storm: tifón huracán ciclón tormenta  satellite: satélite
            """
        ),
        ordinal_suffixes="º|ª|°",
        with_words=split_words("con"),
        kinds_before={"age": r"\b(?:muer|muri|fallec)\w+(?: \w+){0,2} a los", "category": "categoría"},
        kinds_after={
            "basis_points": "puntos básicos",
            "percent": "por ciento",
            "time": r"(?:año|mes|día|hora|semana|minuto)s?\b|meses\b|segundos\b",
        },
        currencies={"usd": "dólar", "eur": r"euros?\b", "jpy": "yen", "cny": "yuan"},
        multipliers={"e9": "mil millones", "e6": "millón|millones", "e3": r"mil\b"},
        prepositions="de",
    ),
    names=NameVocabulary(
        not_names=split_words(
            """
            presidente primer ministro ministra rey reina papa canciller senador gobernador premier huracán tifón
            """
        ),
        directions=split_words("norte sur este oeste"),
    ),
    credits=CreditPatterns(
        offices=(
            r"policía|gobierno|ministerio|ministr[oa]|autoridades|ejército|militares|medios|prensa"
            r"|fuentes?|fiscalía|bomberos|portavoz|informe|agencia|alcaldía|estado\smayor|testigos"
        ),
        says="según|dicen?|dijo|dijeron|anuncian?|anunció|informan?|informó|confirman?|confirmó|afirman?|afirmó",
        speaker_articles=split_words("el la los las"),
    ),
    places=PlacePatterns(
        before="cerca de|de|en|desde|hacia|ciudad de|a",
        governs="dice|rechaza|condena|advierte|amenaza|acusa|exige|niega|pide|denuncia|promete",
    ),
)
