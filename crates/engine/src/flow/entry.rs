//! A line of a to-do list.

use formwork_model::Problem;

/// A line of a to-do list.
#[derive(Debug, Clone)]
pub struct TaskEntry {
    /// The task; for started instances the instance.
    pub id: String,
    /// `approve`, `fill`, `copy` or `started`.
    pub kind: String,
    /// The record's title.
    pub title: String,
    /// The app of the form.
    pub app: String,
    /// The form.
    pub form: String,
    /// Its name.
    pub form_label: String,
    /// The record.
    pub record: String,
    /// The step.
    pub step: String,
    /// Its name.
    pub step_label: String,
    /// The flow's name.
    pub flow_label: String,
    /// Who started it.
    pub starter: String,
    /// Milliseconds.
    pub arrived_at: i64,
    /// Milliseconds.
    pub done_at: Option<i64>,
    /// What came of it: an outcome, or an instance's status.
    pub action: Option<String>,
    /// What the record is about: label and text of a few fields.
    pub summary: Vec<(String, String)>,
    /// Why nothing more can be told of it: its form, flow or state cannot be read.
    pub problem: Option<Problem>,
}
