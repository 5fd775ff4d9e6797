//! Schemas of what the API carries and other crates define, for the OpenAPI document.
//! The types here only name schemas; none has a value.

use formwork_flow::{LogAction, PersonState, Status, StepState};
use formwork_model::{Operator, document};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Wire, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, SchemaType, Type},
    },
};

/// Declares a type that stands for a schema.
macro_rules! described {
    ($($(#[doc = $doc:literal])+ $name:ident: $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema
            }
        }

        impl ToSchema for $name {}
    )+};
}

described! {
    /// What one may do with a field.
    Access: one_of([json!("edit"), json!("read")]);
    /// What may be done with records.
    Operation: one_of(names::<document::Operation>());
    /// A kind of documents.
    DocumentKind: one_of(names::<document::DocumentKind>());
    /// How a condition compares.
    ConditionOperator: one_of(names::<Operator>());
    /// How time is cut.
    Bucket: one_of(names::<formwork_query::Bucket>());
    /// A way to make one value of many.
    Aggregate: one_of(names::<formwork_query::Aggregate>());
    /// What can be done with a task.
    TaskAction: one_of(texts([
        document::TaskAction::Approve, document::TaskAction::Reject, document::TaskAction::Return,
        document::TaskAction::Transfer,
    ]));
    /// Whose decisions a step needs.
    ApproverMode: one_of(names::<document::ApproverMode>());
    /// Which of the matching branches are taken.
    BranchMode: one_of(names::<document::BranchMode>());
    /// How far an instance is.
    InstanceState: one_of(texts([
        Status::Running, Status::Completed, Status::Rejected, Status::Withdrawn, Status::Returned,
        Status::Stuck, Status::Cancelled,
    ]));
    /// How far a step is.
    StepProgress: one_of(texts([
        StepState::Done, StepState::Current, StepState::ToCome, StepState::Skipped,
        StepState::Returned, StepState::Stuck,
    ]));
    /// What a member did at a step.
    PersonProgress: one_of(texts([
        PersonState::Open, PersonState::Waiting, PersonState::Approved, PersonState::Submitted,
        PersonState::Rejected, PersonState::Returned, PersonState::Transferred, PersonState::Void,
        PersonState::Copied,
    ]));
    /// What a line of an instance's log speaks of.
    InstanceAction: one_of(texts([
        LogAction::Submit, LogAction::Resubmit, LogAction::Approve, LogAction::Fill,
        LogAction::Reject, LogAction::Return, LogAction::Transfer, LogAction::Withdraw,
        LogAction::Copy, LogAction::Skip, LogAction::Act, LogAction::Stuck, LogAction::Resume,
        LogAction::Reassign, LogAction::Jump, LogAction::End, LogAction::HandOver,
        LogAction::Rejudge,
    ]));
    /// What a button does.
    ButtonKind: one_of(["create", "update", "script"].map(Wire::from));
    /// What an entry of the navigation leads to.
    PageKind: one_of(["form", "dashboard"].map(Wire::from));
    /// What a filter of a dashboard takes.
    FilterKind: one_of(["period", "field"].map(Wire::from));
    /// What a step does.
    StepKind: one_of(tags::<document::StepKind>("kind"));
    /// What a task asks for; `started` stands for an instance of the caller's.
    TaskKind: one_of(["approve", "fill", "copy", "started", "stuck"].map(Wire::from));
    /// How a task stands.
    TaskState: one_of(["open", "done", "void"].map(Wire::from));
    /// Where a return leads.
    ReturnTarget: return_target();
    /// A text, in one language or by language.
    LocalizedText: localized_text();
    /// Values by field.
    Values: open_object().into();
    /// A record: system fields and the form's own, by key.
    Record: record();
    /// Which records are meant: a tree of conditions.
    RecordFilter: filter();
    /// Sums and counts to make, by group.
    Aggregation: aggregation();
    /// What a chart is drawn from; its members are its kind's.
    ChartNumbers: open_object().into();
    /// The room of a chart: columns of twelve, and rows.
    ChartSize: chart_size();
}

