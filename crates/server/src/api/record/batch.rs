//! Many changes of one form in one request.

use axum::{Json, extract::State};
use formwork_engine::{BatchItem, BatchMode, BatchOutcome, Submission};
use formwork_model::{FieldKey, Locale, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::described::Values,
    http::{JsonParts, PathOf, read_part},
    principal::Member,
    problem::{HttpProblem, ProblemDocument, Refusal},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(batch))
}

/// Changes of a form's records, at most 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// What becomes of the others when one is refused.
    #[serde(default)]
    mode: Mode,
    /// The changes, in the order in which they are made.
    #[schema(value_type = Vec<Item>)]
    items: Vec<Wire>,
}

/// What becomes of the other changes when one is refused.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Nothing is done.
    #[default]
    All,
    /// They are done all the same.
    Each,
}

/// One change.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Item {
    /// Makes a record.
    Create {
        /// Values by field.
        #[serde(default = "no_values")]
        #[schema(value_type = Values)]
        values: Wire,
        /// Keeps it as a draft.
        #[serde(default)]
        draft: bool,
    },
    /// Changes a record.
    Update {
        id: String,
        /// The version that the change was made from; without one, whatever is stored.
        version: Option<i64>,
        /// Values by field; those not named stay as they are.
        #[schema(value_type = Values)]
        values: Wire,
    },
    /// Changes the record with the same value in a unique field, or makes one.
    Upsert {
        /// The unique field.
        #[schema(value_type = String)]
        by: FieldKey,
        /// Values by field, that one among them.
        #[schema(value_type = Values)]
        values: Wire,
    },
    /// Deletes a record.
    Delete {
        id: String,
        /// The version that the deletion was decided on; without one, whatever is stored.
        version: Option<i64>,
    },
}

fn no_values() -> Wire {
    json!({})
}

/// What came of the changes, in their order.
#[derive(Serialize, ToSchema)]
struct BatchAnswer {
    results: Vec<ItemResult>,
}

/// What came of one change.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
enum ItemResult {
    Created { id: String, version: i64, title: String },
    Updated { id: String, version: i64, title: String },
    Deleted { id: String },
    Refused(Refusal),
}

/// Creates, changes and deletes records in one transaction; each change as if it came alone.
#[utoipa::path(
    post, path = "/forms/{form}/records/batch", tag = "records",
    params(("form" = String, Path)), request_body = Batch,
    responses(
        (status = 200, body = BatchAnswer),
        (status = 404, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn batch(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    JsonParts(batch): JsonParts<Batch>,
) -> Result<Json<BatchAnswer>, HttpProblem> {
    let mode = match batch.mode {
        Mode::All => BatchMode::All,
        Mode::Each => BatchMode::Each,
    };
    let items = batch.items.into_iter().map(item).collect();
    let outcomes = state.engine.record_batch(&caller, &form, mode, items).await?;
    let results = outcomes.into_iter().map(|outcome| result(outcome, &caller.locale)).collect();
    Ok(Json(BatchAnswer { results }))
}

/// One that cannot be read is refused by itself, as whatever else is wrong with it would be.
fn item(json: Wire) -> BatchItem {
    match read_part::<Item>(json) {
        Ok(item) => item.into(),
        Err(problems) => BatchItem::Unreadable(problems.into_iter().map(of_field).collect()),
    }
}

/// A problem of a value stands at its field, as those that saving finds.
fn of_field(problem: Problem) -> Problem {
    let inside = problem.pointer.strip_prefix("/values");
    let inside = inside.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let pointer = inside.unwrap_or(&problem.pointer).to_owned();
    Problem { pointer, ..problem }
}

impl From<Item> for BatchItem {
    fn from(item: Item) -> Self {
        match item {
            Item::Create { values, draft } => Self::Create { values, draft },
            Item::Update { id, version, values } => Self::Update { id, version, values },
            Item::Upsert { by, values } => Self::Upsert { by, values },
            Item::Delete { id, version } => Self::Delete { id, version },
        }
    }
}

fn result(outcome: BatchOutcome, locale: &Locale) -> ItemResult {
    match outcome {
        BatchOutcome::Created(Submission { id, version, title }) => {
            ItemResult::Created { id, version, title }
        }
        BatchOutcome::Updated(Submission { id, version, title }) => {
            ItemResult::Updated { id, version, title }
        }
        BatchOutcome::Deleted { id } => ItemResult::Deleted { id },
        BatchOutcome::Refused(error) => {
            ItemResult::Refused(HttpProblem::from(error).refusal(locale))
        }
    }
}
