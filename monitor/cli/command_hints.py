"""What to write instead of commands that people try, and that do not exist."""

from __future__ import annotations

_SILENCE = (
    "To silence a story or event: `news-monitor stories mute ID`. To silence a rule, write `status: off` in its file, "
    "or `status: shadow` to store its matches all the same; the daemon applies the edit within seconds. To silence a "
    "channel at certain times, write `hours` in the steps of your routes. docs/operate.md has all ways."
)
SILENCING_HINTS = dict.fromkeys(("disable", "mute", "pause", "silence", "snooze"), _SILENCE)
"""By the command that was tried."""
