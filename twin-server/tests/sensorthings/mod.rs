//! SensorThings 1.1 by the letter: what is asked, what is answered, what is refused.

mod asking;
mod rights;
mod writing;

use crate::common::{Answer, Server, reading};
use serde_json::{Value, json};

const STA: &str = "/sta/v1.1";
const T: &str = "2026-05-01T12:00:0";

/// A query as a client encodes it.
fn encoded(query: &str) -> String {
    query.replace('%', "%25").replace('+', "%2B").replace(' ', "%20").replace('\'', "%27").replace('"', "%22")
}

async fn ask(server: &Server, path: &str) -> Answer {
    server.get_with(&format!("{STA}{}", encoded(path)), &[("host", "twin.example")]).await
}

/// What is answered to a question that must be answered.
async fn get(server: &Server, path: &str) -> Value {
    let answer = ask(server, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// One property of all entities that are answered.
async fn list(server: &Server, path: &str, name: &str) -> Vec<Value> {
    let answer = get(server, path).await;
    answer["value"].as_array().unwrap().iter().map(|entity| entity[name].clone()).collect()
}

/// Ids of all entities that are answered.
async fn ids(server: &Server, path: &str) -> Vec<String> {
    list(server, path, "@iot.id").await.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    server.send(method, &format!("{STA}/{path}"), body.to_string()).await
}

/// Makes an entity that must be made; gives its id.
async fn make(server: &Server, path: &str, body: &Value) -> String {
    let answer = send(server, "POST", path, body).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.text());
    let id = answer.json()["@iot.id"].as_str().unwrap().to_owned();
    assert!(answer.header("location").ends_with(&format!("('{id}')")), "{}", answer.header("location"));
    id
}

/// A lamp with three readings and a bin.
async fn two_devices() -> Server {
    let server = Server::start().await;
    server.put("lamp-1", "street_lamp", 10.0).await;
    server.put("bin", "waste_bin", 50.0).await;
    let lamp = |value, second| reading("lamp-1", "power_w", value, &format!("{T}{second}Z"));
    server.post(json!([lamp(20.0, 0), lamp(25.5, 1), lamp(30.0, 2), lamp(25.5, 1)])).await;
    server.post(json!([reading("bin", "fill_pct", 95.0, &format!("{T}1Z"))])).await;
    server
}

fn datastream(thing: Option<&str>) -> Value {
    let mut datastream = json!({
        "name": "Noise", "description": "at the gate",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": { "name": "decibel", "symbol": "dB", "definition": "urn:ogc:def:uom:UCUM::dB" },
        "Sensor": { "name": "Mic", "description": "m", "encodingType": "text/html", "metadata": "https://example.org" },
        "ObservedProperty": { "name": "Noise", "definition": "https://example.org/noise", "description": "n" },
    });
    if let Some(id) = thing {
        datastream["Thing"] = json!({ "@iot.id": id });
    }
    datastream
}

fn location(longitude: f64) -> Value {
    json!({ "name": "Gate", "description": "g", "encodingType": "application/geo+json",
            "location": { "type": "Point", "coordinates": [longitude, 22.524] } })
}
