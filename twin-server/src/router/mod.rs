//! Everything that the server answers, in order, and the action that each answer needs. Read this file
//! first.

mod renewal;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::timeout::TimeoutLayer;

use crate::api::{
    aggregates, alarm_rules, alarm_trial, alarms, audit, catalog, checkup_tables, device_kinds, devices,
    displays, events, exports, features, health, imports, indicators, keys, layers, live,
    maintenance_windows, messages, metrics, model, mqtt, object_edits, objects, oidc, openapi, permissions,
    phones, place, publication, readings, reports, resource_tables, sensorthings, session, spatial, users,
    viewer, webhooks,
};
use crate::app::App;
use crate::auth::guard::{
    Guarded, asking, at_device, at_object, audited_inside, by_path, delete, get, inside, patch, post, put,
};
use crate::domain::display::DISPLAY_LIMIT_BYTES;
use crate::domain::permission::Action::{
    AssessIndicators, EditModel, HandleAlarms, ManageAlarmRules, ManageCheckUps, ManageDisplays, ManageKeys,
    ManageOwnAccount, ManageResources, ManageUsers, ManageWebhooks, PurgeReadings, ReadAlarms, ReadAudit,
    ReadDevices, ReadEvents, ReadModel, ReadPublication, RegisterDevices, SignIn, SwitchDisplays, UseService,
    WriteReadings,
};

