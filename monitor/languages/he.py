"""Hebrew."""

from monitor.languages.language import CalendarWords, Language

LANGUAGE = Language(
    code="he",
    name="Hebrew",
    calendar=CalendarWords(
        time_zones={"ist": 2},
    ),
)
