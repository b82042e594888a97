//! `/api/v1/permissions`: the policy as it is in force: roles, actions, and the action of each route.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use twin_schemas::LocalizedText;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::permission::{Action, Reach, Role};

/// The policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Permissions {
    /// Whether what is public may be read without a sign-in.
    public_reading: bool,
    /// The roles.
    roles: Vec<RoleView>,
    /// The actions.
    actions: Vec<ActionView>,
    /// Every route with the action that each of its methods needs.
    routes: Vec<RouteView>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    id: Role,
    /// Name in both languages.
    name: LocalizedText,
}

/// An action and who may do it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionView {
    id: Action,
    /// Name in both languages.
    name: LocalizedText,
    /// Whether nobody needs to sign in for it, while reading is public.
    public: bool,
    /// Where it counts.
    reach: Reach,
    /// Whether keys may not do it.
    people_only: bool,
    /// The roles that may do it.
    roles: Vec<Role>,
}

/// A method of a route.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RouteView {
    /// The method.
    method: String,
    /// The path, with its parameters in braces.
    path: String,
    /// The action that it needs.
    action: Action,
    /// Where it is decided: `inside` (nowhere in particular, or by the body), `whole` community, at
    /// the `device` or the `object` of the path.
    place: String,
}

/// Tells who may do what.
#[utoipa::path(get, path = "/api/v1/permissions", tag = "people", responses((status = 200, body = Permissions)))]
pub(crate) async fn get_permissions(State(app): State<Arc<App>>) -> Json<Permissions> {
    let role = |role: &Role| RoleView { id: *role, name: role.name() };
    let routes = app.auth.routes().into_iter().map(|row| RouteView {
        method: row.method.to_string(),
        path: row.path.to_owned(),
        action: row.action,
        place: row.spot.id().to_owned(),
    });
    Json(Permissions {
        public_reading: !app.auth.config.require_sign_in,
        roles: Role::ALL.iter().map(role).collect(),
        actions: Action::ALL.iter().map(|action| action_view(*action)).collect(),
        routes: routes.collect(),
    })
}

fn action_view(action: Action) -> ActionView {
    ActionView {
        id: action,
        name: action.name(),
        public: action.is_public(),
        reach: action.reach(),
        people_only: action.is_for_people(),
        roles: Role::ALL.iter().copied().filter(|role| action.is_of(*role)).collect(),
    }
}
