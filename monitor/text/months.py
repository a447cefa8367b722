"""The names of months, as news and feeds write them, in a dozen languages."""

_NAMES = """
jan january янв января январь janv janvier ene enero januar jänner jän gen gennaio janeiro sty stycznia styczeń січ
січня січень يناير;
feb february фев февр февраля февраль févr février fév fevr fevrier febrero februar febbraio fev fevereiro lut
lutego luty лют лютого лютий فبراير;
mar march мар марта март mars marzo mär märz mrz março marca marzec бер березня березень مارس;
apr april апр апреля апрель avr avril abr abril aprile kwi kwietnia kwiecień кві квіт квітня квітень أبريل ابريل
إبريل;
may мая май mai mayo maggio mag maio maj maja тра трав травня травень مايو;
jun june июн июня июнь juin junio juni giugno giu junho cze czerwca czerwiec чер черв червня червень يونيو;
jul july июл июля июль juil juillet julio juli luglio lug julho lip lipca lipiec лип липня липень يوليو;
aug august авг августа август août aout ago agosto sie sierpnia sierpień сер серп серпня серпень أغسطس اغسطس;
sep sept september сен сент сентября сентябрь septembre septiembre setiembre set settembre setembro wrz września
wrzesień вер вересня вересень سبتمبر;
oct october окт октября октябрь octobre octubre okt oktober ott ottobre out outubro paź października październik жов
жовт жовтня жовтень أكتوبر اكتوبر;
nov november ноя нояб ноября ноябрь novembre noviembre novembro lis listopada listopad лис лист листопада листопад
نوفمبر;
dec december дек декабря декабрь déc décembre decembre dic diciembre dez dezember dicembre dezembro gru grudnia
grudzień гру груд грудня грудень ديسمبر
"""
MONTHS = {name: month for month, names in enumerate(_NAMES.split(";"), 1) for name in names.split()}
"""Name or abbreviation, in lower case without a dot -> number of the month."""
