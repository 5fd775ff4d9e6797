//! Everything that is published, compiled, at one moment.
//!
//! A catalog is immutable and shared; a publish makes the next one. What a request began
//! with it ends with, so that it never sees half of a change.

use std::{collections::HashMap, sync::Arc};

use formwork_flow::FlowVersion;
use formwork_model::{
    FormModel, Problem, Problems,
    document::{App, Dashboard, Document, DocumentKind, Flow, PermissionGroup, Script},
    form::{Columns, Forms},
};
use formwork_query::{Dialect, WholeRecord};
use formwork_rules::FormRules;
use formwork_store::{
    Connection,
    repo::{
        document::{DocumentRow, document_list},
        setting::setting_list,
    },
};
use serde_json::Value as Json;

use crate::{
    EngineError, EngineResult,
    directory::Directory,
    settings::{Generation, Settings},
};

/// A form at its current revision, with its rules.
pub struct CompiledForm {
    /// Fields, kinds and columns.
    pub model: Arc<FormModel>,
    /// Formulas, conditions and checks.
    pub rules: FormRules,
    /// How its records are read for the engine.
    pub(crate) whole: WholeRecord,
}

impl CompiledForm {
    /// Compiles a form among others.
    ///
    /// # Errors
    /// What is wrong with its rules.
    pub(crate) fn new(
        dialect: Dialect,
        model: &Arc<FormModel>,
        forms: &dyn Forms,
    ) -> Result<Self, Problems> {
        Ok(Self {
            rules: FormRules::compile(model, forms)?,
            whole: WholeRecord::new(dialect, forms, model),
            model: Arc::clone(model),
        })
    }
}

/// What is published, by key.
#[derive(Clone, Default)]
pub struct Catalog {
    pub(crate) apps: Vec<Arc<App>>,
    pub(crate) forms: HashMap<String, Arc<CompiledForm>>,
    pub(crate) flows: HashMap<String, Arc<FlowVersion>>,
    pub(crate) dashboards: HashMap<String, Arc<Dashboard>>,
    pub(crate) groups: Vec<Arc<PermissionGroup>>,
    pub(crate) scripts: HashMap<String, Arc<Script>>,
    /// Who is in the organisation.
    pub directory: Arc<Directory>,
    /// The organisation's settings.
    pub settings: Arc<Settings>,
    pub(crate) generation: Generation,
}

impl Forms for Catalog {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.forms.get(key).map(|form| Arc::clone(&form.model))
    }
}

/// Models alone, while their rules are not compiled yet.
#[derive(Default)]
pub(crate) struct Models(pub(crate) HashMap<String, Arc<FormModel>>);

impl Forms for Models {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

impl Catalog {
    /// Reads and compiles everything.
    pub(crate) async fn load(connection: &mut Connection) -> EngineResult<Self> {
        // First of all: what is read after it may be newer than the generation says, never older.
        let settings = Settings::from_rows(setting_list(connection).await?);
        let rows = document_list(connection).await?;
        let directory = Directory::load(connection).await?;
        let generation = settings.generation;
        let mut catalog = Self {
            directory: Arc::new(directory),
            settings: Arc::new(settings),
            generation,
            ..Self::default()
        };
        let mut models = Models::default();
        for row in &rows {
            match read_stored(row)? {
                Document::App(app) => catalog.apps.push(Arc::new(app)),
                Document::Form(_) => {
                    models.0.insert(row.key.clone(), Arc::new(stored_model(row)?));
                }
                Document::Flow(flow) => catalog.add_flow(flow, row.revision),
                Document::Dashboard(page) => {
                    catalog.dashboards.insert(row.key.clone(), Arc::new(page));
                }
                Document::PermissionGroup(group) => catalog.groups.push(Arc::new(group)),
                Document::Script(script) => {
                    catalog.scripts.insert(row.key.clone(), Arc::new(script));
                }
            }
        }
        for (key, model) in &models.0 {
            let form = CompiledForm::new(connection.dialect(), model, &models)
                .map_err(|problems| unexpected("form", key, &problems))?;
            catalog.forms.insert(key.clone(), Arc::new(form));
        }
        Ok(catalog)
    }

    /// The same definitions with the people and settings as they are now.
    pub(crate) async fn with_people(&self, connection: &mut Connection) -> EngineResult<Self> {
        let settings = Settings::from_rows(setting_list(connection).await?);
        Ok(Self {
            directory: Arc::new(Directory::load(connection).await?),
            generation: settings.generation,
            settings: Arc::new(settings),
            ..self.clone()
        })
    }

    /// Brings a catalog up to a generation, with no more work than that takes.
    pub(crate) async fn up_to(
        &self,
        generation: Generation,
        connection: &mut Connection,
    ) -> EngineResult<Self> {
        if generation.definitions == self.generation.definitions {
            self.with_people(connection).await
        } else {
            Self::load(connection).await
        }
    }

    fn add_flow(&mut self, flow: Flow, version: i64) {
        self.flows.insert(flow.form.to_string(), Arc::new(FlowVersion { version, flow }));
    }

    /// A published form.
    pub fn compiled(&self, key: &str) -> Option<&Arc<CompiledForm>> {
        self.forms.get(key)
    }

    /// The published apps.
    pub fn apps(&self) -> &[Arc<App>] {
        &self.apps
    }

    /// The current flow of a form.
    pub fn flow_of(&self, form: &str) -> Option<&Arc<FlowVersion>> {
        self.flows.get(form)
    }

    /// A published dashboard.
    pub fn dashboard(&self, key: &str) -> Option<&Arc<Dashboard>> {
        self.dashboards.get(key)
    }

    /// The published permission groups.
    pub fn groups(&self) -> &[Arc<PermissionGroup>] {
        &self.groups
    }

    /// A published script.
    pub fn script(&self, key: &str) -> Option<&Arc<Script>> {
        self.scripts.get(key)
    }

    /// The published forms.
    pub fn forms(&self) -> impl Iterator<Item = &Arc<CompiledForm>> {
        self.forms.values()
    }
}

/// Reads a stored document; what is stored was checked, so a problem is a defect.
pub(crate) fn read_stored(row: &DocumentRow) -> EngineResult<Document> {
    let kind = DocumentKind::from_name(&row.kind)
        .ok_or_else(|| EngineError::unexpected(format!("document kind `{}`", row.kind)))?;
    let json: Json =
        serde_json::from_str(&row.body).map_err(EngineError::unexpected_in("a stored document"))?;
    Document::read(kind, &json).map_err(|problems| unexpected(&row.kind, &row.key, &problems))
}

/// The model of a stored form, with the columns that it was published with.
pub(crate) fn stored_model(row: &DocumentRow) -> EngineResult<FormModel> {
    let Document::Form(form) = read_stored(row)? else {
        return Err(EngineError::unexpected(format!("`{}` is not a form", row.key)));
    };
    let columns = stored_columns(row.columns.as_deref())?;
    FormModel::build(*form, row.revision, columns.as_ref())
        .map_err(|problems| unexpected("form", &row.key, &problems))
}

pub(crate) fn stored_columns(json: Option<&str>) -> EngineResult<Option<Columns>> {
    json.map(serde_json::from_str)
        .transpose()
        .map_err(EngineError::unexpected_in("the stored columns of a form"))
}

fn unexpected(kind: &str, key: &str, problems: &Problems) -> EngineError {
    let first = problems.first().map(|problem: &Problem| format!("{problem:?}"));
    EngineError::unexpected(format!("stored {kind} `{key}`: {}", first.unwrap_or_default()))
}
