//! Users and invitations in `PostgreSQL`.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::audit::append;
use super::contacts::{drop_phone, owner, put_phone};
use super::{PostgresStore, answer, text};
use crate::domain::audit::{AuditDraft, Digest};
use crate::domain::people::{User, UserError, check_administrated};
use crate::domain::permission::Grant;
use crate::domain::privacy::Personal;
use crate::store::codec::{add_grant, apply, from_us, taken, to_us, zones_of};
use crate::store::{Answer, Entrance, Invitation, Numbering, PeopleStore, StoreError, UserChange, UserEdit};

impl PeopleStore for PostgresStore {
    fn people_revision(&self) -> Answer<'_, i64> {
        answer(async move {
            Ok(sqlx::query("SELECT revision FROM people_revision").fetch_one(&self.pool).await?.try_get(0)?)
        })
    }

    fn users(&self) -> Answer<'_, Vec<User>> {
        answer(async move { users(&mut *self.pool.acquire().await?).await })
    }

    fn password_of<'a>(&'a self, user: &'a str) -> Answer<'a, Option<String>> {
        answer(async move {
            let row = sqlx::query("SELECT password FROM app_user WHERE id = $1")
                .bind(text(user))
                .fetch_optional(&self.pool)
                .await?;
            Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
        })
    }

    fn add_user<'a>(
        &'a self,
        user: &'a User,
        entrance: &'a Entrance,
        audit: &'a AuditDraft,
    ) -> Answer<'a, UserChange> {
        answer(async move {
            let mut transaction = self.change().await?;
            let others = users(&mut transaction).await?;
            if let Some(change) = taken(&others, user) {
                return Ok(change);
            }
            if others.is_empty() && !user.is_administrator() {
                return Ok(UserChange::Refused(UserError::FirstUser));
            }
            if let Entrance::Phone(phone, _) = entrance
                && owner(&mut transaction, &phone.marks).await?.is_some()
            {
                return Ok(UserChange::PhoneTaken);
            }
            insert(&mut transaction, user, entrance).await?;
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(UserChange::Done)
        })
    }

    fn change_user<'a>(
        &'a self,
        id: &'a str,
        edit: &'a UserEdit,
        audit: &'a AuditDraft,
    ) -> Answer<'a, UserChange> {
        answer(async move {
            let mut transaction = self.change().await?;
            let mut all = users(&mut transaction).await?;
            let administrated = check_administrated(all.iter()).is_ok();
            let Some(user) = all.iter_mut().find(|user| user.id == id) else {
                return Ok(UserChange::Unknown);
            };
            apply(user, edit);
            let user = user.clone();
            if let Some(change) = taken(&all, &user) {
                return Ok(change);
            }
            if administrated && let Err(error) = check_administrated(all.iter()) {
                return Ok(UserChange::Refused(error));
            }
            match &edit.phone {
                Numbering::Keep => {}
                Numbering::TakeOut => drop(drop_phone(&mut transaction, id).await?),
                Numbering::Attach(phone) => {
                    if owner(&mut transaction, &phone.marks).await?.is_some_and(|owner| owner != id) {
                        return Ok(UserChange::PhoneTaken);
                    }
                    put_phone(&mut transaction, id, phone).await?;
                }
            }
            update(&mut transaction, &user).await?;
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(UserChange::Done)
        })
    }

    fn set_password<'a>(
        &'a self,
        id: &'a str,
        password: &'a str,
        keep: Option<&'a Digest>,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            if !replace_password(&mut transaction, id, password, keep).await? {
                return Ok(false);
            }
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn invite<'a>(&'a self, id: &'a str, invitation: Invitation, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let known = sqlx::query("SELECT 1 FROM app_user WHERE id = $1")
                .bind(text(id))
                .fetch_optional(&mut *transaction)
                .await?;
            if known.is_none() {
                return Ok(false);
            }
            insert_invitation(&mut transaction, id, &invitation).await?;
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn invited(&self, digest: Digest, now: OffsetDateTime) -> Answer<'_, Option<String>> {
        answer(async move {
            let row = sqlx::query("SELECT user_id FROM invitation WHERE digest = $1 AND expires_us > $2")
                .bind(&digest[..])
                .bind(to_us(now))
                .fetch_optional(&self.pool)
                .await?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        })
    }

    fn accept_invitation<'a>(
        &'a self,
        digest: Digest,
        now: OffsetDateTime,
        password: &'a str,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let row = sqlx::query("SELECT user_id FROM invitation WHERE digest = $1 AND expires_us > $2")
                .bind(&digest[..])
                .bind(to_us(now))
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(row) = row else { return Ok(false) };
            let id: String = row.try_get(0)?;
            if !replace_password(&mut transaction, &id, password, None).await? {
                return Ok(false);
            }
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }
}

