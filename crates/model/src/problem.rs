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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_grow_outwards_and_are_escaped() {
        let problem = Problem::new("required").at("a/b").at(3).at("lines");
        assert_eq!(problem.pointer, "/lines/3/a~1b");
    }
}
