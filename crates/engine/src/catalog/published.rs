//! One published document: read, and compiled among the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use formwork_flow::FlowVersion;
use formwork_model::{
    FormModel, Problem, Problems,
    document::{App, Dashboard, Document, DocumentKind, PermissionGroup, Script},
    form::Columns,
    format::read_stored,
    mention::{Named, walk},
};
use formwork_query::Dialect;
use formwork_rules::mention::mentions;
use formwork_store::repo::document::DocumentRow;
use serde_json::Value as Json;

use super::{
    Models, flow::CompiledFlow, form::CompiledForm, group::CompiledGroup, page::CompiledPage,
    script::CompiledScript,
};

/// A document's kind and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId {
    /// The kind.
    pub kind: DocumentKind,
    /// The key, unique within the kind.
    pub key: String,
}

/// A stored revision of a document, read.
pub(crate) struct Source {
    pub(crate) id: DocumentId,
    pub(crate) revision: i64,
    /// The same for the same text and columns, and for nothing else: two attempts at one
    /// revision differ.
    pub(crate) stamp: u64,
    pub(crate) json: Json,
    /// The typed document, or why it cannot be read.
    read: Result<Read, Problems>,
}

enum Read {
    App(Arc<App>),
    Form(Arc<FormModel>),
    Flow(FlowVersion),
    Dashboard(Arc<Dashboard>),
    PermissionGroup(PermissionGroup),
    Script(Script),
}

impl Source {
    /// Reads a stored document. Whatever is wrong with it stays its own matter.
    pub(crate) fn of_row(row: &DocumentRow) -> Option<Self> {
        let id = DocumentId { kind: DocumentKind::from_name(&row.kind)?, key: row.key.clone() };
        let mut hasher = DefaultHasher::new();
        (&row.kind, &row.key, row.revision, row.format, &row.body, &row.columns).hash(&mut hasher);
        let (json, read) = match read_stored(id.kind, row.format, &row.body) {
            Ok(json) => {
                let read = read(id.kind, &json, row.revision, row.columns.as_deref());
                (json, read)
            }
            // What it says of itself is still good for saying what it keeps from working.
            Err(problem) => {
                (serde_json::from_str(&row.body).unwrap_or_default(), Err(vec![problem]))
            }
        };
        Some(Self { id, revision: row.revision, stamp: hasher.finish(), json, read })
    }

    /// The model of a form that can be read.
    pub(crate) fn model(&self) -> Option<&Arc<FormModel>> {
        match &self.read {
            Ok(Read::Form(model)) => Some(model),
            _ => None,
        }
    }

    /// The typed document, where it can be read.
    pub(crate) fn document(&self) -> Option<Document> {
        Some(match self.read.as_ref().ok()? {
            Read::App(app) => Document::App(app.as_ref().clone()),
            Read::Form(model) => Document::Form(Box::new(model.document.clone())),
            Read::Flow(version) => Document::Flow(version.flow.clone()),
            Read::Dashboard(page) => Document::Dashboard(page.as_ref().clone()),
            Read::PermissionGroup(group) => Document::PermissionGroup(group.clone()),
            Read::Script(script) => Document::Script(script.clone()),
        })
    }
}

fn read(
    kind: DocumentKind,
    json: &Json,
    revision: i64,
    columns: Option<&str>,
) -> Result<Read, Problems> {
    Ok(match Document::read(kind, json)? {
        Document::App(app) => Read::App(Arc::new(app)),
        Document::Form(form) => {
            let columns: Option<Columns> =
                columns.map(serde_json::from_str).transpose().map_err(|error| {
                    vec![Problem::new("invalid_document").with("reason", error.to_string())]
                })?;
            Read::Form(Arc::new(FormModel::build(*form, revision, columns.as_ref())?))
        }
        Document::Flow(flow) => Read::Flow(FlowVersion { version: revision, flow }),
        Document::Dashboard(page) => Read::Dashboard(Arc::new(page)),
        Document::PermissionGroup(group) => Read::PermissionGroup(group),
        Document::Script(script) => Read::Script(script),
    })
}

