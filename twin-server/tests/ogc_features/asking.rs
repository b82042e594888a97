//! Which features a request means: pages, boxes, filters, properties, times.

use std::collections::BTreeSet;

use serde_json::json;

use super::{ask, bbox, encoded, get, good, ids, link};
use crate::common::check_problem;
use crate::ogc;

/// Whether a ring and a rectangle, both convex, share a point: no line parallel to one of their sides
/// is between them.
fn meet(ring: &[[f64; 2]], [west, south, east, north]: [f64; 4]) -> bool {
    let other = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    let sides = ring.windows(2).chain(other.windows(2));
    let mut axes = sides.map(|w| [w[1][1] - w[0][1], w[0][0] - w[1][0]]);
    let span = |points: &[[f64; 2]], axis: [f64; 2]| {
        let along = points.iter().map(|p| p[0] * axis[0] + p[1] * axis[1]);
        along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    axes.all(|axis| {
        let ((a, b), (c, d)) = (span(ring, axis), span(&other, axis));
        a <= d && c <= b
    })
}

#[tokio::test]
async fn pages_give_each_feature_once_in_one_order() {
    let server = ogc::start().await;
    for (collection, count) in [("buildings", 120), ("devices", 4), ("elements", 30)] {
        for query in ["", "&filter=id%20IS%20NOT%20NULL"] {
            let mut path = format!("/ogc/collections/{collection}/items?limit=7{query}");
            let mut found = Vec::new();
            loop {
                let page = good(&server, &path).await.json();
                let page_ids = ids(&page);
                assert_eq!(page["numberReturned"], page_ids.len());
                if found.is_empty() || query.is_empty() {
                    assert_eq!(page["numberMatched"], count, "{path}");
                }
                found.extend(page_ids);
                match link(&page, "next") {
                    Some(next) => next.strip_prefix("http://twin.test:8080").unwrap().clone_into(&mut path),
                    None => break,
                }
            }
            let unique: BTreeSet<&String> = found.iter().collect();
            assert_eq!((found.len(), unique.len()), (count, count), "{collection} {query}");
        }
    }
    let default = good(&server, "/ogc/collections/buildings/items").await.json();
    assert_eq!((&default["numberReturned"], &default["numberMatched"]), (&json!(100), &json!(120)));
    assert_eq!(
        ids(&good(&server, "/ogc/collections/buildings/items?limit=99999999999999999999").await.json()).len(),
        120
    );
    for limit in ["0", "-1", "ten", "", "1.5"] {
        check_problem(
            &get(&server, &format!("/ogc/collections/buildings/items?limit={limit}")).await,
            400,
            "bad_limit",
        );
    }
    check_problem(
        &get(&server, "/ogc/collections/buildings/items?after=building%2Fnone").await,
        400,
        "stale_page",
    );
    // Devices go on behind an id that is not there any more.
    let path = "/ogc/collections/devices/items?after=lamp-0";
    assert_eq!(ids(&good(&server, path).await.json()), ["lamp-1", "lamp-2", "lamp-3"]);
}

#[tokio::test]
async fn a_box_finds_what_a_look_at_every_feature_finds() {
    let server = ogc::start().await;
    let all = good(&server, "/ogc/collections/buildings/items?limit=200").await.json();
    let rings: Vec<(String, Vec<[f64; 2]>)> = all["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| {
            let ring: Vec<[f64; 3]> =
                serde_json::from_value(feature["geometry"]["coordinates"][0].clone()).unwrap();
            (feature["id"].as_str().unwrap().to_owned(), ring.iter().map(|[x, y, _]| [*x, *y]).collect())
        })
        .collect();
    let mut state = 7_u64;
    let mut random = |limit: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64 * limit
    };
    let mut hits = 0;
    for _ in 0..60 {
        let (e, n) = (random(380.0) - 20.0, random(320.0) - 20.0);
        let text = bbox(e, n, e + random(90.0), n + random(90.0));
        let sides: Vec<f64> = text.split(',').map(|n| n.parse().unwrap()).collect();
        let rect: [f64; 4] = sides.try_into().unwrap();
        let expected: Vec<&String> =
            rings.iter().filter(|(_, ring)| meet(ring, rect)).map(|(id, _)| id).collect();
        let found = ask(&server, "buildings", &format!("bbox={text}")).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
        let by_filter = format!("filter={}", encoded(&format!("S_INTERSECTS(geometry, BBOX({text}))")));
        assert_eq!(ask(&server, "buildings", &by_filter).await, found);
        hits += found.len();
    }
    assert!(hits > 100);
}

