//! What a linked record fills in (数据联动): it follows the link. Another record brings its
//! own values, none at all leaves nothing.

use std::sync::Arc;

use formwork_model::{
    FieldKey, FieldModel, FormModel, SubformRow, Value, Values,
    kind::{Fill, Link, Shape},
};
use formwork_rules::Links;
use formwork_store::Connection;
use indexmap::IndexMap;

use super::{given::Given, links::LinkLoader, moment::Moment};
use crate::EngineResult;

type Fields = IndexMap<FieldKey, FieldModel>;

/// Where a link that fills stands: in the record, or in a row of a subform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Picked {
    /// A link field of the record.
    Field(FieldKey),
    /// A link column of a row.
    Cell(FieldKey, usize, FieldKey),
}

/// A link that fills, and the record that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FillingLink {
    at: Picked,
    /// The row's id, when it has one.
    row: Option<String>,
    to: Option<String>,
}

/// A link whose values are to be filled in.
#[derive(Debug, Clone)]
pub(super) struct Pick {
    pub(super) at: Picked,
    /// Whether it fills over what was handed in: it has just been picked on the screen.
    pub(super) over: bool,
}

/// The links of a record that fill something in.
pub(super) fn filling_links(form: &FormModel, values: &Values) -> Vec<FillingLink> {
    let mut found = Vec::new();
    for (key, field) in &form.fields {
        if fills(field) {
            let to = values.get(key).and_then(Value::as_text).map(str::to_owned);
            found.push(FillingLink { at: Picked::Field(key.clone()), row: None, to });
        }
        let columns = field.subform.iter().flat_map(|subform| &subform.fields);
        for (column, _) in columns.filter(|(_, field)| fills(field)) {
            for (at, row) in values.get(key).map_or(&[][..], Value::rows).iter().enumerate() {
                let to = row.values.get(column).and_then(Value::as_text).map(str::to_owned);
                let at = Picked::Cell(key.clone(), at, column.clone());
                found.push(FillingLink { at, row: row.id.clone(), to });
            }
        }
    }
    found
}

fn fills(field: &FieldModel) -> bool {
    matches!(field.kind.shape(), Shape::Link(link) if !link.fill.is_empty())
}

/// The links that lead elsewhere than before; rows are matched by their ids.
pub(super) fn changed_links(form: &FormModel, old: Option<&Values>, values: &Values) -> Vec<Pick> {
    let before = old.map_or_else(Vec::new, |old| filling_links(form, old));
    let same = |one: &FillingLink, other: &FillingLink| match (&one.at, &other.at) {
        (Picked::Field(key), Picked::Field(other)) => key == other,
        (Picked::Cell(subform, _, column), Picked::Cell(other, _, name)) => {
            subform == other && column == name && one.row.is_some()
        }
        _ => false,
    };
    let changed = filling_links(form, values).into_iter().filter(|link| {
        let earlier = before.iter().find(|old| same(link, old) && link.row == old.row);
        link.to.as_ref() != earlier.and_then(|old| old.to.as_ref())
    });
    changed.map(|link| Pick { at: link.at, over: false }).collect()
}

/// The links among `before` that have become empty.
pub(super) fn emptied(form: &FormModel, before: &[FillingLink], values: &Values) -> Vec<Pick> {
    if before.is_empty() {
        return Vec::new();
    }
    let led = |link: &FillingLink| before.iter().any(|old| old.at == link.at && old.to.is_some());
    let links = filling_links(form, values).into_iter();
    let empty = links.filter(|link| link.to.is_none() && led(link));
    empty.map(|link| Pick { at: link.at, over: false }).collect()
}

/// Fills in what the picked links say, and what the links among that say in turn, each once.
/// What was handed in is left alone, unless nobody can type there.
pub(super) async fn fill(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &FormModel,
    values: &mut Values,
    given: &mut Given,
    picks: Vec<Pick>,
) -> EngineResult<()> {
    let mut done: Vec<Picked> = Vec::new();
    let mut round = picks;
    while !round.is_empty() {
        let before = filling_links(form, values);
        let sources = load_sources(connection, moment, form, values, &round).await?;
        let replaced = fill_round(form, values, given, &round, &sources);
        done.extend(round.into_iter().map(|pick| pick.at));
        let in_replaced = |at: &Picked| matches!(at, Picked::Cell(of, ..) if replaced.contains(of));
        let moved = |link: &FillingLink| {
            if in_replaced(&link.at) {
                return link.to.is_some();
            }
            let earlier = before.iter().find(|old| old.at == link.at);
            !done.contains(&link.at) && earlier.is_none_or(|old| old.to != link.to)
        };
        let next = filling_links(form, values).into_iter().filter(|link| moved(link));
        round = next.map(|link| Pick { at: link.at, over: false }).collect();
    }
    Ok(())
}

/// The records that the picked links lead to, and those of their neighbours, which fill what
/// a link that was cleared leaves empty.
async fn load_sources(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &FormModel,
    values: &Values,
    picks: &[Pick],
) -> EngineResult<Links> {
    let mut wanted = LinkLoader::default();
    for pick in picks {
        let Some(place) = place(form, values, &pick.at) else { continue };
        let own = (place.link, place.to);
        let neighbours = place.neighbours().filter(|_| place.to.is_none());
        for (link, to) in neighbours.chain([own]) {
            if let Some(id) = to {
                wanted.add(&link.form, id, &sources(link));
            }
        }
    }
    wanted.load_beside(connection, moment).await
}