/// A document compiled among others. Immutable; good for as long as its text and the forms
/// that it names stay what they are, which [`Published::is_still`] tells.
pub(crate) struct Published {
    pub(crate) source: Arc<Source>,
    /// What it names, expressions included, its own parts left out.
    pub(crate) names: BTreeSet<Named>,
    /// The forms that it names, each with the stamp of what it was compiled against.
    over: BTreeMap<String, u64>,
    /// None: it cannot be used, for its problems.
    pub(crate) compiled: Option<Compiled>,
    /// What is wrong with it; not every problem keeps it from being used.
    pub(crate) problems: Problems,
}

/// What a document is compiled to.
pub(crate) enum Compiled {
    App(Arc<App>),
    Form(Arc<CompiledForm>),
    Flow(Arc<CompiledFlow>),
    Page(Arc<CompiledPage>),
    Group(Arc<CompiledGroup>),
    Script(Arc<CompiledScript>),
}

impl Published {
    /// Compiles a document among the others.
    pub(crate) fn compile(source: &Arc<Source>, models: &Models, dialect: Dialect) -> Self {
        let found = mentions(source.id.kind, &source.json, models);
        let names: BTreeSet<Named> =
            found.into_iter().filter(|name| !name.is_own).map(|name| name.named).collect();
        let forms: BTreeSet<&str> = names.iter().filter_map(Named::form_key).collect();
        let over = forms.into_iter().map(|key| (key.to_owned(), models.stamp(key))).collect();
        let (compiled, problems) = match &source.read {
            Ok(read) => compile(source, read, models, dialect),
            Err(problems) => (None, problems.clone()),
        };
        Self { source: Arc::clone(source), names, over, compiled, problems }
    }

    /// Whether it is what compiling this text among these forms would give.
    pub(crate) fn is_still(&self, source: &Source, models: &Models) -> bool {
        self.source.stamp == source.stamp
            && self.over.iter().all(|(key, stamp)| models.stamp(key) == *stamp)
    }

    /// Whether it names a form or a part of one.
    pub(crate) fn names_form(&self, key: &str) -> bool {
        self.over.contains_key(key)
    }
}

/// A form without the buttons that cannot work, as when the form that they lead to cannot be
/// read: they are not offered, and the form stays.
fn compile_form(
    model: &Arc<FormModel>,
    models: &Models,
    dialect: Dialect,
) -> (Option<Compiled>, Problems) {
    let compiled = |form: CompiledForm| Some(Compiled::Form(Arc::new(form)));
    let problems = match CompiledForm::new(dialect, model, models) {
        Ok(form) => return (compiled(form), Problems::new()),
        Err(problems) => problems,
    };
    let at_fault: Option<BTreeSet<usize>> =
        problems.iter().map(|problem| button_of(&problem.pointer)).collect();
    let Some(at_fault) = at_fault else { return (None, problems) };
    let mut rest = FormModel::clone(model);
    let buttons = std::mem::take(&mut rest.document.buttons).into_iter().enumerate();
    rest.document.buttons =
        buttons.filter(|(index, _)| !at_fault.contains(index)).map(|(_, button)| button).collect();
    match CompiledForm::new(dialect, &Arc::new(rest), models) {
        Ok(form) => (compiled(form), problems),
        Err(_) => (None, problems),
    }
}

/// The number of the button that a pointer leads to.
fn button_of(pointer: &str) -> Option<usize> {
    pointer.strip_prefix("/buttons/")?.split('/').next()?.parse().ok()
}

fn compile(
    source: &Source,
    read: &Read,
    models: &Models,
    dialect: Dialect,
) -> (Option<Compiled>, Problems) {
    let sound = |compiled| (Some(compiled), Problems::new());
    match read {
        Read::App(app) => sound(Compiled::App(Arc::clone(app))),
        Read::Form(model) => compile_form(model, models, dialect),
        Read::Flow(version) => {
            let walked = walk(source.id.kind, &source.json, models);
            let flow = CompiledFlow::new(version.clone(), &walked);
            let problems = flow.problems(&walked);
            (problems.is_empty().then(|| Compiled::Flow(Arc::new(flow))), problems)
        }
        Read::Dashboard(page) => {
            let page = CompiledPage::new(page);
            let problems = page.problems();
            (Some(Compiled::Page(Arc::new(page))), problems)
        }
        Read::PermissionGroup(group) => sound(Compiled::Group(Arc::new(CompiledGroup::new(group)))),
        Read::Script(script) => match CompiledScript::new(script) {
            Ok(script) => sound(Compiled::Script(Arc::new(script))),
            Err(problem) => (None, vec![problem]),
        },
    }
}
