"""The gazetteer: maps names of places in all supported languages to neutral ids, and knows which place contains which.
Pure.

`find_places` finds the places that a text names. `relate_places` compares two places: the same, one in the other, or
apart. The module `gazetteer` reads the data file, `find` finds names in a text, `choose` decides which of several
places a name means, and `records` defines the format of the file. `seeds/places/build.py` builds the file.

Ids: a country "KR" (ISO 3166-1), a division "KR-26" (ISO 3166-2), a city "c1838524" (GeoNames), and others by name:
"region:europe", "sea:black-sea", "area:gaza". The module `added` adds places that the gazetteer lacks.
"""
