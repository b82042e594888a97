"""What users of frost-sta-client do, against a server that has the device `lamp-1` with 250 readings.

In: the address of the service. Out: `all steps done`, or the step that failed.
"""

import sys

import frost_sta_client as fsc
from frost_sta_client.model.ext.unitofmeasurement import UnitOfMeasurement
from geojson import Point

service = fsc.SensorThingsService(sys.argv[1])

# Devices and their readings are there.
lamp = service.things().find("lamp-1")
assert lamp.properties["kind"] == "street_lamp", lamp.properties
stream = service.datastreams().find("lamp-1:power_w")
assert stream.unit_of_measurement.symbol == "W"
assert stream.get_observations().query().filter("result gt 245").list().entities[0].result == 246
assert len(list(stream.get_observations().query().list())) == 250, "pages are followed to the end"
assert len(list(stream.get_observations().query().orderby("phenomenonTime").top(40).list())) == 250
counted = service.observations().query().count().top(1).list()
assert counted.count == 250, counted.count

# The newest observation of every datastream of every thing.
nested = "Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1))"
things = service.things().query().expand(nested).list()
newest = [s.observations.entities[0].result for t in things for s in t.datastreams.entities if s.observations.entities]
assert newest == [249], newest

# A thing, then a datastream of it, then observations.
thing = fsc.Thing(name="Gate", description="at the east", properties={"owner": "property"})
thing.locations = [
    fsc.Location(name="East", description="e", encoding_type="application/geo+json", location=Point((113.39, 22.52)))
]
service.create(thing)
datastream = fsc.Datastream(
    name="Noise",
    description="by the road",
    observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
    unit_of_measurement=UnitOfMeasurement(name="decibel", symbol="dB", definition="urn:ogc:def:uom:UCUM::dB"),
    thing=fsc.Thing(id=thing.id),
    sensor=fsc.Sensor(name="Mic", description="m", encoding_type="text/html", metadata="https://example.org"),
    observed_property=fsc.ObservedProperty(name="Noise", definition="https://example.org/noise", description="n"),
)
service.create(datastream)
for minute, result in enumerate([20, 30.5, 26]):
    service.create(
        fsc.Observation(
            result=result,
            phenomenon_time=f"2026-05-01T12:{minute:02}:00Z",
            datastream=fsc.Datastream(id=datastream.id),
        )
    )
found = service.observations().query().filter(f"result gt 25 and Datastream/id eq '{datastream.id}'").list()
assert [o.result for o in found] == [30.5, 26], [o.result for o in found]
assert service.observations().query().filter("result gt 25").list().entities, "without a datastream, too"
expanded = service.things().query().filter(f"id eq '{thing.id}'").expand(nested + ",Locations").list().entities[0]
assert expanded.datastreams.entities[0].observations.entities[0].result == 26
assert expanded.locations.entities[0].location["coordinates"] == [113.39, 22.52]

# Rows.
rows = fsc.model.ext.data_array_value.DataArrayValue()
rows.datastream = datastream
part = rows.Property
rows.components = {part.PHENOMENON_TIME, part.RESULT}
for minute in range(3, 6):
    rows.add_observation(fsc.Observation(result=minute, phenomenon_time=f"2026-05-01T12:{minute:02}:00Z"))
document = fsc.model.ext.data_array_document.DataArrayDocument()
document.add_data_array_value(rows)
links = service.observations().create(document)
assert len(links) == 3 and "Observations('" in links[0].self_link, links
assert len(datastream.get_observations().query().list().entities) == 6

# Changes.
thing.description = "at the west"
service.update(thing)
assert service.things().find(thing.id).description == "at the west"
service.patch(thing, [{"op": "replace", "path": "/name", "value": "West gate"}])
assert service.things().find(thing.id).name == "West gate"
service.delete(found.entities[0])
assert len(datastream.get_observations().query().list().entities) == 5
service.delete(datastream)
service.delete(thing)
try:
    service.things().find(thing.id)
    raise AssertionError("it is still there")
except Exception as error:
    assert "404" in str(error), error
print("all steps done")
