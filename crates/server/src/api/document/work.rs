//! Deferred work on the tables behind forms, as it is shown.

use formwork_engine::DeferredWork;
use formwork_model::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    problem::{ProblemItem, describe},
    state::ServerState,
};

/// A piece of work on a form's tables that a publish left for later.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct WorkLine {
    /// The form's key.
    form: String,
    /// The form's name.
    form_label: String,
    /// `index_build`, `index_drop` or `conversion`: a publish that waits for its values.
    kind: String,
    /// `waiting`, `running` or `failed`.
    state: String,
    done: u64,
    /// 0 where it is not counted.
    total: u64,
    /// Why it failed.
    #[schema(required)]
    problem: Option<ProblemItem>,
}

impl WorkLine {
    pub(in crate::api) fn new(state: &ServerState, piece: DeferredWork, locale: &Locale) -> Self {
        let catalog = state.engine.catalog();
        let form = catalog.compiled(&piece.form);
        let label = form.map(|form| form.model.document.label.get(locale).to_owned());
        Self {
            form_label: label.unwrap_or_else(|| piece.form.clone()),
            form: piece.form,
            kind: piece.kind,
            state: piece.state,
            done: piece.progress.0,
            total: piece.progress.1,
            problem: piece.problem.map(|problem| describe(&problem, locale)),
        }
    }
}
