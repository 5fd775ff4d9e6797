//! How far a record's process is.

use axum::{Json, extract::State, http::StatusCode};
use formwork_flow::{
    LogAction, LogLine, Path, PathBranch, PathStep, PersonState, Status, StepState,
};
use formwork_model::{
    Locale,
    document::{Approver, ApproverMode, BranchMode, ReturnTarget},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{described, timestamp},
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(withdraw))
}

/// The picture of a process.
#[derive(Serialize, ToSchema)]
struct ProcessScreen {
    flow: FlowRef,
    #[schema(value_type = described::ProcessState)]
    state: Status,
    #[schema(required)]
    started_at: Option<String>,
    #[schema(required)]
    finished_at: Option<String>,
    /// Member id.
    starter: String,
    steps: Vec<Step>,
    log: Vec<LogEntry>,
}

/// A flow and the version of it that the process runs on.
#[derive(Serialize, ToSchema)]
struct FlowRef {
    key: String,
    label: String,
    version: i64,
}

/// A step of the picture.
#[derive(Serialize, ToSchema)]
struct Step {
    key: String,
    label: String,
    #[schema(value_type = described::StepKind)]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<described::ApproverMode>)]
    mode: Option<ApproverMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<described::BranchMode>)]
    branch_mode: Option<BranchMode>,
    #[schema(value_type = described::StepProgress)]
    state: StepState,
    #[schema(required)]
    entered_at: Option<String>,
    /// Who is meant, as the flow says it.
    #[schema(value_type = Vec<HashMap<String, Value>>)]
    assignees: Vec<Approver>,
    people: Vec<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    branches: Vec<Branch>,
}

/// A member at a step.
#[derive(Serialize, ToSchema)]
struct Person {
    member: String,
    #[schema(value_type = described::PersonProgress)]
    state: PersonState,
    #[schema(required)]
    comment: Option<String>,
    #[schema(required)]
    at: Option<String>,
}

/// A branch of the picture.
#[derive(Serialize, ToSchema)]
struct Branch {
    key: String,
    label: String,
    #[schema(required)]
    when: Option<String>,
    taken: bool,
    #[schema(no_recursion)]
    steps: Vec<Step>,
}

/// What somebody did.
#[derive(Serialize, ToSchema)]
struct LogEntry {
    at: String,
    /// Member id; none is the engine itself.
    #[schema(required)]
    by: Option<String>,
    #[schema(value_type = described::ProcessAction)]
    action: LogAction,
    #[schema(required)]
    step: Option<String>,
    /// The step's name.
    #[schema(required)]
    label: Option<String>,
    #[schema(required)]
    comment: Option<String>,
    #[schema(value_type = Option<described::ReturnTarget>, required)]
    target: Option<ReturnTarget>,
    /// To whom: the new holder of a task, or those who were told.
    members: Vec<String>,
}

impl ProcessScreen {
    fn new(path: Path, locale: &Locale) -> Self {
        Self {
            flow: FlowRef {
                key: path.flow.to_string(),
                label: path.label.get(locale).to_owned(),
                version: path.version,
            },
            state: path.state,
            started_at: path.started_at.map(timestamp),
            finished_at: path.finished_at.map(timestamp),
            starter: path.starter,
            steps: steps(path.steps, locale),
            log: path.log.into_iter().map(|line| log_entry(line, locale)).collect(),
        }
    }
}

fn steps(steps: Vec<PathStep>, locale: &Locale) -> Vec<Step> {
    steps.into_iter().map(|step| self::step(step, locale)).collect()
}

fn step(step: PathStep, locale: &Locale) -> Step {
    let person = |person: formwork_flow::Person| Person {
        member: person.member,
        state: person.state,
        comment: person.comment,
        at: person.at.map(timestamp),
    };
    let branch = |branch: PathBranch| Branch {
        key: branch.key.to_string(),
        label: branch.label.get(locale).to_owned(),
        when: branch.when,
        taken: branch.taken,
        steps: steps(branch.steps, locale),
    };
    Step {
        key: step.key.to_string(),
        label: step.label.get(locale).to_owned(),
        kind: step.kind,
        mode: step.mode,
        branch_mode: step.branch_mode,
        state: step.state,
        entered_at: step.entered_at.map(timestamp),
        assignees: step.assignees,
        people: step.people.into_iter().map(person).collect(),
        branches: step.branches.into_iter().map(branch).collect(),
    }
}

fn log_entry(line: LogLine, locale: &Locale) -> LogEntry {
    LogEntry {
        at: timestamp(line.at),
        by: line.by,
        action: line.action,
        step: line.step.map(|step| step.to_string()),
        label: line.label.map(|label| label.get(locale).to_owned()),
        comment: line.comment,
        target: line.target,
        members: line.members,
    }
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
struct Reason {
    comment: Option<String>,
}

/// The latest process of a record.
#[utoipa::path(
    get, path = "/forms/{form}/records/{id}/process", tag = "processes",
    params(("form" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = ProcessScreen), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
) -> Result<Json<ProcessScreen>, HttpProblem> {
    let path = state.engine.record_process(&caller, &form, &id).await?;
    Ok(Json(ProcessScreen::new(path, &caller.locale)))
}

/// Takes a record back out of its process, before anybody has decided.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/withdraw", tag = "processes",
    params(("form" = String, Path), ("id" = String, Path)), request_body = Reason,
    responses((status = 204), (status = 409, body = ProblemDocument))
)]
async fn withdraw(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    JsonBody(reason): JsonBody<Reason>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.record_withdraw(&caller, &form, &id, reason.comment).await?;
    Ok(StatusCode::NO_CONTENT)
}
