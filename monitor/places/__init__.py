"""The gazetteer: names of places in every language that we speak -> ids that no language owns, with containment. Pure.

`find_places` says which places a text names, `relation` how two of them lie: the same, one in the other, or apart.
`gazetteer` reads the data file, `find` finds names in a text, `choose` decides which of several places a name means,
`records` is how the file is written. The file is built by `seeds/places/build.py`.

Ids: a country "KR" (ISO 3166-1), a division "KR-26" (ISO 3166-2), a city "c1838524" (GeoNames), and others by name:
"region:europe", "sea:black-sea", "area:gaza". Places that the gazetteer lacks join it by `added`.
"""

from monitor.places.added import NOTHING_ADDED, AddedPlaceName, AddedPlaceNames, added_place_id, is_added_place
from monitor.places.find import PlaceMention, find_places
from monitor.places.gazetteer import Relation, country_of, get_place_level, get_place_name, places_named, relate_places
from monitor.places.records import COUNTRY, REGION, SEA

__all__ = [
    "COUNTRY",
    "NOTHING_ADDED",
    "REGION",
    "SEA",
    "AddedPlaceName",
    "AddedPlaceNames",
    "PlaceMention",
    "Relation",
    "added_place_id",
    "country_of",
    "find_places",
    "get_place_level",
    "get_place_name",
    "is_added_place",
    "places_named",
    "relate_places",
]
