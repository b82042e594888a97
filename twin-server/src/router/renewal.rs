//! The table of what renewal answers: reports and those who hand them on, check-ups, programming, projects, and what is sent
//! along. Part of the router.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;

use super::BODY_LIMIT_BYTES;
use crate::api::{
    checkup_problems, checkup_tables, checkup_value_table, checkup_values, checkups, indicators, needs,
    open311, photos, programming_tables, project_lists, project_nearby, project_table, project_timetable,
    project_voices, projects, renewal_export, report_contacts, report_figures, report_lists, reports,
    resource_tables, resources, task_proposals, tasks, voices,
};
use crate::app::App;
use crate::auth::guard::{Guarded, audited_inside, delete, get, inside, patch, post, put};
use crate::domain::permission::Action::{
    AssessIndicators, BuildProjects, CollectNeeds, HostProjects, ManageCheckUps, ManageResources,
    PlanProjects, PlanTasks, ReadCheckUps, ReadContacts, ReadProgramming, ReadProjects, ReadReports,
    ReviewProjects, SpeakOnProjects, SubmitReports, UseService,
};
use crate::{photo, voice};

/// A plan with all its lists at their limits is smaller, whatever language it is written in.
const PROJECT_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// The addresses of renewal.
#[expect(clippy::too_many_lines, reason = "a table: what is answered stands in one place, in order")]
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let lists = Guarded::new(app)
        .route("/api/v1/report-kinds", [get(ReadReports, report_lists::list_report_kinds)])
        .route(
            "/api/v1/reports",
            [
                get(ReadReports, report_lists::list_reports),
                post(audited_inside(SubmitReports), reports::post_report),
            ],
        )
        .route("/api/v1/photos/{id}", [get(ReadReports, photos::get_photo)])
        .route("/api/v1/voices/{id}", [get(ReadReports, voices::get_voice)])
        .route("/api/v1/reports/figures", [get(ReadReports, report_figures::get_report_figures)])
        .route("/api/v1/reports/similar", [get(ReadReports, report_lists::list_similar_reports)])
        .route("/api/v1/reports/{id}", [get(ReadReports, reports::get_report)])
        // Who may do what with a report follows from the report: its course decides.
        .route("/api/v1/reports/{id}/deeds", [post(audited_inside(SubmitReports), reports::act_on_report)])
        .route(
            "/api/v1/reports/{id}/messages",
            [post(audited_inside(SubmitReports), reports::post_report_message)],
        )
        .route(
            "/api/v1/reports/{id}/contact",
            [
                // A look is written down like a change, by the handler.
                get(inside(ReadContacts), report_contacts::get_report_contact),
                delete(audited_inside(SubmitReports), report_contacts::delete_report_contact),
            ],
        )
        .route("/api/v1/indicators", [get(ReadCheckUps, indicators::list_indicators)])
        .route("/api/v1/indicators/template", [get(ReadCheckUps, indicators::get_indicator_template)])
        // Where a check-up is, is decided by its zones.
        .route(
            "/api/v1/check-ups",
            [
                get(ReadCheckUps, checkups::list_check_ups),
                post(audited_inside(inside(ManageCheckUps)), checkups::post_check_up),
            ],
        )
        .route("/api/v1/check-ups/{id}", [get(ReadCheckUps, checkups::get_check_up)])
        .route(
            "/api/v1/check-ups/{id}/deeds",
            [post(audited_inside(inside(ManageCheckUps)), checkups::act_on_check_up)],
        )
        .route(
            "/api/v1/check-ups/{id}/values",
            [
                get(ReadCheckUps, checkup_values::list_values),
                put(audited_inside(inside(AssessIndicators)), checkup_values::put_values),
            ],
        )
        .route(
            "/api/v1/check-ups/{id}/values/template",
            [get(ReadCheckUps, checkup_tables::get_value_template)],
        )
        .route("/api/v1/check-ups/{id}/values/table", [get(ReadCheckUps, checkup_value_table::export_values)])
        .route(
            "/api/v1/check-ups/{id}/compute",
            [post(audited_inside(inside(AssessIndicators)), checkup_values::compute_values)],
        )
        .route("/api/v1/check-ups/{id}/map", [get(ReadCheckUps, checkup_values::get_map)])
        .route("/api/v1/check-ups/{id}/compare", [get(ReadCheckUps, checkup_problems::compare_check_ups)])
        .route("/api/v1/check-ups/{id}/problems", [get(ReadCheckUps, checkup_problems::list_problems)])
        .route(
            "/api/v1/check-ups/{id}/problems/deeds",
            [post(audited_inside(inside(ManageCheckUps)), checkup_problems::act_on_problems)],
        )
        .route(
            "/api/v1/check-ups/{id}/problems/{problem}",
            [get(ReadCheckUps, checkup_problems::get_problem)],
        )
        .route("/api/v1/task-themes", [get(ReadProgramming, task_proposals::list_task_themes)])
        // Where resources, needs and tasks are, is decided by their zones.
        .route(
            "/api/v1/resources",
            [
                get(ReadProgramming, resources::list_resources),
                post(audited_inside(inside(ManageResources)), resources::post_resource),
            ],
        )
        .route("/api/v1/resources/figures", [get(ReadProgramming, resources::get_resource_figures)])
        .route("/api/v1/resources/template", [get(ReadProgramming, resource_tables::get_resource_template)])
        .route(
            "/api/v1/resources/{id}",
            [
                get(ReadProgramming, resources::get_resource),
                patch(audited_inside(inside(ManageResources)), resources::patch_resource),
            ],
        )
        .route(
            "/api/v1/resources/{id}/deeds",
            [post(audited_inside(inside(ManageResources)), resources::act_on_resource)],
        )
        .route(
            "/api/v1/needs",
            [
                get(ReadProgramming, needs::list_needs),
                post(audited_inside(inside(CollectNeeds)), needs::post_need),
            ],
        )
        .route("/api/v1/needs/figures", [get(ReadProgramming, needs::get_need_figures)])
        .route(
            "/api/v1/needs/{id}",
            [
                get(ReadProgramming, needs::get_need),
                patch(audited_inside(inside(CollectNeeds)), needs::patch_need),
            ],
        )
        .route("/api/v1/needs/{id}/deeds", [post(audited_inside(inside(CollectNeeds)), needs::act_on_need)])
        .route(
            "/api/v1/tasks",
            [
                get(ReadProgramming, tasks::list_tasks),
                post(audited_inside(inside(PlanTasks)), tasks::post_task),
            ],
        )
        .route("/api/v1/tasks/figures", [get(ReadProgramming, tasks::get_task_figures)])
        .route(
            "/api/v1/tasks/generate",
            [post(audited_inside(inside(PlanTasks)), task_proposals::generate_tasks)],
        )
        .route(
            "/api/v1/tasks/{id}",
            [
                get(ReadProgramming, tasks::get_task),
                patch(audited_inside(inside(PlanTasks)), tasks::patch_task),
            ],
        )
        .route("/api/v1/tasks/{id}/deeds", [post(audited_inside(inside(PlanTasks)), tasks::act_on_task)])
        .route("/api/v1/exports/resources.csv", [get(ReadProgramming, programming_tables::export_resources)])
        .route("/api/v1/exports/needs.csv", [get(ReadProgramming, programming_tables::export_needs)])
        .route("/api/v1/exports/tasks.csv", [get(ReadProgramming, programming_tables::export_tasks)])
        .finish()
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));

    // Which parties someone is of a project follows from its zones: its course decides.
    let projects = Guarded::new(app)
        .route(
            "/api/v1/projects",
            [
                get(ReadProjects, project_lists::list_projects),
                post(audited_inside(inside(PlanProjects)), projects::post_project),
            ],
        )
        .route("/api/v1/exports/projects.csv", [get(ReadProjects, project_table::export_projects)])
        .route("/api/v1/exports/projects.xlsx", [get(ReadProjects, project_table::export_project_sheet)])
        // What each layer needs is asked in the handler.
        .route("/api/v1/exports/renewal.gpkg", [get(ReadProjects, renewal_export::export_geopackage)])
        .route("/api/v1/projects/figures", [get(ReadProjects, project_lists::get_project_figures)])
        .route("/api/v1/projects/timetable", [get(ReadProjects, project_timetable::get_project_timetable)])
        .route(
            "/api/v1/projects/{id}",
            [
                get(ReadProjects, projects::get_project),
                patch(audited_inside(inside(PlanProjects)), projects::patch_project),
            ],
        )
        .route(
            "/api/v1/projects/{id}/deeds",
            [post(audited_inside(SpeakOnProjects), projects::act_on_project)],
        )
        .route("/api/v1/projects/{id}/trail", [get(ReadProjects, project_voices::get_project_trail)])
        .route("/api/v1/projects/{id}/nearby", [get(ReadProjects, project_nearby::get_nearby)])
        .route(
            "/api/v1/projects/{id}/opinions",
            [
                get(ReadProjects, project_voices::list_opinions),
                post(audited_inside(SpeakOnProjects), project_voices::post_opinion),
            ],
        )
        .route(
            "/api/v1/projects/{id}/opinions/{number}/answer",
            [post(audited_inside(inside(HostProjects)), project_voices::answer_opinion)],
        )
        .route(
            "/api/v1/projects/{id}/departments",
            [post(audited_inside(inside(ReviewProjects)), project_voices::ask_departments)],
        )
        .route(
            "/api/v1/projects/{id}/department-opinions",
            [post(audited_inside(inside(ReviewProjects)), project_voices::hear_department)],
        )
        .route(
            "/api/v1/projects/{id}/progress",
            [post(audited_inside(inside(BuildProjects)), project_voices::post_progress)],
        )
        .finish()
        .layer(DefaultBodyLimit::max(PROJECT_LIMIT_BYTES));

    let pictures = Guarded::new(app)
        .route("/api/v1/photos", [post(SubmitReports, photos::post_photo)])
        .finish()
        .layer(DefaultBodyLimit::max(photo::FILE_LIMIT_BYTES));

    let voices = Guarded::new(app)
        .route("/api/v1/voices", [post(SubmitReports, voices::post_voice)])
        .finish()
        .layer(DefaultBodyLimit::max(voice::FILE_LIMIT_BYTES));

    // Addresses end with their format. Keys may come in a form, and failures are told as the standard has it.
    let hotlines = Guarded::new(app)
        .route("/open311/discovery.xml", [get(UseService, open311::services::get_discovery)])
        .route("/open311/discovery.json", [get(UseService, open311::services::get_discovery)])
        .route("/open311/v2/services.xml", [get(ReadReports, open311::services::list_services)])
        .route("/open311/v2/services.json", [get(ReadReports, open311::services::list_services)])
        .route("/open311/v2/services/{file}", [get(ReadReports, open311::services::get_service)])
        .route(
            "/open311/v2/requests.xml",
            [
                get(ReadReports, open311::requests::list_requests),
                post(audited_inside(SubmitReports), open311::requests::post_request),
            ],
        )
        .route(
            "/open311/v2/requests.json",
            [
                get(ReadReports, open311::requests::list_requests),
                post(audited_inside(SubmitReports), open311::requests::post_request),
            ],
        )
        .route("/open311/v2/requests/{file}", [get(ReadReports, open311::requests::get_request)])
        .finish()
        .layer(from_fn(open311::speak));

    lists.merge(projects).merge(pictures).merge(voices).merge(hotlines)
}
