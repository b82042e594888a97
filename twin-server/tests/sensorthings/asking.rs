//! What is asked and answered: paths, filters, orders, pages, expansions, and their limits.

use serde_json::{Value, json};

use super::{T, ask, get, ids, list, two_devices};
use crate::common::{Server, check_problem, reading};

#[tokio::test]
async fn the_service_document_names_the_sets_and_what_holds() {
    let server = Server::start().await;
    for path in ["", "/"] {
        let root = get(&server, path).await;
        let sets: Vec<_> = root["value"].as_array().unwrap().iter().map(|set| set["name"].clone()).collect();
        assert_eq!(sets.len(), 8);
        assert_eq!(root["value"][0]["url"], "http://twin.example/sta/v1.1/Things");
        let conformance = root["serverSettings"]["conformance"].as_array().unwrap();
        assert!(
            conformance.iter().any(|class| class.as_str().unwrap().ends_with("built-in-query-functions"))
        );
        assert!(!conformance.iter().any(|class| class.as_str().unwrap().ends_with("delete-entity")));
    }
}

#[tokio::test]
async fn devices_and_their_readings_are_entities_at_once() {
    let server = two_devices().await;
    assert_eq!(ids(&server, "/Things").await, ["bin", "lamp-1"]);
    let thing = get(&server, "/Things('lamp-1')").await;
    assert_eq!(thing["name"], "Device");
    assert_eq!(thing["properties"]["kind"], "street_lamp");
    assert_eq!(thing["properties"]["name"]["zh"], "设备");
    assert_eq!(thing["@iot.selfLink"], "http://twin.example/sta/v1.1/Things('lamp-1')");
    assert_eq!(
        thing["Datastreams@iot.navigationLink"],
        "http://twin.example/sta/v1.1/Things('lamp-1')/Datastreams"
    );
    assert_eq!(
        ids(&server, "/Things('lamp-1')/Datastreams").await,
        ["lamp-1:lamp_fault", "lamp-1:power_w", "lamp-1:voltage_v"]
    );
    let stream = get(&server, "/Datastreams('lamp-1:power_w')").await;
    assert_eq!(stream["unitOfMeasurement"]["symbol"], "W");
    assert_eq!(stream["phenomenonTime"], format!("{T}0.000Z/{T}2.000Z"));
    let at = &stream["observedArea"]["coordinates"];
    assert!(
        (at[0].as_f64().unwrap() - 113.388).abs() < 1e-3 && (at[1].as_f64().unwrap() - 22.524).abs() < 1e-3
    );
    assert_eq!(
        list(&server, "/Datastreams('lamp-1:power_w')/Observations", "result").await,
        [json!(20), json!(25.5), json!(30)]
    );
    let observation = get(&server, "/Datastreams('lamp-1:power_w')/Observations").await["value"][1].clone();
    assert_eq!(observation["phenomenonTime"], format!("{T}1.000Z"));
    let id = observation["@iot.id"].as_str().unwrap();
    assert_eq!(get(&server, &format!("/Observations('{id}')")).await, observation);
    for (path, expected) in [
        (format!("/Observations('{id}')/Datastream/Thing"), "lamp-1"),
        (format!("/Observations('{id}')/FeatureOfInterest"), "lamp-1"),
        ("/Datastreams('lamp-1:power_w')/Sensor".into(), "street_lamp"),
        ("/Datastreams('lamp-1:power_w')/ObservedProperty".into(), "power_w"),
        ("/Things('bin')/Datastreams('bin:fill_pct')".into(), "bin:fill_pct"),
    ] {
        assert_eq!(get(&server, &path).await["@iot.id"], expected, "{path}");
    }
    assert_eq!(ids(&server, "/Things('bin')/Locations").await, ["bin"]);
    assert_eq!(ids(&server, "/Sensors('waste_bin')/Datastreams").await.len(), 3);
    assert_eq!(ids(&server, "/ObservedProperties('battery_pct')/Datastreams").await, ["bin:battery_pct"]);
    assert_eq!(ids(&server, "/FeaturesOfInterest('bin')/Observations").await.len(), 1);
}

