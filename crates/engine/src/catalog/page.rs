//! Dashboards, compiled: the kind of each chart, made from its options.

use std::sync::Arc;

use formwork_insight::{ChartKind, chart};
use formwork_model::{Problem, Problems, document::Dashboard};

/// A dashboard with its charts.
pub struct CompiledPage {
    /// The document.
    pub document: Arc<Dashboard>,
    /// In the order of the document. One that is wrong does not keep the others from view.
    charts: Vec<Result<Arc<dyn ChartKind>, Problem>>,
}

impl CompiledPage {
    /// Makes the charts of a page.
    pub(crate) fn new(document: &Arc<Dashboard>) -> Self {
        let charts = document.charts.iter().map(chart::parse).collect();
        Self { document: Arc::clone(document), charts }
    }

    /// A chart by its key; none when the page has no such chart.
    pub(crate) fn chart(&self, key: &str) -> Option<&Result<Arc<dyn ChartKind>, Problem>> {
        let place = self.document.charts.iter().position(|chart| chart.key.as_str() == key)?;
        self.charts.get(place)
    }

    /// What is wrong with charts, with pointers into the document.
    pub(crate) fn problems(&self) -> Problems {
        let failed = self.charts.iter().enumerate().filter_map(|(index, chart)| {
            let problem = chart.as_ref().err()?.clone();
            Some(problem.at(index).at("charts"))
        });
        failed.collect()
    }
}
