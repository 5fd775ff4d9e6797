//! Trying a form in the designer before it is published: what people would see with the
//! rules of the draft.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FormModel, Problem, Problems,
    document::{Document, DocumentKind},
};
use serde_json::Value as Json;

use super::check::{FormsToBe, build_model};
use crate::{
    Caller, Engine, EngineError, EngineResult, Evaluation, EvaluationRequest,
    caller::system_access,
    catalog::{Catalog, CompiledForm},
};

impl Engine {
    /// Evaluates a form document that need not be published with what is on the form, for
    /// an admin. Records that it links to are read as they are published.
    ///
    /// # Errors
    /// `Forbidden` for all but admins, `Problems` with what is wrong with the document.
    pub async fn draft_evaluate(
        &self,
        caller: &Caller,
        key: &str,
        document: &Json,
        values: Json,
        changed: Vec<String>,
    ) -> EngineResult<Evaluation> {
        caller.must_be_admin()?;
        let catalog = self.catalog();
        let model = Arc::new(draft_model(document).map_err(EngineError::Problems)?);
        if model.key().as_str() != key {
            return Err(EngineError::Problems(vec![Problem::new("invalid_key").at("key")]));
        }
        let form = self.compiled_draft(&catalog, &model).map_err(EngineError::Problems)?;
        let request = EvaluationRequest { values, changed, ..EvaluationRequest::default() };
        let access = system_access(&catalog, &caller.member, self.now());
        let mut connection = self.store().read().await?;
        self.evaluated(&mut connection, &catalog, caller, &form, (&access, None), &request).await
    }

    fn compiled_draft(
        &self,
        catalog: &Catalog,
        model: &Arc<FormModel>,
    ) -> Result<CompiledForm, Problems> {
        let models = HashMap::from([(model.key().to_string(), Arc::clone(model))]);
        let today = catalog.settings.day_of(self.now());
        let forms = FormsToBe { catalog, models, today };
        CompiledForm::new(self.store().dialect(), model, &forms)
    }
}

/// The model of a form document. It has no columns of its own yet.
pub(super) fn draft_model(document: &Json) -> Result<FormModel, Problems> {
    match Document::read(DocumentKind::Form, document)? {
        Document::Form(form) => build_model(&form, 0, None),
        _ => Err(vec![Problem::new("wrong_type").with("expected", "form")]),
    }
}
