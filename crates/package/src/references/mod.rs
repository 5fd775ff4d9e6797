//! Whether what documents name is there.

mod flow;
mod form;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use formwork_model::{
    Filter, FormModel, Problem, Problems,
    document::{Document, DocumentKind},
    kind::Shape,
};

use crate::{Package, PackagedDocument, package::in_file};

/// Every name that a document leads to and that is not in the package, with its file.
pub(crate) fn check(package: &Package) -> Problems {
    let names = Names::of(package);
    let found = package.documents.iter().flat_map(|packaged| {
        names.check(packaged).into_iter().map(|problem| in_file(problem, &packaged.path))
    });
    found.collect()
}

/// What can be named.
struct Names<'p> {
    forms: BTreeMap<&'p str, FormModel>,
    dashboards: BTreeSet<&'p str>,
    scripts: BTreeSet<&'p str>,
    roles: BTreeSet<&'p str>,
}

impl<'p> Names<'p> {
    fn of(package: &'p Package) -> Self {
        let keys = |kind: DocumentKind| {
            let of_kind = package.documents.iter().filter(move |packaged| packaged.kind == kind);
            of_kind.map(|packaged| packaged.key.as_str()).collect()
        };
        let form = |packaged: &'p PackagedDocument| match &packaged.document {
            Document::Form(form) => {
                let model = FormModel::build(form.as_ref().clone(), 0, None).ok()?;
                Some((packaged.key.as_str(), model))
            }
            _ => None,
        };
        Self {
            forms: package.documents.iter().filter_map(form).collect(),
            dashboards: keys(DocumentKind::Dashboard),
            scripts: keys(DocumentKind::Script),
            roles: package.manifest.roles.iter().map(|role| role.key.as_str()).collect(),
        }
    }

    fn check(&self, packaged: &PackagedDocument) -> Problems {
        match &packaged.document {
            Document::App(app) => page::check_app(self, app),
            Document::Form(_) => {
                let model = self.forms.get(packaged.key.as_str());
                model.map(|model| form::check(self, model)).unwrap_or_default()
            }
            Document::Flow(flow) => flow::check(self, flow),
            Document::Dashboard(dashboard) => {
                page::check_dashboard(self, dashboard, &packaged.json)
            }
            Document::PermissionGroup(group) => page::check_group(self, group),
            Document::Script(_) => Problems::new(),
        }
    }

    /// A form of the package.
    ///
    /// # Errors
    /// `unknown_form`.
    fn form(&self, key: &str) -> Result<&FormModel, Problem> {
        self.forms.get(key).ok_or_else(|| Problem::new("unknown_form").with("form", key))
    }

    /// Whether a form has what a path such as `amount`, `account.region` or (where columns
    /// count) `lines.qty` names.
    fn has_path(&self, form: &FormModel, path: &str, columns: bool) -> bool {
        let Some((root, rest)) = path.split_once('.') else {
            return form.field(path).is_some();
        };
        if columns && let Some(subform) = form.subform(root) {
            return subform.fields.contains_key(rest);
        }
        let linked = form.field(root).and_then(|field| match field.kind.shape() {
            Shape::Link(link) => self.forms.get(link.form.as_str()),
            _ => None,
        });
        linked.is_some_and(|linked| linked.field(rest).is_some())
    }

    /// The problems of a filter over a form's records.
    fn check_filter(&self, form: &FormModel, filter: &Filter) -> Problems {
        let unknown = filter.conditions().into_iter().map(|condition| condition.field.as_str());
        unknown
            .filter(|field| !self.has_path(form, field, false))
            .map(|field| unknown_field(form, field).at("filter"))
            .collect()
    }

    fn check_role(&self, role: &str) -> Option<Problem> {
        (!self.roles.contains(role)).then(|| Problem::new("unknown_role").with("role", role))
    }
}

/// The problem of a field that a form does not have.
fn unknown_field(form: &FormModel, field: &str) -> Problem {
    let key = form.key().as_str();
    Problem::new("unknown_field").with("form", key).with("field", field)
}

/// The problems of a list of field names of one form, placed by their index.
fn check_fields<'n>(
    form: &FormModel,
    fields: impl IntoIterator<Item = &'n str>,
) -> impl Iterator<Item = Problem> {
    let unknown = fields.into_iter().enumerate().filter(|(_, field)| form.field(field).is_none());
    unknown.map(|(index, field)| unknown_field(form, field).at(index))
}

/// The problems of the keys of a map from fields of one form.
fn check_keys<'n>(
    form: &FormModel,
    fields: impl IntoIterator<Item = &'n str>,
) -> impl Iterator<Item = Problem> {
    let unknown = fields.into_iter().filter(|field| form.field(field).is_none());
    unknown.map(|field| unknown_field(form, field).at(field))
}

/// The problem of something that only one organisation has: a member, a department.
fn not_portable(id: &str) -> Problem {
    Problem::new("not_portable").with("id", id)
}
