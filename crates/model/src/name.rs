//! Names that people give and see in lists: of members, departments, roles, keys.

use crate::{Localized, Problem};

/// Most characters of a name.
const MAX_NAME: usize = 64;

/// What keeps a text from being a name: `required`, `too_long` or `control_character`.
pub fn name_problem(text: &str) -> Option<Problem> {
    let text = text.trim();
    if text.is_empty() {
        Some(Problem::new("required"))
    } else if text.chars().count() > MAX_NAME {
        Some(Problem::new("too_long").with("max", MAX_NAME))
    } else if text.chars().any(char::is_control) {
        Some(Problem::new("control_character"))
    } else {
        None
    }
}

/// The same of a name in several languages: each that there is must be one.
pub fn names_problem(names: &Localized) -> Option<Problem> {
    if names.is_empty() {
        return Some(Problem::new("required"));
    }
    names.texts().filter(|text| !text.is_empty()).find_map(name_problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_seen() {
        let code = |text: &str| name_problem(text).map(|problem| problem.code.into_owned());
        assert_eq!(code(" 华东一部 "), None);
        assert_eq!(code("  "), Some("required".into()));
        assert_eq!(code("a\u{7}b"), Some("control_character".into()));
        assert_eq!(code(&"长".repeat(64)), None);
        assert_eq!(code(&"长".repeat(65)), Some("too_long".into()));
        assert_eq!(names_problem(&Localized::new("财务", "")), None);
        assert!(names_problem(&Localized::new("", "")).is_some());
        assert!(names_problem(&Localized::new("财务", "Fin\nance")).is_some());
    }
}
