"""Words that are next to names but are no names: titles of persons, kinds of things, directions."""

from monitor.identity.credits import AGENCY_OF
from monitor.languages import LANGUAGES, collect_words
from monitor.languages.language import split_words
from monitor.text.days import WEEKDAYS
from monitor.text.months import MONTHS

NO_NAMES = frozenset(
    (
        *collect_words(lambda language: (*language.names.person_titles, *language.names.not_names)),
        *WEEKDAYS,
        *MONTHS,
        *AGENCY_OF,
    )
)
"""In small letters. These words are capitalised next to names, or by custom, but are no part of a name. A run of
capitalised words is cut at them."""

DIRECTIONS = frozenset(collect_words(lambda language: language.names.directions))
"""In small letters. Capitalised and alone they mean a side ("the South says"); they are names only with other words."""

PARTICLES = frozenset(split_words("de da do dos das di del della du des la van von der den ter bin ibn al el"))
"""Words in small letters between the parts of a name."""

KOREAN_TITLES, JAPANESE_TITLES, CHINESE_TITLES = (LANGUAGES[code].names.person_titles for code in ("ko", "ja", "zh"))
BEFORE_TITLES = collect_words(lambda language: language.names.before_titles)
"""Words between name and title: former, new, deputy, acting."""
