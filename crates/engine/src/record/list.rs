//! Lists, counts and sums of records within a member's reach.

use std::{collections::BTreeMap, sync::Arc};

use formwork_model::{
    FieldKey, Filter, FormKey, FormModel, Operator, Problem, Problems,
    document::{Operation, Sort},
    filter::strictly,
};
use formwork_query::{
    Aggregate, AggregateQuery, Dimension, FormAccess, ListQuery, Measure, Page, Series, aggregate,
    count, cursor_token, list, most_on_a_page,
};
use formwork_store::Connection;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{
    locked::{failures_on_page, locked_fields},
    moment::Moment,
    stored::parse,
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, CompiledForm},
    error::no_problems,
    turn::Cost,
};

/// A page of records.
#[derive(Debug, Clone, Default)]
pub struct RecordPage {
    /// The records, each as the JSON text that the database built.
    pub records: Vec<String>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<String>,
    /// How many there are in all, when that was asked for.
    pub total: Option<i64>,
    /// The fields that a rule lets nobody type into now, by the ids of the records that have
    /// some, as far as the member could change them else. None for those who may not change
    /// records.
    pub read_only: BTreeMap<String, Vec<FieldKey>>,
    /// Why formulas that are shown have no value, by the ids of the records where some have
    /// none.
    pub failures: BTreeMap<String, Problems>,
}

/// What is asked for beside the records of a page.
struct Beside {
    total: bool,
    read_only: bool,
}

/// Sums and counts of a form's records, grouped.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AggregateRequest {
    /// Which records.
    #[serde(default, deserialize_with = "strictly")]
    pub filter: Option<Filter>,
    /// A text that the title contains.
    #[serde(default)]
    pub search: Option<String>,
    /// What they are grouped by.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// What is computed of each group.
    pub measures: Vec<NamedMeasure>,
}

/// A measure under a name of the caller's choice.
#[derive(Debug, Clone, Deserialize)]
pub struct NamedMeasure {
    /// The name in the answer.
    pub key: String,
    /// How it is computed.
    pub aggregate: Aggregate,
    /// Over which field, or `link.field`; none counts records.
    pub field: Option<String>,
}

/// Most measures of one request.
const MAX_MEASURES: usize = 20;

impl Engine {
    /// A page of a form's records, with what rules lock and the total when `with_total`.
    ///
    /// # Errors
    /// `NotFound` when the member sees none of the form; problems of filter, sort or cursor.
    pub async fn record_list(
        &self,
        caller: &Caller,
        form: &str,
        query: &ListQuery,
        with_total: bool,
    ) -> EngineResult<RecordPage> {
        let beside = Beside { total: with_total, read_only: true };
        self.page(caller, form, query, &beside).await
    }

    /// A page of a form's records and nothing beside them, for those who read one after the
    /// other.
    ///
    /// # Errors
    /// As [`Engine::record_list`].
    pub async fn record_page(
        &self,
        caller: &Caller,
        form: &str,
        query: &ListQuery,
    ) -> EngineResult<RecordPage> {
        self.page(caller, form, query, &Beside { total: false, read_only: false }).await
    }