#[tokio::test]
async fn boxes_may_have_heights_and_cross_the_antimeridian() {
    let server = ogc::start().await;
    let count = |query: String| {
        let server = &server;
        async move { ask(server, "buildings", &query).await.len() }
    };
    assert_eq!(count("bbox=-180,-90,180,90".into()).await, 120);
    assert_eq!(count("bbox=113,-90,-170,90".into()).await, 120);
    assert_eq!(count("bbox=170,-90,-170,90".into()).await, 0);
    // Buildings of 3 m a floor, from 12 m above the ellipsoid: 17 have 7 floors.
    assert_eq!(count("bbox=113,22,31,114,23,99".into()).await, 17);
    assert_eq!(count("bbox=113,22,-99,114,23,11".into()).await, 0);
    assert_eq!(
        ask(&server, "devices", &format!("bbox={}", bbox(60.0, 0.0, 80.0, 9.0))).await,
        ["bin-1", "lamp-2"]
    );
    for wrong in ["1,2,3", "0,9,1,8", "a,b,c,d", "0,0,400,1", "nan,0,1,1"] {
        check_problem(
            &get(&server, &format!("/ogc/collections/buildings/items?bbox={wrong}")).await,
            400,
            "bad_bbox",
        );
    }
}

#[tokio::test]
async fn filters_select_in_both_languages() {
    let server = ogc::start().await;
    for (text, json, count) in [
        ("floors = 7", json!({ "op": "=", "args": [{ "property": "floors" }, 7] }), 17),
        (
            "floors >= 3 AND \"use\" = 'school'",
            json!({ "op": "and", "args": [
                { "op": ">=", "args": [{ "property": "floors" }, 3] },
                { "op": "=", "args": [{ "property": "use" }, "school"] },
            ] }),
            29,
        ),
        ("name_zh LIKE '1%号楼'", json!({ "op": "like", "args": [{ "property": "name_zh" }, "1%号楼"] }), 31),
        ("built IS NULL", json!({ "op": "isNull", "args": [{ "property": "built" }] }), 90),
        ("listed", json!({ "property": "listed" }), 24),
    ] {
        let by_text = ask(&server, "buildings", &format!("filter={}", encoded(text))).await;
        let by_json = ask(
            &server,
            "buildings",
            &format!("filter-lang=cql2-json&filter={}", encoded(&json.to_string())),
        )
        .await;
        assert_eq!((by_text.len(), &by_text), (count, &by_json), "{text}");
    }
    let doors = "ifc_class = 'IfcDoor' AND \"Pset_DoorCommon.FireRating\" = 'EI30'";
    assert_eq!(
        ask(&server, "elements", &format!("filter={}", encoded(doors))).await,
        ["house/D00", "house/D10", "house/D20"]
    );
    let full = encoded("status = 'offline' AND fill_pct > 43");
    assert_eq!(ask(&server, "devices", &format!("filter={full}")).await, ["bin-1"]);
    let unknown = get(&server, "/ogc/collections/buildings/items?filter=colour%3D%27red%27").await;
    let problem = check_problem(&unknown, 400, "unknown_property");
    assert!(problem["hint"].as_str().unwrap().contains("`floors`"), "{problem}");
    let broken = check_problem(
        &get(&server, "/ogc/collections/buildings/items?filter=floors%3D").await,
        400,
        "bad_filter",
    );
    assert!(broken["detail"].as_str().unwrap().contains("character 8"), "{broken}");
    for (query, code) in [
        ("filter=listed&filter-lang=sql", "bad_filter_lang"),
        ("filter=listed&filter-crs=EPSG:4547", "unsupported_crs"),
    ] {
        check_problem(&get(&server, &format!("/ogc/collections/buildings/items?{query}")).await, 400, code);
    }
}

