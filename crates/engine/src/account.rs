//! The names that people sign in with. Two that look alike are never two people's.

use caseless::default_case_fold_str;
use formwork_model::Problem;
use unicode_normalization::UnicodeNormalization;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

/// Most characters of an account.
const MAX_CHARACTERS: usize = 64;
/// What stands between letters and digits.
const MARKS: &str = "._-@";

/// An account as it is stored and looked for: full width made plain, case folded (NFKC with
/// case folding).
pub fn folded(text: &str) -> String {
    let once = default_case_fold_str(&text.trim().nfkc().collect::<String>());
    once.nfkc().collect()
}

/// Reads an account that somebody wants to have.
///
/// # Errors
/// `invalid_account` for what nobody can see or type, `account_mixes_scripts` for letters of
/// several scripts.
pub(crate) fn read(text: &str) -> Result<String, Problem> {
    let account = folded(text);
    let is_sound = |c: char| {
        c.is_ascii_alphanumeric()
            || MARKS.contains(c)
            || (c.is_alphanumeric() && c.identifier_allowed())
    };
    let length = account.chars().count();
    if length == 0 || length > MAX_CHARACTERS || !account.chars().all(is_sound) {
        return Err(Problem::new("invalid_account"));
    }
    if !account.as_str().is_single_script() {
        return Err(Problem::new("account_mixes_scripts"));
    }
    Ok(account)
}

/// Whether two accounts of different scripts look the same.
pub(crate) fn look_alike(one: &str, other: &str) -> bool {
    one != other && (!one.is_ascii() || !other.is_ascii()) && skeleton(one).eq(skeleton(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_case_make_no_difference() {
        for (text, expected) in [
            ("Lin", "lin"),
            (" ＬＩＮ１２ ", "lin12"),
            ("ZHANG.WEI@Example", "zhang.wei@example"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδος", "οδοσ"),
            ("张伟", "张伟"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn an_account_is_of_one_script_and_can_be_seen() {
        for good in [
            "lin",
            "张伟",
            "иванов",
            "zhang.wei-2@example",
            "たなか",
            "田中たろう",
            "émile",
            "1002",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("", "invalid_account"),
            ("a b", "invalid_account"),
            ("li\u{200b}n", "invalid_account"),
            ("lin\u{200d}", "invalid_account"),
            ("\u{feff}lin", "invalid_account"),
            ("li\u{ad}n", "invalid_account"),
            ("lin\u{202e}", "invalid_account"),
            ("lin\u{3164}", "invalid_account"),
            ("lin\u{ffa0}", "invalid_account"),
            ("lin\u{0301}\u{0301}", "invalid_account"),
            ("li\u{0000}n", "invalid_account"),
            ("😀", "invalid_account"),
            ("аdmin", "account_mixes_scripts"),
            ("linя", "account_mixes_scripts"),
            ("αdmin", "account_mixes_scripts"),
            ("张wei", "account_mixes_scripts"),
        ] {
            assert_eq!(
                read(bad).map_err(|problem| problem.code.into_owned()),
                Err(code.to_owned()),
                "{bad:?}"
            );
        }
        assert!(read(&"x".repeat(65)).is_err());
    }

    #[test]
    fn whole_words_of_another_script_look_alike() {
        assert!(look_alike("сор", "cop"));
        assert!(!look_alike("lin1", "linl"), "both are plain");
        assert!(!look_alike("张伟", "lin"));
    }
}