/// 10,000 readings of 400 bytes each.
const BODY_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// The whole service.
#[expect(clippy::too_many_lines, reason = "a table: what is answered stands in one place, in order")]
pub fn router(app: Arc<App>) -> Router {
    // Until an answer begins. Event streams begin at once and then take as long as they like.
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, app.request_timeout);
    let sharing = layers::Sharing::of(&app.auth.config);
    let api = Guarded::new(&app)
        .route("/healthz", [get(UseService, health::get_health)])
        .route("/api/openapi.json", [get(UseService, openapi::get_openapi)])
        .route("/api/v1/permissions", [get(UseService, permissions::get_permissions)])
        .route("/api/v1/catalog", [get(ReadModel, catalog::get_catalog)])
        .route("/api/v1/device-kinds", [get(ReadDevices, device_kinds::list_device_kinds)])
        .route("/api/v1/devices", [get(ReadDevices, devices::list_devices)])
        .route(
            "/api/v1/devices/{id}",
            [
                get(ReadDevices, devices::get_device),
                put(inside(RegisterDevices), devices::put_device),
                delete(at_device(RegisterDevices, "id"), devices::delete_device),
            ],
        )
        .route(
            "/api/v1/devices/{id}/readings",
            [
                get(ReadDevices, readings::list_readings),
                delete(at_device(PurgeReadings, "id"), readings::delete_readings),
            ],
        )
        .route("/api/v1/devices/{id}/aggregates", [get(ReadDevices, aggregates::list_aggregates)])
        .route("/api/v1/aggregates", [get(ReadDevices, aggregates::list_many_aggregates)])
        .route("/api/v1/exports/readings.csv", [get(ReadDevices, exports::export_readings)])
        .route("/api/v1/mqtt", [get(RegisterDevices, mqtt::get_mqtt)])
        .route("/api/v1/templates/{name}", [get(UseService, imports::get_template)])
        .route("/api/v1/events", [get(ReadEvents, events::stream_events)])
        .route("/api/v1/live", [get(ReadEvents, live::open_socket)])
        .route("/api/v1/model/versions", [get(ReadModel, model::list_versions)])
        .route(
            "/api/v1/objects",
            [get(ReadModel, objects::list_objects), post(inside(EditModel), object_edits::post_object)],
        )
        .route(
            "/api/v1/objects/{*id}",
            [
                get(ReadModel, objects::get_object),
                patch(inside(EditModel), object_edits::patch_object),
                delete(at_object(EditModel, "id"), object_edits::delete_object),
                post(inside(EditModel), object_edits::restore_object),
            ],
        )
        .route("/api/v1/place", [get(ReadModel, place::get_place)])
        .route("/api/v1/spatial/query", [post(asking(ReadModel), spatial::query_things)])
        .route(sensorthings::ROOT, [get(ReadDevices, sensorthings::handle)])
        .route("/sta/v1.1/", [get(ReadDevices, sensorthings::handle)])
        // The address says which action a change needs, also below others' addresses and in a batch; where it
        // may be done, and what it brings along, is decided where it is answered.
        .route(
            "/sta/v1.1/Observations",
            [get(ReadDevices, sensorthings::handle), post(inside(WriteReadings), sensorthings::handle)],
        )
        .route("/sta/v1.1/CreateObservations", [post(inside(WriteReadings), sensorthings::handle)])
        .route(
            "/sta/v1.1/{*rest}",
            [
                get(ReadDevices, sensorthings::handle),
                post(by_path(RegisterDevices, sensorthings::action_at), sensorthings::handle),
                put(by_path(RegisterDevices, sensorthings::action_at), sensorthings::handle),
                patch(by_path(RegisterDevices, sensorthings::action_at), sensorthings::handle),
                delete(by_path(RegisterDevices, sensorthings::action_at), sensorthings::handle),
            ],
        )
        .route("/api/v1/devices/{id}/bands/{stream}", [get(ReadDevices, alarms::get_band)])
        .route("/api/v1/alarm-rules", [get(ReadAlarms, alarm_rules::list_rules)])
        .route(
            "/api/v1/alarm-rules/{id}",
            [
                get(ReadAlarms, alarm_rules::get_rule),
                put(ManageAlarmRules, alarm_rules::put_rule),
                delete(ManageAlarmRules, alarm_rules::delete_rule),
            ],
        )
        .route("/api/v1/alarm-rules/{id}/versions", [get(ReadAlarms, alarm_rules::list_rule_versions)])
        .route("/api/v1/alarm-rules/{id}/try", [post(ManageAlarmRules, alarm_trial::try_rule)])
        .route("/api/v1/alarms", [get(ReadAlarms, alarms::list_alarms)])
        .route("/api/v1/alarms/{id}", [get(ReadAlarms, alarms::get_alarm)])
        .route("/api/v1/alarms/{id}/acknowledge", [post(inside(HandleAlarms), alarms::acknowledge_alarm)])
        .route("/api/v1/alarms/{id}/clear", [post(inside(HandleAlarms), alarms::clear_alarm)])
        .route("/api/v1/alarms/{id}/comment", [post(inside(HandleAlarms), alarms::comment_on_alarm)])
        .route("/api/v1/maintenance-windows", [get(ReadAlarms, maintenance_windows::list_windows)])
        .route(
            "/api/v1/maintenance-windows/{id}",
            [
                get(ReadAlarms, maintenance_windows::get_window),
                put(HandleAlarms, maintenance_windows::put_window),
                delete(HandleAlarms, maintenance_windows::delete_window),
            ],
        )
        .route(
            "/api/v1/session",
            [
                get(SignIn, session::get_session),
                post(audited_inside(SignIn), session::sign_in),
                delete(audited_inside(SignIn), session::sign_out),
            ],
        )
        .route("/api/v1/session/oidc", [get(SignIn, oidc::begin)])
        .route("/api/v1/session/oidc/callback", [get(audited_inside(SignIn), oidc::finish)])
        .route("/api/v1/session/password", [put(audited_inside(ManageOwnAccount), session::change_password)])
        .route("/api/v1/session/phone", [post(audited_inside(SignIn), phones::ask_for_code)])
        .route("/api/v1/session/phone/code", [post(audited_inside(SignIn), phones::sign_in_with_code)])
        .route(
            "/api/v1/account/phone",
            [
                get(ManageOwnAccount, phones::get_own_phone),
                post(audited_inside(ManageOwnAccount), phones::ask_to_attach),
                delete(audited_inside(ManageOwnAccount), phones::remove_own_phone),
            ],
        )
        .route(
            "/api/v1/account/messages",
            [
                get(ManageOwnAccount, messages::get_own_messages),
                put(audited_inside(ManageOwnAccount), messages::put_own_messages),
            ],
        )
        .route("/api/v1/messages", [get(ManageUsers, messages::list_messages)])
        .route("/api/v1/account/phone/code", [post(audited_inside(ManageOwnAccount), phones::attach_phone)])
        .route("/api/v1/invitations/accept", [post(audited_inside(SignIn), users::accept_invitation)])
        .route(
            "/api/v1/users",
            [get(ManageUsers, users::list_users), post(audited_inside(ManageUsers), users::add_user)],
        )
        .route(
            "/api/v1/users/{id}",
            [get(ManageUsers, users::get_user), patch(audited_inside(ManageUsers), users::change_user)],
        )
        .route("/api/v1/users/{id}/reports", [delete(audited_inside(ManageUsers), reports::forget_reporter)])
        .route("/api/v1/users/{id}/invitation", [post(audited_inside(ManageUsers), users::invite_user)])
        .route(
            "/api/v1/keys",
            [get(ManageKeys, keys::list_keys), post(audited_inside(ManageKeys), keys::issue_key)],
        )
        .route(
            "/api/v1/keys/{id}",
            [get(ManageKeys, keys::get_key), delete(audited_inside(ManageKeys), keys::revoke_key)],
        )
        .route(
            "/api/v1/webhooks",
            [get(ManageWebhooks, webhooks::list_webhooks), post(ManageWebhooks, webhooks::add_webhook)],
        )
        .route(
            "/api/v1/webhooks/{id}",
            [
                get(ManageWebhooks, webhooks::get_webhook),
                put(ManageWebhooks, webhooks::put_webhook),
                delete(ManageWebhooks, webhooks::delete_webhook),
            ],
        )
        .route("/api/v1/webhooks/{id}/test", [post(ManageWebhooks, webhooks::test_webhook)])
        .route("/api/v1/webhooks/{id}/secret", [post(ManageWebhooks, webhooks::renew_secret)])
        .route("/api/v1/audit", [get(ReadAudit, audit::list_audit)])
        .route("/api/v1/audit/export", [get(ReadAudit, audit::export_audit)])
        .finish()
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));

    let walls = Guarded::new(&app)
        .route("/api/v1/displays", [get(ReadDevices, displays::list_displays)])
        .route(
            "/api/v1/displays/{id}",
            [
                get(ReadDevices, displays::get_display),
                put(audited_inside(ManageDisplays), displays::put_display),
                delete(audited_inside(ManageDisplays), displays::delete_display),
            ],
        )
        .route(
            "/api/v1/displays/{id}/state",
            [put(audited_inside(SwitchDisplays), displays::put_display_state)],
        )
        .finish()
        .layer(DefaultBodyLimit::max(DISPLAY_LIMIT_BYTES));

    let tables = Guarded::new(&app)
        .route("/api/v1/imports/readings", [post(WriteReadings, imports::import_readings)])
        .route("/api/v1/imports/devices", [post(RegisterDevices, imports::import_devices)])
        .route(
            "/api/v1/indicators/import",
            [post(audited_inside(ManageCheckUps), indicators::import_indicators)],
        )
        .route(
            "/api/v1/resources/import",
            [post(audited_inside(inside(ManageResources)), resource_tables::import_resources)],
        )
        .route(
            "/api/v1/check-ups/{id}/values/import",
            [post(audited_inside(inside(AssessIndicators)), checkup_tables::import_values)],
        )
        .finish()
        .layer(DefaultBodyLimit::max(imports::IMPORT_LIMIT_BYTES));

    let features = Guarded::new(&app)
        .route("/ogc", [get(ReadModel, features::landing::get_landing)])
        .route("/ogc/", [get(ReadModel, features::landing::get_landing)])
        .route("/ogc/conformance", [get(ReadModel, features::landing::get_conformance)])
        .route("/ogc/api", [get(ReadModel, features::landing::get_api)])
        .route("/ogc/collections", [get(ReadModel, features::collections::list_collections)])
        .route("/ogc/collections/{id}", [get(ReadModel, features::collections::get_collection)])
        .route("/ogc/collections/{id}/queryables", [get(ReadModel, features::collections::get_queryables)])
        .route("/ogc/collections/{id}/schema", [get(ReadModel, features::collections::get_schema)])
        .route(
            "/ogc/collections/{id}/schema/geojson",
            [get(ReadModel, features::collections::get_geojson_schema)],
        )
        .route("/ogc/collections/{id}/items", [get(ReadModel, features::items::list_items)])
        .route("/ogc/collections/{id}/items/{*feature}", [get(ReadModel, features::items::get_item)])
        .route("/ogc/geovolumes/collections", [get(ReadModel, features::volumes::list_volumes)])
        .route("/ogc/geovolumes/collections/{*id}", [get(ReadModel, features::volumes::get_volume)])
        .route("/ogc/{*rest}", [get(ReadModel, features::nothing)])
        .finish();

    let operation = Guarded::new(&app)
        .route("/health/live", [get(UseService, health::get_live)])
        .route("/health/ready", [get(UseService, health::get_ready)])
        // Its own configuration says who may read it beside those who may `read_metrics`.
        .route("/metrics", [get(UseService, metrics::get_metrics)])
        .finish();

    // Posted and asked for most: no compression, as files have encodings of their own, and no span.
    let readings = Guarded::new(&app)
        .route("/api/v1/readings", [post(inside(WriteReadings), readings::post_readings)])
        .finish()
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(timeout);
    let hot = Guarded::new(&app)
        .route("/publication/current", [get(ReadPublication, publication::get_current)])
        .route("/publication/tileset.json", [get(ReadPublication, publication::get_tileset)])
        .route("/publication/{*path}", [get(ReadPublication, publication::get_file)])
        .finish()
        .merge(readings)
        .layer(from_fn_with_state(sharing, layers::observe_hot));

    Router::new()
        .merge(api)
        .merge(walls)
        .merge(renewal::routes(&app))
        .merge(tables)
        .merge(features)
        .merge(operation)
        .fallback(viewer::get_viewer)
        // Leaves event streams and pictures alone, and sound, which is packed and asked for by ranges.
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("audio/"))),
        )
        .layer(timeout)
        .layer(from_fn_with_state(sharing, layers::observe))
        .merge(hot)
        .with_state(app)
}