/// Asks for the records that links of a new record are going to fill from.
pub(super) fn add_sources(wanted: &mut LinkLoader, form: &FormModel, values: &Values) {
    for found in filling_links(form, values) {
        if let (Some(place), Some(id)) = (place(form, values, &found.at), &found.to) {
            wanted.add(&place.link.form, id, &sources(place.link));
        }
    }
}

/// Fills once; answers the subforms whose rows were replaced.
fn fill_round(
    form: &FormModel,
    values: &mut Values,
    given: &mut Given,
    picks: &[Pick],
    sources: &Links,
) -> Vec<FieldKey> {
    let mut replaced = Vec::new();
    // First what is cleared, so that a link beside it fills in the end.
    let is_cleared = |pick: &&Pick| place(form, values, &pick.at).is_some_and(|p| p.to.is_none());
    let (cleared, led): (Vec<&Pick>, Vec<&Pick>) = picks.iter().partition(is_cleared);
    for pick in cleared.into_iter().chain(led) {
        let Some(found) = place(form, values, &pick.at) else { continue };
        let (fields, filled) = (found.fields, found.filled(sources));
        for (target, value) in filled {
            let Some(field) = fields.get(&target) else { continue };
            let is_given = match &pick.at {
                Picked::Field(_) => given.field(&target),
                Picked::Cell(subform, row, _) => given.cell(subform, *row, &target),
            };
            if is_given && !pick.over && field.is_typed() {
                continue;
            }
            let value = field.kind.fit(value).unwrap_or_default();
            if field.subform.is_some() {
                given.rows_filled(&target, &value);
                replaced.push(target.clone());
            }
            put(values, &pick.at, target, value);
        }
    }
    replaced
}

fn put(values: &mut Values, at: &Picked, target: FieldKey, value: Value) {
    match at {
        Picked::Field(_) => drop(values.insert(target, value)),
        Picked::Cell(subform, row, _) => {
            if let Some(Value::Rows(rows)) = values.get_mut(subform)
                && let Some(row) = rows.get_mut(*row)
            {
                row.values.insert(target, value);
            }
        }
    }
}

/// A link among its siblings.
struct LinkPlace<'f, 'v> {
    link: &'f Link,
    fields: &'f Fields,
    values: &'v Values,
    to: Option<&'v str>,
}

fn place<'f, 'v>(
    form: &'f FormModel,
    values: &'v Values,
    at: &Picked,
) -> Option<LinkPlace<'f, 'v>> {
    let (key, fields, values) = match at {
        Picked::Field(key) => (key, &form.fields, values),
        Picked::Cell(subform, row, column) => {
            let row = values.get(subform)?.rows().get(*row)?;
            (column, &form.subform(subform.as_str())?.fields, &row.values)
        }
    };
    let to = values.get(key).and_then(Value::as_text);
    match fields.get(key)?.kind.shape() {
        Shape::Link(link) => Some(LinkPlace { link, fields, values, to }),
        _ => None,
    }
}

impl<'f, 'v> LinkPlace<'f, 'v> {
    /// The other links beside it that fill some of the same fields.
    fn neighbours(&self) -> impl Iterator<Item = (&'f Link, Option<&'v str>)> {
        let (own, values) = (self.link, self.values);
        self.fields.iter().filter_map(move |(key, field)| match field.kind.shape() {
            Shape::Link(link)
                if !std::ptr::eq(link, own)
                    && link.fill.keys().any(|to| own.fill.contains_key(to)) =>
            {
                Some((link, values.get(key).and_then(Value::as_text)))
            }
            _ => None,
        })
    }

    /// What it fills in, by field. Nothing, where it leads nowhere and no other link has a
    /// value for the field; not at all, where its record is not there.
    fn filled(&self, sources: &Links) -> Vec<(FieldKey, Value)> {
        let of = |link: &Link, to: Option<&str>, target: &FieldKey| {
            let source = sources.get(to?)?;
            Some(filled_value(link.fill.get(target)?, source))
        };
        let targets = self.link.fill.keys();
        match self.to {
            Some(id) => targets
                .filter_map(|target| Some((target.clone(), of(self.link, Some(id), target)?)))
                .collect(),
            None => targets
                .map(|target| {
                    let mut others = self.neighbours();
                    let value = others.find_map(|(link, to)| of(link, to, target));
                    (target.clone(), value.unwrap_or_default())
                })
                .collect(),
        }
    }
}

/// The fields of the linked record that a fill reads.
fn sources(link: &Link) -> Vec<FieldKey> {
    let source = |fill: &Fill| match fill {
        Fill::Field(key) => key.clone(),
        Fill::Rows(rows) => rows.rows.clone(),
    };
    link.fill.values().map(source).collect()
}

fn filled_value(fill: &Fill, source: &Arc<Values>) -> Value {
    match fill {
        Fill::Field(key) => source.get(key).cloned().unwrap_or_default(),
        Fill::Rows(rows) => {
            let copied = source.get(&rows.rows).map_or(&[][..], Value::rows).iter().map(|row| {
                let columns = rows.columns.iter().map(|(to, from)| {
                    (to.clone(), row.values.get(from).cloned().unwrap_or_default())
                });
                SubformRow { id: None, values: columns.collect() }
            });
            Value::Rows(copied.collect())
        }
    }
}
