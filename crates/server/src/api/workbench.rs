//! What the first page shows: what waits for the caller and what they started.

use axum::{Json, extract::State};
use formwork_engine::TaskKind;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tasks::TaskLine;
use crate::{
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Lines of each list.
const LINES: i64 = 8;

/// The first page of the caller.
#[derive(Serialize, ToSchema)]
struct Workbench {
    /// What waits for the caller.
    tasks: Vec<TaskLine>,
    /// Processes that the caller started.
    started: Vec<TaskLine>,
    numbers: Numbers,
}

/// The caller's counts.
#[derive(Serialize, ToSchema)]
struct Numbers {
    /// Tasks that wait.
    open_tasks: i64,
}

/// The caller's first page.
#[utoipa::path(
    get, path = "/workbench", tag = "tasks",
    responses((status = 200, body = Workbench), (status = 401, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Result<Json<Workbench>, HttpProblem> {
    let engine = &state.engine;
    let tasks = engine.task_list(&caller, TaskKind::Open, None, LINES).await?;
    let started = engine.task_list(&caller, TaskKind::Started, None, LINES).await?;
    let open_tasks = engine.task_count(&caller).await?;
    Ok(Json(Workbench {
        tasks: tasks.into_iter().map(TaskLine::from).collect(),
        started: started.into_iter().map(TaskLine::from).collect(),
        numbers: Numbers { open_tasks },
    }))
}
