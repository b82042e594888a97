//! Alarm rules, alarms, maintenance windows and bands in SQLite.

mod list;
mod rules;
mod write;

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;
use twin_schemas::alarm::{
    AdaptiveBand, Alarm, AlarmEventRecord, AlarmRule, AlarmRuleView, MaintenanceWindow,
};

pub(super) use self::write::write_alarms;
use super::SqliteStore;
use crate::domain::alarm::Hold;
use crate::store::codec::{json, parsed, to_us};
use crate::store::{AlarmCount, AlarmQuery, AlarmStore, Answer, Edit, StoreError};

impl AlarmStore for SqliteStore {
    fn alarm_rules(&self) -> Answer<'_, Vec<AlarmRuleView>> {
        Box::pin(rules::all(self))
    }

    fn alarm_rule_versions<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<AlarmRuleView>> {
        Box::pin(rules::versions(self, id))
    }

    fn put_alarm_rule<'a>(&'a self, rule: &'a AlarmRule, edit: &'a Edit) -> Answer<'a, u32> {
        Box::pin(rules::put(self, rule, edit))
    }

    fn remove_alarm_rule<'a>(&'a self, id: &'a str, edit: &'a Edit) -> Answer<'a, bool> {
        Box::pin(rules::remove(self, id, edit))
    }

    fn seed_alarm_rules<'a>(&'a self, rules: &'a [AlarmRule], edit: &'a Edit) -> Answer<'a, bool> {
        Box::pin(rules::seed(self, rules, edit))
    }

    fn maintenance_windows(&self) -> Answer<'_, Vec<MaintenanceWindow>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data FROM maintenance_window ORDER BY id");
            rows.fetch_all(self.reader()).await?.iter().map(data_of).collect()
        })
    }

    fn put_maintenance_window<'a>(&'a self, window: &'a MaintenanceWindow) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let connection = &mut guard.side()?.connection;
            let changed = sqlx::query("UPDATE maintenance_window SET data = ?2 WHERE id = ?1")
                .bind(&window.id)
                .bind(json(window)?)
                .execute(&mut *connection)
                .await?;
            if changed.rows_affected() > 0 {
                return Ok(false);
            }
            sqlx::query("INSERT INTO maintenance_window (id, data) VALUES (?1, ?2)")
                .bind(&window.id)
                .bind(json(window)?)
                .execute(connection)
                .await?;
            Ok(true)
        })
    }

    fn remove_maintenance_window<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let query = sqlx::query("DELETE FROM maintenance_window WHERE id = ?1").bind(id);
            let removed = query.execute(&mut guard.side()?.connection).await?;
            Ok(removed.rows_affected() > 0)
        })
    }

    fn unfinished_alarms(&self, since: OffsetDateTime) -> Answer<'_, Vec<Alarm>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT id, data FROM alarm WHERE state <> 'cleared' UNION \
                 SELECT id, data FROM alarm WHERE cleared_us >= ?1 OR cleared_us IS NOT NULL AND ended_us IS NULL \
                 ORDER BY id",
            );
            let rows = rows.bind(to_us(since)).fetch_all(self.reader()).await?;
            rows.iter().map(data_of).collect()
        })
    }

    fn alarm_holds(&self) -> Answer<'_, Vec<Hold>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT rule, device, version, steps FROM alarm_hold");
            let rows = rows.fetch_all(self.reader()).await?;
            let hold = |row: &SqliteRow| {
                Ok(Hold {
                    rule: row.try_get(0)?,
                    device: row.try_get(1)?,
                    version: row.try_get(2)?,
                    steps: parsed("a hold", row.try_get(3)?)?,
                })
            };
            rows.iter().map(hold).collect()
        })
    }

    fn last_alarm(&self) -> Answer<'_, u64> {
        Box::pin(async move {
            let row = sqlx::query("SELECT max(id) FROM alarm").fetch_one(self.reader()).await?;
            Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or(0) as u64)
        })
    }

    fn alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<Alarm>> {
        Box::pin(list::alarms(self, query))
    }

    fn count_alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<AlarmCount>> {
        Box::pin(list::counts(self, query))
    }

    fn alarm(&self, id: u64) -> Answer<'_, Option<Alarm>> {
        Box::pin(async move {
            let Ok(id) = i64::try_from(id) else { return Ok(None) };
            let row = sqlx::query("SELECT data FROM alarm WHERE id = ?1").bind(id);
            row.fetch_optional(self.reader()).await?.as_ref().map(data_of).transpose()
        })
    }

    fn alarm_events(&self, id: u64) -> Answer<'_, Vec<AlarmEventRecord>> {
        Box::pin(async move {
            let Ok(id) = i64::try_from(id) else { return Ok(Vec::new()) };
            let rows = sqlx::query("SELECT data FROM alarm_event WHERE alarm = ?1 ORDER BY id").bind(id);
            rows.fetch_all(self.reader()).await?.iter().map(data_of).collect()
        })
    }

    fn alarm_bands(&self) -> Answer<'_, Vec<AdaptiveBand>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data FROM alarm_band");
            rows.fetch_all(self.reader()).await?.iter().map(data_of).collect()
        })
    }

    fn alarm_band<'a>(&'a self, device: &'a str, stream: &'a str) -> Answer<'a, Option<AdaptiveBand>> {
        Box::pin(async move {
            let row = sqlx::query("SELECT data FROM alarm_band WHERE device = ?1 AND stream = ?2");
            let row = row.bind(device).bind(stream).fetch_optional(self.reader()).await?;
            row.as_ref().map(data_of).transpose()
        })
    }

    fn put_alarm_band<'a>(&'a self, band: &'a AdaptiveBand) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            sqlx::query("INSERT OR REPLACE INTO alarm_band (device, stream, data) VALUES (?1, ?2, ?3)")
                .bind(&band.device)
                .bind(&band.stream)
                .bind(json(band)?)
                .execute(&mut guard.side()?.connection)
                .await?;
            Ok(())
        })
    }
}

/// What the column `data` of a row holds.
fn data_of<T: DeserializeOwned>(row: &SqliteRow) -> Result<T, StoreError> {
    parsed("alarms", row.try_get("data")?)
}
