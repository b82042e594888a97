//! Who may write by SensorThings, and what the audit log hears of it.

use serde_json::{Value, json};

use super::{STA, T, ask, datastream, get, ids, location, make, send, two_devices};
use crate::common::people::{People, send_with_key};
use crate::common::{Answer, Server, check_problem};

async fn send_as(server: &Server, key: &str, method: &str, path: &str, body: &Value) -> Answer {
    send_with_key(server, key, method, &format!("{STA}/{path}"), body.to_string()).await
}

fn observation(second: u8) -> Value {
    json!({ "phenomenonTime": format!("{T}{second}Z"), "result": 40 })
}

#[tokio::test]
async fn an_observation_brings_along_no_more_than_its_sender_may() {
    let server = two_devices().await;
    let people = People::begin(&server).await;
    let writer = people.key(&json!({ "name": "w", "actions": ["write_readings"] })).await.secret;
    let mut nested = observation(5);
    nested["Datastream"] = datastream(Some("bin"));
    check_problem(&send_as(&server, &writer, "POST", "Observations", &nested).await, 403, "scope_denied");
    let mut thing = datastream(None);
    thing["Thing"] = json!({ "name": "x", "description": "d", "Locations": [location(113.0)] });
    nested["Datastream"] = thing;
    check_problem(&send_as(&server, &writer, "POST", "Observations", &nested).await, 403, "scope_denied");
    assert_eq!(ids(&server, "/Things").await, ["bin", "lamp-1"]);
    // The standard's usual way, with a feature of its own.
    let mut good = observation(5);
    good["FeatureOfInterest"] =
        json!({ "name": "Lid", "description": "d", "encodingType": "text/html", "feature": "lid" });
    let path = "Datastreams('bin:fill_pct')/Observations";
    let made = send_as(&server, &writer, "POST", path, &good).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let address = format!("Observations('{}')", made.json()["@iot.id"].as_str().unwrap());
    let noted = json!({ "resultQuality": "checked" });
    assert_eq!(send_as(&server, &writer, "PATCH", &address, &noted).await.status, 200);
    check_problem(&send_as(&server, &writer, "DELETE", &address, &json!({})).await, 403, "role_denied");
}

#[tokio::test]
async fn whoever_registers_and_may_not_measure_brings_along_no_observations() {
    let server = two_devices().await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "p", "role": "property" })).await.secret;
    let mut stream = datastream(Some("bin"));
    stream["Observations"] = json!([observation(5)]);
    check_problem(&send_as(&server, &key, "POST", "Datastreams", &stream).await, 403, "role_denied");
    let path = "Datastreams('bin:fill_pct')/Observations";
    check_problem(&send_as(&server, &key, "POST", path, &observation(5)).await, 403, "role_denied");
    assert_eq!(ids(&server, "/Things('bin')/Datastreams").await.len(), 3);
    stream["Observations"] = json!([]);
    assert_eq!(send_as(&server, &key, "POST", "Datastreams", &stream).await.status, 201);
}

#[tokio::test]
async fn writing_is_decided_at_the_device() {
    let server = two_devices().await;
    server.put("far", "waste_bin", 500.0).await;
    let own = make(&server, "Datastreams", &datastream(Some("bin"))).await;
    let people = People::begin(&server).await;
    let device = people.key(&json!({ "name": "bin", "devices": ["bin"] })).await.secret;
    let zone = people.key(&json!({ "name": "zone", "zones": ["zone/z1"] })).await.secret;
    let rows = |id: &str| {
        json!([{ "Datastream": { "@iot.id": id }, "components": ["phenomenonTime", "result"],
                 "dataArray": [[format!("{T}6Z"), 41]] }])
    };
    for (key, stream, refused) in [
        (&device, "bin:fill_pct", None),
        (&device, "lamp-1:power_w", Some("scope_denied")),
        (&zone, "lamp-1:power_w", None),
        (&zone, "far:fill_pct", Some("zone_denied")),
        // A stream that stands nowhere.
        (&zone, &*own, Some("zone_denied")),
    ] {
        let mut linked = observation(7);
        linked["Datastream"] = json!({ "@iot.id": stream });
        let below = format!("Datastreams('{stream}')/Observations");
        for (path, body) in
            [(&*below, observation(5)), ("Observations", linked), ("CreateObservations", rows(stream))]
        {
            let answer = send_as(&server, key, "POST", path, &body).await;
            match refused {
                Some(code) => drop(check_problem(&answer, 403, code)),
                None => assert_eq!(answer.status, 201, "{stream} {path}: {}", answer.text()),
            }
        }
    }
    check_problem(&send_as(&server, &zone, "DELETE", "Things('bin')", &json!({})).await, 403, "zone_denied");
}

