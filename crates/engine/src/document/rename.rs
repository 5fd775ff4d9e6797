//! Another key for a field of a draft, and what uses a thing.

use formwork_model::{
    FieldKey, Problem,
    document::DocumentKind,
    form::is_system_field,
    mention::{FieldName, Named},
};
use formwork_rules::mention::{mentions, rename};
use serde_json::Value as Json;

use crate::{Caller, Engine, EngineError, EngineResult, Use};

impl Engine {
    /// A document as it stands in the designer, with another key for one of its form's
    /// fields, columns or options wherever it names them: layout, rules, formulas, views,
    /// links. A published key is permanent: other documents are not changed.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `invalid_key`, `reserved_key` or `repeated_key` for a
    /// key that cannot be; `unknown_name` for something that the document does not have.
    pub fn document_rename(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        document: &Json,
        from: &Named,
        to: &str,
    ) -> EngineResult<Json> {
        caller.must_be_admin()?;
        let catalog = self.catalog();
        let renamed = with_name(from, to).map_err(EngineError::problem)?;
        let found = mentions(kind, document, catalog.as_ref());
        let defines = |named: &Named| found.iter().any(|name| name.is_own && name.named == *named);
        if !defines(from) {
            return Err(EngineError::problem(
                Problem::new("unknown_name").with("name", key_of(from)),
            ));
        }
        if from != &renamed && defines(&renamed) {
            return Err(EngineError::problem(
                Problem::new("repeated_key").with("key", to).at("to"),
            ));
        }
        Ok(rename(kind, document, from, to, catalog.as_ref()))
    }

    /// Every place at which a published document uses something.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub fn document_uses(&self, caller: &Caller, named: &Named) -> EngineResult<Vec<Use>> {
        caller.must_be_admin()?;
        Ok(self.catalog().uses(named))
    }
}

fn key_of(named: &Named) -> String {
    match named {
        Named::Field(field) => field.field.clone(),
        Named::Option(_, option) => option.clone(),
        Named::Document(_, key) | Named::PageFilter(_, key) | Named::Role(key) => key.clone(),
        Named::Department(id) | Named::Member(id) => id.clone(),
    }
}

/// The same thing under another key.
fn with_name(from: &Named, to: &str) -> Result<Named, Problem> {
    match from {
        Named::Field(field) => {
            if to.parse::<FieldKey>().is_err() {
                return Err(Problem::new("invalid_key").at("to"));
            }
            if is_system_field(to) && field.subform.is_none() {
                return Err(Problem::new("reserved_key").with("key", to).at("to"));
            }
            Ok(Named::Field(FieldName { field: to.to_owned(), ..field.clone() }))
        }
        Named::Option(field, _) if !to.is_empty() && to.chars().count() <= MAX_OPTION => {
            Ok(Named::Option(field.clone(), to.to_owned()))
        }
        _ => Err(Problem::new("invalid_key").at("to")),
    }
}

/// Longest key of an option, in characters.
const MAX_OPTION: usize = 64;
