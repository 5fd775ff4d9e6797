//! What waits for the caller, and doing it.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::{Caller, OpenTask, TaskAnswer, TaskEntry, TaskKind};
use formwork_flow::Answer;
use formwork_model::{
    Problem,
    document::{ReturnTarget, TaskAction},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::record::{WrittenJson, field_access};
use crate::{
    api::{described, moment},
    catalogue::Texts,
    http::{JsonBody, PathOf, QueryOf, page_size},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(count))
        .routes(routes!(open))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(send_back))
        .routes(routes!(transfer))
}

const DEFAULT_LIMIT: u32 = 30;
const MAX_LIMIT: u32 = 100;

/// Which list, and which part of it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TaskParams {
    /// `open` (the default), `done`, `started` or `copied`.
    #[serde(default)]
    #[param(inline)]
    list: TaskListName,
    /// Most tasks.
    limit: Option<u32>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// A list of tasks.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TaskListName {
    #[default]
    Open,
    Done,
    Started,
    Copied,
}

impl From<TaskListName> for TaskKind {
    fn from(name: TaskListName) -> Self {
        match name {
            TaskListName::Open => Self::Open,
            TaskListName::Done => Self::Done,
            TaskListName::Started => Self::Started,
            TaskListName::Copied => Self::Copied,
        }
    }
}

/// A page of tasks, the newest first.
#[derive(Serialize, ToSchema)]
struct TaskPage {
    tasks: Vec<TaskLine>,
    #[schema(required)]
    next: Option<String>,
}

/// A line of a to-do list.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskLine {
    id: String,
    #[schema(value_type = described::TaskKind)]
    kind: String,
    title: String,
    app: String,
    form: String,
    form_label: String,
    record: String,
    step: String,
    step_label: String,
    flow_label: String,
    /// Member id.
    starter: String,
    arrived_at: String,
    #[schema(required)]
    done_at: Option<String>,
    #[schema(required)]
    action: Option<String>,
    summary: Vec<SummaryLine>,
    /// Why nothing more can be told of it, by code: its form, flow or state cannot be read.
    #[schema(required)]
    problem: Option<String>,
}

/// A field of the record, for people.
#[derive(Serialize, ToSchema)]
struct SummaryLine {
    label: String,
    text: String,
}

impl From<TaskEntry> for TaskLine {
    fn from(entry: TaskEntry) -> Self {
        let summary =
            entry.summary.into_iter().map(|(label, text)| SummaryLine { label, text }).collect();
        Self {
            id: entry.id,
            kind: entry.kind,
            title: entry.title,
            app: entry.app,
            form: entry.form,
            form_label: entry.form_label,
            record: entry.record,
            step: entry.step,
            step_label: entry.step_label,
            flow_label: entry.flow_label,
            starter: entry.starter,
            arrived_at: moment(entry.arrived_at),
            done_at: entry.done_at.map(moment),
            action: entry.action,
            summary,
            problem: entry.problem.map(|problem| problem.code.into_owned()),
        }
    }
}

/// How many tasks wait.
#[derive(Serialize, ToSchema)]
struct TaskCount {
    open: i64,
}

/// A task as its page shows it.
#[derive(Serialize, ToSchema)]
struct TaskScreen {
    task: TaskLine,
    #[schema(value_type = described::TaskState)]
    state: String,
    record: WrittenJson,
    /// `edit` or `read` by field; hidden ones are left out.
    #[schema(value_type = HashMap<String, described::Access>)]
    fields: IndexMap<String, &'static str>,
    #[schema(value_type = Vec<described::TaskAction>)]
    actions: Vec<TaskAction>,
    return_targets: Vec<Target>,
    /// Fields that must be filled in here.
    required: Vec<String>,
}

/// Where a task can be returned to.
#[derive(Serialize, ToSchema)]
struct Target {
    #[schema(value_type = described::ReturnTarget)]
    target: ReturnTarget,
    label: String,
}

impl TaskScreen {
    fn new(open: OpenTask, caller: &Caller) -> Result<Self, HttpProblem> {
        let texts = Texts::new(caller.locale.clone());
        let targets = open.return_targets.into_iter().map(|(target, label)| Target {
            target,
            label: label.unwrap_or_else(|| texts.get("server.starter").to_owned()),
        });
        Ok(Self {
            task: open.entry.into(),
            state: open.state,
            record: WrittenJson::new(open.record)?,
            fields: field_access(&open.fields),
            actions: open.actions,
            return_targets: targets.collect(),
            required: open.required.iter().map(ToString::to_string).collect(),
        })
    }
}

/// What is said and changed when one agrees.
#[derive(Deserialize, ToSchema)]
struct Approval {
    /// What to say with it.
    comment: Option<String>,
    /// The version of the record that was seen. Another one that is stored is a
    /// conflict.
    #[schema(required, value_type = i64)]
    version: Option<i64>,
    /// Fields of the record that the step lets one change.
    #[serde(default)]
    #[schema(value_type = described::Values)]
    values: Wire,
}

/// A no. It changes nothing of the record.
#[derive(Deserialize, ToSchema)]
struct Rejection {
    /// Needed to reject.
    comment: Option<String>,
    /// The version of the record that was seen.
    #[schema(required, value_type = i64)]
    version: Option<i64>,
}

