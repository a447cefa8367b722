"""Decides which story an article reports, and which event of a rule it belongs to. Pure.

A story is one development, reported by many articles. Two articles report the same happening if no fact separates them
and enough facts and words agree.
"""

from monitor.model import STORIES
from monitor.stories.clusters import Cluster, ClusterIndex, Posting
from monitor.stories.features import SAME_ADDRESS, SAME_HEADLINE, ArticleFeatures, features_of
from monitor.stories.joining import LONGEST_STORY, StoryAssignment, find_same_page, join_story, key_weights
from monitor.stories.likeness import TEXT
from monitor.stories.wires import LEAD, Provenance, WireStatus, extract_provenance

__all__ = [
    "LEAD",
    "LONGEST_STORY",
    "SAME_ADDRESS",
    "SAME_HEADLINE",
    "STORIES",
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
