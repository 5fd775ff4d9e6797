//! The order in which formulas are computed: each after those that it reads.

use formwork_model::Problem;

use super::{Formula, place::Place};

/// A formula with what it reads and where it stands in the document.
pub(crate) struct Draft {
    pub(crate) formula: Formula,
    pub(crate) reads: Vec<Place>,
    pub(crate) pointer: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Unseen,
    Open,
    Done,
}

struct Walk<'d> {
    drafts: &'d [Draft],
    visits: Vec<Visit>,
    path: Vec<usize>,
    order: Vec<usize>,
    problems: Vec<Problem>,
}

/// Puts formulas in order.
///
/// # Errors
/// `formula_cycle` with `path` (`a → b → a`) for each cycle, at the formula that closes it.
pub(crate) fn in_order(drafts: Vec<Draft>) -> Result<Vec<Formula>, Vec<Problem>> {
    let mut walk = Walk {
        drafts: &drafts,
        visits: vec![Visit::Unseen; drafts.len()],
        path: Vec::new(),
        order: Vec::with_capacity(drafts.len()),
        problems: Vec::new(),
    };
    for index in 0..drafts.len() {
        walk.visit(index);
    }
    if !walk.problems.is_empty() {
        return Err(walk.problems);
    }
    let order = walk.order;
    let mut formulas: Vec<_> = drafts.into_iter().map(|draft| Some(draft.formula)).collect();
    Ok(order.into_iter().filter_map(|index| formulas.get_mut(index)?.take()).collect())
}

impl Walk<'_> {
    fn visit(&mut self, index: usize) {
        match self.visits[index] {
            Visit::Done => return,
            Visit::Open => return self.report(index),
            Visit::Unseen => {}
        }
        self.visits[index] = Visit::Open;
        self.path.push(index);
        let reads = &self.drafts[index].reads;
        let needed = |draft: &Draft| reads.contains(&draft.formula.place);
        for other in (0..self.drafts.len()).filter(|other| needed(&self.drafts[*other])) {
            self.visit(other);
        }
        self.path.pop();
        self.visits[index] = Visit::Done;
        self.order.push(index);
    }

    fn report(&mut self, index: usize) {
        let start = self.path.iter().position(|seen| *seen == index).unwrap_or(0);
        let round = self.path[start..].iter().chain([&index]);
        let names: Vec<_> =
            round.map(|index| self.drafts[*index].formula.place.to_string()).collect();
        let mut problem = Problem::new("formula_cycle").with("path", names.join(" → "));
        problem.pointer.clone_from(&self.drafts[index].pointer);
        self.problems.push(problem);
    }
}
