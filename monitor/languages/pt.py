"""Portuguese."""

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
    code="pt",
    name="Portuguese",
    is_detected=True,
    function_words=split_words(
        """
        o os as um uma do da dos das no na nos nas pelo pela com sem para por e ou mas se que é são não mais
        """
    ),
    calendar=CalendarWords(
        months=split_forms(
            """
            janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set
            outubro/out novembro/nov dezembro/dez
            """
        ),
        weekdays=split_forms("segunda terça quarta quinta sexta sábado domingo"),
        ambiguous_weekdays=split_words("segunda terça quarta quinta sexta"),
        weekday_context="{}(?=-feira)",
        relative_days=(
            "hoje|amanhã|ontem|[en]sta semana|(?:na )?(?:próxima semana|semana que vem)|neste fim de semana"
        ),
        date_fillers=split_words("de do o"),
    ),
    numbers=NumberVocabulary(
        cardinals=split_forms(
            """
            um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze
            dezesseis/dezasseis dezessete/dezassete dezoito dezenove
            """
        ),
        tens=split_forms("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
        hundreds=split_forms(
            """
            cem/cento- duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas
            seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas
            """
        ),
        thousand=split_words("mil"),
        after_tens=" e ",
        collectives="dezenas?|dúzias?|quinzena|vintena|centenas?|milhar(?:es)?|par|punhado",
        after_hundred=" (?:e )?",
        no_hundred_after=split_words("por vários várias"),
        ordinals=split_forms(
            """
            primeiro/primeira segundo/segunda terceiro/terceira quarto/quarta quinto/quinta sexto/sexta sétimo/sétima
            oitavo/oitava nono/nona décimo/décima
            """
        ),
        repeated=split_words("novamente novo nova outro outra"),
        counted=split_table(
            """
            dead: morto. mortos. morta. mortas. mortes. morte_de. morre_1. morrem. morreram. vítim óbito  injured: ferid
            missing: desaparecid  case: caso contág contag infec doente  evacuated: evacuad deslocad  arrested: detid
            pres  survivor: sobreviv resgat  culled: abatid  missile: míssil mísse foguet  drone: dron  aircraft: avião
            aviõe helicóp  ship: navio barco  flight: voo voos lançamento missão  round: turno rodada volta  test: teste
            ensaio  summit: cúpula cimeira encontro  outbreak: surto foco  game: jogo partida  term: mandato  package:
            pacote  storm: tufão furacão ciclone tempestade  satellite: satélit
            """
        ),
        ordinal_suffixes="º|ª|°",
        with_words=split_words("com"),
        kinds_before={"age": r"\b(?:morr|mort|falec)\w+(?: \w+){0,2} aos", "category": "categoria"},
        kinds_after={"percent": "por cento", "time": r"(?:ano|dia|hora|semana|minuto)s?\b|mês\b|meses\b|segundos\b"},
        currencies={"usd": "dólar", "eur": r"euros?\b", "cny": "yuan"},
        multipliers={"e9": "bilh", "e6": "milhõ|milhã", "e3": r"mil\b"},
        prepositions="de",
    ),
    names=NameVocabulary(
        not_names=split_words("presidente ministro ministra papa"),
        directions=split_words("norte sul este oeste"),
    ),
    credits=CreditPatterns(
        offices=(
            r"polícia|governo|ministério|ministr[oa]|autoridades|exército|militares|mídia|imprensa|fontes?"
            r"|bombeiros|porta-voz|relatório|agência|procuradoria|testemunhas"
        ),
        says="segundo|diz|dizem|disse|disseram|afirmam?|afirmou|anunciam?|anunciou|informam?|informou|confirmam?|confirmou",
        speaker_articles=split_words("o a os as"),
    ),
    places=PlacePatterns(
        before="em|perto de|cidade de|de|a",
    ),
)