/// Sets a password; sessions but one and invitations of the user end. False if there is no such user.
async fn replace_password(
    connection: &mut PgConnection,
    id: &str,
    password: &str,
    keep: Option<&Digest>,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE app_user SET password = $2 WHERE id = $1")
        .bind(text(id))
        .bind(password)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM user_session WHERE user_id = $1 AND ($2 IS NULL OR digest <> $2)")
        .bind(text(id))
        .bind(keep.map(|digest| &digest[..]))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM invitation WHERE user_id = $1").bind(text(id)).execute(&mut *connection).await?;
    Ok(true)
}

/// Writes the audit entry of a change and lets other processes notice it.
pub(super) async fn finish(connection: &mut PgConnection, audit: &AuditDraft) -> Result<(), StoreError> {
    changed(connection).await?;
    append(connection, std::slice::from_ref(audit)).await
}

/// Lets other processes notice a change of people.
pub(super) async fn changed(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE people_revision SET revision = revision + 1").execute(connection).await?;
    Ok(())
}

async fn users(connection: &mut PgConnection) -> Result<Vec<User>, StoreError> {
    let mut grants = grants(connection).await?;
    let rows = sqlx::query(
        "SELECT id, name, display_name, password IS NOT NULL AS has_password, subject, disabled, created_us, \
         EXISTS (SELECT 1 FROM user_phone WHERE user_id = id) AS has_phone FROM app_user ORDER BY name",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            Ok(User {
                name: row.try_get("name")?,
                display_name: row.try_get::<Option<String>, _>("display_name")?.map(Personal::new),
                grants: grants.remove(&id).unwrap_or_default(),
                disabled: row.try_get("disabled")?,
                has_password: row.try_get("has_password")?,
                has_phone: row.try_get("has_phone")?,
                subject: row.try_get("subject")?,
                created: from_us(row.try_get("created_us")?)?,
                id,
            })
        })
        .collect()
}

/// The grants of all users.
async fn grants(connection: &mut PgConnection) -> Result<BTreeMap<String, Vec<Grant>>, StoreError> {
    let rows = sqlx::query("SELECT user_id, role, zone FROM user_role ORDER BY user_id, role, zone")
        .fetch_all(connection)
        .await?;
    let mut by_user: BTreeMap<String, Vec<Grant>> = BTreeMap::new();
    for row in rows {
        let (user, role, zone): (String, String, String) =
            (row.try_get("user_id")?, row.try_get("role")?, row.try_get("zone")?);
        add_grant(&mut by_user, user, role.as_str(), zone);
    }
    Ok(by_user)
}

async fn insert(connection: &mut PgConnection, user: &User, way: &Entrance) -> Result<(), StoreError> {
    let password = match way {
        Entrance::Password(password) => Some(password),
        Entrance::Invitation(_) | Entrance::IdentityProvider | Entrance::Phone(..) => None,
    };
    sqlx::query(
        "INSERT INTO app_user (id, name, display_name, password, disabled, created_us, subject) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(text(&user.id))
    .bind(text(&user.name))
    .bind(user.display_name.as_ref().map(|name| text(name.for_store())))
    .bind(password)
    .bind(user.disabled)
    .bind(to_us(user.created))
    .bind(user.subject.as_deref().map(text))
    .execute(&mut *connection)
    .await?;
    insert_grants(connection, user).await?;
    match way {
        Entrance::Password(_) | Entrance::IdentityProvider => Ok(()),
        Entrance::Invitation(invitation) => insert_invitation(connection, &user.id, invitation).await,
        Entrance::Phone(phone, invitation) => {
            put_phone(connection, &user.id, phone).await?;
            match invitation {
                Some(invitation) => insert_invitation(connection, &user.id, invitation).await,
                None => Ok(()),
            }
        }
    }
}

async fn insert_grants(connection: &mut PgConnection, user: &User) -> Result<(), StoreError> {
    for grant in &user.grants {
        for zone in zones_of(grant) {
            sqlx::query(
                "INSERT INTO user_role (user_id, role, zone) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            )
            .bind(text(&user.id))
            .bind(grant.role.id())
            .bind(text(zone))
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

async fn insert_invitation(
    connection: &mut PgConnection,
    user: &str,
    invitation: &Invitation,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO invitation (user_id, digest, expires_us) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, expires_us = excluded.expires_us",
    )
    .bind(user)
    .bind(&invitation.digest[..])
    .bind(to_us(invitation.expires))
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut PgConnection, user: &User) -> Result<(), StoreError> {
    sqlx::query("UPDATE app_user SET display_name = $2, disabled = $3, subject = $4 WHERE id = $1")
        .bind(text(&user.id))
        .bind(user.display_name.as_ref().map(|name| text(name.for_store())))
        .bind(user.disabled)
        .bind(user.subject.as_deref().map(text))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM user_role WHERE user_id = $1")
        .bind(text(&user.id))
        .execute(&mut *connection)
        .await?;
    insert_grants(connection, user).await?;
    if user.disabled {
        for statement in
            ["DELETE FROM user_session WHERE user_id = $1", "DELETE FROM invitation WHERE user_id = $1"]
        {
            sqlx::query(statement).bind(text(&user.id)).execute(&mut *connection).await?;
        }
    }
    Ok(())
}
