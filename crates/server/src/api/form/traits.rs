//! The vocabulary that readers decide by: what a field's values are, never which kind they have.

use formwork_model::{
    Operator, Storage,
    kind::{CellEditing, FieldKind, Figure, Shape},
};
use formwork_query::{Aggregate, aggregates_of};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::described;

/// What a field's values are and what can be done with them.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct FieldTraits {
    /// What values refer to.
    shape: ValueShape,
    /// How values are stored.
    storage: ValueStorage,
    /// What a number measures; none where values are no numbers.
    #[schema(required)]
    figure: Option<NumberFigure>,
    /// The comparisons that a filter may make, the usual one first.
    #[schema(value_type = Vec<described::ConditionOperator>)]
    operators: &'static [Operator],
    /// Whether records can be put in order by it.
    sortable: bool,
    /// Whether records can stand in groups by it: it has few values, and each record one.
    groupable: bool,
    /// The ways to make one value of many.
    #[schema(value_type = Vec<described::Aggregate>)]
    aggregates: &'static [Aggregate],
    cell_editing: EditingInCells,
    /// Texts of several lines.
    long: bool,
    /// The kind whose values are several of this one's.
    #[schema(required)]
    several: Option<&'static str>,
}

/// What the values of a field refer to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ValueShape {
    Plain,
    Choice,
    Member,
    Department,
    Link,
    Rows,
    Serial,
}

/// How the values of a field are stored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ValueStorage {
    Text,
    Number,
    Boolean,
    Date,
    Instant,
    List,
    Rows,
}

/// What a number measures.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NumberFigure {
    Plain,
    Amount,
    Share,
    Mark,
}

/// How a list changes a value where it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EditingInCells {
    None,
    Typed,
    Chosen,
}

impl FieldTraits {
    /// The traits of a kind with its options.
    pub(in crate::api) fn of(kind: &dyn FieldKind) -> Self {
        let storage = kind.storage();
        Self {
            shape: shape(kind.shape()),
            storage: storage_name(storage),
            figure: kind.figure().map(figure),
            operators: kind.operators(),
            sortable: storage.is_sortable(),
            groupable: kind.is_groupable(),
            aggregates: aggregates_of(storage),
            cell_editing: match kind.cell_editing() {
                CellEditing::None => EditingInCells::None,
                CellEditing::Typed => EditingInCells::Typed,
                CellEditing::Chosen => EditingInCells::Chosen,
            },
            long: kind.is_long(),
            several: kind.several(),
        }
    }
}

fn shape(shape: Shape<'_>) -> ValueShape {
    match shape {
        Shape::Plain => ValueShape::Plain,
        Shape::Choice(_) => ValueShape::Choice,
        Shape::Member => ValueShape::Member,
        Shape::Department => ValueShape::Department,
        Shape::Link(_) => ValueShape::Link,
        Shape::Rows(_) => ValueShape::Rows,
        Shape::Serial(_) => ValueShape::Serial,
    }
}

fn storage_name(storage: Storage) -> ValueStorage {
    match storage {
        Storage::Text => ValueStorage::Text,
        Storage::Scaled { .. } => ValueStorage::Number,
        Storage::Boolean => ValueStorage::Boolean,
        Storage::Date => ValueStorage::Date,
        Storage::Instant => ValueStorage::Instant,
        Storage::Json => ValueStorage::List,
        Storage::Rows => ValueStorage::Rows,
    }
}

fn figure(figure: Figure) -> NumberFigure {
    match figure {
        Figure::Plain => NumberFigure::Plain,
        Figure::Amount => NumberFigure::Amount,
        Figure::Share => NumberFigure::Share,
        Figure::Mark => NumberFigure::Mark,
    }
}

#[cfg(test)]
mod tests {
    use formwork_model::kind::{self, REGISTRY};
    use serde_json::{Value as Json, json};

    use super::*;

    fn traits(key: &str, options: &Json) -> Json {
        json!(FieldTraits::of(kind::parse(key, options).unwrap().as_ref()))
    }

    #[test]
    fn every_kind_can_be_described_before_it_has_options() {
        for kind in REGISTRY {
            assert!(kind.example().is_ok(), "{}", kind.key);
        }
    }

    #[test]
    fn what_can_be_done_follows_from_what_values_are() {
        let cases = [
            ("money", json!({}), ["number", "amount", "typed"]),
            ("number", json!({ "percent": true }), ["number", "share", "typed"]),
            ("date", json!({}), ["date", "", "chosen"]),
            ("datetime", json!({}), ["instant", "", "none"]),
            ("long_text", json!({}), ["text", "", "none"]),
            ("members", json!({}), ["list", "", "none"]),
            ("link", json!({ "form": "a" }), ["text", "", "none"]),
        ];
        for (key, options, [storage, figure, cell]) in cases {
            let found = traits(key, &options);
            assert_eq!(found["storage"], storage, "{key}");
            assert_eq!(found["figure"].as_str().unwrap_or_default(), figure, "{key}");
            assert_eq!(found["cell_editing"], cell, "{key}");
        }
        let member = traits("member", &json!({}));
        assert_eq!((&member["several"], &member["groupable"]), (&json!("members"), &json!(true)));
        assert_eq!(member["operators"][0], "in");
        let tags = json!({ "options": [{ "key": "a", "label": "A" }] });
        let several = traits("choices", &tags);
        assert_eq!((&several["sortable"], &several["groupable"]), (&json!(false), &json!(false)));
        assert_eq!(several["aggregates"], json!(["count", "count_distinct"]));
    }
}
