//! Everything that is published, compiled, at one moment.
//!
//! A catalog is immutable and shared; a publish makes the next one. What a request began
//! with it ends with, so that it never sees half of a change. The next catalog takes over
//! what did not change: a document is compiled anew only when its own text moved, or a form
//! that it names.
//!
//! A document that cannot be read or compiled is disabled, with its problems for admins to
//! see; everything else works.

mod cache;
mod flow;
mod form;
mod graph;
mod group;
mod load;
mod page;
mod published;
mod script;
mod versions;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use formwork_model::{
    FormModel, Problem, Problems,
    document::{App, Dashboard, DocumentKind},
    form::Forms,
};
use formwork_query::Dialect;

pub use flow::CompiledFlow;
pub use form::CompiledForm;
pub use graph::Use;
pub use group::CompiledGroup;
pub(crate) use load::{is_unique_index, stored_columns};
pub use page::CompiledPage;
pub use published::DocumentId;
pub(crate) use published::{Published, Source};
pub use script::CompiledScript;
pub(crate) use versions::flow_version;

use crate::{
    directory::Directory,
    settings::{Generation, Settings},
};
use cache::Cache;
use published::Compiled;
use versions::Versions;

/// What is published, by key.
#[derive(Clone, Default)]
pub struct Catalog {
    /// Every published document, those that are disabled included.
    published: BTreeMap<DocumentId, Arc<Published>>,
    /// The forms as others see them, those that are disabled included.
    models: Arc<Models>,
    apps: Vec<Arc<App>>,
    forms: HashMap<String, Arc<CompiledForm>>,
    /// By the form whose records run through them.
    flows: HashMap<String, Arc<CompiledFlow>>,
    pages: HashMap<String, Arc<CompiledPage>>,
    groups: Vec<Arc<CompiledGroup>>,
    scripts: HashMap<String, Arc<CompiledScript>>,
    /// What is wrong among documents that are sound by themselves.
    clashes: BTreeMap<DocumentId, Problem>,
    /// The forms with a unique index that is still to be built.
    pub(crate) unique_waits: Arc<BTreeSet<String>>,
    /// Who is in the organisation.
    pub directory: Arc<Directory>,
    /// The organisation's settings.
    pub settings: Arc<Settings>,
    pub(crate) generation: Generation,
    cache: Arc<Cache>,
    /// Older versions of flows, for instances that are on them.
    versions: Arc<Versions>,
}

impl Forms for Catalog {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.models.form(key)
    }
}

/// The models of forms, each with its stamp.
#[derive(Clone, Default)]
pub(crate) struct Models(HashMap<String, (Arc<FormModel>, u64)>);

impl Models {
    fn of<'s>(sources: impl Iterator<Item = &'s Arc<Source>>) -> Self {
        let models = sources.filter_map(|source| {
            Some((source.id.key.clone(), (Arc::clone(source.model()?), source.stamp)))
        });
        Self(models.collect())
    }

    /// Tells one text of a form from another; 0 for a form that is not there.
    fn stamp(&self, key: &str) -> u64 {
        self.0.get(key).map_or(0, |(_, stamp)| *stamp)
    }
}

impl Forms for Models {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).map(|(model, _)| Arc::clone(model))
    }
}

impl Catalog {
    /// The catalog with these documents instead of or beside its own. What they do not
    /// touch is taken over as it is.
    pub(crate) fn with(&self, dialect: Dialect, moved: Vec<Arc<Source>>) -> Self {
        let mut sources: BTreeMap<DocumentId, Arc<Source>> = self
            .published
            .iter()
            .map(|(id, published)| (id.clone(), Arc::clone(&published.source)))
            .collect();
        sources.extend(moved.into_iter().map(|source| (source.id.clone(), source)));
        let models = Models::of(sources.values());
        let compiled = |(id, source): (DocumentId, Arc<Source>)| {
            let own = self.published.get(&id);
            let published = match own.filter(|own| own.is_still(&source, &models)) {
                Some(own) => Arc::clone(own),
                None => self.cache.compiled(&source, &models, dialect),
            };
            (id, published)
        };
        let published = sources.into_iter().map(compiled).collect();
        let mut next = Self { published, models: Arc::new(models), ..self.people_alone() };
        next.arrange();
        next
    }

    /// A catalog with nothing published.
    fn people_alone(&self) -> Self {
        Self {
            unique_waits: Arc::clone(&self.unique_waits),
            directory: Arc::clone(&self.directory),
            settings: Arc::clone(&self.settings),
            generation: self.generation,
            cache: Arc::clone(&self.cache),
            versions: Arc::clone(&self.versions),
            ..Self::default()
        }
    }

