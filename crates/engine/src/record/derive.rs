//! What follows from what is set: defaults, fills, formulas, stamps, and what no rule shows.
//!
//! Typing, saving, buttons and tasks all derive a record here, in this order.

use formwork_model::{Value, Values};
use formwork_rules::{Context, Failures, Links};
use formwork_store::Connection;

use super::{
    fill::{Pick, Picked, changed_links, emptied, fill, filling_links},
    given::Given,
    links::load_rule_links,
    moment::Moment,
    rows::keep_unsent_cells,
};
use crate::{EngineResult, catalog::CompiledForm};

/// A record to be derived.
pub(super) struct Draft<'a> {
    pub(super) form: &'a CompiledForm,
    /// The values before, the system fields among them; none for a new record.
    pub(super) old: Option<&'a Values>,
    /// The system fields as rules see them.
    pub(super) system: Values,
    /// What is handed in: the others stay.
    pub(super) set: Values,
    /// Links that have just been picked on the screen: they fill over what is handed in.
    pub(super) picked: &'a [Picked],
    /// What stays against what a stamp says.
    pub(super) unstamped: Option<&'a Values>,
}

/// A record as it follows.
pub(super) struct Derived {
    /// The form's own fields, and the system fields.
    pub(super) values: Values,
    /// The linked records that its rules read.
    pub(super) links: Links,
    /// The formulas that failed.
    pub(super) failures: Failures,
}

/// Derives a record. One query for each form that something is read from, and none without
/// links.
pub(super) async fn derive(
    connection: &mut Connection,
    moment: Moment<'_>,
    draft: Draft<'_>,
) -> EngineResult<Derived> {
    let Draft { form, old, system, set, picked, unstamped } = draft;
    let mut given = Given::of(&set);
    let mut values = old.cloned().unwrap_or_default();
    values.extend(set);
    keep_unsent_cells(old, &mut values);
    values.extend(system);

    fill_defaults(connection, moment, form, old.is_none(), &mut values).await?;
    let mut picks: Vec<Pick> =
        picked.iter().map(|at| Pick { at: at.clone(), over: true }).collect();
    let changed = changed_links(&form.model, old, &values);
    picks.extend(changed.into_iter().filter(|pick| !picked.contains(&pick.at)));
    fill(connection, moment, &form.model, &mut values, &mut given, picks).await?;
    let mut links = load_rule_links(connection, moment, &form.rules, &values).await?;
    let leading = filling_links(&form.model, &values);
    let mut failures = follow(form, &moment.context(&links), (old, &mut values), unstamped);

    // A link that no rule shows is empty, and so is what it filled.
    let hidden = emptied(&form.model, &leading, &values);
    if !hidden.is_empty() {
        fill(connection, moment, &form.model, &mut values, &mut given, hidden).await?;
        links = load_rule_links(connection, moment, &form.rules, &values).await?;
        failures = form.rules.settle(&mut values, &moment.context(&links));
    }
    Ok(Derived { values, links, failures })
}

/// Fills in the defaults of a new record, and those of rows that are new in a stored one.
async fn fill_defaults(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &CompiledForm,
    is_new: bool,
    values: &mut Values,
) -> EngineResult<()> {
    let has_new_rows = |value: &Value| value.rows().iter().any(|row| row.id.is_none());
    if !form.rules.has_defaults() || !(is_new || values.values().any(has_new_rows)) {
        return Ok(());
    }
    let links = load_rule_links(connection, moment, &form.rules, values).await?;
    if is_new {
        form.rules.defaults(values, &moment.context(&links));
    } else {
        form.rules.row_defaults(values, &moment.context(&links));
    }
    Ok(())
}

/// Formulas, stamps and what is hidden.
fn follow(
    form: &CompiledForm,
    context: &Context<'_>,
    (old, values): (Option<&Values>, &mut Values),
    unstamped: Option<&Values>,
) -> Failures {
    if form.rules.has_stamps() {
        form.rules.compute(values, context);
        // Once: a stamp that counts must not count its own change.
        form.rules.stamp(old, values, context);
    }
    let plain =
        unstamped.into_iter().flatten().filter(|(_, value)| !matches!(value, Value::Rows(_)));
    values.extend(plain.map(|(key, value)| (key.clone(), value.clone())));
    form.rules.settle(values, context)
}
