"""The names of months, as news and feeds write them, in all languages."""

from monitor.languages import LANGUAGES

MONTHS = {
    name: month
    for language in LANGUAGES.values()
    for month, names in enumerate(language.calendar.months, 1)
    for name in names
}
"""Name or abbreviation, in lower case without a dot -> number of the month."""
