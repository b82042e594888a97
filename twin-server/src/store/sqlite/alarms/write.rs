//! Changes of alarms, written in the transaction of the readings that caused them.

use sqlx::SqliteConnection;
use twin_schemas::alarm::Alarm;

use crate::domain::alarm::{AlarmChanges, Hold};
use crate::store::StoreError;
use crate::store::codec::{json, number_of, to_us, word};

/// Writes alarms, their events and what watches know.
pub(in crate::store::sqlite) async fn write_alarms(
    connection: &mut SqliteConnection,
    changes: &AlarmChanges,
) -> Result<(), StoreError> {
    for alarm in changes.alarms.values() {
        write_alarm(connection, alarm).await?;
    }
    for event in &changes.events {
        sqlx::query("INSERT INTO alarm_event (alarm, data) VALUES (?1, ?2)")
            .bind(event.alarm as i64)
            .bind(json(event)?)
            .execute(&mut *connection)
            .await?;
    }
    for hold in changes.holds.values() {
        write_hold(connection, hold).await?;
    }
    Ok(())
}

async fn write_alarm(connection: &mut SqliteConnection, alarm: &Alarm) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO alarm (id, rule, device, kind, zone, east_m, north_m, level, state, \
         opened_us, ended_us, cleared_us, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )
    .bind(alarm.id as i64)
    .bind(&alarm.rule)
    .bind(&alarm.device)
    .bind(&alarm.kind)
    .bind(&alarm.zone)
    .bind(alarm.position.east_m)
    .bind(alarm.position.north_m)
    .bind(number_of(alarm.level))
    .bind(word(alarm.state)?)
    .bind(to_us(alarm.opened_at))
    .bind(alarm.ended_at.map(to_us))
    .bind(alarm.cleared_at.map(to_us))
    .bind(json(alarm)?)
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_hold(connection: &mut SqliteConnection, hold: &Hold) -> Result<(), StoreError> {
    if hold.steps.is_empty() {
        sqlx::query("DELETE FROM alarm_hold WHERE rule = ?1 AND device = ?2")
            .bind(&hold.rule)
            .bind(&hold.device)
            .execute(connection)
            .await?;
        return Ok(());
    }
    sqlx::query("INSERT OR REPLACE INTO alarm_hold (rule, device, version, steps) VALUES (?1, ?2, ?3, ?4)")
        .bind(&hold.rule)
        .bind(&hold.device)
        .bind(hold.version)
        .bind(json(&hold.steps)?)
        .execute(connection)
        .await?;
    Ok(())
}
