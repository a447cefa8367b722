"""Decides which story an article reports, and which event of a rule it belongs to. Pure.

Two reports that come in time tell the same happening, if one copies the other or their words are alike (by .4; by .2 if
a place, a name or a number agrees; in two languages, if one of these agrees), unless each names something of its own
kind that the other does not: another place, another person, another number of a series. They are possibly the same, and
the message is quiet, if there is a doubt: the later title names a further place, or says "again" or "second" for the
first time, or each title has another name, or the titles are the same but for a part; or if too little agrees to be
sure (words by .2, or one fact; in two languages, nothing).
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
