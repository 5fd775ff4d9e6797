//! Problems: what is wrong with data that somebody handed in, as data.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One thing that is wrong, at one place.
///
/// The message is not here: the edge finds it in the reader's catalogue under
/// `problem.<code>` and fills in the parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code, `snake_case`.
    pub code: Cow<'static, str>,
    /// JSON pointer (RFC 6901) from the root of what was handed in.
    pub pointer: String,
    /// What the message speaks of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Json>,
}

impl Problem {
    /// A problem at the root; see [`Problem::at`] to place it.
    pub fn new(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), pointer: String::new(), params: BTreeMap::new() }
    }

    /// Adds a parameter of the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// Moves the problem under a further step of the path: an object key or an index.
    #[must_use]
    pub fn at(mut self, step: impl ToString) -> Self {
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        self.pointer = format!("/{step}{}", self.pointer);
        self
    }
}

/// Problems in the order in which they were found. Empty means that all is well.
pub type Problems = Vec<Problem>;

/// Most problems that are told of one input. A person corrects a few and tries again, and a
/// stranger must not get back seven times what they have sent.
pub const MOST_PROBLEMS: usize = 200;

/// The code of the last problem of a list that is cut off; `count` says how many are left out.
const MORE: &str = "more_problems";

/// Collects problems, and only counts them from some hundred on.
#[derive(Debug, Default)]
pub struct Collector {
    problems: Problems,
    more: u64,
}

impl Collector {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        if problem.code == MORE {
            let more = problem.params.get("count").and_then(Json::as_u64).unwrap_or(1);
            self.more = self.more.saturating_add(more);
        } else if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds a problem that is only made when it is told.
    pub fn add(&mut self, problem: impl FnOnce() -> Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.push(problem());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// What was found; the last one says how many more there are, if there are.
    pub fn into_problems(mut self) -> Problems {
        if self.more > 0 {
            self.problems.push(Problem::new(MORE).with("count", self.more));
        }
        self.problems
    }
}

impl Extend<Problem> for Collector {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        for problem in problems {
            self.push(problem);
        }
    }
}

/// At most some hundred of the problems; the last one then says how many more there are.
pub fn capped(problems: Problems) -> Problems {
    if problems.len() <= MOST_PROBLEMS {
        return problems;
    }
    let mut collected = Collector::default();
    collected.extend(problems);
    collected.into_problems()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_grow_outwards_and_are_escaped() {
        let problem = Problem::new("required").at("a/b").at(3).at("lines");
        assert_eq!(problem.pointer, "/lines/3/a~1b");
    }

    #[test]
    fn a_long_list_is_cut_off_and_says_so_once() {
        let many = |count: usize| vec![Problem::new("required"); count];
        assert_eq!(capped(many(MOST_PROBLEMS)).len(), MOST_PROBLEMS);
        let cut = capped(many(MOST_PROBLEMS + 50));
        assert_eq!(cut.last(), Some(&Problem::new(MORE).with("count", 50)));
        let mut both = Collector::default();
        both.extend(cut.clone());
        both.extend(cut);
        let both = both.into_problems();
        assert_eq!(both.len(), MOST_PROBLEMS + 1);
        assert_eq!(both.last(), Some(&Problem::new(MORE).with("count", 300)));
    }
}
