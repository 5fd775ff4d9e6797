//! Members, as admins see them.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::{HandOver, MemberChange, NewMember};
use formwork_model::{Problem, document::DocumentKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    http::{JsonBody, PathOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument},
    session::{check_password, hash_password},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change))
        .routes(routes!(holdings))
}

/// Every member.
#[derive(Serialize, ToSchema)]
struct Members {
    members: Vec<MemberEntry>,
}

/// A member.
#[derive(Serialize, ToSchema)]
struct MemberEntry {
    id: String,
    account: String,
    name: String,
    #[schema(required)]
    department: Option<String>,
    /// Role keys.
    roles: Vec<String>,
    locale: String,
    is_admin: bool,
    active: bool,
    /// Whether there is a password to sign in with.
    has_password: bool,
    created_at: String,
}

/// A member to add.
#[derive(Deserialize, ToSchema)]
struct MemberToAdd {
    account: String,
    name: String,
    /// None cannot sign in with a password.
    password: Option<String>,
    department: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    locale: Option<String>,
    #[serde(default)]
    is_admin: bool,
}

/// What changes of a member; what is absent stays.
#[derive(Deserialize, ToSchema)]
struct MemberEdit {
    name: Option<String>,
    /// `null` takes the department away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>)]
    department: Option<Option<String>>,
    roles: Option<Vec<String>>,
    is_admin: Option<bool>,
    /// Taking it away signs the member out everywhere.
    active: Option<bool>,
    /// A new one signs the member out everywhere.
    password: Option<String>,
    locale: Option<String>,
    /// With `active: false`: the member who does from now on what waits for this one in
    /// instances. What was given for a role goes to whoever has it.
    hand_over_to: Option<String>,
    /// With `active: false`: the admins of each flow do it.
    #[serde(default)]
    leave_to_admins: bool,
}

/// What is a member's.
#[derive(Serialize, ToSchema)]
struct Holdings {
    /// Open tasks.
    tasks: usize,
    /// Places in the queue of a step that is decided in order.
    turns: usize,
    /// Records that came back and are to be submitted again.
    returned: usize,
    /// Forms of which the member owns records.
    records: Vec<OwnedRecords>,
    /// Departments that the member leads, by id.
    departments: Vec<String>,
    /// Flows and permission groups that name the member.
    documents: Vec<NamingDocument>,
    /// API keys in use; they end with the account.
    api_keys: i64,
}

/// How many records of a form a member owns.
#[derive(Serialize, ToSchema)]
struct OwnedRecords {
    form: String,
    label: String,
    count: i64,
}

/// A document that names a member.
#[derive(Serialize, ToSchema)]
struct NamingDocument {
    #[schema(value_type = crate::api::described::DocumentKind)]
    kind: DocumentKind,
    key: String,
}

/// A thing that was made, by id.
#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    pub(super) id: String,
}

/// The hash of a password that somebody chose for a member.
async fn chosen(password: Option<String>, names: &[&str]) -> Result<Option<String>, HttpProblem> {
    let Some(password) = password else { return Ok(None) };
    match check_password(&password, names) {
        Some(problem) => Err(HttpProblem::invalid(vec![problem.at("password")])),
        None => hash_password(password).await.map(Some),
    }
}

/// Every member, the inactive included.
#[utoipa::path(
    get, path = "/members", tag = "people",
    responses((status = 200, body = Members), (status = 403, body = ProblemDocument))
)]
async fn list(State(state): State<ServerState>, _admin: Admin) -> Json<Members> {
    let catalog = state.engine.catalog();
    let directory = &catalog.directory;
    let members = directory.members().map(|member| MemberEntry {
        id: member.id.clone(),
        account: member.account.clone(),
        name: member.name.clone(),
        department: member.department.clone(),
        roles: directory.roles_of(&member.id).to_vec(),
        locale: member.locale.clone(),
        is_admin: member.is_admin,
        active: member.active,
        has_password: member.password_hash.is_some(),
        created_at: moment(member.created_at),
    });
    Json(Members { members: members.collect() })
}

/// Adds a member.
#[utoipa::path(
    post, path = "/members", tag = "people", request_body = MemberToAdd,
    responses((status = 201, body = Made), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn add(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    JsonBody(new): JsonBody<MemberToAdd>,
) -> Result<(StatusCode, Json<Made>), HttpProblem> {
    let password_hash = chosen(new.password, &[&new.account, &new.name]).await?;
    let member = NewMember {
        account: new.account,
        name: new.name,
        password_hash,
        department: new.department,
        roles: new.roles,
        locale: new.locale,
        is_admin: new.is_admin,
    };
    let id = state.engine.member_add(&caller, member).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// What is a member's: to be looked at before the member is deactivated.
#[utoipa::path(
    get, path = "/members/{id}/holdings", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Holdings), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument))
)]
async fn holdings(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
) -> Result<Json<Holdings>, HttpProblem> {
    let found = state.engine.member_holdings(&caller, &id).await?;
    let catalog = state.engine.catalog();
    let label = |form: &str| {
        let compiled = catalog.compiled(form);
        compiled.map(|form| form.model.document.label.get(&caller.locale).to_owned())
    };
    let records = found.records.into_iter().map(|(form, count)| OwnedRecords {
        label: label(&form).unwrap_or_default(),
        form,
        count,
    });
    let documents = found.documents.into_iter().map(|(kind, key)| NamingDocument { kind, key });
    Ok(Json(Holdings {
        tasks: found.duties.tasks,
        turns: found.duties.turns,
        returned: found.duties.returned,
        records: records.collect(),
        departments: found.departments,
        documents: documents.collect(),
        api_keys: found.api_keys,
    }))
}

/// To whom what waits goes: one thing, and only with a deactivation.
fn handed_over(
    to: Option<String>,
    leave_to_admins: bool,
    active: Option<bool>,
) -> Result<Option<HandOver>, HttpProblem> {
    let named = if to.is_some() { "hand_over_to" } else { "leave_to_admins" };
    let hand_over = match (to, leave_to_admins) {
        (Some(_), true) => return Err(contradicts("leave_to_admins", "hand_over_to")),
        (Some(to), false) => Some(HandOver::To(to)),
        (None, true) => Some(HandOver::Admins),
        (None, false) => None,
    };
    if hand_over.is_some() && active != Some(false) {
        return Err(contradicts(named, "active"));
    }
    Ok(hand_over)
}

fn contradicts(member: &str, other: &str) -> HttpProblem {
    HttpProblem::invalid(vec![Problem::new("contradicts").with("member", other).at(member)])
}

/// Changes a member.
#[utoipa::path(
    patch, path = "/members/{id}", tag = "people", params(("id" = String, Path)),
    request_body = MemberEdit,
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn change(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
    JsonBody(edit): JsonBody<MemberEdit>,
) -> Result<StatusCode, HttpProblem> {
    let catalog = state.engine.catalog();
    let member = catalog.directory.member(&id).ok_or_else(HttpProblem::not_found)?;
    let hand_over = handed_over(edit.hand_over_to, edit.leave_to_admins, edit.active)?;
    let password_hash = chosen(edit.password, &[&member.account, &member.name]).await?;
    let change = MemberChange {
        name: edit.name,
        department: edit.department,
        roles: edit.roles,
        is_admin: edit.is_admin,
        active: edit.active,
        password_hash,
        locale: edit.locale,
        theme: None,
        hand_over,
    };
    state.engine.member_change(&caller, &id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
