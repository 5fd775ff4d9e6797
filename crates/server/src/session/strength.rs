//! How good a new password is.

use formwork_engine::account;
use formwork_model::Problem;
use zxcvbn::{
    Score,
    feedback::{Suggestion, Warning},
    zxcvbn,
};

/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARACTERS: usize = 10;
/// Most bytes of a password: a longer one only costs time.
pub(super) const MAX_PASSWORD_BYTES: usize = 1024;
/// So many characters are judged; judging more takes long, and what comes later can only help.
const JUDGED_CHARACTERS: usize = 72;
/// Shorter names stand in too many words to mean anything there.
const SHORTEST_NAME: usize = 3;

/// What is wrong with a new password of somebody with these names (account, name), if
/// anything.
pub fn check_password(password: &str, names: &[&str]) -> Option<Problem> {
    let too_short = || Problem::new("password_too_short").with("min", MIN_PASSWORD_CHARACTERS);
    if password.chars().count() < MIN_PASSWORD_CHARACTERS {
        return Some(too_short());
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Some(Problem::new("too_long").with("max", MAX_PASSWORD_BYTES));
    }
    // Blanks are typed without being seen; what counts stands between them.
    if password.split_whitespace().collect::<String>().chars().count() * 2 < MIN_PASSWORD_CHARACTERS
    {
        return Some(guessable("blank"));
    }
    let names: Vec<String> = names.iter().map(|name| account::folded(name)).collect();
    if is_mostly_a_name(password, &names) {
        return Some(guessable("account"));
    }
    let judged: String = password.chars().take(JUDGED_CHARACTERS).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let judgement = zxcvbn(&judged, &known);
    (judgement.score() < Score::Two).then(|| {
        let feedback = judgement.feedback();
        guessable(
            feedback
                .map_or("common", |feedback| reason(feedback.warning(), feedback.suggestions())),
        )
    })
}

fn guessable(reason: &'static str) -> Problem {
    Problem::new("password_guessable").with("reason", reason)
}

/// Whether too little is left of a password without the names in it.
fn is_mostly_a_name(password: &str, names: &[String]) -> bool {
    let folded = account::folded(password);
    let backwards = |name: &String| name.chars().rev().collect::<String>();
    let names = names.iter().filter(|name| name.chars().count() >= SHORTEST_NAME);
    let rest = names.fold(folded.clone(), |rest, name| {
        rest.replace(name.as_str(), "").replace(&backwards(name), "")
    });
    rest != folded && rest.chars().count() < MIN_PASSWORD_CHARACTERS
}

/// The kind of weakness, as `server.param.reason` has words for it.
fn reason(warning: Option<Warning>, suggestions: &[Suggestion]) -> &'static str {
    match warning {
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => "keyboard",
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => "repeated",
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => "sequence",
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => "dates",
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => "names",
        None if suggestions.contains(&Suggestion::AvoidRepeatedWordsAndCharacters) => "repeated",
        _ => "common",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason_of(password: &str) -> Option<String> {
        let problem = check_password(password, &["zhangwei", "张伟伟"])?;
        let reason = problem.params.get("reason").and_then(|reason| reason.as_str());
        Some(reason.unwrap_or(&problem.code).to_owned())
    }

    #[test]
    fn short_passwords_are_refused_by_characters_not_bytes() {
        assert_eq!(reason_of("九个汉字密码还不够").as_deref(), Some("password_too_short"));
        assert_eq!(reason_of("十个汉字的密码就够了"), None);
        assert_eq!(reason_of(&"x1y2".repeat(500)).as_deref(), Some("too_long"));
    }

    #[test]
    fn what_anybody_would_try_is_refused_with_its_reason() {
        for (password, expected) in [
            ("          ", "blank"),
            (
                "\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}",
                "blank",
            ),
            ("a         b", "blank"),
            ("aaaaaaaaaa", "repeated"),
            ("啊啊啊啊啊啊啊啊啊啊啊啊", "repeated"),
            ("abcabcabcabc", "repeated"),
            ("1234567890", "common"),
            ("zhangwei2026", "account"),
            ("ZHANGWEI!!", "account"),
            ("ｚｈａｎｇｗｅｉ１２", "account"),
            ("iewgnahz99", "account"),
            ("张伟伟张伟伟张伟伟张", "account"),
        ] {
            assert_eq!(reason_of(password).as_deref(), Some(expected), "{password:?}");
        }
        for password in ["password123", "qwertyuiop", "iloveyou123", "2026-06-30", "abcdefghijk"] {
            assert!(reason_of(password).is_some(), "{password}");
        }
    }

    #[test]
    fn what_is_long_or_odd_enough_is_taken() {
        for password in [
            "correct horse",
            "battery staple",
            "zhangwei likes long walks",
            "窗外下了三天的雨还不停",
            "k3!vQz8#mP",
            &"long pass phrases are judged quickly too ".repeat(20),
        ] {
            assert_eq!(reason_of(password), None, "{password}");
        }
    }
}
