//! The OpenAPI document of everything that the server answers, made from the code. `twin-server
//! openapi` prints it, `schemas/openapi.json` holds it, the viewer's types come from there.

mod failures;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use twin_schemas::alarm::AlarmChangedEvent;
use twin_schemas::displays::DisplayEvent;
use twin_schemas::live::{
    DeviceEvent, DeviceRemovedEvent, ObjectEvent, ObjectRemovedEvent, PublicationEvent, SnapshotEvent,
};
use twin_schemas::projects::{ProjectChangedEvent, ProjectRemovedEvent};
use twin_schemas::reports::{ReportChangedEvent, ReportRemovedEvent};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    ProblemBody, aggregates, alarm_rules, alarm_trial, alarms, audit, catalog, checkup_problems,
    checkup_tables, checkup_value_table, checkup_values, checkups, device_kinds, devices, displays, events,
    exports, features, health, imports, indicators, keys, live, maintenance_windows, messages, metrics,
    model, mqtt, needs, object_edits, objects, oidc, permissions, phones, photos, place, programming_tables,
    project_lists, project_nearby, project_table, project_timetable, project_voices, projects, readings,
    renewal_export, report_contacts, report_figures, report_lists, reports, resource_tables, resources,
    sensorthings, session, spatial, task_proposals, tasks, users, voices, webhooks,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Community Twin", description = "The community model, its tiles and its live devices. Positions are metres east, north and up of the community's origin; instants are RFC 3339. Every failure is a problem document (RFC 9457)."),
    paths(
        health::get_health,
        health::get_live,
        health::get_ready,
        metrics::get_metrics,
        catalog::get_catalog,
        device_kinds::list_device_kinds,
        devices::list_devices,
        devices::get_device,
        devices::put_device,
        devices::delete_device,
        displays::list_displays,
        displays::get_display,
        displays::put_display,
        displays::delete_display,
        displays::put_display_state,
        readings::list_readings,
        readings::post_readings,
        readings::delete_readings,
        aggregates::list_aggregates,
        aggregates::list_many_aggregates,
        mqtt::get_mqtt,
        exports::export_readings,
        imports::import_readings,
        imports::import_devices,
        imports::get_template,
        events::stream_events,
        live::open_socket,
        objects::list_objects,
        objects::get_object,
        object_edits::post_object,
        object_edits::patch_object,
        object_edits::delete_object,
        object_edits::get_object_history,
        object_edits::restore_object,
        model::list_versions,
        spatial::query_things,
        place::get_place,
        alarm_rules::delete_rule,
        alarm_rules::get_rule,
        alarm_rules::list_rule_versions,
        alarm_rules::list_rules,
        alarm_rules::put_rule,
        alarm_trial::try_rule,
        alarms::acknowledge_alarm,
        alarms::clear_alarm,
        alarms::comment_on_alarm,
        alarms::get_alarm,
        alarms::get_band,
        alarms::list_alarms,
        photos::get_photo,
        photos::post_photo,
        voices::get_voice,
        voices::post_voice,
        projects::act_on_project,
        projects::get_project,
        projects::patch_project,
        projects::post_project,
        project_lists::get_project_figures,
        project_lists::list_projects,
        project_nearby::get_nearby,
        project_timetable::get_project_timetable,
        project_table::export_projects,
        project_table::export_project_sheet,
        renewal_export::export_geopackage,
        project_voices::answer_opinion,
        project_voices::ask_departments,
        project_voices::get_project_trail,
        project_voices::hear_department,
        project_voices::list_opinions,
        project_voices::post_opinion,
        project_voices::post_progress,
        reports::act_on_report,
        reports::forget_reporter,
        reports::get_report,
        report_lists::list_report_kinds,
        report_lists::list_reports,
        report_lists::list_similar_reports,
        report_figures::get_report_figures,
        reports::post_report,
        reports::post_report_message,
        indicators::list_indicators,
        indicators::get_indicator_template,
        indicators::import_indicators,
        checkups::list_check_ups,
        checkups::post_check_up,
        checkups::get_check_up,
        checkups::act_on_check_up,
        checkup_values::list_values,
        checkup_values::put_values,
        checkup_values::compute_values,
        checkup_values::get_map,
        checkup_tables::get_value_template,
        checkup_tables::import_values,
        checkup_value_table::export_values,
        checkup_problems::list_problems,
        checkup_problems::get_problem,
        checkup_problems::act_on_problems,
        checkup_problems::compare_check_ups,
        needs::act_on_need,
        needs::get_need,
        needs::get_need_figures,
        needs::list_needs,
        needs::patch_need,
        needs::post_need,
        programming_tables::export_needs,
        programming_tables::export_resources,
        programming_tables::export_tasks,
        resource_tables::get_resource_template,
        resource_tables::import_resources,
        resources::act_on_resource,
        resources::get_resource,
        resources::get_resource_figures,
        resources::list_resources,
        resources::patch_resource,
        resources::post_resource,
        task_proposals::generate_tasks,
        task_proposals::list_task_themes,
        tasks::act_on_task,
        tasks::get_task,
        tasks::get_task_figures,
        tasks::list_tasks,
        tasks::patch_task,
        tasks::post_task,
        audit::export_audit,
        audit::list_audit,
        features::collections::get_collection,
        features::collections::get_geojson_schema,
        features::collections::get_queryables,
        features::collections::get_schema,
        features::collections::list_collections,
        features::items::get_item,
        features::items::list_items,
        features::landing::get_api,
        features::landing::get_conformance,
        features::landing::get_landing,
        features::volumes::get_volume,
        features::volumes::list_volumes,
        keys::get_key,
        keys::issue_key,
        keys::list_keys,
        keys::revoke_key,
        maintenance_windows::delete_window,
        maintenance_windows::get_window,
        maintenance_windows::list_windows,
        maintenance_windows::put_window,
        permissions::get_permissions,
        sensorthings::handle,
        oidc::begin,
        oidc::finish,
        messages::get_own_messages,
        messages::list_messages,
        messages::put_own_messages,
        phones::ask_for_code,
        phones::ask_to_attach,
        phones::attach_phone,
        phones::get_own_phone,
        phones::remove_own_phone,
        phones::sign_in_with_code,
        report_contacts::delete_report_contact,
        report_contacts::get_report_contact,
        session::change_password,
        session::get_session,
        session::sign_in,
        session::sign_out,
        users::accept_invitation,
        users::add_user,
        users::change_user,
        users::get_user,
        users::invite_user,
        users::list_users,
        webhooks::add_webhook,
        webhooks::delete_webhook,
        webhooks::get_webhook,
        webhooks::list_webhooks,
        webhooks::put_webhook,
        webhooks::renew_secret,
        webhooks::test_webhook,
    ),
    components(schemas(SnapshotEvent, DeviceEvent, DeviceRemovedEvent, AlarmChangedEvent, DisplayEvent, ReportChangedEvent, ReportRemovedEvent, ProjectChangedEvent, ProjectRemovedEvent, ObjectEvent, ObjectRemovedEvent, PublicationEvent, ProblemBody, readings::Keep, imports::Language, messages::WantedState)),
    modifiers(&Proofs),
)]
struct Document;

struct Proofs;

impl Modify for Proofs {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        scheme.description = Some("A key, or the server's ingest key; also taken as `X-API-Key`.".into());
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("key".into(), SecurityScheme::Http(scheme).into());
        let cookie = ApiKeyValue::with_description("twin-session", "Over HTTPS `__Host-twin-session`.");
        let session = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        components.security_schemes.insert("session".into(), session.into());
        failures::add(document);
    }
}

/// The document as JSON that people can read, with a line end at its end.
#[must_use]
pub(crate) fn document() -> String {
    // The document is plain data with string keys: writing it cannot fail.
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Gives the OpenAPI document.
pub(crate) async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document()).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_document_is_what_the_code_gives() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == super::document(),
            "schemas/openapi.json is stale\nhint: cargo run -p twin-server -- openapi > schemas/openapi.json"
        );
    }
}
