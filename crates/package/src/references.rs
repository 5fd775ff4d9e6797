//! Whether what the documents of a package name is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use formwork_model::{
    FormModel, Problem, Problems,
    document::{Document, DocumentKind},
    form::Forms,
    kind::Shape,
    mention::{At, FieldName, Lookup, Mention, Named, walk},
};

use crate::{
    document::{PackagedDocument, in_file},
    manifest::Role,
};

/// Every name that a document leads to and that is not in the package, with its file.
/// Expressions are read at installation, by the rules.
pub(crate) fn check(documents: &[PackagedDocument], roles: &[Role]) -> Problems {
    let names = Names::of(documents, roles);
    let found = documents.iter().flat_map(|packaged| {
        let own = names.check(packaged).into_iter();
        own.chain(names.other_flow(packaged)).map(|problem| in_file(problem, &packaged.path))
    });
    found.collect()
}

/// What can be named.
struct Names<'p> {
    documents: &'p [PackagedDocument],
    models: BTreeMap<&'p str, Arc<FormModel>>,
    roles: BTreeSet<&'p str>,
}

impl Forms for Names<'_> {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.models.get(key).cloned()
    }
}

impl<'p> Names<'p> {
    fn of(documents: &'p [PackagedDocument], roles: &'p [Role]) -> Self {
        let model = |packaged: &'p PackagedDocument| match &packaged.document {
            Document::Form(form) => {
                let model = FormModel::build(form.as_ref().clone(), 0, None).ok()?;
                Some((packaged.key.as_str(), Arc::new(model)))
            }
            _ => None,
        };
        Self {
            documents,
            models: documents.iter().filter_map(model).collect(),
            roles: roles.iter().map(|role| role.key.as_str()).collect(),
        }
    }

    fn check(&self, packaged: &PackagedDocument) -> Problems {
        let lookup = Lookup::new(packaged.kind, &packaged.json, self);
        let walked = walk(packaged.kind, &packaged.json, self);
        let used = walked.names.iter().filter(|mention| !mention.is_own);
        let mut problems: Problems = used
            .filter_map(|mention| {
                let problem = self.unknown(mention, &lookup);
                let problem = problem.or_else(|| unfit(mention, &lookup))?;
                Some(Problem { pointer: mention.pointer.clone(), ..problem })
            })
            .collect();
        problems.extend(placed_twice(&walked.names));
        problems
    }

    fn unknown(&self, mention: &Mention, lookup: &Lookup<'_>) -> Option<Problem> {
        match &mention.named {
            // The app is the package's own, which reading it has seen to.
            Named::Document(DocumentKind::App, _) => None,
            Named::Document(kind, key) => {
                let is_there =
                    self.documents.iter().any(|d| d.kind == *kind && d.key.as_str() == key);
                let (code, name) = match kind {
                    DocumentKind::Form => ("unknown_form", "form"),
                    DocumentKind::Script => ("unknown_script", "script"),
                    _ => ("unknown_dashboard", "dashboard"),
                };
                (!is_there).then(|| Problem::new(code).with(name, key.as_str()))
            }
            // What is wrong with the fields of an unknown form is that the form is unknown.
            Named::Field(field) if self.models.contains_key(field.form.as_str()) => {
                (!lookup.has(field)).then(|| unknown_field(field))
            }
            Named::Role(role) if !self.roles.contains(role.as_str()) => {
                Some(Problem::new("unknown_role").with("role", role.as_str()))
            }
            // Only one organisation has them.
            Named::Member(id) | Named::Department(id) => {
                Some(Problem::new("not_portable").with("id", id.as_str()))
            }
            _ => None,
        }
    }

    /// A form has at most one flow.
    fn other_flow(&self, packaged: &PackagedDocument) -> Option<Problem> {
        let Document::Flow(own) = &packaged.document else { return None };
        let other = self.documents.iter().find_map(|other| match &other.document {
            Document::Flow(flow) if flow.form == own.form && flow.key != own.key => Some(flow),
            _ => None,
        })?;
        Some(Problem::new("form_has_flow").with("flow", other.key.as_str()).at("form"))
    }
}

fn unknown_field(field: &FieldName) -> Problem {
    let path = match &field.subform {
        None => field.field.clone(),
        Some(subform) => format!("{subform}.{}", field.field),
    };
    Problem::new("unknown_field").with("form", field.form.as_str()).with("field", path)
}

/// The problem of a field that cannot be what its place asks for.
fn unfit(mention: &Mention, lookup: &Lookup<'_>) -> Option<Problem> {
    let Named::Field(field) = &mention.named else { return None };
    let kind = lookup.kind(field)?;
    let steps: Vec<&str> = mention.pointer.rsplit('/').take(3).collect();
    let (fits, code) = match (steps.as_slice(), kind.shape()) {
        (["field", _, "assignees" | "to"], shape) => {
            (matches!(shape, Shape::Member), "not_a_member_field")
        }
        (["link", "update", _], shape) => (matches!(shape, Shape::Link(_)), "not_a_link"),
        (["for_each" | "rows", ..], shape) => (matches!(shape, Shape::Rows(_)), "not_a_subform"),
        _ => return None,
    };
    (!fits).then(|| Problem::new(code).with("field", field.field.as_str()))
}

/// Fields that stand in a form's sections more than once.
fn placed_twice(names: &[Mention]) -> Problems {
    let mut placed = BTreeSet::new();
    let in_section =
        |name: &&Mention| name.at == At::Text && name.pointer.starts_with("/sections/");
    let repeated = names.iter().filter(in_section).filter(|name| !placed.insert(&name.named));
    let problem = |name: &Mention| {
        let Named::Field(field) = &name.named else { return None };
        let problem = Problem::new("repeated_key").with("key", field.field.as_str());
        Some(Problem { pointer: name.pointer.clone(), ..problem })
    };
    repeated.filter_map(problem).collect()
}
