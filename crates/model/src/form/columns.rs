//! Physical names: which column holds which field.
//!
//! Columns are only ever added. A field that goes away leaves its column behind and finds it
//! again when it comes back. A field whose content changes gets a new column, to which its
//! values are converted; the old one keeps them as they were.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{
    FieldKey, FieldKind, FormKey,
    document::Field,
    kind::Shape,
    schema::{Content, Conversion, storage_name},
};

/// The columns of a form's table and of its subforms' tables, kept with each revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Field to column, live fields only.
    pub fields: IndexMap<FieldKey, String>,
    /// Subform to its table and columns, live and retired.
    pub subforms: IndexMap<FieldKey, SubformColumns>,
    /// Every column that the table ever got: its field and its storage.
    pub history: IndexMap<String, (FieldKey, String)>,
    /// More about the columns.
    #[serde(flatten)]
    pub more: ColumnFacts,
}

/// The columns of one subform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubformColumns {
    /// The table of the rows.
    pub table: String,
    /// Field to column, live fields only.
    pub columns: IndexMap<FieldKey, String>,
    /// Every column that the table ever got.
    pub history: IndexMap<String, (FieldKey, String)>,
    /// More about the columns.
    #[serde(flatten)]
    pub more: ColumnFacts,
}

/// What is known of columns beside their storage. Revisions of the first version have
/// nothing here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// What each column's values stand for.
    #[serde(default)]
    pub contents: IndexMap<String, Content>,
    /// The column that held each field last, retired ones included.
    #[serde(default)]
    pub last: IndexMap<FieldKey, String>,
    /// The column from which a column was converted.
    #[serde(default)]
    pub made_from: IndexMap<String, String>,
    /// Columns that are in the table and belong to no revision, such as those of a publish
    /// that was given up: their names are taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<String>,
}

impl Columns {
    /// Finds or invents a column for each field; answers with the conversions that this
    /// takes.
    pub(super) fn allocate(
        form: &FormKey,
        fields: &[Field],
        kinds: &[Arc<dyn FieldKind>],
        previous: Option<&Self>,
    ) -> (Self, Vec<Conversion>) {
        let mut columns = Self {
            fields: IndexMap::new(),
            subforms: previous.map(|p| p.subforms.clone()).unwrap_or_default(),
            history: previous.map(|p| p.history.clone()).unwrap_or_default(),
            more: previous.map(|p| p.more.clone()).unwrap_or_default(),
        };
        let live = previous.map(|previous| previous.fields.clone()).unwrap_or_default();
        let mut conversions = Vec::new();
        for (field, kind) in fields.iter().zip(kinds) {
            if let Shape::Rows(subform) = kind.shape() {
                let own = columns.subform(form, &field.key);
                let live = std::mem::take(&mut own.columns);
                for column in &subform.fields {
                    if let Ok(kind) = crate::kind::parse(&column.kind, &column.options) {
                        let mut table = TableColumns::of_rows(own, &live);
                        let (name, conversion) = table.find(&column.key, &Content::of(&*kind));
                        own.columns.insert(column.key.clone(), name);
                        let within = |conversion| Conversion {
                            subform: Some(field.key.clone()),
                            ..conversion
                        };
                        conversions.extend(conversion.map(within));
                    }
                }
            } else {
                let mut table = TableColumns {
                    live: &live,
                    history: &mut columns.history,
                    more: &mut columns.more,
                };
                let (name, conversion) = table.find(&field.key, &Content::of(&**kind));
                columns.fields.insert(field.key.clone(), name);
                conversions.extend(conversion);
            }
        }
        (columns, conversions)
    }

    /// The columns of a subform. A key that cannot name a table has a number behind three
    /// underscores instead, which no key begins with.
    fn subform(&mut self, form: &FormKey, key: &FieldKey) -> &mut SubformColumns {
        let number = self.subforms.len() + 1;
        self.subforms.entry(key.clone()).or_insert_with(|| {
            let name = ascii_name(key, 28).unwrap_or_else(|| format!("_{number}"));
            SubformColumns { table: format!("s_{form}__{name}"), ..Default::default() }
        })
    }
}

