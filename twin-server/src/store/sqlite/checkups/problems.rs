//! Problems of check-ups. A review brings them all at once, so rows are written some hundred at a time.

use sqlx::{QueryBuilder, Row, SqliteConnection};
use twin_schemas::checkups::{CheckUpProblem, ProblemEntry};

use super::super::SqliteStore;
use crate::store::codec::{json, parsed, word};
use crate::store::{ProblemCount, ProblemQuery, ProblemStep, StoreError};

/// Rows of one statement.
const AT_ONCE: usize = 500;

/// Puts versions of problems with their entries. False if one does not follow what is stored.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    steps: &[ProblemStep],
) -> Result<bool, StoreError> {
    for steps in steps.chunks(AT_ONCE) {
        let (new, later): (Vec<_>, Vec<_>) = steps.iter().partition(|step| step.after.version == 1);
        if !add(connection, &new).await? {
            return Ok(false);
        }
        for step in later {
            if !change(connection, &step.after).await? {
                return Ok(false);
            }
        }
        let mut entries = Vec::with_capacity(steps.len());
        for step in steps {
            entries.push((&step.after, &step.actor, json(&step.entry)?));
        }
        let mut query = QueryBuilder::new(
            "INSERT INTO check_up_problem_entry (check_up, problem, version, actor, data) ",
        );
        query.push_values(entries, |mut row, (after, actor, data)| {
            row.push_bind(after.check_up as i64)
                .push_bind(after.id as i64)
                .push_bind(after.version)
                .push_bind(actor)
                .push_bind(data);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(true)
}

async fn add(connection: &mut SqliteConnection, new: &[&ProblemStep]) -> Result<bool, StoreError> {
    if new.is_empty() {
        return Ok(true);
    }
    let mut rows = Vec::with_capacity(new.len());
    for ProblemStep { after, .. } in new {
        rows.push((after, word(after.urgency)?, word(after.state)?, json(after)?));
    }
    let mut query = QueryBuilder::new(
        "INSERT INTO check_up_problem (check_up, id, version, indicator, object, zone, urgency, state, data) ",
    );
    query.push_values(rows, |mut row, (after, urgency, state, data)| {
        row.push_bind(after.check_up as i64)
            .push_bind(after.id as i64)
            .push_bind(after.version)
            .push_bind(&after.indicator)
            .push_bind(&after.object)
            .push_bind(&after.zone)
            .push_bind(urgency)
            .push_bind(state)
            .push_bind(data);
    });
    query.push(" ON CONFLICT DO NOTHING");
    Ok(query.build().execute(connection).await?.rows_affected() == new.len() as u64)
}

async fn change(connection: &mut SqliteConnection, after: &CheckUpProblem) -> Result<bool, StoreError> {
    let query = "UPDATE check_up_problem SET version = ?3, zone = ?4, urgency = ?5, state = ?6, data = ?7 \
                 WHERE check_up = ?1 AND id = ?2 AND version = ?3 - 1";
    let query = sqlx::query(query)
        .bind(after.check_up as i64)
        .bind(after.id as i64)
        .bind(after.version)
        .bind(&after.zone)
        .bind(word(after.urgency)?)
        .bind(word(after.state)?)
        .bind(json(after)?);
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// Problems, by number.
pub(super) async fn list(
    store: &SqliteStore,
    asked: ProblemQuery,
) -> Result<Vec<CheckUpProblem>, StoreError> {
    let mut query = QueryBuilder::new("SELECT data FROM check_up_problem WHERE check_up = ");
    query.push_bind(asked.check_up as i64);
    let conditions = [
        (" AND indicator = ", asked.indicator),
        (" AND object = ", asked.object),
        (" AND zone = ", asked.zone),
    ];
    for (condition, wanted) in conditions {
        if let Some(wanted) = wanted {
            query.push(condition).push_bind(wanted);
        }
    }
    if let Some(urgency) = asked.urgency {
        query.push(" AND urgency = ").push_bind(word(urgency)?);
    }
    if !asked.states.is_empty() {
        let states: Vec<String> = asked.states.iter().map(word).collect::<Result<_, _>>()?;
        query.push(" AND state IN (SELECT value FROM json_each(").push_bind(json(&states)?).push("))");
    }
    if !asked.ids.is_empty() {
        query.push(" AND id IN (SELECT value FROM json_each(").push_bind(json(&asked.ids)?).push("))");
    }
    query.push(" AND id > ").push_bind(asked.after as i64);
    query.push(" ORDER BY id LIMIT ").push_bind(asked.limit);
    let rows = query.build().fetch_all(store.reader()).await?;
    rows.iter().map(|row| parsed("problem of a check-up", row.try_get(0)?)).collect()
}

/// How many there are by urgency and state.
pub(super) async fn count(store: &SqliteStore, check_up: u64) -> Result<Vec<ProblemCount>, StoreError> {
    let query = "SELECT urgency, state, count(*) FROM check_up_problem WHERE check_up = ?1 \
                 GROUP BY urgency, state ORDER BY urgency, state";
    let rows = sqlx::query(query).bind(check_up as i64).fetch_all(store.reader()).await?;
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
    store: &SqliteStore,
    check_up: u64,
    problem: u64,
) -> Result<Vec<ProblemEntry>, StoreError> {
    let query =
        "SELECT data FROM check_up_problem_entry WHERE check_up = ?1 AND problem = ?2 ORDER BY version";
    let query = sqlx::query(query).bind(check_up as i64).bind(problem as i64);
    let rows = query.fetch_all(store.reader()).await?;
    rows.iter().map(|row| parsed("entry of a problem", row.try_get(0)?)).collect()
}
