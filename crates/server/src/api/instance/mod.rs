//! How far a record's instance is.

mod step_in;

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::OpenInstance;
use formwork_flow::{
    LogAction, LogLine, Path, PathBranch, PathStep, PersonState, Status, StepState,
};
use formwork_model::{
    Locale, Problem,
    document::{Approver, ApproverMode, BranchMode, ReturnTarget},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{described, timestamp},
    catalogue::Texts,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(withdraw)).merge(step_in::routes())
}

/// The picture of an instance.
#[derive(Serialize, ToSchema)]
struct InstanceScreen {
    flow: FlowRef,
    #[schema(value_type = described::InstanceState)]
    state: Status,
    #[schema(required)]
    started_at: Option<String>,
    #[schema(required)]
    finished_at: Option<String>,
    /// Member id.
    starter: String,
    /// Why it cannot go on by itself.
    #[schema(required)]
    stuck: Option<Stuck>,
    /// Whether the caller is an admin of the flow, and may step in.
    may_administer: bool,
    steps: Vec<Step>,
    log: Vec<LogEntry>,
}

/// Why an instance cannot go on by itself.
#[derive(Serialize, ToSchema)]
struct Stuck {
    since: String,
    /// The code of what failed.
    code: String,
    /// What failed, in the caller's language.
    message: String,
    /// Those who step in: member ids.
    admins: Vec<String>,
}

impl Stuck {
    fn told(
        stuck: formwork_flow::Stuck,
        admins: Vec<String>,
        texts: &Texts,
        labels: &IndexMap<String, String>,
    ) -> Self {
        Self {
            admins,
            since: timestamp(stuck.at),
            message: failure(texts, &stuck.reason, labels),
            code: stuck.reason.code.into_owned(),
        }
    }
}

/// A flow and the version of it that the instance runs on.
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
    /// The key of the open task, for admins of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
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
    #[schema(value_type = described::InstanceAction)]
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
    /// Whose the task was before.
    #[schema(required)]
    from: Option<String>,
    /// The version of the record that was decided.
    #[schema(required)]
    version: Option<i64>,
    /// How an admin ended the instance.
    #[schema(value_type = Option<described::InstanceState>, required)]
    status: Option<Status>,
    /// What failed, in the caller's language.
    #[schema(required)]
    reason: Option<String>,
    /// The name of the step where a return or a jump led.
    #[schema(required)]
    target_label: Option<String>,
}

impl InstanceScreen {
    fn new(open: OpenInstance, locale: &Locale) -> Self {
        let OpenInstance { path, may_administer, admins } = open;
        let texts = Texts::new(locale.clone());
        let step_labels = step_labels(&path, locale);
        let stuck = path.stuck.map(|stuck| Stuck::told(stuck, admins, &texts, &step_labels));
        let log = path.log.into_iter().map(|line| log_entry(line, locale, &texts, &step_labels));
        let log = log.collect();
        Self {
            stuck,
            may_administer,
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
            log,
        }
    }
}

fn steps(steps: Vec<PathStep>, locale: &Locale) -> Vec<Step> {
    steps.into_iter().map(|step| self::step(step, locale)).collect()
}

fn step(step: PathStep, locale: &Locale) -> Step {
    let person = |person: formwork_flow::Person| Person {
        task: person.task,
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

/// What failed, in somebody's language. Steps and branches are named, not keyed.
fn failure(texts: &Texts, reason: &Problem, labels: &IndexMap<String, String>) -> String {
    let mut shown = reason.clone();
    for name in ["step", "branch"] {
        let label = shown.params.get(name).and_then(Wire::as_str).and_then(|key| labels.get(key));
        if let Some(label) = label.cloned() {
            shown.params.insert(name.to_owned(), label.into());
        }
    }
    texts.problem(&shown)
}

/// The names of the steps and branches of a flow, by key.
fn step_labels(path: &Path, locale: &Locale) -> IndexMap<String, String> {
    fn add(steps: &[PathStep], locale: &Locale, found: &mut IndexMap<String, String>) {
        for step in steps {
            found.insert(step.key.to_string(), step.label.get(locale).to_owned());
            for branch in &step.branches {
                found.insert(branch.key.to_string(), branch.label.get(locale).to_owned());
                add(&branch.steps, locale, found);
            }
        }
    }
    let mut found = IndexMap::new();
    add(&path.steps, locale, &mut found);
    found
}

fn log_entry(
    line: LogLine,
    locale: &Locale,
    texts: &Texts,
    labels: &IndexMap<String, String>,
) -> LogEntry {
    LogEntry {
        from: line.from,
        version: line.version,
        status: line.status,
        reason: line.reason.map(|reason| failure(texts, &reason, labels)),
        target_label: line.target_label.map(|label| label.get(locale).to_owned()),
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

/// The latest instance of a record.
#[utoipa::path(
    get, path = "/forms/{form}/records/{id}/instance", tag = "instances",
    params(("form" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = InstanceScreen), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
) -> Result<Json<InstanceScreen>, HttpProblem> {
    let open = state.engine.record_instance(&caller, &form, &id).await?;
    Ok(Json(InstanceScreen::new(open, &caller.locale)))
}

/// Takes a record back out of its flow, before anybody has decided.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/withdraw", tag = "instances",
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