#[tokio::test]
async fn properties_values_and_addresses_are_given_alone() {
    let server = two_devices().await;
    assert_eq!(get(&server, "/Things('bin')/name").await, json!({ "name": "Device" }));
    assert_eq!(ask(&server, "/Things('bin')/name/$value").await.text(), "Device");
    assert_eq!(ask(&server, "/Things('bin')/properties/name/zh/$value").await.text(), "设备");
    assert_eq!(get(&server, "/Things('bin')/properties/kind").await, json!({ "kind": "waste_bin" }));
    assert_eq!(ask(&server, "/Things('bin')/properties/nothing").await.status, 204);
    let refs = get(&server, "/Things/$ref").await;
    assert_eq!(refs["value"][0], json!({ "@iot.selfLink": "http://twin.example/sta/v1.1/Things('bin')" }));
    for path in
        ["/Things('none')", "/Nothings", "/Things('bin')/Datastreams('lamp-1:power_w')", "/Things('bin')/x"]
    {
        let problem = ask(&server, path).await;
        assert_eq!(problem.status, 404, "{path}");
        assert!(!problem.json()["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn filters_go_through_relations_and_mean_one_and_the_same_entity() {
    let server = two_devices().await;
    for (path, expected) in [
        ("/Things?$filter=properties/kind eq 'waste_bin'", vec!["bin"]),
        ("/Things?$filter=Datastreams/unitOfMeasurement/symbol eq 'W'", vec!["lamp-1"]),
        ("/Things?$filter=Datastreams/Observations/result gt 90", vec!["bin"]),
        (
            "/Things?$filter=Datastreams/Observations/result gt 25 and Datastreams/Observations/result lt 26",
            vec!["lamp-1"],
        ),
        // One observation that is both does not exist.
        (
            "/Things?$filter=Datastreams/Observations/result gt 29 and Datastreams/Observations/phenomenonTime lt 2026-05-01T12:00:01Z",
            vec![],
        ),
        ("/Things?$filter=Locations/properties/east_m gt 20", vec!["bin"]),
        (
            "/Locations?$filter=geo.distance(location,geography'POINT (113.388097 22.524)') lt 0.0001",
            vec!["lamp-1"],
        ),
        (
            "/Locations?$filter=st_within(location,geography'POLYGON ((113.3883 22, 114 22, 114 23, 113.3883 23, 113.3883 22))')",
            vec!["bin"],
        ),
        (
            "/Datastreams?$filter=Thing/id eq 'bin' and ObservedProperty/name eq 'Battery'",
            vec!["bin:battery_pct"],
        ),
        ("/Datastreams?$filter=phenomenonTime ge 2026-05-01T12:00:01Z", vec!["bin:fill_pct"]),
        ("/Things?$filter=HistoricalLocations/time gt 2000-01-01T00:00:00Z", vec![]),
        ("/Things?$filter=not HistoricalLocations/time gt 2000-01-01T00:00:00Z", vec!["bin", "lamp-1"]),
    ] {
        assert_eq!(ids(&server, path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn observations_are_chosen_by_datastream_time_and_result() {
    let server = two_devices().await;
    let number = |n: f64| if n.fract() == 0.0 { json!(n as i64) } else { json!(n) };
    for (path, expected) in [
        ("/Observations", vec![95.0, 20.0, 25.5, 30.0]),
        ("/Observations?$filter=result gt 25", vec![95.0, 25.5, 30.0]),
        ("/Observations?$orderby=phenomenonTime", vec![20.0, 95.0, 25.5, 30.0]),
        ("/Observations?$orderby=phenomenonTime desc", vec![30.0, 95.0, 25.5, 20.0]),
        ("/Observations?$orderby=result", vec![20.0, 25.5, 30.0, 95.0]),
        ("/Observations?$orderby=result desc&$top=2", vec![95.0, 30.0]),
        ("/Observations?$orderby=result desc&$skip=1&$top=2", vec![30.0, 25.5]),
        ("/Observations?$skip=2", vec![25.5, 30.0]),
        (
            "/Observations?$filter=Datastream/id eq 'lamp-1:power_w'&$orderby=phenomenonTime desc&$top=1",
            vec![30.0],
        ),
        (
            "/Observations?$filter=Datastream/Thing/properties/kind eq 'street_lamp' and result lt 26",
            vec![20.0, 25.5],
        ),
        (
            "/Observations?$filter=phenomenonTime gt 2026-05-01T12:00:00Z and phenomenonTime lt 2026-05-01T12:00:02Z",
            vec![95.0, 25.5],
        ),
        ("/Observations?$filter=phenomenonTime eq 2026-05-01T20:00:02+08:00", vec![30.0]),
        ("/Observations?$filter=phenomenonTime le 2026-05-01T12:00:00Z or result eq 95", vec![95.0, 20.0]),
        ("/Observations?$filter=phenomenonTime lt 2026-05-01T12:00:00Z/2026-05-01T12:00:01Z", vec![]),
        ("/Observations?$filter=second(phenomenonTime) eq 1", vec![95.0, 25.5]),
        ("/Observations?$filter=result gt 100", vec![]),
        ("/Datastreams('lamp-1:power_w')/Observations?$orderby=phenomenonTime desc&$top=1", vec![30.0]),
        (
            "/Datastreams('lamp-1:power_w')/Observations?$orderby=phenomenonTime desc&$skip=1",
            vec![25.5, 20.0],
        ),
    ] {
        let expected: Vec<_> = expected.into_iter().map(number).collect();
        assert_eq!(list(&server, path, "result").await, expected, "{path}");
    }
    for (path, count) in [
        ("/Observations?$count=true&$top=1", 4),
        ("/Observations?$count=true&$top=0&$filter=result gt 25", 3),
        ("/Observations?$count=true&$top=0&$filter=phenomenonTime gt 2026-05-01T12:00:00Z", 3),
        ("/Datastreams('lamp-1:power_w')/Observations?$count=true&$top=1", 3),
        ("/Things?$count=true&$top=1", 2),
        ("/Datastreams?$count=true&$top=1", 6),
    ] {
        assert_eq!(get(&server, path).await["@iot.count"], count, "{path}");
    }
}

#[tokio::test]
async fn pages_lead_to_each_other_until_the_end_in_every_order() {
    let server = Server::start().await;
    let mut readings = Vec::new();
    for device in ["a", "b", "c"] {
        server.put(device, "waste_bin", 10.0).await;
        for second in 0..40 {
            // Of every instant there are three.
            let time = format!("2026-05-01T12:00:{second:02}Z");
            readings.push(reading(device, "fill_pct", f64::from(second), &time));
        }
    }
    server.post(json!(readings)).await;
    for order in [
        "",
        "&$orderby=phenomenonTime",
        "&$orderby=phenomenonTime desc",
        "&$orderby=result desc",
        "&$orderby=phenomenonTime desc,id",
    ] {
        let whole = ids(&server, &format!("/Observations?$top=500{order}")).await;
        assert_eq!(whole.len(), 120);
        let mut paged = Vec::new();
        let mut next = format!("/Observations?$top=7{order}");
        loop {
            let page = get(&server, &next).await;
            paged.extend(
                page["value"].as_array().unwrap().iter().map(|o| o["@iot.id"].as_str().unwrap().to_owned()),
            );
            let Some(link) = page["@iot.nextLink"].as_str() else { break };
            let link = link.strip_prefix("http://twin.example/sta/v1.1").unwrap();
            next = link.replace("%20", " ").replace("%27", "'").replace("%2C", ",");
        }
        assert_eq!(paged, whole, "{order}");
    }
    let page = get(&server, "/Things?$top=2&$expand=Datastreams($top=1)").await;
    assert_eq!(
        page["@iot.nextLink"],
        "http://twin.example/sta/v1.1/Things?$top=2&$expand=Datastreams%28$top%3D1%29&$skip=2"
    );
    let nested = page["value"][0]["Datastreams@iot.nextLink"].as_str().unwrap();
    assert_eq!(nested, "http://twin.example/sta/v1.1/Things('a')/Datastreams?$top=1&$skip=1");
    check_problem(&ask(&server, "/Observations?$skiptoken=gone:fill_pct:1").await, 400, "bad_skiptoken");
}

#[tokio::test]
async fn nested_expansions_give_the_newest_observation_of_every_datastream() {
    let server = two_devices().await;
    // Implausible: memory leaves it aside, the history does not.
    server
        .post(json!([
            reading("lamp-1", "voltage_v", 230.0, &format!("{T}1Z")),
            reading("lamp-1", "voltage_v", 999.0, &format!("{T}5Z"))
        ]))
        .await;
    let path = "/Things?$expand=Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1);$select=id),Locations($select=name)&$select=name";
    let answer = get(&server, path).await;
    let lamp = &answer["value"][1];
    assert_eq!(lamp.as_object().unwrap().keys().collect::<Vec<_>>(), ["Datastreams", "Locations", "name"]);
    let newest: Vec<_> = lamp["Datastreams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["Observations"][0]["result"].clone())
        .collect();
    assert_eq!(newest, [Value::Null, json!(30), json!(999)]);
    assert_eq!(lamp["Datastreams"][2]["Observations"][0]["parameters"], json!({ "plausible": false }));
    assert_eq!(lamp["Locations"], json!([{ "name": "Device" }]));
    let nested = get(&server, "/Observations?$top=1&$expand=Datastream/Thing,FeatureOfInterest").await;
    assert_eq!(nested["value"][0]["Datastream"]["Thing"]["@iot.id"], "bin");
    let counted = get(
        &server,
        "/Datastreams('lamp-1:power_w')?$expand=Observations($count=true;$filter=result gt 21;$top=1)",
    )
    .await;
    assert_eq!(
        (&counted["Observations@iot.count"], &counted["Observations"][0]["result"]),
        (&json!(2), &json!(25.5))
    );
}

#[tokio::test]
async fn questions_that_ask_too_much_are_refused_while_others_are_answered() {
    let server = two_devices().await;
    let wide = vec!["result eq 1"; 2_000].join(" or ");
    let deep = format!("{}true{}", "(".repeat(2_000), ")".repeat(2_000));
    for (path, code) in [
        (format!("/Observations?$filter={wide}"), "filter_too_large"),
        (format!("/Things?$filter={deep}"), "filter_too_large"),
        ("/Things?$filter=name eq 5 and".into(), "bad_filter"),
        ("/Things?$filter=colour eq 5".into(), "bad_filter"),
        ("/Things?$colour=red".into(), "bad_option"),
        ("/Things?$expand=Observations".into(), "bad_option"),
        ("/Things?$resultFormat=dataArray".into(), "bad_option"),
        ("/Things?$filter=Locations/name eq 'a' and Datastreams/name eq 'a' and HistoricalLocations/time gt now() and Datastreams/Observations/result gt 1".into(), "filter_too_wide"),
    ] {
        check_problem(&ask(&server, &path).await, 400, code);
    }
    assert_eq!(ids(&server, "/Things").await.len(), 2);
}