/// A decision to send back. It changes nothing of the record.
#[derive(Deserialize, ToSchema)]
struct Return {
    /// Needed to return.
    comment: Option<String>,
    /// The version of the record that was seen.
    #[schema(required, value_type = i64)]
    version: Option<i64>,
    /// The starter when absent.
    #[serde(default = "to_starter")]
    #[schema(value_type = described::ReturnTarget)]
    target: ReturnTarget,
}

fn to_starter() -> ReturnTarget {
    ReturnTarget::Starter
}

/// A decision to hand on. It changes nothing of the record.
#[derive(Deserialize, ToSchema)]
struct Transfer {
    /// What to say with it.
    comment: Option<String>,
    /// The version of the record that was seen.
    version: Option<i64>,
    /// Member id.
    member: String,
}

/// An answer that changes nothing of the record. What is decided is what was seen: nobody
/// decides on something that they have not.
fn decided(
    answer: Answer,
    comment: Option<String>,
    version: Option<i64>,
) -> Result<TaskAnswer, HttpProblem> {
    if version.is_none() && !matches!(answer, Answer::Transfer(_)) {
        return Err(HttpProblem::invalid(vec![Problem::new("required").at("version")]));
    }
    Ok(TaskAnswer { version, ..TaskAnswer::plain(answer, comment) })
}

/// A page of the caller's tasks.
#[utoipa::path(
    get, path = "/tasks", tag = "tasks", params(TaskParams),
    responses((status = 200, body = TaskPage), (status = 401, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Member(caller): Member,
    QueryOf(params): QueryOf<TaskParams>,
) -> Result<Json<TaskPage>, HttpProblem> {
    let limit = page_size(params.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let before = params.cursor.as_deref().map(read_cursor).transpose()?;
    let engine = &state.engine;
    let mut entries =
        engine.task_list(&caller, params.list.into(), before, i64::from(limit) + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let last = entries.last().map(|entry| entry.arrived_at.to_string());
    Ok(Json(TaskPage {
        next: last.filter(|_| has_more),
        tasks: entries.into_iter().map(TaskLine::from).collect(),
    }))
}

fn read_cursor(text: &str) -> Result<i64, HttpProblem> {
    text.parse()
        .map_err(|_| HttpProblem::invalid(vec![Problem::new("invalid_cursor").at("cursor")]))
}

/// How many tasks wait for the caller.
#[utoipa::path(
    get, path = "/tasks/count", tag = "tasks",
    responses((status = 200, body = TaskCount), (status = 401, body = ProblemDocument))
)]
async fn count(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Result<Json<TaskCount>, HttpProblem> {
    Ok(Json(TaskCount { open: state.engine.task_count(&caller).await? }))
}

/// A task as its page shows it.
#[utoipa::path(
    get, path = "/tasks/{id}", tag = "tasks", params(("id" = String, Path)),
    responses((status = 200, body = TaskScreen), (status = 404, body = ProblemDocument))
)]
async fn open(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
) -> Result<Json<TaskScreen>, HttpProblem> {
    let open = state.engine.task_open(&caller, &id).await?;
    Ok(Json(TaskScreen::new(open, &caller)?))
}

async fn answer(
    state: &ServerState,
    caller: &Caller,
    id: &str,
    answer: TaskAnswer,
) -> Result<StatusCode, HttpProblem> {
    state.engine.task_answer(caller, id, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Agrees, or submits what was filled in.
#[utoipa::path(
    post, path = "/tasks/{id}/approve", tag = "tasks", params(("id" = String, Path)),
    request_body = Approval,
    responses((status = 204), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn approve(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
    JsonBody(approval): JsonBody<Approval>,
) -> Result<StatusCode, HttpProblem> {
    let Approval { comment, version, values } = approval;
    let decided = decided(Answer::Approve, comment, version)?;
    answer(&state, &caller, &id, TaskAnswer { values, ..decided }).await
}

/// Ends the instance with a no.
#[utoipa::path(
    post, path = "/tasks/{id}/reject", tag = "tasks", params(("id" = String, Path)),
    request_body = Rejection,
    responses((status = 204), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn reject(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
    JsonBody(Rejection { comment, version }): JsonBody<Rejection>,
) -> Result<StatusCode, HttpProblem> {
    answer(&state, &caller, &id, decided(Answer::Reject, comment, version)?).await
}

/// Sends back to the starter or to an earlier step.
#[utoipa::path(
    post, path = "/tasks/{id}/return", tag = "tasks", params(("id" = String, Path)),
    request_body = Return,
    responses((status = 204), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn send_back(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
    JsonBody(Return { comment, version, target }): JsonBody<Return>,
) -> Result<StatusCode, HttpProblem> {
    answer(&state, &caller, &id, decided(Answer::Return(target), comment, version)?).await
}

/// Hands the task to another member.
#[utoipa::path(
    post, path = "/tasks/{id}/transfer", tag = "tasks", params(("id" = String, Path)),
    request_body = Transfer,
    responses((status = 204), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn transfer(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
    JsonBody(Transfer { comment, version, member }): JsonBody<Transfer>,
) -> Result<StatusCode, HttpProblem> {
    answer(&state, &caller, &id, decided(Answer::Transfer(member), comment, version)?).await
}
