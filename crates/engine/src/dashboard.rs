//! Dashboards: what a page offers, and the numbers of its charts.

use std::sync::Arc;

use formwork_insight::{AggregateRow, ChartData, ChartFilters, LabelSource, Scene};
use formwork_model::{
    Locale,
    document::{Dashboard, DashboardFilterKind, Operation},
    form::Forms,
    kind::Shape,
};
use serde_json::{Value as Json, json};

use crate::{Caller, Engine, EngineError, EngineResult, catalog::Catalog};

/// A dashboard as its page needs it, in the reader's language.
#[derive(Debug, Clone)]
pub struct DashboardScreen {
    /// The document.
    pub document: Arc<Dashboard>,
    /// For each field filter its options: value and label; none when they are to be
    /// searched for, as records are.
    pub options: Vec<(String, Vec<(String, String)>)>,
}

/// The numbers of a chart.
#[derive(Debug, Clone)]
pub struct ChartAnswer(pub ChartData);

impl Engine {
    /// A dashboard that the member may open.
    ///
    /// # Errors
    /// `NotFound` otherwise.
    pub fn dashboard_open(&self, caller: &Caller, key: &str) -> EngineResult<DashboardScreen> {
        let catalog = self.catalog();
        if !caller.may_open(&catalog, key) {
            return Err(EngineError::NotFound);
        }
        let document = catalog.dashboard(key).ok_or(EngineError::NotFound)?;
        let options = document.filters.iter().filter_map(|(name, filter)| match &filter.kind {
            DashboardFilterKind::Field { form, field } => {
                let options = field_options(&catalog, form.as_str(), field, &caller.locale);
                Some((name.clone(), options))
            }
            DashboardFilterKind::Period {} => None,
        });
        Ok(DashboardScreen { document: Arc::clone(document), options: options.collect() })
    }

    /// The numbers of a chart, with the filters that the reader picked.
    ///
    /// # Errors
    /// `NotFound` for a page or chart out of reach, problems of the filters.
    pub async fn chart_data(
        &self,
        caller: &Caller,
        dashboard: &str,
        key: &str,
        picked: &Json,
    ) -> EngineResult<ChartAnswer> {
        let catalog = self.catalog();
        if !caller.may_open(&catalog, dashboard) {
            return Err(EngineError::NotFound);
        }
        let page = catalog.page(dashboard).ok_or(EngineError::NotFound)?;
        let kind = page.chart(key).ok_or(EngineError::NotFound)?;
        let kind = kind.as_ref().map_err(|problem| EngineError::problem(problem.clone()))?;
        let today = catalog.settings.day_of(self.now());
        let filters = ChartFilters::read(&page.document, picked, today)?;
        let query = kind.query(&filters, today);
        let rows = self.chart_rows(caller, &catalog, &query).await?;
        let scene = Scene { filters: &filters, today, locale: &caller.locale };
        let mut data = kind.shape(&rows, &scene);
        let now = self.now();
        data.keep_figures(|form| caller.access(&catalog, form.as_str(), now).may(Operation::View));
        data.label(|source, key| label(&catalog, source, key, &caller.locale));
        Ok(ChartAnswer(data))
    }

    async fn chart_rows(
        &self,
        caller: &Caller,
        catalog: &Arc<Catalog>,
        query: &formwork_query::AggregateQuery,
    ) -> EngineResult<Vec<AggregateRow>> {
        let dimensions = query.series.first().map_or(0, |series| series.dimensions.len());
        let rows = self.aggregate_rows(caller, catalog, query).await?;
        let split = rows.into_iter().map(|mut row| {
            let mut values = row.split_off(dimensions.min(row.len()));
            let titles = values.split_off(query.series.len().min(values.len()));
            AggregateRow { dimensions: row, values, titles }
        });
        Ok(split.collect())
    }
}

/// The options of a filter over a field: choices, departments, members.
fn field_options(
    catalog: &Catalog,
    form: &str,
    field: &str,
    locale: &Locale,
) -> Vec<(String, String)> {
    let Some(model) = catalog.form(form) else { return Vec::new() };
    let Some(field) = model.field(field) else { return Vec::new() };
    let directory = &catalog.directory;
    match field.kind.shape() {
        Shape::Choice(options) => options
            .iter()
            .map(|option| (option.key.clone(), option.label.get(locale).to_owned()))
            .collect(),
        Shape::Department => directory
            .departments()
            .iter()
            .map(|found| (found.id.clone(), found.name.get(locale).to_owned()))
            .collect(),
        Shape::Member => directory
            .members()
            .filter(|member| member.active)
            .map(|member| (member.id.clone(), member.name.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The name of what a key of a dimension stands for.
fn label(catalog: &Catalog, source: &LabelSource, key: &str, locale: &Locale) -> Option<String> {
    let model = catalog.form(source.form.as_str())?;
    let field = match source.field.split_once('.') {
        None => model.field(&source.field)?.clone(),
        Some((link, field)) => {
            let Shape::Link(link) = model.field(link)?.kind.shape() else { return None };
            catalog.form(link.form.as_str())?.field(field)?.clone()
        }
    };
    let directory = &catalog.directory;
    match field.kind.shape() {
        Shape::Choice(options) => {
            let option = options.iter().find(|option| option.key == key)?;
            Some(option.label.get(locale).to_owned())
        }
        Shape::Member => Some(directory.member(key)?.name.clone()),
        Shape::Department => Some(directory.department(key)?.name.get(locale).to_owned()),
        _ => None,
    }
}

impl ChartAnswer {
    /// The answer as JSON.
    pub fn to_json(&self) -> Json {
        serde_json::to_value(&self.0).unwrap_or_else(|_| json!({}))
    }
}
