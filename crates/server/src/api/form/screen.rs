//! Everything that the grid, the form and the record page of a form need.

use formwork_engine::{Caller, Catalog};
use formwork_model::{
    FieldModel, Filter, FormModel,
    document::{Button, ButtonAction, Operation, Section, Sort, View},
    kind::Shape,
};
use formwork_query::{FieldAccess, FormAccess};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    field::{Describing, FieldScreen, is_shown},
    may_open,
};
use crate::{api::described, state::ServerState};

/// A form as one reader may use it.
#[derive(Serialize, ToSchema)]
pub(super) struct FormScreen {
    key: String,
    app: String,
    label: String,
    #[schema(required)]
    icon: Option<String>,
    revision: i64,
    fields: Vec<FieldScreen>,
    /// The fields that every form has.
    system_fields: Vec<FieldScreen>,
    sections: Vec<SectionScreen>,
    views: Vec<ViewScreen>,
    buttons: Vec<ButtonScreen>,
    /// What may be done, on some record at least.
    #[schema(value_type = Vec<described::Operation>)]
    operations: Vec<Operation>,
    #[schema(required)]
    flow: Option<FlowName>,
    related: Vec<RelatedForm>,
}

/// Fields under a heading.
#[derive(Serialize, ToSchema)]
struct SectionScreen {
    #[schema(required)]
    label: Option<String>,
    /// Fields side by side: 1 or 2.
    columns: u8,
    fields: Vec<String>,
}

/// A saved list.
#[derive(Serialize, ToSchema)]
struct ViewScreen {
    key: String,
    label: String,
    columns: Vec<String>,
    #[schema(value_type = Option<described::RecordFilter>, required)]
    filter: Option<Filter>,
    sort: Vec<SortScreen>,
    /// Numbers summed in the foot.
    totals: Vec<String>,
}

/// One level of an order.
#[derive(Serialize, ToSchema)]
struct SortScreen {
    field: String,
    descending: bool,
}

/// Something that can be done with a record.
#[derive(Serialize, ToSchema)]
struct ButtonScreen {
    key: String,
    label: String,
    #[schema(required)]
    icon: Option<String>,
    primary: bool,
    /// Fields that are asked for first.
    ask: Vec<String>,
    #[schema(value_type = described::ButtonKind)]
    kind: &'static str,
    /// The form of a new record.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
}

/// The flow that records of the form run through.
#[derive(Serialize, ToSchema)]
struct FlowName {
    key: String,
    label: String,
}

/// A form whose records link to this one's.
#[derive(Serialize, ToSchema)]
struct RelatedForm {
    form: String,
    app: String,
    label: String,
    #[schema(required)]
    icon: Option<String>,
    /// The link field there that leads here.
    field: String,
}

impl FormScreen {
    /// The form as the caller may use it; none when there is nothing in it for them.
    pub(super) fn new(state: &ServerState, caller: &Caller, form: &str) -> Option<Self> {
        Self::seen_with(state, caller, form, &state.engine.form_access(caller, form))
    }

    /// The form as an access shows it.
    pub(super) fn seen_with(
        state: &ServerState,
        caller: &Caller,
        form: &str,
        access: &FormAccess,
    ) -> Option<Self> {
        let catalog = state.engine.catalog();
        let model = &catalog.compiled(form)?.model;
        let operations: Vec<Operation> = [
            Operation::View,
            Operation::Create,
            Operation::Update,
            Operation::Delete,
            Operation::Export,
        ]
        .into_iter()
        .filter(|operation| access.may(*operation))
        .collect();
        if operations.is_empty() {
            return None;
        }
        let locale = &caller.locale;
        let document = &model.document;
        let describing = Describing { catalog: &catalog, locale, access: Some(access) };
        let flow = catalog.flow_of(form).map(|version| FlowName {
            key: version.flow.key.to_string(),
            label: version.flow.label.get(locale).to_owned(),
        });
        Some(Self {
            key: form.to_owned(),
            app: document.app.to_string(),
            label: document.label.get(locale).to_owned(),
            icon: document.icon.clone(),
            revision: model.revision,
            fields: fields(&describing, access, model.fields.values()),
            system_fields: fields(&describing, access, model.system.values()),
            sections: sections(model, access, caller),
            views: document.views.iter().map(|one| view(one, access, caller)).collect(),
            buttons: document.buttons.iter().map(|one| button(one, caller)).collect(),
            operations,
            flow,
            related: related(state, caller, &catalog, form),
        })
    }
}

