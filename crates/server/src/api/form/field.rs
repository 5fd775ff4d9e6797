//! A field as a screen needs it: labels in the reader's language, options complete.

use std::{collections::HashMap, sync::LazyLock};

use formwork_engine::Catalog;
use formwork_model::{
    FieldModel, Locale, Localized, Storage,
    form::Forms,
    kind::{ChoiceOption, FieldKind, Link, REGISTRY, Shape},
    registry::Registration,
};
use formwork_query::{FieldAccess, FormAccess};
use serde::Serialize;
use serde_json::{Map, Value as Wire, json};
use utoipa::ToSchema;

use super::traits::FieldTraits;
use crate::api::described;

/// A field of a form or a column of a subform.
#[derive(Serialize, ToSchema)]
pub(super) struct FieldScreen {
    key: String,
    /// The key of its kind; `GET /field-kinds` lists them.
    kind: String,
    label: String,
    #[schema(required)]
    help: Option<String>,
    required: bool,
    /// A formula gives the value.
    computed: bool,
    #[schema(value_type = described::Access)]
    access: &'static str,
    /// What the kind needs to know: `options`, `places`, `fields` …
    #[schema(value_type = HashMap<String, Value>)]
    options: Map<String, Wire>,
    #[serde(flatten)]
    traits: FieldTraits,
}

/// What fields are described for: the reader, and what leads from one form to another.
pub(super) struct Describing<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) locale: &'a Locale,
    /// What the reader may see of columns; none where there are no subforms.
    pub(super) access: Option<&'a FormAccess>,
}

/// The defaults of each kind's options, as its schema states them.
static DEFAULTS: LazyLock<HashMap<&'static str, Map<String, Wire>>> =
    LazyLock::new(|| REGISTRY.iter().map(|kind| (kind.key, defaults(kind))).collect());

fn defaults(kind: &Registration<dyn FieldKind>) -> Map<String, Wire> {
    let mut generator = schemars::SchemaGenerator::default();
    let schema = kind.options_schema(&mut generator).to_value();
    let name = schema.get("$ref").and_then(Wire::as_str).and_then(|path| path.rsplit('/').next());
    let definition = name.and_then(|name| generator.definitions().get(name)).unwrap_or(&schema);
    let properties = definition.get("properties").and_then(Wire::as_object);
    let known = properties.into_iter().flatten().filter_map(|(name, property)| {
        let default = property.get("default").filter(|default| !default.is_null())?;
        Some((name.clone(), default.clone()))
    });
    known.collect()
}

impl Describing<'_> {
    /// A field or column that the reader may see.
    pub(super) fn field(&self, field: &FieldModel, access: FieldAccess) -> FieldScreen {
        let document = &field.field;
        let can_type = access == FieldAccess::Edit && field.is_typed();
        FieldScreen {
            key: document.key.to_string(),
            kind: document.kind.clone(),
            label: self.text(&document.label),
            help: document.help.as_ref().map(|help| self.text(help)),
            required: document.required,
            computed: document.formula.is_some(),
            access: if can_type { "edit" } else { "read" },
            options: self.options(field),
            traits: FieldTraits::of(field.kind.as_ref()),
        }
    }

    fn text(&self, text: &Localized) -> String {
        text.get(self.locale).to_owned()
    }

    fn options(&self, field: &FieldModel) -> Map<String, Wire> {
        let kind = field.field.kind.as_str();
        let mut options = DEFAULTS.get(kind).cloned().unwrap_or_default();
        options.extend(field.field.options.as_object().cloned().unwrap_or_default());
        if let Storage::Scaled { places } = field.storage() {
            options.insert("places".to_owned(), json!(places));
        }
        for name in ["unit"] {
            if let Some(text) = options.get_mut(name) {
                *text = self.localized(text);
            }
        }
        match field.kind.shape() {
            Shape::Choice(choices) => {
                let choices = choices.iter().map(|choice| self.choice(choice)).collect();
                options.insert("options".to_owned(), Wire::Array(choices));
            }
            Shape::Link(link) => options = self.link(link),
            Shape::Rows(_) => {
                let columns = field.subform.iter().flat_map(|subform| subform.fields.values());
                let shown = columns.filter_map(|column| {
                    let access = self.access?;
                    match access.column(&field.field.key, &column.field.key) {
                        FieldAccess::Hidden => None,
                        open => Some(self.field(column, open)),
                    }
                });
                let columns: Vec<_> = shown.collect();
                options.insert("fields".to_owned(), json!(columns));
            }
            Shape::Plain | Shape::Member | Shape::Department | Shape::Serial(_) => {}
        }
        options
    }

    fn localized(&self, text: &Wire) -> Wire {
        serde_json::from_value::<Localized>(text.clone())
            .map_or(Wire::Null, |text| json!(self.text(&text)))
    }

    fn choice(&self, choice: &ChoiceOption) -> Wire {
        let mut option = json!({ "key": choice.key, "label": self.text(&choice.label) });
        if let Some(color) = choice.color {
            option["color"] = json!(color);
        }
        if choice.retired {
            option["retired"] = json!(true);
        }
        option
    }

    /// A link says where it leads, and which records are offered.
    fn link(&self, link: &Link) -> Map<String, Wire> {
        let target = self.catalog.form(link.form.as_str());
        let document = target.as_ref().map(|target| &target.document);
        let options = [
            ("form", json!(link.form)),
            ("app", json!(document.map(|document| &document.app))),
            ("label", json!(document.map(|document| self.text(&document.label)))),
            ("icon", json!(document.and_then(|document| document.icon.as_ref()))),
            ("show", json!(link.show)),
            ("filter", json!(link.filter)),
            ("fills", json!(link.fill.keys().collect::<Vec<_>>())),
        ];
        options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Whether a field is shown at all.
pub(super) fn is_shown(access: &FormAccess, field: &str) -> bool {
    field.parse().is_ok_and(|key| access.field(&key) != FieldAccess::Hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_know_the_defaults_of_options() {
        assert_eq!(DEFAULTS["money"]["currency"], "CNY");
        assert_eq!(DEFAULTS["text"]["max_length"], 200);
        assert_eq!(DEFAULTS["choice"]["appearance"], "select");
    }
}
