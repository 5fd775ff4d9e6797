//! Formulas that failed: a value "error", with its reason.

use std::collections::HashMap;

use formwork_model::{FieldKey, Problem, Problems};

use crate::failure::Failure;

/// The formulas of a record that failed, by the place of their value. There the record is
/// empty; an expression that reads the place fails for the same reason, unless it says with
/// `IFERROR` what to do then.
#[derive(Debug, Clone, Default)]
pub struct Failures {
    fields: HashMap<FieldKey, Failed>,
    cells: Vec<(FieldKey, usize, FieldKey, Failed)>,
}

#[derive(Debug, Clone)]
struct Failed {
    problem: Problem,
    failure: Failure,
}

impl Failures {
    /// Whether everything could be computed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.cells.is_empty()
    }

    /// A problem at each of the places.
    pub fn problems(&self) -> Problems {
        let fields = self.fields.iter().map(|(key, failed)| failed.problem.clone().at(key));
        let cells = self.cells.iter().map(|(subform, row, column, failed)| {
            failed.problem.clone().at(column).at(*row).at(subform)
        });
        let mut problems: Problems = fields.chain(cells).collect();
        problems.sort_by(|one, other| one.pointer.cmp(&other.pointer));
        problems
    }

    /// Why a field has no value.
    pub(crate) fn problem_of(&self, key: &FieldKey) -> Option<&Problem> {
        self.fields.get(key).map(|failed| &failed.problem)
    }

    /// Why a cell has no value.
    pub(crate) fn problem_in(&self, subform: &str, row: usize, column: &str) -> Option<&Problem> {
        self.failed_cell(subform, row, column).map(|failed| &failed.problem)
    }

    pub(crate) fn add_field(&mut self, key: &FieldKey, problem: Problem) {
        self.fields.insert(key.clone(), problem.into());
    }

    pub(crate) fn add_cell(
        &mut self,
        subform: &FieldKey,
        row: usize,
        column: &FieldKey,
        problem: Problem,
    ) {
        self.cells.push((subform.clone(), row, column.clone(), problem.into()));
    }

    pub(crate) fn field(&self, key: &str) -> Option<Failure> {
        self.fields.get(key).map(|failed| failed.failure)
    }

    pub(crate) fn cell(&self, subform: &str, row: usize, column: &str) -> Option<Failure> {
        self.failed_cell(subform, row, column).map(|failed| failed.failure)
    }

    pub(crate) fn any_cell(&self, subform: &str, column: &str) -> Option<Failure> {
        let mut cells = self.cells.iter();
        let found =
            cells.find(|(of, _, name, _)| of.as_str() == subform && name.as_str() == column);
        found.map(|(.., failed)| failed.failure)
    }

    fn failed_cell(&self, subform: &str, row: usize, column: &str) -> Option<&Failed> {
        let mut cells = self.cells.iter();
        let found = cells.find(|(of, at, name, _)| {
            *at == row && of.as_str() == subform && name.as_str() == column
        });
        found.map(|(.., failed)| failed)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { failure: Failure::of(&problem), problem }
    }
}