    async fn page(
        &self,
        caller: &Caller,
        form: &str,
        query: &ListQuery,
        beside: &Beside,
    ) -> EngineResult<RecordPage> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let access = caller.access(&catalog, form, self.now());
        if !access.may(Operation::View) {
            return Err(EngineError::NotFound);
        }
        let dialect = self.store().dialect();
        let wanted = query.limit.clamp(1, most_on_a_page(&access));
        // One more than asked for tells whether there is a next page.
        let one_more = ListQuery { limit: wanted.saturating_add(1), ..query.clone() };
        let statement = list(dialect, catalog.as_ref(), &compiled.model, &access, &one_more)?;
        let _turn = self.shared.turns.take(&caller.member, Cost::Page).await?;
        let mut connection = self.store().read().await?;
        let rows = connection.fetch(&statement).await?;
        let mut page = RecordPage::default();
        let limit = usize::try_from(wanted).unwrap_or(usize::MAX);
        for (index, row) in rows.iter().take(limit).enumerate() {
            page.records.push(row.text(0)?);
            if index.saturating_add(1) == limit && rows.len() > limit {
                page.next = Some(cursor_token(&row.text(1)?));
            }
        }
        if beside.read_only && access.may(Operation::Update) && compiled.rules.can_lock() {
            let moment = Moment::new(&catalog, &caller.member, self.now());
            let ids: Vec<String> =
                page.records.iter().map(|text| id_of(text)).collect::<Result<_, _>>()?;
            let of = (&**compiled, &access);
            page.read_only = locked_fields(&mut connection, moment, of, &ids).await?;
        }
        if beside.read_only {
            let empty = without_formula_values(compiled, &page.records)?;
            let moment = Moment::new(&catalog, &caller.member, self.now());
            let of = (&**compiled, &access);
            page.failures = failures_on_page(&mut connection, moment, of, &empty).await?;
        }
        if beside.total {
            let statement = count(dialect, catalog.as_ref(), &compiled.model, &access, query)?;
            let row = connection.fetch(&statement).await?;
            page.total = row.first().map(|row| row.int(0)).transpose()?;
        }
        Ok(page)
    }

    /// The saved view's filter and sort, for lists that name one.
    ///
    /// # Errors
    /// `NotFound` for an unknown form or view.
    pub fn view_query(&self, form: &str, view: &str) -> EngineResult<(Option<Filter>, Vec<Sort>)> {
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let views = &compiled.model.document.views;
        let view = views.iter().find(|found| found.key.as_str() == view);
        let view = view.ok_or(EngineError::NotFound)?;
        Ok((view.filter.clone(), view.sort.clone()))
    }

    /// Sums and counts: one object a group, dimensions as `d0`, `d1` … and measures under
    /// their names.
    ///
    /// # Errors
    /// As [`Engine::record_list`].
    pub async fn record_aggregate(
        &self,
        caller: &Caller,
        form: &str,
        request: &AggregateRequest,
    ) -> EngineResult<Vec<Json>> {
        let catalog = self.catalog();
        let key = catalog.compiled(form).ok_or(EngineError::NotFound)?.model.key().clone();
        if !caller.access(&catalog, form, self.now()).may(Operation::View) {
            return Err(EngineError::NotFound);
        }
        if request.measures.len() > MAX_MEASURES {
            let problem = Problem::new("too_many_values").with("max", MAX_MEASURES).at("measures");
            return Err(EngineError::problem(problem));
        }
        let keys: Vec<&str> = request.measures.iter().map(|one| one.key.as_str()).collect();
        let repeated = (0..keys.len()).filter(|index| keys[..*index].contains(&keys[*index]));
        let mut problems: Problems = repeated
            .map(|index| {
                let problem = Problem::new("repeated_key").with("key", keys[index]);
                problem.at("key").at(index).at("measures")
            })
            .collect();
        if keys.is_empty() {
            problems.push(Problem::new("required").at("measures"));
        }
        no_problems(problems)?;
        let filter = match (&request.filter, &request.search) {
            (filter, None) => filter.clone(),
            (filter, Some(text)) => {
                let search = Filter::condition("title", Operator::Contains, text.as_str());
                Some(filter.clone().map_or_else(|| search.clone(), |f| f.and(search.clone())))
            }
        };
        let series = request.measures.iter().map(|measure| Series {
            key: measure.key.clone(),
            form: key.clone(),
            filter: filter.clone(),
            dimensions: request.dimensions.clone(),
            measure: Measure { aggregate: measure.aggregate, field: measure.field.clone() },
        });
        let query = AggregateQuery { series: series.collect(), ..AggregateQuery::default() };
        let rows = self.aggregate_rows(caller, &catalog, &query).await.map_err(as_asked)?;
        let names: Vec<String> = (0..request.dimensions.len())
            .map(|index| format!("d{index}"))
            .chain(request.measures.iter().map(|measure| measure.key.clone()))
            .collect();
        let object = |row: Vec<Option<String>>| {
            let cells = names.iter().cloned().zip(row.into_iter().map(|cell| json!(cell)));
            Json::Object(cells.collect::<Map<String, Json>>())
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Runs an aggregate in a member's name: dimensions, one column a series, then a title for
    /// each dimension.
    pub(crate) async fn aggregate_rows(
        &self,
        caller: &Caller,
        catalog: &Arc<Catalog>,
        query: &AggregateQuery,
    ) -> EngineResult<Vec<Vec<Option<String>>>> {
        let now = self.now();
        let access = |form: &FormKey| {
            let access = caller.access(catalog, form.as_str(), now);
            access.may(Operation::View).then_some(access)
        };
        let dialect = self.store().dialect();
        let statement = aggregate(dialect, catalog.as_ref(), &access, query)?;
        let dimensions = query.series.first().map_or(0, |series| series.dimensions.len());
        // The titles of linked records stand behind the numbers, one a dimension.
        let width = dimensions.saturating_mul(2).saturating_add(query.series.len());
        let _turn = self.shared.turns.take(&caller.member, Cost::Aggregate).await?;
        let mut connection = self.store().read().await?;
        let rows = connection.fetch(&statement).await?;
        rows.iter()
            .map(|row| (0..width).map(|index| Ok(row.text_or_null(index)?)).collect())
            .collect()
    }
}

/// Points problems of the statement's series to where the request has what is wrong.
fn as_asked(error: EngineError) -> EngineError {
    let EngineError::Problems(problems) = error else { return error };
    let mut asked = Problems::new();
    for problem in problems {
        let pointer = pointer_as_asked(&problem.pointer);
        let problem = Problem { pointer, ..problem };
        // Every measure is counted over the same records, in the same groups.
        if !asked.contains(&problem) {
            asked.push(problem);
        }
    }
    asked.into()
}

fn pointer_as_asked(pointer: &str) -> String {
    let Some(inside) = pointer.strip_prefix("/series") else { return pointer.to_owned() };
    let Some((number, rest)) = inside.strip_prefix('/').and_then(|inside| inside.split_once('/'))
    else {
        return format!("/measures{inside}");
    };
    match rest.strip_prefix("measure") {
        Some(of_measure) => format!("/measures/{number}{of_measure}"),
        None => format!("/{rest}"),
    }
}

/// The records of a page on which a formula has no value.
fn without_formula_values(form: &CompiledForm, records: &[String]) -> EngineResult<Vec<String>> {
    let computed = form.model.stored_fields().filter(|(_, field)| field.field.formula.is_some());
    // As the database writes it; inside a text the quotes would be escaped.
    let none: Vec<String> = computed.map(|(key, _)| format!("\"{key}\":null")).collect();
    let empty = records.iter().filter(|record| none.iter().any(|none| record.contains(none)));
    empty.map(|record| id_of(record)).collect()
}

fn id_of(record: &str) -> EngineResult<String> {
    let json = parse(record)?;
    let id = json.get("id").and_then(Json::as_str).map(str::to_owned);
    id.ok_or_else(|| EngineError::unexpected("a record without id"))
}

/// Those of the ids that an access reaches and that pass a filter.
pub(super) async fn visible_ids(
    connection: &mut Connection,
    catalog: &Catalog,
    (form, access): (&str, &FormAccess),
    filter: Option<&Filter>,
    ids: Vec<String>,
) -> EngineResult<Vec<String>> {
    let of = (form, access);
    let records = filtered_records(connection, catalog, of, (filter, &ids), &[]).await?;
    Ok(records.into_iter().map(|(id, _)| id).collect())
}

/// The first few of the records that an access reaches and that pass a filter.
pub(super) async fn first_ids_where(
    connection: &mut Connection,
    catalog: &Catalog,
    (form, access): (&FormModel, &FormAccess),
    filter: Filter,
) -> EngineResult<Vec<String>> {
    let query = ListQuery {
        filter: Some(filter),
        limit: 2,
        fields: Some(Vec::new()),
        drafts: true,
        ..ListQuery::default()
    };
    let statement = list(connection.dialect(), catalog, form, access, &query)?;
    let rows = connection.fetch(&statement).await?;
    let records = rows.iter().map(|row| parse(&row.text(0)?));
    let ids = records.map(|record| Ok(record?.get("id").and_then(Json::as_str).map(str::to_owned)));
    Ok(ids.collect::<EngineResult<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Fields of those of the records that an access reaches, masked as it says, by id.
pub(crate) async fn visible_records(
    connection: &mut Connection,
    catalog: &Catalog,
    of: (&str, &FormAccess),
    ids: &[String],
    fields: &[FieldKey],
) -> EngineResult<Vec<(String, Json)>> {
    filtered_records(connection, catalog, of, (None, ids), fields).await
}

async fn filtered_records(
    connection: &mut Connection,
    catalog: &Catalog,
    (form, access): (&str, &FormAccess),
    (filter, ids): (Option<&Filter>, &[String]),
    fields: &[FieldKey],
) -> EngineResult<Vec<(String, Json)>> {
    let Some(compiled) = catalog.compiled(form) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for chunk in ids.chunks(100) {
        let query = ListQuery {
            filter: Some(match filter {
                Some(filter) => {
                    Filter::condition("id", Operator::In, json!(chunk)).and(filter.clone())
                }
                None => Filter::condition("id", Operator::In, json!(chunk)),
            }),
            limit: 100,
            page: Page::First,
            fields: Some(fields.to_vec()),
            drafts: true,
            ..ListQuery::default()
        };
        let statement = list(connection.dialect(), catalog, &compiled.model, access, &query)?;
        for row in connection.fetch(&statement).await? {
            let record = parse(&row.text(0)?)?;
            let id = record.get("id").and_then(Json::as_str).map(str::to_owned);
            found.extend(id.map(|id| (id, record)));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_point_into_the_request() {
        for (of_statement, expected) in [
            ("/series/3/measure/field", "/measures/3/field"),
            ("/series/3/measure", "/measures/3"),
            ("/series/0/dimensions/1/bucket", "/dimensions/1/bucket"),
            ("/series/2/filter/all/0/field", "/filter/all/0/field"),
            ("/series", "/measures"),
            ("/order/0", "/order/0"),
        ] {
            assert_eq!(pointer_as_asked(of_statement), expected);
        }
        let twice = |number| Problem::new("unknown_name").at("dimensions").at(number).at("series");
        let EngineError::Problems(asked) = as_asked(vec![twice(0), twice(1)].into()) else {
            panic!("problems stay problems")
        };
        assert_eq!(asked, [Problem::new("unknown_name").at("dimensions")]);
    }
}
