//! Loading the linked records that formulas and fills read.

use std::sync::Arc;

use formwork_model::{FieldKey, FormKey, FormModel, Value, Values, form::Forms, kind::Shape};
use formwork_query::{RowLock, get_fields, lock_rows};
use formwork_rules::{Expression, FormRules, LinkNeed, Links};
use formwork_store::Connection;

use super::{
    known::{Asked, Known},
    moment::Moment,
    stored::parse,
};
use crate::{EngineResult, catalog::Catalog};

/// Ids and fields to load, by form.
#[derive(Default)]
pub(crate) struct LinkLoader(Asked);

impl LinkLoader {
    /// Asks for fields of a record.
    pub(super) fn add(&mut self, form: &FormKey, id: &str, fields: &[FieldKey]) {
        let (ids, wanted) = self.0.entry(form.clone()).or_default();
        ids.insert(id.to_owned());
        wanted.extend(fields.iter().cloned());
    }

    /// Asks for what a form's rules read of the records that the values link to.
    pub(super) fn add_rules(&mut self, rules: &FormRules, values: &Values) {
        self.add_needs(rules.links_needed(), values);
    }

    /// Asks for what is needed of the records that the values link to.
    pub(super) fn add_needs(&mut self, needs: &[LinkNeed], values: &Values) {
        for need in needs {
            let mut add = |values: &Values| {
                if let Some(Value::Text(id)) = values.get(&need.link) {
                    self.add(&need.form, id, &need.fields);
                }
            };
            match &need.subform {
                None => add(values),
                Some(subform) => {
                    let rows = values.get(subform).map_or(&[][..], Value::rows);
                    rows.iter().for_each(|row| add(&row.values));
                }
            }
        }
    }

    /// Asks for what an expression reads of the records that the values link to.
    pub(crate) fn add_expression(
        &mut self,
        form: &FormModel,
        expression: &Expression,
        values: &Values,
    ) {
        for path in expression.paths() {
            let Some(member) = path.member.as_deref().and_then(|text| text.parse().ok()) else {
                continue;
            };
            if let Some(field) = form.fields.get(path.root.as_ref())
                && let Shape::Link(link) = field.kind.shape()
                && let Some(Value::Text(id)) = values.get(path.root.as_ref())
            {
                self.add(&link.form, id, &[member]);
            }
        }
    }

    /// Loads what is not known yet.
    pub(super) async fn load_beside(
        self,
        connection: &mut Connection,
        moment: Moment<'_>,
    ) -> EngineResult<Links> {
        let Some(known) = moment.known else { return self.load(connection, moment.catalog).await };
        let mut links = Links::new();
        let mut rest = Self::default();
        for (form, (ids, fields)) in self.0 {
            let (unknown, found) = known.of(&form, ids, &fields);
            links.extend(found);
            if !unknown.is_empty() {
                rest.0.insert(form, (unknown, fields));
            }
        }
        links.extend(rest.load(connection, moment.catalog).await?);
        Ok(links)
    }

    /// Loads it all, for those who ask for parts of it later on in the same change.
    pub(super) async fn known(
        self,
        connection: &mut Connection,
        catalog: &Catalog,
    ) -> EngineResult<Known> {
        let asked = self.0.clone();
        Ok(Known::new(asked, self.load(connection, catalog).await?))
    }

    /// Loads it all: one query a form. Inside a change the records stay as they are read until
    /// it ends, so that what is decided by them holds when it is written.
    pub(crate) async fn load(
        self,
        connection: &mut Connection,
        catalog: &Catalog,
    ) -> EngineResult<Links> {
        let mut links = Links::new();
        // Everybody takes them in the same order, and so waits for nobody who waits.
        let mut wanted: Vec<_> = self.0.into_iter().collect();
        wanted.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        for (form, (ids, fields)) in wanted {
            // A form that is disabled still has its records: what reads them must not find none.
            let Some(model) = catalog.form(form.as_str()) else { continue };
            let ids: Vec<String> = ids.into_iter().collect();
            let fields: Vec<FieldKey> = fields.into_iter().collect();
            let model = model.as_ref();
            let (dialect, mut lock) = (connection.dialect(), connection.row_lock());
            let has_rows = |key: &FieldKey| model.subform(key.as_str()).is_some();
            if fields.iter().any(has_rows)
                && let Some(statement) = lock_rows(dialect, model, &ids, lock)
            {
                connection.fetch(&statement).await?;
                lock = RowLock::None;
            }
            let statement = get_fields(dialect, catalog, model, &ids, &fields, lock);
            for row in connection.fetch(&statement).await? {
                let values = model.read_stored(&parse(&row.text(1)?)?);
                let known = links.remove(&row.text(0)?);
                let merged = match known {
                    Some(known) => {
                        let mut all = Values::clone(&known);
                        all.extend(values);
                        all
                    }
                    None => values,
                };
                links.insert(row.text(0)?, Arc::new(merged));
            }
        }
        Ok(links)
    }
}

/// Loads what a form's rules read of the records that the values link to.
pub(super) async fn load_rule_links(
    connection: &mut Connection,
    moment: Moment<'_>,
    rules: &FormRules,
    values: &Values,
) -> EngineResult<Links> {
    let mut wanted = LinkLoader::default();
    wanted.add_rules(rules, values);
    wanted.load_beside(connection, moment).await
}
