//! Documents: what an admin builds. Each kind has a Rust type here, and its JSON Schema
//! is generated from that type.

mod app;
mod breach;
mod dashboard;
mod flow;
mod form;
mod permission_group;
mod script;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use app::{App, NavigationGroup, NavigationItem};
pub use dashboard::{Chart, ChartSize, Dashboard, DashboardFilter, DashboardFilterKind};
pub use flow::{
    Always, Approver, ApproverMode, AssignedStep, Branch, BranchMode, Effect, Flow, FlowAdmins,
    ReturnTarget, Step, StepFields, StepKind, TaskAction, TransferTo, WhenFactsChange, WhenNobody,
};
pub use form::{Button, ButtonAction, Field, Form, Rule, Section, Sort, StampRule, View};
pub use permission_group::{FormGrant, GroupMembers, Operation, PermissionGroup, Scope};
pub use script::Script;

use self::breach::breaches;
use crate::{AppKey, DocumentKey, Localized, Problem, Problems, filter::stray_members, kind};

/// The kinds of documents.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A container with navigation.
    App,
    /// A definition of records.
    Form,
    /// A flow on a form's records.
    Flow,
    /// A page of charts.
    Dashboard,
    /// Who may do what.
    PermissionGroup,
    /// A rhai script that a button or an installation runs.
    Script,
}

impl DocumentKind {
    /// Every kind, in the order in which an installation publishes them.
    pub const ALL: [Self; 6] =
        [Self::App, Self::Form, Self::Script, Self::Flow, Self::Dashboard, Self::PermissionGroup];

    /// The kind as it stands in URLs and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Form => "form",
            Self::Flow => "flow",
            Self::Dashboard => "dashboard",
            Self::PermissionGroup => "permission_group",
            Self::Script => "script",
        }
    }

    /// The kind named by a text of [`DocumentKind::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The JSON Schema of the kind's documents, draft 2020-12.
    pub fn schema(self) -> Json {
        let mut generator = schemars::SchemaGenerator::default();
        let schema = match self {
            Self::App => generator.root_schema_for::<App>(),
            Self::Form => form_schema(&mut generator),
            Self::Flow => generator.root_schema_for::<Flow>(),
            Self::Dashboard => generator.root_schema_for::<Dashboard>(),
            Self::PermissionGroup => generator.root_schema_for::<PermissionGroup>(),
            Self::Script => generator.root_schema_for::<Script>(),
        };
        schema.to_value()
    }
}

/// The form's schema says for each field kind which options it takes.
fn form_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let kinds: Vec<Json> = kind::REGISTRY
        .iter()
        .map(|registration| {
            let options = registration.options_schema(generator);
            serde_json::json!({
                "if": { "properties": { "kind": { "const": registration.key } } },
                "then": { "properties": { "options": options } }
            })
        })
        .collect();
    let names: Vec<&str> = kind::REGISTRY.iter().map(|registration| registration.key).collect();
    let schema = generator.root_schema_for::<Form>();
    let mut value = schema.to_value();
    let definitions = generator.definitions().clone();
    if let Some(target) = value.get_mut("$defs").and_then(Json::as_object_mut) {
        for (name, definition) in definitions {
            target.entry(name).or_insert(definition);
        }
        if let Some(field) = target.get_mut("Field").and_then(Json::as_object_mut) {
            field.insert("allOf".to_owned(), Json::Array(kinds));
            if let Some(kind) = field.get_mut("properties").and_then(|p| p.get_mut("kind")) {
                *kind = serde_json::json!({ "type": "string", "enum": names });
            }
        }
    }
    schemars::Schema::try_from(value).unwrap_or_default()
}

/// A document of any kind.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// An app.
    App(App),
    /// A form.
    Form(Box<Form>),
    /// A flow.
    Flow(Flow),
    /// A dashboard.
    Dashboard(Dashboard),
    /// A permission group.
    PermissionGroup(PermissionGroup),
    /// A script.
    Script(Script),
}

impl Document {
    /// Reads a document that somebody hands in: as a stored one, and without members that
    /// nobody reads.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn read_new(kind: DocumentKind, json: &Json) -> Result<Self, Problems> {
        let document = Self::read(kind, json)?;
        let stray = stray_members(json);
        if stray.is_empty() { Ok(document) } else { Err(stray) }
    }

    /// Reads a document of a kind.
    ///
    /// # Errors
    /// Every breach of the kind's JSON Schema at once, with a pointer each; or
    /// `invalid_document` for what only the typed reader finds.
    pub fn read(kind: DocumentKind, json: &Json) -> Result<Self, Problems> {
        let problems = breaches(kind, json);
        if !problems.is_empty() {
            return Err(problems);
        }
        fn typed<T: serde::de::DeserializeOwned>(json: &Json) -> Result<T, Problems> {
            T::deserialize(json).map_err(|error| {
                vec![Problem::new("invalid_document").with("reason", error.to_string())]
            })
        }
        Ok(match kind {
            DocumentKind::App => Self::App(typed(json)?),
            DocumentKind::Form => Self::Form(Box::new(typed(json)?)),
            DocumentKind::Flow => Self::Flow(typed(json)?),
            DocumentKind::Dashboard => Self::Dashboard(typed(json)?),
            DocumentKind::PermissionGroup => Self::PermissionGroup(typed(json)?),
            DocumentKind::Script => Self::Script(typed(json)?),
        })
    }

    /// The kind.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::App(_) => DocumentKind::App,
            Self::Form(_) => DocumentKind::Form,
            Self::Flow(_) => DocumentKind::Flow,
            Self::Dashboard(_) => DocumentKind::Dashboard,
            Self::PermissionGroup(_) => DocumentKind::PermissionGroup,
            Self::Script(_) => DocumentKind::Script,
        }
    }

    /// The key, the app that it belongs to, and the label.
    pub fn identity(&self) -> (DocumentKey, AppKey, &Localized) {
        match self {
            Self::App(app) => (app.key.clone().into(), app.key.clone(), &app.label),
            Self::Form(form) => (form.key.clone().into(), form.app.clone(), &form.label),
            Self::Flow(flow) => (flow.key.clone(), flow.app.clone(), &flow.label),
            Self::Dashboard(page) => (page.key.clone(), page.app.clone(), &page.label),
            Self::PermissionGroup(group) => (group.key.clone(), group.app.clone(), &group.label),
            Self::Script(script) => (script.key.clone(), script.app.clone(), &script.label),
        }
    }
}
