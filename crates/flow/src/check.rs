//! What is wrong with a flow, before it is published.

use formwork_model::{FormModel, Problems, document::Flow, form::Forms};

/// Checks a flow against the form whose records run through it. Problems whose parameter
/// `severity` is `warning` do not keep it from being published.
pub fn check(flow: &Flow, form: &FormModel, forms: &dyn Forms) -> Problems {
    let _ = (flow, form, forms);
    Problems::new()
}