#[tokio::test]
async fn parameters_with_names_of_properties_select() {
    let server = ogc::start().await;
    assert_eq!(ask(&server, "buildings", "floors=7&use=housing").await.len(), 11);
    assert_eq!(ask(&server, "buildings", "listed=true").await.len(), 24);
    assert_eq!(ask(&server, "buildings", "id=building%2Fb003").await, ["building/b003"]);
    assert_eq!(ask(&server, "devices", "kind=street_lamp").await.len(), 3);
    // The source's own `name` does not hide ours.
    assert_eq!(ask(&server, "buildings", "source_name=source%203").await, ["building/b003"]);
    check_problem(&get(&server, "/ogc/collections/buildings/items?floors=many").await, 400, "bad_value");
    let unknown = check_problem(
        &get(&server, "/ogc/collections/buildings/items?colour=red").await,
        400,
        "unknown_parameter",
    );
    assert!(unknown["hint"].as_str().unwrap().contains("`bbox`"));
    check_problem(
        &get(&server, "/ogc/collections/buildings/items?floors=1&floors=2").await,
        400,
        "bad_query",
    );
    let chosen = good(
        &server,
        "/ogc/collections/elements/items?properties=Pset_DoorCommon.FireRating,ifc_class&limit=1",
    )
    .await;
    assert_eq!(
        chosen.json()["features"][0]["properties"],
        json!({ "ifc_class": "IfcDoor", "Pset_DoorCommon.FireRating": "EI30" })
    );
    check_problem(
        &get(&server, "/ogc/collections/elements/items?properties=colour").await,
        400,
        "unknown_property",
    );
}

#[tokio::test]
async fn times_select_devices_and_leave_buildings_alone() {
    let server = ogc::start().await;
    for (datetime, found) in [
        ("2026-01-02", vec!["bin-1"]),
        ("2026-01-02T08:00:00Z", vec!["bin-1"]),
        ("2026-01-01T12:00:00Z/2026-01-02T12:00:00Z", vec!["bin-1"]),
        ("2026-01-01T08:00:00Z", vec![]),
        ("../2025-12-31", vec![]),
    ] {
        assert_eq!(ask(&server, "devices", &format!("datetime={datetime}")).await, found, "{datetime}");
        assert_eq!(ask(&server, "buildings", &format!("datetime={datetime}")).await.len(), 120);
    }
    check_problem(&get(&server, "/ogc/collections/devices/items?datetime=today").await, 400, "bad_datetime");
}

#[tokio::test]
async fn hostile_filters_are_refused_before_they_cost() {
    let server = ogc::start().await;
    let deep = "(".repeat(16_000);
    let terms = vec!["floors=1"; 100_000].join(" OR ");
    let wide = format!("floors IN ({}1)", "1,".repeat(7000));
    let json = format!("{}true{}", r#"{"op":"not","args":["#.repeat(600), "]}".repeat(600));
    for (filter, language) in
        [(&deep, "cql2-text"), (&wide, "cql2-text"), (&json, "cql2-json"), (&deep, "cql2-json")]
    {
        let path =
            format!("/ogc/collections/buildings/items?filter-lang={language}&filter={}", encoded(filter));
        let answer = match axum::http::Uri::try_from(&path) {
            Ok(_) => get(&server, &path).await,
            // A longer address is no address: the connection answers 414 before we see it.
            Err(_) => continue,
        };
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(
            answer.status.as_u16() == 400 && ["filter_too_large", "bad_filter"].contains(&code.as_str()),
            "{code}"
        );
    }
    assert!(axum::http::Uri::try_from(format!("/ogc/?filter={}", encoded(&terms))).is_err());
    let many = (0..100).map(|i| format!("p{i}=1")).collect::<Vec<_>>().join("&");
    check_problem(&get(&server, &format!("/ogc/collections/buildings/items?{many}")).await, 400, "bad_query");
    let id = encoded(&"é".repeat(5000));
    check_problem(
        &get(&server, &format!("/ogc/collections/buildings/items/{id}")).await,
        404,
        "unknown_feature",
    );
    check_problem(&get(&server, &format!("/ogc/collections/{id}")).await, 404, "unknown_collection");
}
