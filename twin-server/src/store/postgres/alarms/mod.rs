//! Alarm rules, alarms, maintenance windows and bands in `PostgreSQL`.

mod list;
mod rules;
mod write;

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use twin_schemas::alarm::{
    AdaptiveBand, Alarm, AlarmEventRecord, AlarmRule, AlarmRuleView, MaintenanceWindow,
};

pub(super) use self::write::write_alarms;
use super::{PostgresStore, answer, text};
use crate::domain::alarm::Hold;
use crate::store::codec::{json, parsed, to_us};
use crate::store::{AlarmCount, AlarmQuery, AlarmStore, Answer, Edit, StoreError};

impl AlarmStore for PostgresStore {
    fn alarm_rules(&self) -> Answer<'_, Vec<AlarmRuleView>> {
        answer(rules::all(self))
    }

    fn alarm_rule_versions<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<AlarmRuleView>> {
        answer(rules::versions(self, id))
    }

    fn put_alarm_rule<'a>(&'a self, rule: &'a AlarmRule, edit: &'a Edit) -> Answer<'a, u32> {
        answer(rules::put(self, rule, edit))
    }

    fn remove_alarm_rule<'a>(&'a self, id: &'a str, edit: &'a Edit) -> Answer<'a, bool> {
        answer(rules::remove(self, id, edit))
    }

    fn seed_alarm_rules<'a>(&'a self, rules: &'a [AlarmRule], edit: &'a Edit) -> Answer<'a, bool> {
        answer(rules::seed(self, rules, edit))
    }

    fn maintenance_windows(&self) -> Answer<'_, Vec<MaintenanceWindow>> {
        answer(async move {
            let rows = sqlx::query("SELECT data::text FROM maintenance_window ORDER BY id");
            rows.fetch_all(&self.pool).await?.iter().map(data_of).collect()
        })
    }

    fn put_maintenance_window<'a>(&'a self, window: &'a MaintenanceWindow) -> Answer<'a, bool> {
        answer(async move {
            // `xmax` is that of a row that was there.
            let put = sqlx::query(
                "INSERT INTO maintenance_window (id, data) VALUES ($1, $2::json) \
                 ON CONFLICT (id) DO UPDATE SET data = excluded.data RETURNING xmax = 0",
            );
            let row = put.bind(text(&window.id)).bind(json(window)?).fetch_one(&self.pool).await?;
            Ok(row.try_get(0)?)
        })
    }

    fn remove_maintenance_window<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        answer(async move {
            let query = sqlx::query("DELETE FROM maintenance_window WHERE id = $1").bind(text(id));
            let removed = query.execute(&self.pool).await?;
            Ok(removed.rows_affected() > 0)
        })
    }

    fn unfinished_alarms(&self, since: OffsetDateTime) -> Answer<'_, Vec<Alarm>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT data::text FROM alarm WHERE state <> 'cleared' OR cleared_us >= $1 \
                 OR cleared_us IS NOT NULL AND ended_us IS NULL ORDER BY id",
            );
            let rows = rows.bind(to_us(since)).fetch_all(&self.pool).await?;
            rows.iter().map(data_of).collect()
        })
    }

    fn alarm_holds(&self) -> Answer<'_, Vec<Hold>> {
        answer(async move {
            let rows = sqlx::query("SELECT rule, device, version, steps::text FROM alarm_hold");
            let rows = rows.fetch_all(&self.pool).await?;
            let hold = |row: &PgRow| {
                Ok(Hold {
                    rule: row.try_get(0)?,
                    device: row.try_get(1)?,
                    version: version_of(row.try_get(2)?)?,
                    steps: parsed("a hold", row.try_get(3)?)?,
                })
            };
            rows.iter().map(hold).collect()
        })
    }

    fn last_alarm(&self) -> Answer<'_, u64> {
        answer(async move {
            let row = sqlx::query("SELECT max(id) FROM alarm").fetch_one(&self.pool).await?;
            Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or(0) as u64)
        })
    }

    fn alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<Alarm>> {
        answer(list::alarms(self, query))
    }

    fn count_alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<AlarmCount>> {
        answer(list::counts(self, query))
    }

    fn alarm(&self, id: u64) -> Answer<'_, Option<Alarm>> {
        answer(async move {
            let Ok(id) = i64::try_from(id) else { return Ok(None) };
            let row = sqlx::query("SELECT data::text FROM alarm WHERE id = $1").bind(id);
            row.fetch_optional(&self.pool).await?.as_ref().map(data_of).transpose()
        })
    }

    fn alarm_events(&self, id: u64) -> Answer<'_, Vec<AlarmEventRecord>> {
        answer(async move {
            let Ok(id) = i64::try_from(id) else { return Ok(Vec::new()) };
            let rows =
                sqlx::query("SELECT data::text FROM alarm_event WHERE alarm = $1 ORDER BY id").bind(id);
            rows.fetch_all(&self.pool).await?.iter().map(data_of).collect()
        })
    }

    fn alarm_bands(&self) -> Answer<'_, Vec<AdaptiveBand>> {
        answer(async move {
            let rows = sqlx::query("SELECT data::text FROM alarm_band");
            rows.fetch_all(&self.pool).await?.iter().map(data_of).collect()
        })
    }

    fn alarm_band<'a>(&'a self, device: &'a str, stream: &'a str) -> Answer<'a, Option<AdaptiveBand>> {
        answer(async move {
            let row = sqlx::query("SELECT data::text FROM alarm_band WHERE device = $1 AND stream = $2");
            let row = row.bind(text(device)).bind(text(stream)).fetch_optional(&self.pool).await?;
            row.as_ref().map(data_of).transpose()
        })
    }

    fn put_alarm_band<'a>(&'a self, band: &'a AdaptiveBand) -> Answer<'a, ()> {
        answer(async move {
            sqlx::query(
                "INSERT INTO alarm_band (device, stream, data) VALUES ($1, $2, $3::json) \
                 ON CONFLICT (device, stream) DO UPDATE SET data = excluded.data",
            )
            .bind(text(&band.device))
            .bind(text(&band.stream))
            .bind(json(band)?)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
    }
}

/// The version of a stored number.
fn version_of(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number)
        .map_err(|_| StoreError::Content(format!("version {number} of a rule is out of range")))
}

/// What the column `data` of a row holds.
fn data_of<T: DeserializeOwned>(row: &PgRow) -> Result<T, StoreError> {
    parsed("alarms", row.try_get("data")?)
}
