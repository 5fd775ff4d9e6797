//! What published documents want of the database.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Index;
use crate::{
    FieldKey, FieldModel, FormModel, Storage,
    document::View,
    filter::{Filter, Operator},
    kind::Shape,
};

/// Most indexes of one table for views, and for charts: each costs every save. Those named
/// first have them.
const MAX_VIEW_INDEXES: usize = 16;
const MAX_CHART_INDEXES: usize = 4;

/// The tables that a form wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The form's own table first.
    pub tables: Vec<WantedTable>,
}

/// A table that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedTable {
    /// Its name.
    pub name: String,
    /// The subform whose rows it holds; none for records.
    pub subform: Option<FieldKey>,
    /// The columns of fields.
    pub columns: BTreeMap<String, Storage>,
    /// The indexes.
    pub indexes: Vec<WantedIndex>,
}

/// An index with those who want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedIndex {
    /// The index.
    pub index: Index,
    /// Who wants it; never empty.
    pub wishes: Vec<Wish>,
}

/// Who wants an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Every table: owner, department, the last change; the record of a row.
    Base,
    /// A field whose values must be unique.
    Unique(FieldKey),
    /// A link, for the lists of related records.
    Link(FieldKey),
    /// A view, by its key.
    View(String),
    /// A chart, as `dashboard/chart`.
    Chart(String),
}

/// What a form wants, with the indexes that charts want of its table.
pub fn wanted(form: &FormModel, charts: &[(String, Index)]) -> Wanted {
    let own = form.stored_fields().map(|(_, field)| column(field)).collect();
    let mut records =
        WantedTable { name: form.table(), subform: None, columns: own, indexes: Vec::new() };
    for base in ["owner", "department", "updated_at"] {
        records.want(vec![(base.to_owned(), false), id(false)], false, Wish::Base);
    }
    for (key, field) in form.stored_fields() {
        if field.field.unique {
            records.want(vec![(field.column.clone(), false)], true, Wish::Unique(key.clone()));
        } else if matches!(field.kind.shape(), Shape::Link(_)) {
            let columns = vec![(field.column.clone(), false), id(false)];
            records.want(columns, false, Wish::Link(key.clone()));
        }
    }
    let fixed = records.indexes.len();
    for view in &form.document.views {
        records.want(view_columns(form, view), false, Wish::View(view.key.to_string()));
    }
    records.indexes.truncate(fixed + MAX_VIEW_INDEXES);
    let of_charts = charts.iter().filter(|(_, index)| index.table == form.table());
    for (chart, index) in of_charts.take(MAX_CHART_INDEXES) {
        records.want(index.columns.clone(), index.unique, Wish::Chart(chart.clone()));
    }
    let mut tables = vec![records];
    for (key, subform) in form.subforms() {
        let mut rows = WantedTable {
            name: subform.table.clone(),
            subform: Some(key.clone()),
            columns: subform.fields.values().map(column).collect(),
            indexes: Vec::new(),
        };
        rows.want(
            vec![("record_id".to_owned(), false), ("position".to_owned(), false)],
            false,
            Wish::Base,
        );
        tables.push(rows);
    }
    Wanted { tables }
}

impl WantedTable {
    fn want(&mut self, columns: Vec<(String, bool)>, unique: bool, wish: Wish) {
        if columns.is_empty() {
            return;
        }
        let index = Index { table: self.name.clone(), columns, unique };
        match self.indexes.iter_mut().find(|known| known.index == index) {
            Some(known) => known.wishes.push(wish),
            None => self.indexes.push(WantedIndex { index, wishes: vec![wish] }),
        }
    }
}

impl Wanted {
    /// Every wanted index.
    pub fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.tables.iter().flat_map(|table| table.indexes.iter().map(|wanted| &wanted.index))
    }
}

fn column(field: &FieldModel) -> (String, Storage) {
    (field.column.clone(), field.storage())
}

fn id(descending: bool) -> (String, bool) {
    ("id".to_owned(), descending)
}

/// The fields that a view pins with `eq`, then those that it sorts by, then the id.
fn view_columns(form: &FormModel, view: &View) -> Vec<(String, bool)> {
    let mut columns: Vec<(String, bool)> = Vec::new();
    let mut add = |key: &str, descending: bool| {
        if let Some(field) = form.field(key)
            && field.subform.is_none()
            && !columns.iter().any(|(column, _)| *column == field.column)
        {
            columns.push((field.column.clone(), descending));
        }
    };
    if let Some(Filter::All { all }) = &view.filter {
        for part in all {
            if let Filter::Condition(condition) = part
                && matches!(condition.op, Operator::Eq)
            {
                add(&condition.field, false);
            }
        }
    }
    for sort in &view.sort {
        add(&sort.field, sort.descending);
    }
    if view.sort.is_empty() {
        return columns;
    }
    let last_descends = view.sort.last().is_some_and(|sort| sort.descending);
    if !columns.iter().any(|(column, _)| column == "id") {
        columns.push(id(last_descends));
    }
    columns
}