/// The names of an enum whose schema says them.
fn names<T: JsonSchema>() -> Vec<Wire> {
    let schema = schemars::schema_for!(T).to_value();
    let variants = schema.get("oneOf").and_then(Wire::as_array).into_iter().flatten();
    let documented = variants.filter_map(|variant| variant.get("const").cloned());
    let plain = schema.get("enum").and_then(Wire::as_array).into_iter().flatten().cloned();
    documented.chain(plain).collect()
}

/// The names of an enum that says in a property which of its variants it is.
fn tags<T: JsonSchema>(property: &str) -> Vec<Wire> {
    let schema = schemars::schema_for!(T).to_value();
    let variants = schema.get("oneOf").and_then(Wire::as_array).into_iter().flatten();
    let named =
        variants.filter_map(|variant| variant.get("properties")?.get(property)?.get("const"));
    named.cloned().collect()
}

/// The names of an enum as it is written.
fn texts(variants: impl IntoIterator<Item = impl Serialize>) -> Vec<Wire> {
    variants.into_iter().map(|variant| json!(variant)).collect()
}

/// A text out of a fixed set.
fn one_of(texts: impl IntoIterator<Item = Wire>) -> RefOr<Schema> {
    string().enum_values(Some(texts)).into()
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn integer() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

fn any() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue)
}

/// An object with whatever properties.
fn open_object() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

fn nullable() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

fn return_target() -> RefOr<Schema> {
    let step = ObjectBuilder::new().property("step", string()).required("step");
    OneOfBuilder::new().item(string().enum_values(Some(["starter"]))).item(step).into()
}

fn localized_text() -> RefOr<Schema> {
    let texts: RefOr<Schema> = string().into();
    let by_language = ObjectBuilder::new().additional_properties(Some(texts));
    OneOfBuilder::new().item(string()).item(by_language).into()
}

fn record() -> RefOr<Schema> {
    let record = open_object()
        .property("id", string())
        .property("version", integer())
        .property("title", string())
        .required("id")
        .required("version")
        .required("title")
        .property("owner", nullable())
        .property("department", nullable())
        .property("flow_status", nullable())
        .property("created_at", string())
        .property("created_by", nullable())
        .property("updated_at", string())
        .property("updated_by", nullable());
    record.into()
}

fn filter() -> RefOr<Schema> {
    let part = || Ref::from_schema_name(RecordFilter::name());
    let group = |name: &str| {
        ObjectBuilder::new().property(name, ArrayBuilder::new().items(part())).required(name)
    };
    let condition = ObjectBuilder::new()
        .property("field", string())
        .property("op", ConditionOperator::schema())
        .property("value", any())
        .required("field")
        .required("op");
    OneOfBuilder::new()
        .item(group("all"))
        .item(group("any"))
        .item(ObjectBuilder::new().property("not", part()).required("not"))
        .item(condition)
        .into()
}

fn chart_size() -> RefOr<Schema> {
    ObjectBuilder::new()
        .property("columns", integer())
        .property("rows", integer())
        .required("columns")
        .required("rows")
        .into()
}

fn aggregation() -> RefOr<Schema> {
    let shift = ObjectBuilder::new()
        .property("by", Bucket::schema())
        .property("count", integer())
        .required("by")
        .required("count");
    let dimension = ObjectBuilder::new()
        .property("field", string())
        .property("bucket", Bucket::schema())
        .property("shift", shift)
        .required("field");
    let measure = ObjectBuilder::new()
        .property("key", string().description(Some("Its name in the answer.")))
        .property("aggregate", Aggregate::schema())
        .property("field", string().description(Some("None counts records.")))
        .required("key")
        .required("aggregate");
    let filter = Ref::from_schema_name(RecordFilter::name());
    let none = ObjectBuilder::new().schema_type(Type::Null);
    ObjectBuilder::new()
        .property("filter", OneOfBuilder::new().item(filter).item(none))
        .property("search", nullable().description(Some("A text that the title contains.")))
        .property("dimensions", ArrayBuilder::new().items(dimension))
        .property("measures", ArrayBuilder::new().items(measure))
        .required("measures")
        .into()
}
