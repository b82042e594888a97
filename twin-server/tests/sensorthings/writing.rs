//! What clients make, change and remove, one by one, in rows and in batches.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{STA, T, ask, datastream, get, ids, list, location, make, send, two_devices};
use crate::common::{Server, check_problem};

#[tokio::test]
async fn a_thing_with_everything_is_made_in_one_request() {
    let server = Server::start().await;
    let mut stream = datastream(None);
    stream["Observations"] = json!([{ "phenomenonTime": "2026-05-01T12:00:00Z", "result": 55.5 }]);
    let thing = json!({ "name": "Gate", "description": "d", "properties": { "owner": "物业" },
        "Locations": [location(113.0)], "Datastreams": [stream] });
    let id = make(&server, "Things", &thing).await;
    let answer = get(&server, &format!("/Things('{id}')?$expand=Locations,HistoricalLocations/Locations,Datastreams($expand=Sensor,ObservedProperty,Observations/FeatureOfInterest)")).await;
    assert_eq!(answer["properties"]["owner"], "物业");
    assert_eq!(answer["Locations"][0]["location"]["coordinates"][0], 113.0);
    assert_eq!(answer["HistoricalLocations"][0]["Locations"], answer["Locations"]);
    let stream = &answer["Datastreams"][0];
    assert_eq!(
        (&stream["Sensor"]["name"], &stream["ObservedProperty"]["name"]),
        (&json!("Mic"), &json!("Noise"))
    );
    assert_eq!(stream["Observations"][0]["result"], 55.5);
    assert_eq!(stream["Observations"][0]["FeatureOfInterest"]["feature"], answer["Locations"][0]["location"]);
    // Numbers are ids, too.
    assert_eq!(get(&server, &format!("/Things({id})/name")).await["name"], "Gate");
    assert_eq!(ids(&server, &format!("/Things?$filter=id eq {id}")).await, [id]);
}

#[tokio::test]
async fn what_a_client_made_survives_a_restart() {
    let server = Server::start().await;
    let thing = make(
        &server,
        "Things",
        &json!({ "name": "Gate", "description": "d", "Locations": [location(113.0)] }),
    )
    .await;
    let stream = make(&server, "Datastreams", &datastream(Some(&thing))).await;
    let observation =
        json!({ "phenomenonTime": "2026-05-01T12:00:00Z", "result": 5, "parameters": { "by": "me" } });
    make(&server, &format!("Datastreams('{stream}')/Observations"), &observation).await;
    let path = format!(
        "/Things('{thing}')?$expand=Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1;$expand=FeatureOfInterest))"
    );
    let before = get(&server, &path).await;
    assert_eq!(before["Datastreams"][0]["Observations"][0]["parameters"]["by"], "me");
    assert_eq!(before["Datastreams"][0]["Observations"][0]["FeatureOfInterest"]["name"], "Gate");
    let again = server.restart().await;
    assert_eq!(get(&again, &path).await, before);
    let next = make(&again, "Things", &json!({ "name": "Next", "description": "d" })).await;
    assert!(next.parse::<u64>().unwrap() > stream.parse::<u64>().unwrap(), "{next} {stream}");
}

#[tokio::test]
async fn a_thing_that_fits_a_kind_becomes_a_device() {
    let server = Server::start().await;
    let mut stream = datastream(None);
    stream["name"] = json!("满溢度");
    stream["unitOfMeasurement"]["symbol"] = json!("%");
    stream["Observations"] = json!([{ "phenomenonTime": "2026-05-01T12:00:00Z", "result": 95 }]);
    let thing = json!({ "@iot.id": "bin-7", "name": "Bin 7", "description": "d", "properties": { "kind": "waste_bin" },
        "Locations": [location(113.389)], "Datastreams": [stream, datastream(None)] });
    assert_eq!(make(&server, "Things", &thing).await, "bin-7");
    let device = server.get("/api/v1/devices/bin-7").await.json();
    assert_eq!(
        (&device["kind"], &device["status"], &device["name"]["zh"]),
        (&json!("waste_bin"), &json!("warning"), &json!("Bin 7"))
    );
    assert_eq!(device["latest"]["fill_pct"]["value"], 95.0);
    let east = device["position"]["east_m"].as_f64().unwrap();
    assert!((102.0..104.0).contains(&east), "{east}");
    // What fits no stream of the kind is a datastream of its own.
    assert_eq!(ids(&server, "/Things('bin-7')/Datastreams").await.len(), 4);
    let moved = send(&server, "POST", "Things('bin-7')/Locations", &location(113.388)).await;
    assert_eq!(moved.status, 201, "{}", moved.text());
    let device = server.get("/api/v1/devices/bin-7").await.json();
    assert!(device["position"]["east_m"].as_f64().unwrap().abs() < 0.01);
    let before = list(&server, "/Things('bin-7')/HistoricalLocations?$expand=Locations", "Locations").await;
    assert_eq!(before[0][0]["location"]["coordinates"][0], 113.388);
    let renamed = send(&server, "PATCH", "Things('bin-7')", &json!({ "name": "Bin 8" })).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["name"]), (200, &json!("Bin 8")));
    check_problem(
        &send(&server, "PATCH", "Sensors('waste_bin')", &json!({ "name": "x" })).await,
        409,
        "derived_entity",
    );
    assert_eq!(send(&server, "DELETE", "Things('bin-7')", &json!({})).await.status, 200);
    assert_eq!(server.get("/api/v1/devices/bin-7").await.status, 404);
    assert!(ids(&server, "/Datastreams").await.is_empty());
}

