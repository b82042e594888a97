//! The publication over HTTP: catalogue, objects, places, files; and what all answers have in
//! common.

use crate::common::process::{self, Process};
use crate::common::{Server, check_problem, publish, reading};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use twin_server::auth::AuthConfig;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

#[tokio::test]
async fn the_catalogue_says_where_its_files_are() {
    let server = Server::start().await;
    let answer = server.get("/api/v1/catalog").await;
    let catalog = answer.json();
    assert_eq!((&catalog["version"], &catalog["base"]), (&json!("v1"), &json!("/publication/versions/v1/")));
    let tileset = format!(
        "{}{}",
        catalog["base"].as_str().unwrap(),
        catalog["catalog"]["scenes"][0]["tileset"].as_str().unwrap()
    );
    assert_eq!(server.get(&tileset).await.json()["asset"]["version"], "1.1");
    let etag = answer.header("etag").to_owned();
    let again = server.get_with("/api/v1/catalog", &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn pages_of_other_sites_read_tiles_and_features_where_anyone_may() {
    const SHARED: [&str; 6] = [
        "/publication/current",
        "/publication/tileset.json",
        "/publication/versions/v1/full/tileset.json",
        "/publication/none.glb",
        "/ogc/collections",
        "/sta/v1.1/Things",
    ];
    let everyone = |answer: &crate::common::Answer| answer.header("access-control-allow-origin") == "*";
    let server = Server::start().await;
    // The second answer comes from memory.
    for path in SHARED.into_iter().chain(SHARED) {
        let answer = server.get_with(path, &[("origin", "https://maps.example")]).await;
        assert!(everyone(&answer), "{path}");
    }
    for path in ["/api/v1/devices", "/healthz", "/"] {
        assert!(!everyone(&server.get_with(path, &[("origin", "https://maps.example")]).await), "{path}");
    }
    assert!(!everyone(&server.send("POST", "/sta/v1.1/Things", "{}").await));
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let closed = AuthConfig { require_sign_in: true, ..AuthConfig::default() };
    let server = Server::start_with(folder, Some("0123456789abcdef"), closed).await;
    for path in SHARED {
        let answer = server.get_with(path, &[("x-api-key", "0123456789abcdef")]).await;
        assert!(answer.status != StatusCode::UNAUTHORIZED && !everyone(&answer), "{path}");
    }
}

#[tokio::test]
async fn objects_are_found_by_class_zone_and_id() {
    let server = Server::start().await;
    let ids = |answer: Value| -> Vec<String> {
        answer["objects"].as_array().unwrap().iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(server.get("/api/v1/objects").await.json()).len(), 3);
    assert_eq!(ids(server.get("/api/v1/objects?class=zone").await.json()), ["zone/z1"]);
    assert_eq!(ids(server.get("/api/v1/objects?zone=zone/z1").await.json()), ["building/b1"]);
    assert_eq!(server.get("/api/v1/objects/building/b1").await.json()["zone"], "zone/z1");
    assert_eq!(server.get("/api/v1/objects/building%2Fb1").await.json()["zone"], "zone/z1");
    check_problem(&server.get("/api/v1/objects/building/none").await, 404, "unknown_object");
    check_problem(&server.get("/api/v1/objects?class=tree").await, 400, "bad_query");
}

#[tokio::test]
async fn a_place_knows_its_zone_its_building_and_its_devices() {
    let server = Server::start().await;
    for (id, east_m) in [("far", 90.0), ("near", 12.0), ("here", 2.0)] {
        server.put(id, "lift", east_m).await;
    }
    let inside = server.get("/api/v1/place?east_m=3&north_m=5").await.json();
    assert_eq!(
        (&inside["zone"]["id"], &inside["building"]["id"]),
        (&json!("zone/z1"), &json!("building/b1"))
    );
    assert_eq!(inside["community"]["name"]["zh"], "花园");
    assert_eq!((&inside["community"]["buildings"], &inside["community"]["devices"]), (&json!(1), &json!(3)));
    let near: Vec<(&str, f64)> = inside["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["device"]["id"].as_str().unwrap(), d["distance_m"].as_f64().unwrap()))
        .collect();
    assert_eq!(near, [("here", 1.0), ("near", 9.0)]);
    let outside = server.get("/api/v1/place?east_m=-500&north_m=5").await.json();
    assert_eq!(
        (&outside["zone"], &outside["building"], &outside["devices"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    check_problem(&server.get("/api/v1/place?east_m=nan&north_m=5").await, 400, "bad_place");
    check_problem(&server.get("/api/v1/place?east_m=1").await, 400, "bad_query");
}

#[tokio::test]
async fn published_files_come_with_type_tag_and_cache_rule() {
    let server = Server::start().await;
    let tile = server.get("/publication/content/tile.glb").await;
    assert_eq!((tile.status, tile.text().as_str()), (StatusCode::OK, "glTF012345"));
    assert_eq!(tile.header("content-type"), "model/gltf-binary");
    assert_eq!(tile.header("cache-control"), IMMUTABLE);
    assert_eq!(tile.header("content-length"), "10");
    let tag = tile.header("etag").to_owned();
    let again = server.get_with("/publication/content/tile.glb", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.header("etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
    let head = server.ask(Request::head("/publication/content/tile.glb").body(Body::empty()).unwrap()).await;
    assert_eq!((head.header("content-length"), head.body.len()), ("10", 0));
    let model = server.get("/publication/versions/v1/model.ndjson").await;
    assert_eq!(model.header("content-type"), "application/x-ndjson");
    assert_eq!(server.get("/publication/current").await.text(), "v1\n");
}

#[tokio::test]
async fn parts_of_files_are_given() {
    let server = Server::start().await;
    let part = |range: &'static str| async {
        let path = "/publication/content/tile.glb";
        server.get_with(path, &[("range", range)]).await
    };
    let middle = part("bytes=4-6").await;
    assert_eq!((middle.status, middle.text().as_str()), (StatusCode::PARTIAL_CONTENT, "012"));
    assert_eq!(middle.header("content-range"), "bytes 4-6/10");
    assert_eq!(part("bytes=-2").await.text(), "45");
    let outside = part("bytes=10-").await;
    check_problem(&outside, 416, "range_not_satisfiable");
    assert_eq!(outside.header("content-range"), "bytes */10");
}

#[tokio::test]
async fn large_files_are_streamed_whole_and_in_part() {
    let server = Server::start().await;
    let large: Vec<u8> = (0..9_000_000_u32).map(|i| (i % 251) as u8).collect();
    std::fs::write(server.folder.path().join("publication/content/large.bin"), &large).unwrap();
    assert!(server.get("/publication/content/large.bin").await.body == large);
    let part = server.get_with("/publication/content/large.bin", &[("range", "bytes=70000-200000")]).await;
    assert!(part.body == large[70_000..=200_000]);
}

#[tokio::test]
async fn a_precompressed_side_file_is_given_to_those_who_take_it() {
    let server = Server::start().await;
    let get = |encodings: &'static str| async {
        let path = "/publication/versions/v1/full/tileset.json";
        server.get_with(path, &[("accept-encoding", encodings)]).await
    };
    for (accept, encoding, body) in
        [("gzip, br", "br", "brotli"), ("gzip", "gzip", "gzipped"), ("br;q=0", "", "{")]
    {
        let answer = get(accept).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{accept}");
        assert!(answer.text().starts_with(body));
        assert_eq!(
            (answer.header("content-type"), answer.header("vary")),
            ("application/json", "accept-encoding")
        );
    }
    assert_ne!(get("br").await.header("etag"), get("identity").await.header("etag"));
    // Contents that have siblings, too; a part is one of the plain file.
    let content = server.folder.path().join("publication/content");
    std::fs::write(content.join("tile.glb.br"), "packed").unwrap();
    let tile = "/publication/content/tile.glb";
    let packed = server.get_with(tile, &[("accept-encoding", "br")]).await;
    assert_eq!((packed.header("content-encoding"), packed.text().as_str()), ("br", "packed"));
    assert_eq!(packed.header("content-type"), "model/gltf-binary");
    let part = server.get_with(tile, &[("accept-encoding", "br"), ("range", "bytes=0-3")]).await;
    assert_eq!((part.header("content-encoding"), part.text().as_str()), ("", "glTF"));
    // No side file beside this one: the plain file.
    let path = "/publication/versions/v1/model.ndjson";
    let plain = server.get_with(path, &[("accept-encoding", "br, gzip")]).await;
    assert_eq!((plain.header("content-encoding"), plain.status), ("", StatusCode::OK));
}

#[tokio::test]
async fn no_path_leads_out_of_the_publication() {
    let server = Server::start().await;
    let root = server.folder.path().join("publication");
    std::fs::write(server.folder.path().join("secret.json"), "secret").unwrap();
    std::fs::write(root.join("content/.hidden.glb"), "secret").unwrap();
    std::os::unix::fs::symlink("../../secret.json", root.join("content/link.json")).unwrap();
    for path in [
        "../../secret.json",
        "content/../../secret.json",
        "content/%2e%2e/%2e%2e/secret.json",
        "content/..%2f..%2fsecret.json",
        "content/%2e%2e%2f%2e%2e%2fsecret.json",
        "content/..%5c..%5csecret.json",
        "content/%252e%252e/%252e%252e/secret.json",
        "content//../../secret.json",
        "content/tile.glb%00.json",
        "content/link.json",
        "content/.hidden.glb",
        "content/",
        "content",
        "versions",
        "versions/v1",
        "versions/v1/full",
        "versions/v1/",
        "",
    ] {
        let answer = server.get(&format!("/publication/{path}")).await;
        assert!(!answer.text().contains("secret"), "{path}");
        if !path.is_empty() {
            check_problem(&answer, 404, "no_file");
        }
    }
}

#[tokio::test]
async fn a_new_version_is_served_while_the_server_runs() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 0.0).await;
    publish(&server.folder.path().join("publication"), "v2");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while server.get("/api/v1/catalog").await.json()["version"] != "v2" {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(server.get("/healthz").await.json()["publication"], "v2");
    server.post(json!([reading("b", "fill_pct", 1.0, "2026-01-01T00:00:00Z")])).await;
}

#[tokio::test]
async fn failures_are_problems_everywhere() {
    let server = Server::start().await;
    check_problem(&server.get("/api/v1/nothing").await, 404, "not_found");
    check_problem(&server.get("/api/").await, 404, "not_found");
    check_problem(&server.get("/missing.js").await, 404, "not_found");
    let wrong = server.send("PATCH", "/api/v1/devices/a", "{}").await;
    check_problem(&wrong, 405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD,PUT,DELETE");
    check_problem(&server.send("POST", "/anything", "{}").await, 405, "method_not_allowed");
    check_problem(&server.send("POST", "/publication/content/tile.glb", "").await, 405, "method_not_allowed");
}

#[tokio::test]
async fn every_answer_keeps_the_browser_careful_and_names_its_request() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/devices", "/publication/content/tile.glb", "/none.js"] {
        let answer = server.get_with(path, &[("x-request-id", "abc-1")]).await;
        assert_eq!(answer.header("x-request-id"), "abc-1");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("default-src 'self'"), "{path}");
        assert!(!answer.header("referrer-policy").is_empty());
    }
    let forged = server.get_with("/healthz", &[("x-request-id", "a b")]).await;
    assert_ne!(forged.header("x-request-id"), "a b");
    let report = server.get("/publication/versions/v1/report.html").await;
    assert!(report.header("content-security-policy").contains("default-src 'none'"));
}

#[tokio::test]
async fn the_root_is_the_viewer_or_says_how_to_build_it() {
    let server = Server::start().await;
    for path in ["/", "/some/view"] {
        let page = server.get(path).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-cache"));
        assert!(page.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn scripts_of_the_viewer_are_sent_as_packed_as_the_client_takes_them() {
    let server = Server::start().await;
    let page = server.get("/").await;
    let html = page.text();
    let Some(script) = html.split("src=\"./").nth(1).and_then(|rest| rest.split('"').next()) else {
        eprintln!("SKIPPED: the viewer is not built");
        return;
    };
    let path = format!("/{script}");
    let of = |coding: &'static str| {
        let (server, path) = (&server, &path);
        async move { server.get_with(path, &[("accept-encoding", coding)]).await }
    };
    let (plain, gzip, brotli) = (of("identity").await, of("gzip").await, of("gzip, br").await);
    assert_eq!(
        [&plain, &gzip, &brotli].map(|answer| answer.header("content-encoding").to_owned()),
        ["", "gzip", "br"]
    );
    assert!(brotli.body.len() < gzip.body.len() && gzip.body.len() < plain.body.len());
    let mut unpacked = Vec::new();
    std::io::copy(&mut flate2::read::GzDecoder::new(&gzip.body[..]), &mut unpacked).unwrap();
    assert!(unpacked == plain.body, "the packed script is another one");
    for answer in [&plain, &gzip, &brotli] {
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("etag"), plain.header("etag"));
        assert_eq!(answer.header("content-type"), plain.header("content-type"));
    }
    let again =
        server.get_with(&path, &[("accept-encoding", "br"), ("if-none-match", plain.header("etag"))]).await;
    assert_eq!((again.status, again.header("vary")), (StatusCode::NOT_MODIFIED, "accept-encoding"));
}

#[tokio::test]
async fn long_json_is_compressed_but_not_the_stream_of_events() {
    let server = Server::start().await;
    let kinds = server.get_with("/api/v1/device-kinds", &[("accept-encoding", "gzip")]).await;
    assert_eq!(kinds.header("content-encoding"), "gzip");
    let request = Request::get("/api/v1/events").header("accept-encoding", "gzip, br");
    let events = server.raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(events.headers().get("content-type").unwrap(), "text/event-stream");
    assert!(events.headers().get("content-encoding").is_none());
}

#[tokio::test]
async fn everything_in_the_openapi_document_is_answered() {
    let server = Server::start().await;
    let document = server.get("/api/openapi.json").await.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let uri = path.replace("{id}", "some");
            let answer = server
                .raw(
                    Request::builder()
                        .method(method.to_uppercase().as_str())
                        .uri(&uri)
                        .body(Body::empty())
                        .unwrap(),
                )
                .await;
            let status = answer.status().as_u16();
            assert_ne!(status, 405, "{method} {path}");
            // Unknown things are 404 too, but then the code says which.
            if status == 404 {
                let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
                let code = serde_json::from_slice::<Value>(&body).unwrap()["code"].clone();
                assert_ne!(code, "not_found", "{method} {path}");
            }
        }
    }
}

/// Status, headers but those that differ each time, and body of an answer over a socket.
fn over_socket(
    server: &Process,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let request = ureq::get(format!("{}{path}", server.url)).config().http_status_as_error(false).build();
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let mut answer = request.call().unwrap();
    let kept = answer.headers().iter().filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"));
    let mut kept: Vec<_> =
        kept.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    kept.sort();
    assert!(answer.headers().contains_key("x-request-id"));
    (answer.status().as_u16(), kept, answer.body_mut().read_to_vec().unwrap())
}

#[test]
fn a_file_from_memory_is_answered_before_the_router_as_behind_it() {
    const TILE: &str = "/publication/content/tile.glb";
    let folder = process::folder();
    std::fs::create_dir_all(folder.path().join("publication/content")).unwrap();
    std::fs::write(folder.path().join("publication/content/tile.glb"), [7; 5000]).unwrap();
    let server = Process::start(folder.path());
    let (status, head, body) = over_socket(&server, TILE, &[]);
    assert_eq!((status, body.len()), (200, 5000));
    let etag = head.iter().find(|(name, _)| name == "etag").unwrap().1.clone();
    for headers in [
        &[][..],
        &[("if-none-match", &*etag)],
        &[("range", "bytes=10-19")],
        &[("range", "bytes=9999-")],
        &[("accept-encoding", "br, gzip")],
        &[("origin", "https://maps.example")],
        &[("x-forwarded-for", "192.0.2.7"), ("x-request-id", "ours")],
    ] {
        let early = over_socket(&server, TILE, headers);
        // A cookie that says nothing has a request go the long way.
        let late = over_socket(&server, TILE, &[headers, &[("cookie", "a=b")]].concat());
        assert_eq!(early, late, "{headers:?}");
    }
    // Both ways are counted as one route.
    let figures = server.text("/metrics");
    let counted = r#"twin_http_requests_total{route="/publication/{*path}",method="GET",status="2xx"} 11"#;
    assert!(figures.contains(counted), "{figures}");
}

#[test]
fn a_file_from_memory_is_for_those_alone_who_may_read_it() {
    const TILE: &str = "/publication/content/tile.glb";
    let key = "0123456789abcdef0123456789abcdef";
    let folder = process::folder();
    std::fs::create_dir_all(folder.path().join("publication/content")).unwrap();
    std::fs::write(folder.path().join("publication/content/tile.glb"), [7; 5000]).unwrap();
    let server = Process::start_with(folder.path(), &["--ingest-key", key, "--require-sign-in"]);
    for (headers, expected) in [
        (&[("x-api-key", key)][..], true),
        (&[], false),
        (&[("x-api-key", "wrong")], false),
        (&[("x-api-key", key)], true),
    ] {
        let (status, head, _) = over_socket(&server, TILE, headers);
        // Devices may read the publication, or they are refused; nobody else is given it.
        assert_eq!(status == 401, !expected, "{headers:?}: {status}");
        assert!(!head.iter().any(|(_, value)| value.starts_with("public")), "{head:?}");
    }
    let open = Process::start_on(folder.path(), "open.db");
    assert_eq!(over_socket(&open, TILE, &[]).0, 200);
    for _ in 0..2 {
        assert_eq!(over_socket(&open, TILE, &[("x-api-key", "wrong")]).0, 401, "whoever means to be someone");
    }
}
