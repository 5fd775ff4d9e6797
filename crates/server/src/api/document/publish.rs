//! What publishing would do, and publishing.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use formwork_engine::{Caller, ConversionReport, PublishPlan};
use formwork_model::{
    Locale,
    change::Change,
    schema::{SchemaChange, Step, When},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{conversion::LostLine, kind_of};
use crate::{
    catalogue::Catalogue,
    http::{JsonBody, PathOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe_all},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(check)).routes(routes!(publish))
}

/// A document to look at.
#[derive(Deserialize, ToSchema)]
struct DocumentToCheck {
    #[schema(value_type = Value)]
    document: Wire,
}

/// A document to publish.
#[derive(Deserialize, ToSchema)]
struct DocumentToPublish {
    /// The draft when absent.
    #[schema(value_type = Option<Value>)]
    document: Option<Wire>,
    /// The revision that its author saw; 0 for a new document.
    based_on: i64,
    /// Publishes although values do not convert, or not whole: they are kept aside.
    #[serde(default)]
    accept_unconverted: bool,
}

/// What publishing would do.
#[derive(Serialize, ToSchema)]
struct Plan {
    /// What must be mended first. Empty: it can be published.
    problems: Vec<ProblemItem>,
    /// What is worth knowing.
    warnings: Vec<ProblemItem>,
    changes: Vec<ChangeLine>,
    /// What happens to tables at once, for people.
    operations: Vec<String>,
    /// What is done in the background after publishing, for people.
    deferred: Vec<String>,
    /// Which values are converted.
    conversions: Vec<ConversionLine>,
}

/// What becomes of a field's values.
#[derive(Serialize, ToSchema)]
struct ConversionLine {
    /// The field, or `subform.column`.
    field: String,
    /// The kind before; null when the field had gone.
    #[schema(required)]
    from: Option<String>,
    /// The kind after.
    to: String,
    /// Whether the publish waits in the background until the values are converted.
    deferred: bool,
    /// Values that convert whole.
    converted: u64,
    /// Values that lose something.
    rounded: u64,
    /// Values that do not convert; they are kept aside.
    refused: u64,
    /// The first 200 values that are rounded or refused.
    lost: Vec<LostLine>,
}

/// A difference from what is published.
#[derive(Serialize, ToSchema)]
struct ChangeLine {
    /// What happened: `field_added`, `layout_changed` …
    #[schema(value_type = String)]
    kind: Wire,
    /// The field, `subform.column` or document that it happened to.
    subject: String,
    message: String,
}

/// The new revision.
#[derive(Serialize, ToSchema)]
struct PublishedRevision {
    revision: i64,
    /// Whether it comes into force only once the form's values are converted, in the
    /// background.
    preparing: bool,
}

impl Plan {
    fn new(plan: PublishPlan, locale: &Locale) -> Self {
        let (now, later): (Vec<Step>, Vec<Step>) =
            plan.operations.into_iter().partition(|step| step.when == When::Now);
        let named =
            |steps: Vec<Step>| steps.iter().map(|step| operation(&step.change, locale)).collect();
        Self {
            problems: describe_all(&plan.problems, locale),
            warnings: describe_all(&plan.warnings, locale),
            changes: plan.changes.into_iter().map(|change| change_line(change, locale)).collect(),
            operations: named(now),
            deferred: named(later),
            conversions: plan
                .conversions
                .into_iter()
                .map(|report| conversion_line(report, locale))
                .collect(),
        }
    }
}

fn conversion_line(report: ConversionReport, locale: &Locale) -> ConversionLine {
    ConversionLine {
        field: report.field,
        from: report.kinds.0,
        to: report.kinds.1,
        deferred: report.when == When::Deferred,
        converted: report.converted,
        rounded: report.rounded,
        refused: report.refused,
        lost: report.lost.into_iter().map(|lost| LostLine::new(lost, locale)).collect(),
    }
}

fn change_line(change: Change, locale: &Locale) -> ChangeLine {
    let kind = json!(change.kind);
    let key = format!("server.change.{}", kind.as_str().unwrap_or_default());
    let params = BTreeMap::from([("subject".to_owned(), json!(change.subject))]);
    let message = Catalogue::shared().fill(locale, &key, &params);
    ChangeLine { kind, subject: change.subject, message }
}

fn operation(operation: &SchemaChange, locale: &Locale) -> String {
    let (key, table, columns) = match operation {
        SchemaChange::CreateRecordTable { table } => ("create_record_table", table, Vec::new()),
        SchemaChange::CreateRowTable { table } => ("create_row_table", table, Vec::new()),
        SchemaChange::AddColumn { table, column, .. } => ("add_column", table, vec![column]),
        SchemaChange::DropIndex { table, .. } => ("drop_index", table, Vec::new()),
        SchemaChange::CreateIndex(index) => {
            let columns = index.columns.iter().map(|(column, _)| column).collect();
            (
                if index.unique { "create_unique_index" } else { "create_index" },
                &index.table,
                columns,
            )
        }
    };
    let params = BTreeMap::from([
        ("table".to_owned(), json!(table)),
        ("columns".to_owned(), json!(columns)),
    ]);
    Catalogue::shared().fill(locale, &format!("server.operation.{key}"), &params)
}

/// What publishing a document would change, and what keeps it from being published.
#[utoipa::path(
    post, path = "/documents/{kind}/{key}/check", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = DocumentToCheck,
    responses((status = 200, body = Plan), (status = 403, body = ProblemDocument))
)]
async fn check(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    JsonBody(body): JsonBody<DocumentToCheck>,
) -> Result<Json<Plan>, HttpProblem> {
    let plan = state.engine.document_check(&caller, kind_of(&kind)?, &key, &body.document).await?;
    Ok(Json(Plan::new(plan, &caller.locale)))
}

/// Publishes a document.
#[utoipa::path(
    post, path = "/documents/{kind}/{key}/publish", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = DocumentToPublish,
    responses(
        (status = 200, body = PublishedRevision),
        (status = 409, body = ProblemDocument, description = "somebody else has published"),
        (status = 422, body = ProblemDocument), (status = 423, body = ProblemDocument)
    )
)]
async fn publish(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    JsonBody(body): JsonBody<DocumentToPublish>,
) -> Result<Json<PublishedRevision>, HttpProblem> {
    let document = match body.document {
        Some(document) => document,
        None => drafted(&state, &caller, &kind, &key).await?,
    };
    let kind = kind_of(&kind)?;
    let (based_on, accept) = (body.based_on, body.accept_unconverted);
    let done = state
        .engine
        .document_publish_with(&caller, kind, &key, &document, based_on, accept)
        .await?;
    Ok(Json(PublishedRevision { revision: done.revision, preparing: done.preparing }))
}

async fn drafted(
    state: &ServerState,
    caller: &Caller,
    kind: &str,
    key: &str,
) -> Result<Wire, HttpProblem> {
    Ok(state.engine.draft_get(caller, kind_of(kind)?, key).await?.document)
}
