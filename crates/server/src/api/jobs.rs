//! Jobs, for admins: what is queued, under way, done or given up.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::{JobEntry, JobState};
use formwork_model::{Locale, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{document::WorkLine, moment},
    http::{PathOf, QueryOf, page_size},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(run_again))
}

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobParams {
    /// `queued`, `running`, `done`, `dead` or `cancelled`; all without it.
    state: Option<String>,
    /// Most jobs.
    limit: Option<i64>,
}

/// Jobs, the newest first.
#[derive(Serialize, ToSchema)]
struct Jobs {
    jobs: Vec<Job>,
    /// What publishes left for later, whichever job does it; the oldest first.
    work: Vec<WorkLine>,
}

/// A job.
#[derive(Serialize, ToSchema)]
struct Job {
    id: String,
    /// What kind of work it is, such as `sweep`.
    kind: String,
    /// What of; of the unfinished jobs of a kind, one has this key.
    #[schema(required)]
    key: Option<String>,
    /// `queued`, `running`, `done`, `dead` or `cancelled`.
    state: String,
    /// The member in whose name it runs; none for the platform.
    #[schema(required)]
    member: Option<String>,
    /// Not before this moment.
    run_at: String,
    /// How often it was begun since it last got on.
    attempt: i64,
    /// How much is done, in units of its kind's own.
    done: i64,
    /// How much there is to do, when that is known.
    #[schema(required)]
    total: Option<i64>,
    /// What came of it.
    #[schema(value_type = Value)]
    result: Wire,
    /// Why the last attempt failed.
    problems: Vec<ProblemItem>,
    created_at: String,
    updated_at: String,
}

impl Job {
    fn new(job: JobEntry, locale: &Locale) -> Self {
        let member = job.principal.as_ref().and_then(|principal| principal.member());
        Self {
            member: member.map(str::to_owned),
            problems: job.problems.iter().map(|problem| describe(problem, locale)).collect(),
            id: job.id,
            kind: job.kind,
            key: job.key,
            state: job.state.as_str().to_owned(),
            run_at: moment(job.run_at),
            attempt: job.attempt,
            done: job.done,
            total: job.total,
            result: job.result,
            created_at: moment(job.created_at),
            updated_at: moment(job.updated_at),
        }
    }
}

/// The newest jobs.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", params(JobParams),
    responses((status = 200, body = Jobs), (status = 403, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    QueryOf(params): QueryOf<JobParams>,
) -> Result<Json<Jobs>, HttpProblem> {
    let of = match params.state.as_deref() {
        None => None,
        Some(name) => Some(JobState::from_name(name).ok_or_else(|| {
            let problem = Problem::new("not_an_option").with("value", name);
            HttpProblem::invalid(vec![problem.at("state")])
        })?),
    };
    let limit = page_size(params.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let jobs = state.engine.job_list(&caller, of, limit).await?;
    let jobs = jobs.into_iter().map(|job| Job::new(job, &caller.locale)).collect();
    let work = state.engine.deferred_work_of_all(&caller).await?.into_iter();
    let work = work.map(|piece| WorkLine::new(&state, piece, &caller.locale)).collect();
    Ok(Json(Jobs { jobs, work }))
}

/// One job.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
) -> Result<Json<Job>, HttpProblem> {
    let job = state.engine.job_get(&caller, &id).await?;
    Ok(Json(Job::new(job, &caller.locale)))
}

/// Takes an unfinished job out of the queue; the step that is just under way is undone.
#[utoipa::path(
    post, path = "/jobs/{id}/cancel", tag = "jobs", params(("id" = String, Path)),
    responses(
        (status = 204), (status = 404, body = ProblemDocument),
        (status = 409, description = "It has ended already.", body = ProblemDocument)
    )
)]
async fn cancel(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.job_cancel(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a job that failed for good or was cancelled go on from where it stands.
#[utoipa::path(
    post, path = "/jobs/{id}/run-again", tag = "jobs", params(("id" = String, Path)),
    responses(
        (status = 204), (status = 404, body = ProblemDocument),
        (status = 409, description = "It has not ended, or the same is under way.",
         body = ProblemDocument)
    )
)]
async fn run_again(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.job_run_again(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
