//! Displays of command centres.

use serde_json::json;
use time::Duration;
use twin_schemas::displays::{DisplayContent, DisplaySwitch};

use super::people::entry;
use super::{NOON, on_every_store};
use crate::domain::display::{Hand, Kept};
use crate::store::Store;

fn content(name: &str) -> DisplayContent {
    let plan = json!({
        "id": "fire", "name": { "zh": "火灾" }, "level": "emergency",
        "contacts": [{ "name": "欧阳 修", "role": { "zh": "总指挥" }, "phone": "13812345678" }],
    });
    serde_json::from_value(json!({ "name": { "zh": name }, "plans": [plan] })).unwrap()
}

fn hand(seconds: i64) -> Hand {
    Hand { at: NOON + Duration::seconds(seconds), by: "user:a".into() }
}

fn kept(id: &str) -> Kept {
    Kept::new(id.into(), content("指挥中心"), hand(0))
}

async fn displays_come_back_as_they_were_put(store: &dyn Store) {
    for id in ["b", "A", "a"] {
        assert!(store.put_display(&kept(id), &entry("display.put")).await.unwrap());
    }
    let emergency = DisplaySwitch::Emergency { plan: "fire".into() };
    let switched = kept("a").switched(&emergency, hand(1)).unwrap().unwrap();
    assert!(store.put_display(&switched, &entry("display.switch")).await.unwrap());
    assert_eq!(store.displays().await.unwrap(), [kept("A"), switched.clone(), kept("b")]);
    let marks = store.display_marks().await.unwrap();
    assert_eq!(marks["a"], (2, hand(1).at));
    assert_eq!((marks["b"], marks.len()), (kept("b").mark(), 3));
}

async fn a_version_follows_the_one_before_it_or_is_not_stored(store: &dyn Store) {
    let first = kept("a");
    let second = first.edited(content("大屏"), hand(1)).unwrap().unwrap();
    let third = second.edited(content("大厅"), hand(2)).unwrap().unwrap();
    let put = async |kept: &Kept| store.put_display(kept, &entry("display.put")).await.unwrap();
    assert!(!put(&second).await);
    assert!(put(&first).await);
    assert!(!put(&first).await && !put(&third).await);
    assert!(put(&second).await);
    assert_eq!(store.displays().await.unwrap(), std::slice::from_ref(&second));
    let remove = async |kept: &Kept| store.remove_display(kept, &entry("display.remove")).await.unwrap();
    assert!(!remove(&first).await);
    assert!(remove(&second).await && !remove(&second).await);
    assert_eq!(store.displays().await.unwrap(), []);
}

async fn what_is_not_stored_is_not_in_the_audit_log(store: &dyn Store) {
    let first = kept("a");
    store.put_display(&first, &entry("display.put")).await.unwrap();
    store.put_display(&first, &entry("display.again")).await.unwrap();
    store.remove_display(&first, &entry("display.remove")).await.unwrap();
    store.remove_display(&first, &entry("display.again")).await.unwrap();
    let query = crate::store::AuditQuery { limit: 9, ..Default::default() };
    let log = store.audit_after(0, &query).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|entry| entry.what.action.as_str()).collect();
    assert_eq!(actions, ["display.put", "display.remove"]);
}

on_every_store!(
    displays_come_back_as_they_were_put,
    a_version_follows_the_one_before_it_or_is_not_stored,
    what_is_not_stored_is_not_in_the_audit_log,
);
