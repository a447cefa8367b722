"""Decides which story an article reports, and which event of a rule it belongs to. Pure.

Two reports tell the same happening, if one copies the other, or if they came within the rule's time and their words are
alike (across languages: their places, names or numbers agree), unless each names something of its own kind that the
other does not: another place, another person, another number of a series.
"""

from monitor.identity.bounds import SAME_DAY, STORY_LASTS
from monitor.identity.clusters import Cluster, ClusterIndex, Posting
from monitor.identity.credits import LEAD, Provenance, WireStatus, extract_provenance
from monitor.identity.features import SAME_ADDRESS, ArticleFeatures, features_of
from monitor.identity.likeness import TEXT
from monitor.identity.stories import StoryAssignment, find_same_page, join_story, key_weights
from monitor.model import STORIES

__all__ = [
    "LEAD",
    "SAME_ADDRESS",
    "SAME_DAY",
    "STORIES",
    "STORY_LASTS",
    "TEXT",
    "ArticleFeatures",
    "Cluster",
    "ClusterIndex",
    "Posting",
    "Provenance",
    "StoryAssignment",
    "WireStatus",
    "extract_provenance",
    "features_of",
    "find_same_page",
    "join_story",
    "key_weights",
]