/// The columns of one table while fields look for theirs.
struct TableColumns<'a> {
    /// The live fields of the revision before.
    live: &'a IndexMap<FieldKey, String>,
    history: &'a mut IndexMap<String, (FieldKey, String)>,
    more: &'a mut ColumnFacts,
}

impl<'a> TableColumns<'a> {
    fn of_rows(rows: &'a mut SubformColumns, live: &'a IndexMap<FieldKey, String>) -> Self {
        Self { live, history: &mut rows.history, more: &mut rows.more }
    }

    /// The column of a field: the one that held it last, or a new one.
    fn find(&mut self, key: &FieldKey, content: &Content) -> (String, Option<Conversion>) {
        let source = self.source(key);
        let fits = |name: &String| match self.more.contents.get(name) {
            Some(known) => known == content,
            // The first version told storages apart and nothing else.
            None => self
                .history
                .get(name)
                .is_some_and(|(_, storage)| *storage == storage_name(content.storage)),
        };
        if let Some(name) = source.clone().filter(|name| fits(name)) {
            self.note(&name, key, content);
            return (name, None);
        }
        let name = self.add(key, content);
        let conversion = source.and_then(|from| self.conversion(key, (from, &name), content));
        self.note(&name, key, content);
        (name, conversion)
    }

    fn source(&self, key: &FieldKey) -> Option<String> {
        let known = self.live.get(key).or_else(|| self.more.last.get(key)).cloned();
        known.or_else(|| {
            let mut history = self.history.iter().rev();
            history.find(|(_, (owner, _))| owner == key).map(|(name, _)| name.clone())
        })
    }

    fn add(&mut self, key: &FieldKey, content: &Content) -> String {
        let base = match ascii_name(key, 40) {
            Some(name) => format!("f_{name}"),
            None => format!("f_c{}", self.history.len() + 1),
        };
        let mut name = base.clone();
        let mut number = 2;
        while self.history.contains_key(&name) || self.more.taken.contains(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.history.insert(name.clone(), (key.clone(), storage_name(content.storage)));
        name
    }

    fn conversion(
        &mut self,
        key: &FieldKey,
        (from, to): (String, &str),
        content: &Content,
    ) -> Option<Conversion> {
        let known = self.more.contents.get(&from).cloned();
        let from_content = known.or_else(|| {
            let storage = crate::schema::storage_from_name(&self.history.get(&from)?.1)?;
            Some(Content::plain(storage))
        })?;
        let older = self.older(&from);
        self.more.made_from.insert(to.to_owned(), from.clone());
        Some(Conversion {
            subform: None,
            field: key.clone(),
            from: (from, from_content),
            to: (to.to_owned(), content.clone()),
            older,
        })
    }

    /// The columns from which a column was made, the oldest first.
    fn older(&self, column: &str) -> Vec<(String, Content)> {
        let made_from = |name: &String| self.more.made_from.get(name).cloned();
        let first = self.more.made_from.get(column).cloned();
        // Each was made before the one that is made from it: there are no more than columns.
        let chain = std::iter::successors(first, made_from).take(self.history.len());
        let mut older: Vec<(String, Content)> = chain
            .filter_map(|name| {
                let content = self.more.contents.get(&name)?.clone();
                Some((name, content))
            })
            .collect();
        older.reverse();
        older
    }

    fn note(&mut self, name: &str, key: &FieldKey, content: &Content) {
        self.more.contents.insert(name.to_owned(), content.clone());
        self.more.last.insert(key.clone(), name.to_owned());
    }
}

fn ascii_name(key: &FieldKey, max: usize) -> Option<String> {
    let text = key.as_str();
    (text.is_ascii() && text.len() <= max).then(|| text.to_owned())
}
