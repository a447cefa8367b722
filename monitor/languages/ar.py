"""Arabic."""

from monitor.languages.language import CalendarWords, Language, split_forms, split_words

LANGUAGE = Language(
    code="ar",
    name="Arabic",
    scripts=("Arabic",),
    is_detected=True,
    proclitics=split_words("و ف ب ك ل ال وال فال بال كال لل ولل وب ول وك فب فل وبال"),
    calendar=CalendarWords(
        months=split_forms(
            """
            يناير فبراير مارس أبريل/ابريل/إبريل مايو يونيو يوليو أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر
            """
        ),
    ),
)
