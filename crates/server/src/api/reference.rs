//! What documents can be made of: schemas, field kinds, functions; and trying a formula.

use axum::{Json, extract::State};
use formwork_engine::FormulaForm;
use formwork_model::{
    FieldKind,
    document::DocumentKind,
    kind::REGISTRY,
    schema::{Content, converts},
};
use formwork_rules::functions;
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::form::FieldTraits,
    catalogue::Texts,
    http::{JsonBody, PathOf},
    principal::{Admin, Member},
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe_all},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(schema))
        .routes(routes!(field_kinds))
        .routes(routes!(function_list))
        .routes(routes!(check_formula))
}

/// A field kind.
#[derive(Serialize, ToSchema)]
struct FieldKindEntry {
    key: &'static str,
    label: String,
    /// JSON Schema of its options; definitions stand under `$defs`.
    #[schema(value_type = HashMap<String, Value>)]
    options: Wire,
    /// The kinds to which its values convert, as far as each value does.
    #[schema(value_type = Vec<String>)]
    converts_to: Vec<&'static str>,
    /// Of fields with the options that the schema gives as an example.
    #[serde(flatten)]
    traits: FieldTraits,
}

/// A function of formulas.
#[derive(Serialize, ToSchema)]
struct FunctionLine {
    name: &'static str,
    /// How it is called; brackets mark what may be left out.
    signature: &'static str,
    category: &'static str,
    summary: String,
}

/// A formula to try.
#[derive(Deserialize, ToSchema)]
struct FormulaToCheck {
    form: String,
    /// The form's document as it stands in the designer; without it, the published one.
    #[schema(value_type = Option<Object>)]
    document: Option<Wire>,
    expression: String,
    /// The record that it is tried on.
    record: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
struct CheckedFormula {
    problems: Vec<ProblemItem>,
    /// What it gives for the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    value: Option<Wire>,
    /// The fields that it reads.
    references: Vec<String>,
}

/// The JSON Schema of a kind of document.
#[utoipa::path(
    get, path = "/schemas/{kind}", tag = "reference", params(("kind" = String, Path)),
    responses((status = 200, body = Object), (status = 404, body = ProblemDocument))
)]
async fn schema(_member: Member, PathOf(kind): PathOf<String>) -> Result<Json<Wire>, HttpProblem> {
    DocumentKind::from_name(&kind)
        .map(|kind| Json(kind.schema()))
        .ok_or_else(HttpProblem::not_found)
}

/// Every field kind.
#[utoipa::path(
    get, path = "/field-kinds", tag = "reference",
    responses((status = 200, body = [FieldKindEntry]), (status = 401, body = ProblemDocument))
)]
async fn field_kinds(Member(caller): Member) -> Json<Vec<FieldKindEntry>> {
    let texts = Texts::new(caller.locale);
    let kinds = REGISTRY.iter().filter_map(|kind| {
        let mut generator = schemars::SchemaGenerator::default();
        let mut options = kind.options_schema(&mut generator).to_value();
        if let Some(schema) = options.as_object_mut() {
            schema.insert("$defs".to_owned(), Wire::Object(generator.definitions().clone()));
        }
        let label = texts.get(&format!("field.kind.{}", kind.key)).to_owned();
        let example = kind.example().ok()?;
        Some(FieldKindEntry {
            key: kind.key,
            label,
            converts_to: converts_to(example.as_ref()),
            options,
            traits: FieldTraits::of(example.as_ref()),
        })
    });
    Json(kinds.collect())
}

/// The kinds to which values of a kind convert.
fn converts_to(from: &dyn FieldKind) -> Vec<&'static str> {
    let own = Content::of(from);
    let other = REGISTRY
        .iter()
        .filter(|other| other.example().is_ok_and(|to| converts(&own, &Content::of(to.as_ref()))));
    other.map(|other| other.key).collect()
}

/// Every function of formulas, by category.
#[utoipa::path(
    get, path = "/functions", tag = "reference",
    responses((status = 200, body = [FunctionLine]), (status = 401, body = ProblemDocument))
)]
async fn function_list(Member(caller): Member) -> Json<Vec<FunctionLine>> {
    let texts = Texts::new(caller.locale);
    let lines = functions().map(|function| FunctionLine {
        name: function.name,
        signature: function.signature,
        category: function.category,
        summary: texts.get(&format!("function.{}", function.name)).to_owned(),
    });
    Json(lines.collect())
}

/// Tries a formula over a form's fields.
#[utoipa::path(
    post, path = "/formulas/check", tag = "reference", request_body = FormulaToCheck,
    responses((status = 200, body = CheckedFormula), (status = 403, body = ProblemDocument))
)]
async fn check_formula(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    JsonBody(formula): JsonBody<FormulaToCheck>,
) -> Result<Json<CheckedFormula>, HttpProblem> {
    let FormulaToCheck { form, document, expression, record } = formula;
    let over = match &document {
        Some(document) => FormulaForm::Draft(document),
        None => FormulaForm::Published(&form),
    };
    let trial = state.engine.formula_check(&caller, over, &expression, record.as_deref()).await?;
    let problems = describe_all(&trial.problems, &caller.locale);
    Ok(Json(CheckedFormula { problems, value: trial.value, references: trial.references }))
}
