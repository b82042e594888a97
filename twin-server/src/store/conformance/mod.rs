//! What every store must do, as functions over the traits, by aggregate. Each file ends with the list
//! of its cases, which run on every engine, on a private database each.

mod alarms;
mod audit;
mod checkups;
#[path = "../../../tests/common/postgres.rs"]
pub(super) mod cluster;
mod contacts;
mod devices;
mod displays;
mod keys;
mod messages;
mod model;
mod people;
mod programming;
mod projects;
mod readings;
mod reports;
mod sensorthings;
mod upkeep;
mod webhooks;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;

use super::{End, HistoryQuery, PostgresStore, ReadingsToStore, SqliteStore, Store};
use crate::domain::reading::CheckedReading;

/// A store on a database of its own, which goes with it.
struct Private {
    store: Box<dyn Store>,
    _folder: Option<tempfile::TempDir>,
}

async fn sqlite() -> Private {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}/twin.db", folder.path().display());
    Private { store: Box::new(SqliteStore::open(&address).await.unwrap()), _folder: Some(folder) }
}

/// None if `PostgreSQL` is missing.
async fn postgres() -> Option<Private> {
    let address = cluster::Cluster::shared()?.database();
    Some(Private { store: Box::new(PostgresStore::serve(&address).await.unwrap()), _folder: None })
}

/// On `PostgreSQL` the cases of a file share a server, which takes longer to start than they take: one test.
macro_rules! on_every_store {
    ($($case:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test]
            async fn $case() {
                let private = super::super::sqlite().await;
                super::$case(&*private.store).await;
            }
        )*}

        #[tokio::test]
        async fn on_postgres() {
            $(
                let Some(private) = super::postgres().await else { return };
                $case(&*private.store).await;
                private.store.close().await.unwrap();
            )*
        }
    };
}
use on_every_store;

pub(super) const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

pub(super) fn lamp(id: &str) -> Device {
    Device {
        id: id.into(),
        kind: "street_lamp".into(),
        name: LocalizedText::new("灯", "Lamp"),
        position: LocalPoint { east_m: 1.5, north_m: -2.0, up_m: 0.1 },
        object: Some("building/b07".into()),
    }
}

pub(super) fn reading(device: &str, seconds: i64, value: f64) -> CheckedReading {
    CheckedReading {
        device: device.into(),
        stream: "power_w".into(),
        value,
        time: NOON + Duration::seconds(seconds),
        plausible: value < 400.0,
    }
}

pub(super) fn late(readings: Vec<CheckedReading>) -> ReadingsToStore {
    ReadingsToStore { late: readings, ..ReadingsToStore::default() }
}

pub(super) fn history(device: &str, limit: u32) -> HistoryQuery {
    HistoryQuery {
        device: device.into(),
        stream: "power_w".into(),
        from: None,
        to: None,
        limit,
        end: End::Newest,
    }
}
