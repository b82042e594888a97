//! The `PostgreSQL` database as a whole: its health and its shape.

use sqlx::Row;

use super::address::Place;
use super::{PostgresStore, answer, connect};
use crate::store::upkeep::{Shape, Upkeep};
use crate::store::{Answer, StoreError};

impl Upkeep for PostgresStore {
    fn check_writable(&self) -> Answer<'_, ()> {
        answer(async move {
            let write = sqlx::query("UPDATE server_run SET checks = checks + 1");
            if self.serving.is_none() {
                write.execute(&self.pool).await?;
                return Ok(());
            }
            let mut turn = self.turn().await?;
            write.execute(turn.connection()?).await?;
            turn.commit().await.map(drop)
        })
    }

    fn size_bytes(&self) -> Answer<'_, u64> {
        answer(async move {
            let row =
                sqlx::query("SELECT pg_database_size(current_database())").fetch_one(&self.pool).await?;
            Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
        })
    }
}

/// What a database lacks of the present shape.
pub(in crate::store) async fn shape(address: &str) -> Result<Shape, StoreError> {
    let mut connection = connect::connect(&Place::of(address)?).await?;
    let shape = connect::shape(&mut connection).await?;
    connect::close(connection).await;
    Ok(shape)
}