fn fields<'a>(
    describing: &Describing<'_>,
    access: &FormAccess,
    fields: impl Iterator<Item = &'a FieldModel>,
) -> Vec<FieldScreen> {
    fields
        .filter_map(|field| match access.field(&field.field.key) {
            FieldAccess::Hidden => None,
            open => Some(describing.field(field, open)),
        })
        .collect()
}

/// The sections, with those fields at the end that stand in none.
fn sections(model: &FormModel, access: &FormAccess, caller: &Caller) -> Vec<SectionScreen> {
    let shown = |section: &Section| {
        let fields = section.fields.iter().map(ToString::to_string);
        fields.filter(|field| is_shown(access, field)).collect::<Vec<_>>()
    };
    let document = &model.document;
    let mut sections: Vec<SectionScreen> = document
        .sections
        .iter()
        .map(|section| SectionScreen {
            label: section.label.as_ref().map(|label| label.get(&caller.locale).to_owned()),
            columns: section.columns,
            fields: shown(section),
        })
        .collect();
    let placed = |key: &str| {
        document.sections.iter().any(|section| section.fields.iter().any(|f| f.as_str() == key))
    };
    let rest: Vec<String> = model
        .fields
        .keys()
        .map(ToString::to_string)
        .filter(|key| !placed(key) && is_shown(access, key))
        .collect();
    if !rest.is_empty() {
        let columns = if sections.is_empty() { 2 } else { 1 };
        sections.push(SectionScreen { label: None, columns, fields: rest });
    }
    sections.retain(|section| !section.fields.is_empty());
    sections
}

fn view(view: &View, access: &FormAccess, caller: &Caller) -> ViewScreen {
    let sort = |sort: &Sort| SortScreen { field: sort.field.clone(), descending: sort.descending };
    let shows = |field: &String| is_shown(access, field.split('.').next().unwrap_or(field));
    ViewScreen {
        key: view.key.to_string(),
        label: view.label.get(&caller.locale).to_owned(),
        columns: view.columns.iter().filter(|field| shows(field)).cloned().collect(),
        filter: view.filter.clone(),
        sort: view.sort.iter().map(sort).collect(),
        totals: view.totals.iter().map(ToString::to_string).filter(shows).collect(),
    }
}

fn button(button: &Button, caller: &Caller) -> ButtonScreen {
    let (kind, form) = match &button.action {
        ButtonAction::Create { form, .. } => ("create", Some(form.to_string())),
        ButtonAction::Update { .. } => ("update", None),
        ButtonAction::Script(_) => ("script", None),
    };
    ButtonScreen {
        key: button.key.to_string(),
        label: button.label.get(&caller.locale).to_owned(),
        icon: button.icon.clone(),
        primary: button.primary,
        ask: button.ask.iter().map(ToString::to_string).collect(),
        kind,
        form,
    }
}

/// The forms whose records link here and which the caller may open.
fn related(
    state: &ServerState,
    caller: &Caller,
    catalog: &Catalog,
    form: &str,
) -> Vec<RelatedForm> {
    let mut found = Vec::new();
    for other in catalog.forms().map(|other| &other.model) {
        for (key, field) in &other.fields {
            let leads_here = match field.kind.shape() {
                Shape::Link(link) => link.form.as_str() == form,
                _ => false,
            };
            let document = &other.document;
            let is_open = || {
                may_open(state, caller, document.key.as_str())
                    && is_shown(
                        &state.engine.form_access(caller, document.key.as_str()),
                        key.as_str(),
                    )
            };
            if leads_here && is_open() {
                found.push(RelatedForm {
                    form: document.key.to_string(),
                    app: document.app.to_string(),
                    label: document.label.get(&caller.locale).to_owned(),
                    icon: document.icon.clone(),
                    field: key.to_string(),
                });
            }
        }
    }
    found.sort_by(|a, b| (&a.form, &a.field).cmp(&(&b.form, &b.field)));
    found
}
