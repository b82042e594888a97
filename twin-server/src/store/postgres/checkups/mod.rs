//! Check-ups in `PostgreSQL`. `values` has what indicators are at objects, `problems` what follows from it.

mod problems;
mod values;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use twin_schemas::checkups::{CheckUp, CheckUpEntry, CheckUpProblem, IndicatorValue, ProblemEntry};

use super::audit::append;
use super::{PostgresStore, answer, text};
use crate::domain::audit::AuditDraft;
use crate::store::codec::{json, parsed};
use crate::store::{
    Answer, CheckUpChange, CheckUpStore, CheckUpStored, ProblemCount, ProblemQuery, ProblemStep, StoreError,
    StoredCatalogue, ValueChange, ValueCounts, ValueQuery,
};

impl CheckUpStore for PostgresStore {
    fn indicator_catalogues(&self) -> Answer<'_, Vec<StoredCatalogue>> {
        answer(async move {
            let query = "SELECT number, imported, data::text FROM indicator_catalogue ORDER BY number";
            sqlx::query(query).fetch_all(&self.pool).await?.iter().map(catalogue_of).collect()
        })
    }

    fn add_indicator_catalogue<'a>(
        &'a self,
        catalogue: &'a StoredCatalogue,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let query = "INSERT INTO indicator_catalogue (number, imported, data) VALUES ($1, $2, $3::json) \
                         ON CONFLICT (number) DO NOTHING";
            let query = sqlx::query(query)
                .bind(i64::from(catalogue.number))
                .bind(catalogue.imported)
                .bind(json(&catalogue.indicators)?);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn check_ups(&self) -> Answer<'_, Vec<CheckUp>> {
        answer(async move {
            let rows = sqlx::query("SELECT data::text FROM check_up ORDER BY id");
            let rows = rows.fetch_all(&self.pool).await?;
            rows.iter().map(|row| parsed("check-up", row.try_get(0)?)).collect()
        })
    }

    fn add_check_up<'a>(
        &'a self,
        planned: &'a CheckUpChange,
        audit: &'a AuditDraft,
    ) -> Answer<'a, CheckUpStored> {
        answer(async move {
            let mut transaction = self.change().await?;
            let query = "INSERT INTO check_up (id, version, data) VALUES ($1, $2, $3::json) \
                         ON CONFLICT (id) DO NOTHING";
            if !put(&mut transaction, query, planned).await? {
                return Ok(CheckUpStored::Stale);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(CheckUpStored::Yes)
        })
    }

    fn change_check_up<'a>(
        &'a self,
        change: Option<&'a CheckUpChange>,
        steps: &'a [ProblemStep],
        audit: &'a [AuditDraft],
    ) -> Answer<'a, CheckUpStored> {
        answer(async move {
            let mut transaction = self.change().await?;
            if let Some(change) = change {
                let query =
                    "UPDATE check_up SET version = $2, data = $3::json WHERE id = $1 AND version = $2 - 1";
                if !put(&mut transaction, query, change).await? {
                    return Ok(CheckUpStored::Stale);
                }
            }
            if !problems::put(&mut transaction, steps).await? {
                return Ok(CheckUpStored::Stale);
            }
            append(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(CheckUpStored::Yes)
        })
    }

    fn check_up_trail(&self, id: u64) -> Answer<'_, Vec<CheckUpEntry>> {
        answer(async move {
            let query = "SELECT data::text FROM check_up_entry WHERE check_up = $1 ORDER BY version";
            let rows = sqlx::query(query).bind(id as i64).fetch_all(&self.pool).await?;
            rows.iter().map(|row| parsed("entry of a check-up", row.try_get(0)?)).collect()
        })
    }

    fn put_values<'a>(&'a self, change: &'a ValueChange, audit: &'a AuditDraft) -> Answer<'a, CheckUpStored> {
        answer(async move {
            let mut transaction = self.change().await?;
            let stored = values::put(&mut transaction, change).await?;
            if stored == CheckUpStored::Yes {
                append(&mut transaction, std::slice::from_ref(audit)).await?;
                transaction.commit().await?;
            }
            Ok(stored)
        })
    }

    fn values(&self, query: ValueQuery) -> Answer<'_, Vec<IndicatorValue>> {
        answer(values::list(self, query))
    }

    fn count_values(&self, check_up: u64) -> Answer<'_, Vec<(String, u64)>> {
        answer(values::count(self, check_up))
    }

    fn compare_values<'a>(
        &'a self,
        before: u64,
        now: u64,
        indicator: Option<&'a str>,
    ) -> Answer<'a, Vec<ValueCounts>> {
        answer(values::compare(self, before, now, indicator))
    }

    fn problems(&self, query: ProblemQuery) -> Answer<'_, Vec<CheckUpProblem>> {
        answer(problems::list(self, query))
    }

    fn count_problems(&self, check_up: u64) -> Answer<'_, Vec<ProblemCount>> {
        answer(problems::count(self, check_up))
    }

    fn problem_trail(&self, check_up: u64, problem: u64) -> Answer<'_, Vec<ProblemEntry>> {
        answer(problems::trail(self, check_up, problem))
    }
}

/// Puts a version of a check-up with its entry. False if it does not fit what is stored.
async fn put(
    connection: &mut PgConnection,
    query: &'static str,
    CheckUpChange { after, entry, actor }: &CheckUpChange,
) -> Result<bool, StoreError> {
    let (id, version) = (after.id as i64, i64::from(after.version));
    let query = sqlx::query(query).bind(id).bind(version).bind(json(after)?);
    if query.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let query = "INSERT INTO check_up_entry (check_up, version, actor, data) VALUES ($1, $2, $3, $4::json)";
    let query = sqlx::query(query).bind(id).bind(version).bind(text(actor)).bind(json(entry)?);
    query.execute(connection).await?;
    Ok(true)
}

fn catalogue_of(row: &PgRow) -> Result<StoredCatalogue, StoreError> {
    Ok(StoredCatalogue {
        number: row.try_get::<i64, _>(0)? as u32,
        imported: row.try_get(1)?,
        indicators: parsed("catalogue of indicators", row.try_get(2)?)?,
    })
}