#[tokio::test]
async fn observations_are_stored_once_and_stay_what_they_were() {
    let server = two_devices().await;
    let path = "Datastreams('lamp-1:power_w')/Observations";
    let observation = |result: f64| json!({ "phenomenonTime": format!("{T}3Z"), "result": result });
    let id = make(&server, path, &observation(31.0)).await;
    assert_eq!(make(&server, path, &observation(31.0)).await, id);
    check_problem(&send(&server, "POST", path, &observation(32.0)).await, 409, "observation_exists");
    // Late, and with no time at all.
    make(&server, path, &json!({ "phenomenonTime": "2026-04-01T00:00:00Z", "result": 1 })).await;
    make(&server, "Observations", &json!({ "result": 2, "Datastream": { "@iot.id": "lamp-1:power_w" } }))
        .await;
    assert_eq!(
        get(&server, "/Datastreams('lamp-1:power_w')/Observations?$count=true").await["@iot.count"],
        6
    );
    let address = format!("Observations('{id}')");
    check_problem(
        &send(&server, "PATCH", &address, &json!({ "result": 9 })).await,
        409,
        "immutable_observation",
    );
    let noted = send(
        &server,
        "PATCH",
        &address,
        &json!({ "resultQuality": "checked", "validTime": format!("{T}0Z/{T}9Z") }),
    )
    .await;
    assert_eq!((&noted.json()["resultQuality"], &noted.json()["result"]), (&json!("checked"), &json!(31)));
    assert_eq!(
        ids(&server, "/Observations?$filter=resultQuality eq 'checked'").await,
        std::slice::from_ref(&id)
    );
    let newest = "Datastreams('lamp-1:power_w')/Observations?$orderby=phenomenonTime%20desc&$top=1";
    let newest = server.get(&format!("{STA}/{newest}")).await.json()["value"][0]["@iot.id"]
        .as_str()
        .unwrap()
        .to_owned();
    for id in [&id, &newest] {
        let address = format!("Observations('{id}')");
        assert_eq!(send(&server, "DELETE", &address, &json!({})).await.status, 200);
        assert_eq!(ask(&server, &format!("/{address}")).await.status, 404);
    }
    let left = "/Datastreams('lamp-1:power_w')/Observations?$orderby=phenomenonTime desc&$top=1";
    assert_eq!(list(&server, left, "result").await, [30]);
}

#[tokio::test]
async fn intervals_and_yes_and_no_come_back_as_they_were_sent() {
    let server = Server::start().await;
    let thing = make(&server, "Things", &json!({ "name": "Gate", "description": "d" })).await;
    let mut truth = datastream(Some(&thing));
    truth["observationType"] =
        json!("http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_TruthObservation");
    let stream = make(&server, "Datastreams", &truth).await;
    let path = format!("Datastreams('{stream}')/Observations");
    let when = format!("{T}0.000Z/{T}5.000Z");
    make(&server, &path, &json!({ "phenomenonTime": when, "result": true, "resultTime": format!("{T}6Z") }))
        .await;
    let found = get(&server, &format!("/{path}?$filter=result and phenomenonTime lt {T}6Z")).await;
    assert_eq!(
        (&found["value"][0]["result"], &found["value"][0]["phenomenonTime"]),
        (&json!(true), &json!(when))
    );
    assert_eq!(found["value"][0]["resultTime"], format!("{T}6Z"));
    check_problem(
        &send(&server, "POST", &path, &json!({ "result": "yes" })).await,
        400,
        "result_not_a_number",
    );
}

