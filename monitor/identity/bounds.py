"""The bounds of identity, all in one place. Likenesses and shares are from 0 to 1.

They were chosen on the read folds of labelled news (`./dev bench identity`); one decimal is all that the news supports.
"""

from datetime import timedelta

# --- how alike the words must be --------------------------------------------------------------------------------------

ALIKE = 0.4
"""Words so much alike tell the same happening."""
ALIKE_WITH_FACT = 0.2
"""The same, if a place, a name or a number agrees. Without one, two reports are possibly the same from here on."""
ALIKE_FOR_BROAD, POSSIBLY_FOR_BROAD = 0.5, 0.3
"""The same two bounds for a rule without words for a topic, or one that meets many events a day: there two happenings
in one place on one day are common."""
COPIED_SHARE = 0.5
"""So many common runs of words make a copy."""
TEMPLATE_SHARE = 0.5
"""Two titles with so much in common, and one different part, are one sentence with a slot."""

# --- times ------------------------------------------------------------------------------------------------------------

STORY_LASTS = timedelta(hours=36)
"""How long after a story opened an article may join it."""
MOMENT = timedelta(days=1)
"""How long a happening is reported, if no report names its day and the rule does not say `event_lasts`."""
DAY_NAMED_FOR = timedelta(days=3)
"""How long it is reported by articles that name the same day."""
SAME_DAY = timedelta(hours=12)
"""An article that comes later than this continues an event only if it names the same day, or if nobody has paused. A
story ends when nobody has reported it for so long: "North Korea fires missile" is tomorrow's headline too."""
PAUSE = timedelta(hours=6)
"""Nobody has paused, if the last report is no older than this. Also the age of the happening that a flash reports."""