    /// Lays out by key what can be used.
    fn arrange(&mut self) {
        for (id, published) in &self.published {
            let key = id.key.clone();
            match &published.compiled {
                Some(Compiled::App(app)) => self.apps.push(Arc::clone(app)),
                Some(Compiled::Form(form)) => drop(self.forms.insert(key, Arc::clone(form))),
                Some(Compiled::Flow(flow)) => {
                    // Documents come in the order of their keys: of two flows on a form the
                    // last one runs, as it always did, and the other says why it does not.
                    let form = flow.flow.form.to_string();
                    let winner = flow.flow.key.as_str();
                    if let Some(other) = self.flows.insert(form, Arc::clone(flow)) {
                        let other = DocumentId { key: other.flow.key.to_string(), ..id.clone() };
                        self.clashes.insert(other, form_has_flow(winner));
                    }
                }
                Some(Compiled::Page(page)) => drop(self.pages.insert(key, Arc::clone(page))),
                Some(Compiled::Group(group)) => self.groups.push(Arc::clone(group)),
                Some(Compiled::Script(script)) => {
                    drop(self.scripts.insert(key, Arc::clone(script)));
                }
                None => {}
            }
        }
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
    pub fn flow_of(&self, form: &str) -> Option<&Arc<CompiledFlow>> {
        self.flows.get(form)
    }

    /// The documents that cannot be read or compiled.
    pub(crate) fn disabled(&self) -> impl Iterator<Item = &DocumentId> {
        let disabled = self.published.iter().filter(|(_, published)| published.compiled.is_none());
        disabled.map(|(id, _)| id)
    }

    /// Whether the form has a flow that cannot run: its records must not go without it.
    pub(crate) fn has_disabled_flow(&self, form: &str) -> bool {
        let named = |json: &serde_json::Value| json.get("form").is_some_and(|own| own == form);
        !self.flows.contains_key(form)
            && self.published.iter().any(|(id, published)| {
                id.kind == DocumentKind::Flow
                    && published.compiled.is_none()
                    && named(&published.source.json)
            })
    }

    /// The flow, other than this one, that the records of a form run through.
    pub(crate) fn other_flow_on(&self, form: &str, flow: &str) -> Option<&str> {
        let mut flows = self.published.iter().filter(|(id, _)| id.kind == DocumentKind::Flow);
        let (id, _) = flows.find(|(id, published)| {
            id.key != flow && published.source.json.get("form").is_some_and(|own| own == form)
        })?;
        Some(&id.key)
    }

    /// A published dashboard.
    pub fn dashboard(&self, key: &str) -> Option<&Arc<Dashboard>> {
        self.page(key).map(|page| &page.document)
    }

    /// The published dashboards.
    pub(crate) fn dashboards(&self) -> impl Iterator<Item = &Arc<Dashboard>> {
        self.pages.values().map(|page| &page.document)
    }

    /// The same with a dashboard as it is about to be; answers with the one before.
    pub(crate) fn put_dashboard(&mut self, page: &Arc<Dashboard>) -> Option<Arc<Dashboard>> {
        let before = self.pages.insert(page.key.to_string(), Arc::new(CompiledPage::new(page)));
        before.map(|before| Arc::clone(&before.document))
    }

    /// A published dashboard with its charts.
    pub(crate) fn page(&self, key: &str) -> Option<&Arc<CompiledPage>> {
        self.pages.get(key)
    }

    /// The published permission groups.
    pub fn groups(&self) -> &[Arc<CompiledGroup>] {
        &self.groups
    }

    /// A published script.
    pub fn script(&self, key: &str) -> Option<&Arc<CompiledScript>> {
        self.scripts.get(key)
    }

    /// The published forms.
    pub fn forms(&self) -> impl Iterator<Item = &Arc<CompiledForm>> {
        self.forms.values()
    }

    /// What is wrong with a published document; nothing for one that works.
    pub fn problems_of(&self, kind: DocumentKind, key: &str) -> Problems {
        let id = DocumentId { kind, key: key.to_owned() };
        let own = self.published.get(&id).map(|published| published.problems.clone());
        own.into_iter().flatten().chain(self.clashes.get(&id).cloned()).collect()
    }
}

/// The problem of a flow on a form that has another one.
pub(crate) fn form_has_flow(other: &str) -> Problem {
    Problem::new("form_has_flow").with("flow", other).at("form")
}

#[cfg(test)]
mod tests;
