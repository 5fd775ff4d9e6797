//! How admins of flows step in, and what waits for them.

use axum::{Json, extract::State};
use formwork_flow::{AdminAction, Ending};
use formwork_model::{DocumentKey, Problem};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Stuck, failure};
use crate::{
    api::tasks::TaskLine,
    catalogue::Texts,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(reassign))
        .routes(routes!(jump))
        .routes(routes!(end))
        .routes(routes!(resume))
        .routes(routes!(attention))
}

/// An open task of the instance, and the member who gets it.
#[derive(Deserialize, ToSchema)]
struct Reassignment {
    /// The task's key in the instance.
    task: String,
    /// Member id.
    member: String,
    /// Why.
    comment: String,
}

/// Where the instance goes on.
#[derive(Deserialize, ToSchema)]
struct JumpTo {
    /// The step's key.
    step: String,
    /// Why.
    comment: String,
}

/// How an admin ends an instance.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EndingName {
    Approved,
    Rejected,
    Cancelled,
}

/// How the instance ends.
#[derive(Deserialize, ToSchema)]
struct EndAs {
    #[schema(inline)]
    how: EndingName,
    /// Why.
    comment: String,
}

/// What came of stepping in: whether the instance goes on.
#[derive(Serialize, ToSchema)]
struct SteppedIn {
    /// What stops it now; none when it goes on or is over.
    #[schema(required)]
    stuck: Option<Stuck>,
}

/// Why it is tried again.
#[derive(Deserialize, ToSchema)]
struct Resumption {
    comment: String,
}

/// The instances that wait for the caller as an admin of their flow.
#[derive(Serialize, ToSchema)]
struct Attention {
    instances: Vec<InNeed>,
}

/// An instance that waits for an admin of its flow.
#[derive(Serialize, ToSchema)]
struct InNeed {
    line: TaskLine,
    /// What failed; none when it only waits for somebody who has left.
    #[schema(required)]
    reason: Option<String>,
    /// The code of what failed.
    #[schema(required)]
    code: Option<String>,
    /// Those who should do something and have left: member ids.
    absent: Vec<String>,
}

async fn administer(
    state: &ServerState,
    caller: &formwork_engine::Caller,
    (form, id): (String, String),
    (action, comment): (AdminAction, String),
) -> Result<Json<SteppedIn>, HttpProblem> {
    let stuck = state.engine.record_administer(caller, &form, &id, action, comment).await?;
    let texts = Texts::new(caller.locale.clone());
    let admins = match &stuck {
        Some(_) => state.engine.record_instance(caller, &form, &id).await?.admins,
        None => Vec::new(),
    };
    let stuck = stuck.map(|stuck| Stuck::told(stuck, admins, &texts, &IndexMap::new()));
    Ok(Json(SteppedIn { stuck }))
}

/// Gives an open task of an instance to somebody else, as an admin of its flow.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/instance/reassign", tag = "instances",
    params(("form" = String, Path), ("id" = String, Path)), request_body = Reassignment,
    responses((status = 200, body = SteppedIn), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn reassign(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(of): PathOf<(String, String)>,
    JsonBody(body): JsonBody<Reassignment>,
) -> Result<Json<SteppedIn>, HttpProblem> {
    let action = AdminAction::Reassign { task: body.task, to: body.member };
    administer(&state, &caller, of, (action, body.comment)).await
}

/// Makes an instance go on at a step, as an admin of its flow.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/instance/jump", tag = "instances",
    params(("form" = String, Path), ("id" = String, Path)), request_body = JumpTo,
    responses((status = 200, body = SteppedIn), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn jump(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(of): PathOf<(String, String)>,
    JsonBody(body): JsonBody<JumpTo>,
) -> Result<Json<SteppedIn>, HttpProblem> {
    let step: DocumentKey = body
        .step
        .parse()
        .map_err(|_| HttpProblem::invalid(vec![Problem::new("invalid_key").at("step")]))?;
    administer(&state, &caller, of, (AdminAction::Jump { step }, body.comment)).await
}

/// Ends an instance, as an admin of its flow.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/instance/end", tag = "instances",
    params(("form" = String, Path), ("id" = String, Path)), request_body = EndAs,
    responses((status = 200, body = SteppedIn), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn end(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(of): PathOf<(String, String)>,
    JsonBody(body): JsonBody<EndAs>,
) -> Result<Json<SteppedIn>, HttpProblem> {
    let how = match body.how {
        EndingName::Approved => Ending::Approved,
        EndingName::Rejected => Ending::Rejected,
        EndingName::Cancelled => Ending::Cancelled,
    };
    administer(&state, &caller, of, (AdminAction::End(how), body.comment)).await
}

/// Lets a stuck instance try again what failed, as an admin of its flow.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/instance/resume", tag = "instances",
    params(("form" = String, Path), ("id" = String, Path)), request_body = Resumption,
    responses((status = 200, body = SteppedIn), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn resume(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(of): PathOf<(String, String)>,
    JsonBody(body): JsonBody<Resumption>,
) -> Result<Json<SteppedIn>, HttpProblem> {
    administer(&state, &caller, of, (AdminAction::Resume, body.comment)).await
}

/// The instances that wait for the caller as an admin of their flow: stuck ones, and those
/// that wait for somebody who has left. The oldest first.
#[utoipa::path(
    get, path = "/instances/attention", tag = "instances",
    responses((status = 200, body = Attention), (status = 401, body = ProblemDocument))
)]
async fn attention(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Result<Json<Attention>, HttpProblem> {
    let texts = Texts::new(caller.locale.clone());
    let found = state.engine.instances_in_need(&caller).await?;
    let instances = found.into_iter().map(|one| InNeed {
        line: one.entry.into(),
        code: one.reason.as_ref().map(|reason| reason.code.to_string()),
        reason: one.reason.map(|reason| failure(&texts, &reason, &IndexMap::new())),
        absent: one.absent,
    });
    Ok(Json(Attention { instances: instances.collect() }))
}
