//! Forms as their users meet them.

mod evaluate;
mod field;
mod screen;
mod traits;

use axum::{Json, extract::State};
use formwork_engine::Caller;
use formwork_model::{document::Operation, record_schema::record_schema};
use formwork_query::FieldAccess;
use serde::Deserialize;
use serde_json::Value as Wire;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{PathOf, QueryOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};
use field::{Describing, FieldScreen};
use screen::FormScreen;

pub(super) use traits::FieldTraits;

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(system_fields))
        .routes(routes!(schema))
        .merge(evaluate::routes())
}

/// What a form is looked at for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Seen {
    /// A task of the caller's: the form as its step shows it, whatever permission groups say.
    task: Option<String>,
}

/// A form as the caller may use it.
#[utoipa::path(
    get, path = "/forms/{form}", tag = "forms", params(("form" = String, Path), Seen),
    responses((status = 200, body = FormScreen), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    QueryOf(seen): QueryOf<Seen>,
) -> Result<Json<FormScreen>, HttpProblem> {
    let screen = match seen.task {
        None => FormScreen::new(&state, &caller, &form),
        Some(task) => {
            let (access, of) = state.engine.task_form_access(&caller, &task).await?;
            let screen = FormScreen::seen_with(&state, &caller, &form, &access);
            screen.filter(|_| of == form)
        }
    };
    screen.map(Json).ok_or_else(HttpProblem::not_found)
}

/// The fields that every form has by itself.
#[utoipa::path(
    get, path = "/system-fields", tag = "reference",
    responses((status = 200, body = [FieldScreen]), (status = 401, body = ProblemDocument))
)]
async fn system_fields(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Json<Vec<FieldScreen>> {
    let catalog = state.engine.catalog();
    let describing = Describing { catalog: &catalog, locale: &caller.locale, access: None };
    let fields = formwork_model::form::system_fields();
    Json(fields.values().map(|field| describing.field(field, FieldAccess::Read)).collect())
}

/// The JSON Schema of the form's records, without fields that the caller may not see.
#[utoipa::path(
    get, path = "/forms/{form}/schema", tag = "forms", params(("form" = String, Path)),
    responses((status = 200, body = Object), (status = 404, body = ProblemDocument))
)]
async fn schema(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
) -> Result<Json<Wire>, HttpProblem> {
    let catalog = state.engine.catalog();
    let compiled = catalog.compiled(&form).filter(|_| may_open(&state, &caller, &form));
    let compiled = compiled.ok_or_else(HttpProblem::not_found)?;
    let access = state.engine.form_access(&caller, &form);
    let shown = |path: &str| match path.split_once('.') {
        None => field::is_shown(&access, path),
        Some((subform, column)) => match (subform.parse(), column.parse()) {
            (Ok(subform), Ok(column)) => access.column(&subform, &column) != FieldAccess::Hidden,
            _ => false,
        },
    };
    Ok(Json(record_schema(&compiled.model, &caller.locale, &shown)))
}

/// Whether there is anything in the form for the caller.
pub(crate) fn may_open(state: &ServerState, caller: &Caller, form: &str) -> bool {
    let access = state.engine.form_access(caller, form);
    access.may(Operation::View) || access.may(Operation::Create)
}
