//! Problems of check-ups. A review brings them all at once.

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{QueryBuilder, Row};
use twin_schemas::checkups::{CheckUpProblem, ProblemEntry};

use super::super::{PostgresStore, column, maybe, text};
use crate::store::codec::{json, parsed, word};
use crate::store::{ProblemCount, ProblemQuery, ProblemStep, StoreError};

/// Puts versions of problems with their entries. False if one does not follow what is stored.
pub(super) async fn put(connection: &mut PgConnection, steps: &[ProblemStep]) -> Result<bool, StoreError> {
    let (new, later): (Vec<_>, Vec<_>) = steps.iter().partition(|step| step.after.version == 1);
    if !new.is_empty() && !add(connection, &new).await? {
        return Ok(false);
    }
    for step in later {
        if !change(connection, &step.after).await? {
            return Ok(false);
        }
    }
    let entries: Vec<String> = steps.iter().map(|step| json(&step.entry)).collect::<Result<_, _>>()?;
    sqlx::query(
        "INSERT INTO check_up_problem_entry (check_up, problem, version, actor, data) \
         SELECT new.check_up, new.problem, new.version, new.actor, new.data::json \
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) \
         AS new (check_up, problem, version, actor, data)",
    )
    .bind(column(steps, |step| step.after.check_up as i64))
    .bind(column(steps, |step| step.after.id as i64))
    .bind(column(steps, |step| i64::from(step.after.version)))
    .bind(column(steps, |step| text(&step.actor)))
    .bind(entries)
    .execute(connection)
    .await?;
    Ok(true)
}

async fn add(connection: &mut PgConnection, new: &[&ProblemStep]) -> Result<bool, StoreError> {
    let (mut urgencies, mut states, mut data) = (Vec::new(), Vec::new(), Vec::new());
    for ProblemStep { after, .. } in new {
        urgencies.push(word(after.urgency)?);
        states.push(word(after.state)?);
        data.push(json(after)?);
    }
    let query = sqlx::query(
        "INSERT INTO check_up_problem (check_up, id, version, indicator, object, zone, urgency, state, data) \
         SELECT new.check_up, new.id, 1, new.indicator, new.object, new.zone, new.urgency, new.state, \
         new.data::json FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], \
         $7::text[], $8::text[]) AS new (check_up, id, indicator, object, zone, urgency, state, data) \
         ON CONFLICT DO NOTHING",
    )
    .bind(column(new, |step| step.after.check_up as i64))
    .bind(column(new, |step| step.after.id as i64))
    .bind(column(new, |step| text(&step.after.indicator)))
    .bind(column(new, |step| text(&step.after.object)))
    .bind(column(new, |step| maybe(step.after.zone.as_ref())))
    .bind(urgencies)
    .bind(states)
    .bind(data);
    Ok(query.execute(connection).await?.rows_affected() == new.len() as u64)
}

async fn change(connection: &mut PgConnection, after: &CheckUpProblem) -> Result<bool, StoreError> {
    let query = "UPDATE check_up_problem SET version = $3, zone = $4, urgency = $5, state = $6, data = $7::json \
                 WHERE check_up = $1 AND id = $2 AND version = $3 - 1";
    let query = sqlx::query(query)
        .bind(after.check_up as i64)
        .bind(after.id as i64)
        .bind(i64::from(after.version))
        .bind(maybe(after.zone.as_ref()))
        .bind(word(after.urgency)?)
        .bind(word(after.state)?)
        .bind(json(after)?);
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// Problems, by number.
pub(super) async fn list(
    store: &PostgresStore,
    asked: ProblemQuery,
) -> Result<Vec<CheckUpProblem>, StoreError> {
    let mut query =
        QueryBuilder::<Postgres>::new("SELECT data::text FROM check_up_problem WHERE check_up = ");
    query.push_bind(asked.check_up as i64);
    let conditions = [
        (" AND indicator = ", asked.indicator),
        (" AND object = ", asked.object),
        (" AND zone = ", asked.zone),
    ];
    for (condition, wanted) in conditions {
        if let Some(wanted) = wanted {
            query.push(condition).push_bind(text(&wanted).into_owned());
        }
    }
    if let Some(urgency) = asked.urgency {
        query.push(" AND urgency = ").push_bind(word(urgency)?);
    }
    if !asked.states.is_empty() {
        let states: Vec<String> = asked.states.iter().map(word).collect::<Result<_, _>>()?;
        query.push(" AND state = ANY(").push_bind(states).push(")");
    }
    if !asked.ids.is_empty() {
        let ids: Vec<i64> = asked.ids.iter().map(|id| *id as i64).collect();
        query.push(" AND id = ANY(").push_bind(ids).push(")");
    }
    query.push(" AND id > ").push_bind(asked.after as i64);
    query.push(" ORDER BY id LIMIT ").push_bind(i64::from(asked.limit));
    let rows = query.build().fetch_all(&store.pool).await?;
    rows.iter().map(|row| parsed("problem of a check-up", row.try_get(0)?)).collect()
}

/// How many there are by urgency and state.
pub(super) async fn count(store: &PostgresStore, check_up: u64) -> Result<Vec<ProblemCount>, StoreError> {
    let query = "SELECT urgency, state, count(*) FROM check_up_problem WHERE check_up = $1 \
                 GROUP BY urgency, state ORDER BY urgency, state";
    let rows = sqlx::query(query).bind(check_up as i64).fetch_all(&store.pool).await?;
    let counts = rows.iter().map(|row| {
        Ok(ProblemCount {
            urgency: parsed("urgency", &format!("\"{}\"", row.try_get::<&str, _>(0)?))?,
            state: parsed("state of a problem", &format!("\"{}\"", row.try_get::<&str, _>(1)?))?,
            problems: row.try_get::<i64, _>(2)? as u64,
        })
    });
    counts.collect()
}

/// What happened to a problem, in order.
pub(super) async fn trail(
    store: &PostgresStore,
    check_up: u64,
    problem: u64,
) -> Result<Vec<ProblemEntry>, StoreError> {
    let query =
        "SELECT data::text FROM check_up_problem_entry WHERE check_up = $1 AND problem = $2 ORDER BY version";
    let query = sqlx::query(query).bind(check_up as i64).bind(problem as i64);
    let rows = query.fetch_all(&store.pool).await?;
    rows.iter().map(|row| parsed("entry of a problem", row.try_get(0)?)).collect()
}