#[tokio::test]
async fn a_thing_that_moves_keeps_where_it_was_and_what_was_observed_there() {
    let server = Server::start().await;
    let thing = make(
        &server,
        "Things",
        &json!({ "name": "Van", "description": "d", "Locations": [location(113.0)] }),
    )
    .await;
    let stream = make(&server, "Datastreams", &datastream(Some(&thing))).await;
    let path = format!("Datastreams('{stream}')/Observations");
    make(&server, &path, &json!({ "phenomenonTime": format!("{T}0Z"), "result": 1 })).await;
    make(&server, &format!("Things('{thing}')/Locations"), &location(114.0)).await;
    make(&server, &path, &json!({ "phenomenonTime": format!("{T}1Z"), "result": 2 })).await;
    make(&server, &path, &json!({ "phenomenonTime": format!("{T}2Z"), "result": 3 })).await;
    let seen = get(&server, &format!("/{path}?$expand=FeatureOfInterest")).await;
    let at: Vec<_> = seen["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["FeatureOfInterest"]["feature"]["coordinates"][0].clone())
        .collect();
    assert_eq!(at, [113.0, 114.0, 114.0]);
    let features = ids(&server, "/FeaturesOfInterest").await;
    assert_eq!(
        list(&server, &format!("/FeaturesOfInterest('{}')/Observations", features[1]), "result").await,
        [2, 3]
    );
    assert_eq!(
        ids(&server, "/FeaturesOfInterest?$filter=Observations/result gt 1").await,
        std::slice::from_ref(&features[1])
    );
    assert_eq!(ids(&server, &format!("/Things('{thing}')/Locations")).await.len(), 1);
    assert_eq!(ids(&server, &format!("/Things('{thing}')/HistoricalLocations")).await.len(), 2);
    check_problem(
        &send(&server, "DELETE", &format!("FeaturesOfInterest('{}')", features[1]), &json!({})).await,
        409,
        "feature_in_use",
    );
}

#[tokio::test]
async fn entities_are_merged_replaced_patched_and_removed_with_what_needs_them() {
    let server = Server::start().await;
    let body = json!({ "name": "Gate", "description": "d", "properties": { "a": 1 }, "Locations": [location(113.0)], "Datastreams": [datastream(None)] });
    let thing = make(&server, "Things", &body).await;
    let address = format!("Things('{thing}')");
    let merged = send(&server, "PATCH", &address, &json!({ "description": "e" })).await.json();
    assert_eq!(
        (&merged["name"], &merged["description"], &merged["properties"]["a"]),
        (&json!("Gate"), &json!("e"), &json!(1))
    );
    let request =
        Request::patch(format!("{STA}/{address}")).header("content-type", "application/json-patch+json");
    let steps = json!([{ "op": "add", "path": "/properties/b", "value": 2 }, { "op": "replace", "path": "/name", "value": "Door" }]);
    let patched = server.ask(request.body(Body::from(steps.to_string())).unwrap()).await.json();
    assert_eq!((&patched["name"], &patched["properties"]), (&json!("Door"), &json!({ "a": 1, "b": 2 })));
    let replaced =
        send(&server, "PUT", &address, &json!({ "@iot.id": thing, "name": "N", "description": "f" }))
            .await
            .json();
    assert_eq!((&replaced["name"], replaced.get("properties")), (&json!("N"), None));
    let sensor = ids(&server, "/Sensors?$filter=name eq 'Mic'").await.remove(0);
    assert_eq!(send(&server, "DELETE", &format!("Sensors('{sensor}')"), &json!({})).await.status, 200);
    assert!(ids(&server, "/Datastreams").await.is_empty());
    let location = ids(&server, "/Locations").await.remove(0);
    assert_eq!(send(&server, "DELETE", &format!("Locations('{location}')"), &json!({})).await.status, 200);
    assert!(ids(&server, "/HistoricalLocations").await.is_empty());
    assert_eq!(send(&server, "DELETE", &address, &json!({})).await.status, 200);
    assert_eq!(ask(&server, &format!("/{address}")).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_and_leaves_nothing_behind() {
    let server = two_devices().await;
    let no_sensor = json!({ "name": "n", "description": "d", "observationType": "x", "unitOfMeasurement": {}, "Thing": { "@iot.id": "bin" } });
    let mut early = datastream(None);
    early["Observations"] = json!([{ "result": 1, "phenomenonTime": "1999-01-01T00:00:00Z" }]);
    for (path, body, status, code) in [
        ("Things", json!({ "name": "x" }), 400, "missing_property"),
        ("Things", json!([]), 400, "bad_entity"),
        ("Things", json!({ "name": 5, "description": "d" }), 400, "bad_value"),
        ("Things", json!({ "name": "x", "description": "d", "colour": "red" }), 400, "unknown_property"),
        ("Things", json!({ "name": "x", "description": "d", "@iot.id": "a b" }), 400, "bad_id"),
        ("Things", json!({ "name": "x", "description": "d", "@iot.id": "bin" }), 409, "entity_exists"),
        ("Things", json!({ "name": "x", "description": "d", "Datastreams": [early] }), 400, "time_too_early"),
        (
            "Locations",
            json!({ "name": "x", "description": "d", "encodingType": "application/geo+json", "location": { "type": "Point" } }),
            400,
            "bad_value",
        ),
        ("Datastreams", no_sensor, 400, "missing_property"),
        ("Datastreams", datastream(Some("none")), 400, "unknown_reference"),
        ("Datastreams('bin:fill_pct')/Observations", json!({ "result": "full" }), 400, "result_not_a_number"),
        (
            "Datastreams('bin:fill_pct')/Observations",
            json!({ "result": 1, "phenomenonTime": "2999-01-01T00:00:00Z" }),
            400,
            "time_in_future",
        ),
        (
            "Datastreams('bin:fill_pct')/Observations",
            json!({ "result": 1, "phenomenonTime": "yesterday" }),
            400,
            "bad_value",
        ),
        ("Observations", json!({ "result": 1 }), 400, "missing_property"),
        (
            "Observations",
            json!({ "result": 1, "Datastream": { "@iot.id": "none" } }),
            400,
            "unknown_reference",
        ),
        ("Things('bin')", json!({}), 405, "method_not_allowed"),
        ("", json!({}), 405, "method_not_allowed"),
    ] {
        check_problem(&send(&server, "POST", path, &body).await, status, code);
    }
    let bad = server.send("POST", &format!("{STA}/Things"), "{").await;
    check_problem(&bad, 400, "bad_json");
    assert_eq!(ids(&server, "/Things").await, ["bin", "lamp-1"]);
    assert_eq!(ids(&server, "/ObservedProperties?$filter=startswith(definition,'http')").await.len(), 0);
}

#[tokio::test]
async fn rows_of_observations_go_in_and_come_out() {
    let server = two_devices().await;
    let rows = json!([
        { "Datastream": { "@iot.id": "bin:fill_pct" }, "components": ["phenomenonTime", "result"],
          "dataArray@iot.count": 2, "dataArray": [[format!("{T}5Z"), 10], [format!("{T}6Z"), "x"]] },
        { "Datastream": { "@iot.id": "lamp-1:power_w" }, "components": ["result", "phenomenonTime", "parameters"],
          "dataArray": [[11, format!("{T}7Z"), { "a": 1 }]] },
    ]);
    let answer = send(&server, "POST", "CreateObservations", &rows).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let told = answer.json();
    assert_eq!((told.as_array().unwrap().len(), &told[1]), (3, &json!("error")));
    assert!(told[2].as_str().unwrap().contains("/sta/v1.1/Observations('lamp-1:power_w:"));
    let out = get(
        &server,
        "/Observations?$resultFormat=dataArray&$count=true&$select=phenomenonTime,result&$top=4",
    )
    .await;
    assert_eq!(out["@iot.count"], 6);
    assert_eq!(out["value"][0]["components"], json!(["phenomenonTime", "result"]));
    assert_eq!(out["value"][0]["dataArray"], json!([[format!("{T}1.000Z"), 95], [format!("{T}5.000Z"), 10]]));
    assert_eq!(
        out["value"][1]["Datastream@iot.navigationLink"],
        "http://twin.example/sta/v1.1/Datastreams('lamp-1:power_w')"
    );
    assert!(out["@iot.nextLink"].as_str().unwrap().contains("$skiptoken="));
    let features = get(&server, "/Locations?$resultFormat=GeoJSON").await;
    assert_eq!(
        (&features["type"], &features["features"][0]["geometry"]["type"]),
        (&json!("FeatureCollection"), &json!("Point"))
    );
}

#[tokio::test]
async fn observations_without_an_instant_are_as_many_as_were_sent() {
    let server = two_devices().await;
    let rows = json!([{ "Datastream": { "@iot.id": "bin:fill_pct" }, "components": ["result"],
                        "dataArray": [[1], [2], [3]] }]);
    let told = send(&server, "POST", "CreateObservations", &rows).await;
    assert_eq!((told.status.as_u16(), told.json().as_array().unwrap().len()), (201, 3), "{}", told.text());
    let mut stream = datastream(Some("bin"));
    stream["Observations"] = json!([{ "result": 1 }, { "result": 2 }]);
    let id = make(&server, "Datastreams", &stream).await;
    assert_eq!(list(&server, &format!("/Datastreams('{id}')/Observations"), "result").await, [1, 2]);
    let found = "/Datastreams('bin:fill_pct')/Observations?$orderby=phenomenonTime";
    assert_eq!(list(&server, found, "result").await, [95, 1, 2, 3]);
}

#[tokio::test]
async fn rows_that_are_there_with_another_result_are_told_to_be_refused() {
    let server = two_devices().await;
    let rows = json!([{ "Datastream": { "@iot.id": "bin:fill_pct" }, "components": ["phenomenonTime", "result"],
        "dataArray": [[format!("{T}1Z"), 95], [format!("{T}1Z"), 96], [format!("{T}2Z"), 1], [format!("{T}2Z"), 2]] }]);
    let told = send(&server, "POST", "CreateObservations", &rows).await.json();
    let refused: Vec<bool> = told.as_array().unwrap().iter().map(|row| row == "error").collect();
    assert_eq!(refused, [false, true, false, true], "{told}");
    let mut stream = datastream(Some("bin"));
    let twice = |result: u8| json!({ "phenomenonTime": format!("{T}1Z"), "result": result });
    stream["Observations"] = json!([twice(1), twice(2)]);
    check_problem(&send(&server, "POST", "Datastreams", &stream).await, 409, "observation_exists");
    assert_eq!(ids(&server, "/Things('bin')/Datastreams").await.len(), 3);
}

#[tokio::test]
async fn things_that_become_devices_get_new_ids_after_a_restart_too() {
    let server = Server::start().await;
    let bin = json!({ "name": "Bin", "description": "d", "properties": { "kind": "waste_bin" },
        "Locations": [location(113.389)] });
    let first = make(&server, "Things", &bin).await;
    let again = server.restart().await;
    let second = make(&again, "Things", &bin).await;
    assert_eq!(ids(&again, "/Things").await, [first, second]);
}

#[tokio::test]
async fn a_batch_runs_its_requests_in_order_and_knows_what_they_made() {
    let server = two_devices().await;
    let batch = json!({ "requests": [
        { "id": "t", "method": "post", "url": "Things", "body": { "name": "Gate", "description": "d" } },
        { "id": "s", "method": "post", "url": "$t/Datastreams", "body": datastream(None) },
        { "id": "o", "method": "post", "url": "Observations", "body": { "result": 7, "Datastream": { "@iot.id": "$s" } } },
        { "id": "g", "method": "get", "url": "/sta/v1.1/$t?$expand=Datastreams/Observations" },
        { "id": "x", "method": "get", "url": "Things('none')" },
    ] });
    let answer = send(&server, "POST", "$batch", &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let responses = answer.json()["responses"].clone();
    let statuses: Vec<_> = responses.as_array().unwrap().iter().map(|r| r["status"].clone()).collect();
    assert_eq!(statuses, [201, 201, 201, 200, 404]);
    assert_eq!(responses[3]["body"]["Datastreams"][0]["Observations"][0]["result"], 7);
    assert_eq!(responses[4]["body"]["code"], "no_entity");
    let group = json!({ "requests": [
        { "id": "1", "atomicityGroup": "g", "method": "get", "url": "Things" },
        { "id": "2", "atomicityGroup": "g", "method": "get", "url": "Things" },
    ] });
    check_problem(&send(&server, "POST", "$batch", &group).await, 501, "atomicity_unsupported");
}

#[tokio::test]
async fn writing_needs_the_key() {
    let server = Server::start_with_key(Some("secret")).await;
    check_problem(
        &send(&server, "POST", "Things", &json!({ "name": "x", "description": "d" })).await,
        401,
        "key_required",
    );
    assert_eq!(ask(&server, "/Things").await.status, 200);
}
