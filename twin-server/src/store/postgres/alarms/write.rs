//! Changes of alarms, written in the transaction of the readings that caused them; a storm of them in a few
//! statements.

use sqlx::postgres::PgConnection;
use twin_schemas::alarm::Alarm;

use super::super::{column, maybe, text};
use crate::domain::alarm::{AlarmChanges, Hold};
use crate::store::StoreError;
use crate::store::codec::{json, number_of, to_us, word};

/// Writes alarms, their events and what watches know.
pub(in crate::store::postgres) async fn write_alarms(
    connection: &mut PgConnection,
    changes: &AlarmChanges,
) -> Result<(), StoreError> {
    if !changes.alarms.is_empty() {
        write(connection, &changes.alarms.values().collect::<Vec<_>>()).await?;
    }
    if !changes.events.is_empty() {
        let data: Vec<String> = changes.events.iter().map(json).collect::<Result<_, _>>()?;
        // Numbered in the order of the list.
        sqlx::query(
            "INSERT INTO alarm_event (alarm, data) SELECT alarm, data::json \
             FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS event (alarm, data, place) ORDER BY place",
        )
        .bind(column(&changes.events, |event| event.alarm as i64))
        .bind(data)
        .execute(&mut *connection)
        .await?;
    }
    let (kept, gone): (Vec<&Hold>, Vec<&Hold>) =
        changes.holds.values().partition(|hold| !hold.steps.is_empty());
    write_holds(connection, &kept).await?;
    remove_holds(connection, &gone).await
}

async fn write(connection: &mut PgConnection, alarms: &[&Alarm]) -> Result<(), StoreError> {
    let states: Vec<String> = alarms.iter().map(|alarm| word(alarm.state)).collect::<Result<_, _>>()?;
    let data: Vec<String> = alarms.iter().map(|alarm| json(*alarm)).collect::<Result<_, _>>()?;
    sqlx::query(
        "INSERT INTO alarm (id, rule, device, kind, zone, east_m, north_m, level, state, opened_us, ended_us, \
         cleared_us, data) SELECT id, rule, device, kind, zone, east_m, north_m, level, state, opened_us, \
         ended_us, cleared_us, data::json FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], \
         $5::text[], $6::float8[], $7::float8[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[], \
         $12::bigint[], $13::text[]) AS new (id, rule, device, kind, zone, east_m, north_m, level, state, \
         opened_us, ended_us, cleared_us, data) ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, \
         device = excluded.device, kind = excluded.kind, zone = excluded.zone, east_m = excluded.east_m, \
         north_m = excluded.north_m, level = excluded.level, state = excluded.state, \
         opened_us = excluded.opened_us, ended_us = excluded.ended_us, cleared_us = excluded.cleared_us, \
         data = excluded.data",
    )
    .bind(column(alarms, |alarm| alarm.id as i64))
    .bind(column(alarms, |alarm| text(&alarm.rule)))
    .bind(column(alarms, |alarm| text(&alarm.device)))
    .bind(column(alarms, |alarm| text(&alarm.kind)))
    .bind(column(alarms, |alarm| maybe(alarm.zone.as_ref())))
    .bind(column(alarms, |alarm| alarm.position.east_m))
    .bind(column(alarms, |alarm| alarm.position.north_m))
    .bind(column(alarms, |alarm| number_of(alarm.level)))
    .bind(states)
    .bind(column(alarms, |alarm| to_us(alarm.opened_at)))
    .bind(column(alarms, |alarm| alarm.ended_at.map(to_us)))
    .bind(column(alarms, |alarm| alarm.cleared_at.map(to_us)))
    .bind(data)
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_holds(connection: &mut PgConnection, holds: &[&Hold]) -> Result<(), StoreError> {
    if holds.is_empty() {
        return Ok(());
    }
    let steps: Vec<String> = holds.iter().map(|hold| json(&hold.steps)).collect::<Result<_, _>>()?;
    sqlx::query(
        "INSERT INTO alarm_hold (rule, device, version, steps) SELECT rule, device, version, steps::json \
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS new (rule, device, version, steps) \
         ON CONFLICT (rule, device) DO UPDATE SET version = excluded.version, steps = excluded.steps",
    )
    .bind(column(holds, |hold| text(&hold.rule)))
    .bind(column(holds, |hold| text(&hold.device)))
    .bind(column(holds, |hold| i64::from(hold.version)))
    .bind(steps)
    .execute(connection)
    .await?;
    Ok(())
}

async fn remove_holds(connection: &mut PgConnection, holds: &[&Hold]) -> Result<(), StoreError> {
    if holds.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "DELETE FROM alarm_hold USING unnest($1::text[], $2::text[]) AS gone (rule, device) \
         WHERE alarm_hold.rule = gone.rule AND alarm_hold.device = gone.device",
    )
    .bind(column(holds, |hold| text(&hold.rule)))
    .bind(column(holds, |hold| text(&hold.device)))
    .execute(connection)
    .await?;
    Ok(())
}