#[tokio::test]
async fn whoever_may_delete_readings_deletes_observations_and_nothing_else() {
    let server = two_devices().await;
    let people = People::begin(&server).await;
    let wish = json!({ "name": "p", "role": "administrator", "actions": ["purge_readings"] });
    let key = people.key(&wish).await.secret;
    let id = ids(&server, "/Datastreams('bin:fill_pct')/Observations").await.remove(0);
    let address = format!("Observations('{id}')");
    assert_eq!(send_as(&server, &key, "DELETE", &address, &json!({})).await.status, 200);
    assert_eq!(ask(&server, &format!("/{address}")).await.status, 404);
    check_problem(&send_as(&server, &key, "DELETE", "Things('bin')", &json!({})).await, 403, "scope_denied");
    let log = people.get("/api/v1/audit?action=purge_readings").await.json();
    assert_eq!(log["entries"][0]["outcome"], "done");
    assert_eq!(log["entries"][1]["object"], format!("{STA}/{address}"));
}

#[tokio::test]
async fn a_visitor_asks_in_batches_and_changes_nothing() {
    let server = two_devices().await;
    People::begin(&server).await;
    let batch = json!({ "requests": [
        { "id": "g", "method": "get", "url": "Things('bin')" },
        { "id": "p", "method": "post", "url": "Things", "body": { "name": "x", "description": "d" } },
        { "id": "o", "method": "post", "url": "Datastreams('bin:fill_pct')/Observations", "body": observation(5) },
    ] });
    let answer = send(&server, "POST", "$batch", &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let responses = answer.json()["responses"].clone();
    let statuses: Vec<_> = responses.as_array().unwrap().iter().map(|r| r["status"].clone()).collect();
    assert_eq!(statuses, [200, 401, 401]);
    check_problem(&send(&server, "POST", "%24batch", &batch).await, 401, "key_required");
}

#[tokio::test]
async fn the_audit_log_names_what_was_changed_and_leaves_out_observations() {
    let server = two_devices().await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "gateway" })).await.secret;
    let mut own = datastream(None);
    own["Observations"] = json!([observation(1)]);
    let thing = json!({ "@iot.id": "bin-7", "name": "Bin 7", "description": "d",
        "properties": { "kind": "waste_bin" }, "Locations": [location(113.389)], "Datastreams": [own] });
    let sensor = json!({ "name": "S", "description": "d", "encodingType": "text/html", "metadata": "m" });
    let batch = json!({ "requests": [
        { "id": "t", "method": "post", "url": "Observations", "body":
            { "result": 5, "Datastream": { "@iot.id": "bin:fill_pct" } } },
        { "id": "u", "method": "post", "url": "Things", "body": thing },
        { "id": "v", "method": "post", "url": "Sensors", "body": sensor },
        { "id": "w", "method": "delete", "url": "Observations('bin:fill_pct:1')" },
    ] });
    let answer = send_as(&server, &key, "POST", "$batch", &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sensor = get(&server, "/Sensors?$filter=name eq 'S'").await["value"][0]["@iot.id"].clone();
    let log = people.get("/api/v1/audit").await.json();
    let told: Vec<String> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| ["action", "object", "outcome"].map(|field| entry[field].as_str().unwrap()).join(" "))
        .take_while(|entry| !entry.starts_with("key.issue"))
        .collect();
    let sensor = format!("register_devices {STA}/Sensors('{}')", sensor.as_str().unwrap());
    let device = "register_devices /api/v1/devices/bin-7";
    let expected = [
        format!("purge_readings {STA}/Observations('bin:fill_pct:1') refused"),
        format!("{sensor} done"),
        format!("{sensor} begun"),
        format!("{device} done"),
        format!("{device} begun"),
    ];
    assert_eq!(told, expected);
    let detail = log["entries"][3]["detail"].as_str().unwrap();
    assert!(detail.starts_with("put device bin-7, put Sensor "), "{detail}");
}
