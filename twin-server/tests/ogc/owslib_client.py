"""Asks a server of OGC API - Features by OWSLib; called by ogc_clients.rs with the address."""

import sys

from owslib.ogcapi.features import Features

server = Features(sys.argv[1])
assert server.links and server.api()["openapi"].startswith("3.0"), server.links
assert any(name.endswith("/conf/cql2-text") for name in server.conformance()["conformsTo"])

names = ["zones", "buildings", "storeys", "spaces", "elements", "devices", "projects", "reports"]
names += ["problems", "resources", "needs", "tasks"]
assert server.feature_collections() == names, server.feature_collections()
assert server.collection("buildings")["extent"]["spatial"]["bbox"]
assert server.collection_queryables("buildings")["properties"]["floors"]["type"] == "integer"

page = server.collection_items("buildings", limit=50)
assert len(page["features"]) == page["numberReturned"] == 50 and page["numberMatched"] == 120, page
assert page["features"][0]["geometry"]["type"] == "Polygon"

near = server.collection_items("buildings", bbox=[113.3879, 22.5239, 113.3889, 22.5249])
assert 5 < near["numberMatched"] < 60, near["numberMatched"]

tall = server.collection_items("buildings", filter="floors = 7 AND \"use\" = 'housing'")
assert tall["numberMatched"] == 11, tall["numberMatched"]

reported = server.collection_items("devices", datetime_="2026-01-02/..")
assert [feature["id"] for feature in reported["features"]] == ["bin-1"], reported

door = server.collection_item("elements", "house/D00")
assert door["properties"]["Pset_DoorCommon.FireRating"] == "EI30", door

print("every answer is as expected")
