//! The indexes that charts want.

use formwork_model::{Filter, FormKey, Operator, document::Dashboard};

use crate::{chart, options::SeriesOptions};

/// Fields of a form whose index would serve a series of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexWish {
    /// The chart.
    pub chart: String,
    /// The form.
    pub form: FormKey,
    /// The fields, in the order of the index.
    pub fields: Vec<String>,
}

/// What the charts of a page want: for each series that is bound by its filter or by the
/// page's period, the fields that it pins, the day, then the field that it measures, so that
/// the index alone answers. A series over all records reads the table all the same.
pub fn index_wishes(page: &Dashboard) -> Vec<IndexWish> {
    let mut wishes: Vec<IndexWish> = Vec::new();
    for chart in &page.charts {
        let Ok(kind) = chart::parse(chart) else { continue };
        for (_, series) in kind.series() {
            let fields = fields_of(series);
            let is_known = |wish: &IndexWish| wish.form == series.form && wish.fields == fields;
            if !fields.is_empty() && !wishes.iter().any(is_known) {
                let chart = chart.key.to_string();
                wishes.push(IndexWish { chart, form: series.form.clone(), fields });
            }
        }
    }
    wishes
}

fn fields_of(series: &SeriesOptions) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    let mut add = |field: &str| {
        if !field.contains('.') && !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    };
    for condition in pinned(series.filter.as_ref()) {
        add(condition);
    }
    if let Some(period) = &series.period {
        add(period);
    }
    if fields.is_empty() {
        return fields;
    }
    if let Some(field) = series.measure.field.as_deref()
        && !field.contains('.')
        && !fields.iter().any(|known| known == field)
    {
        fields.push(field.to_owned());
    }
    fields
}

/// The fields that a filter compares with one value.
fn pinned(filter: Option<&Filter>) -> Vec<&str> {
    match filter {
        Some(Filter::Condition(condition)) if condition.op == Operator::Eq => {
            vec![condition.field.as_str()]
        }
        Some(Filter::All { all }) => all.iter().flat_map(|part| pinned(Some(part))).collect(),
        _ => Vec::new(),
    }
}
