//! What is wrong with the text of an expression, as a reason that people's languages have
//! words for, with the mend where one is likely.

use formwork_model::Problem;
use rhai::{LexError, ParseError, ParseErrorType, Position};

/// Marks that Chinese keyboards write, and what stands for them in an expression.
const FULL_WIDTH: &[(char, &str)] = &[
    ('（', "("),
    ('）', ")"),
    ('，', ","),
    ('、', ","),
    ('；', ","),
    ('“', "\""),
    ('”', "\""),
    ('‘', "\""),
    ('’', "\""),
    ('＋', "+"),
    ('－', "-"),
    ('×', "*"),
    ('＊', "*"),
    ('÷', "/"),
    ('／', "/"),
    ('％', "%"),
    ('＝', "=="),
    ('＞', ">"),
    ('＜', "<"),
    ('≥', ">="),
    ('≤', "<="),
    ('≠', "!="),
    ('！', "!"),
    ('【', "["),
    ('】', "]"),
    ('。', "."),
];

/// Words and signs of other languages for which there is an operator.
const FOREIGN: &[(&str, &str)] =
    &[("AND", "&&"), ("OR", "||"), ("NOT", "!"), ("=", "=="), ("<>", "!="), ("===", "==")];

/// `formula_syntax` with `line`, `column`, `reason` and what the reason's words need: `text`
/// and `instead`.
pub(crate) fn problem(text: &str, error: &ParseError) -> Problem {
    let position = error.position();
    let wrong = |reason: &str| at(Problem::new("formula_syntax").with("reason", reason), position);
    match error.err_type() {
        ParseErrorType::UnexpectedEOF | ParseErrorType::ExprExpected(_) => wrong("unexpected_end"),
        ParseErrorType::MissingToken(token, _) => {
            wrong("missing_token").with("text", token.as_str())
        }
        ParseErrorType::PropertyExpected => wrong("field_expected"),
        ParseErrorType::UnknownOperator(sign) => {
            wrong("unknown_operator").with("text", sign.as_str())
        }
        ParseErrorType::ExprTooDeep => wrong("too_deep"),
        ParseErrorType::BadInput(LexError::UnterminatedString) => wrong("unterminated_text"),
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => wrong("single_quotes"),
        ParseErrorType::BadInput(LexError::MalformedEscapeSequence(escape)) => {
            wrong("bad_escape").with("text", escape.as_str())
        }
        ParseErrorType::BadInput(_) | ParseErrorType::Reserved(_) => {
            let found = word_at(text, position);
            match instead_of(&found) {
                Some(instead) => wrong("use_instead").with("text", found).with("instead", instead),
                None => wrong("unexpected").with("text", found),
            }
        }
        other => wrong("not_understood").with("text", other.to_string()),
    }
}

/// Adds where the text is wrong, both from 1.
pub(crate) fn at(problem: Problem, position: Position) -> Problem {
    problem
        .with("line", position.line().unwrap_or(1))
        .with("column", position.position().unwrap_or(1))
}

fn instead_of(found: &str) -> Option<&'static str> {
    let first = found.chars().next()?;
    let mark = FULL_WIDTH.iter().find(|(mark, _)| *mark == first).map(|(_, instead)| *instead);
    let foreign = || FOREIGN.iter().find(|(word, _)| word.eq_ignore_ascii_case(found));
    mark.or_else(|| foreign().map(|(_, instead)| *instead))
}

/// What stands at a place: a word, a run of signs, or one character. A comparison that is
/// wrong from its first sign on is reported at its second.
fn word_at(text: &str, position: Position) -> String {
    let line = text.lines().nth(position.line().unwrap_or(1).saturating_sub(1)).unwrap_or_default();
    let start = position.position().unwrap_or(1).saturating_sub(1);
    let is_sign = |c: char| "=<>!&|".contains(c);
    let characters: Vec<char> = line.chars().collect();
    let before = characters.get(..start).unwrap_or_default();
    let signs = before.iter().rev().take_while(|c| is_sign(**c)).count();
    let rest = characters.get(start.saturating_sub(signs)..).unwrap_or_default();
    let same = |is: &dyn Fn(char) -> bool| rest.iter().take_while(|c| is(**c)).collect::<String>();
    match rest.first() {
        None => String::new(),
        Some(c) if is_sign(*c) => same(&is_sign),
        Some(c) if c.is_alphanumeric() || *c == '_' => same(&|c| c.is_alphanumeric() || c == '_'),
        Some(c) => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Expression;

    #[test]
    fn says_what_is_wrong_and_what_to_write_instead() {
        for (text, expected) in [
            ("IF(a, 1", "1:8 missing_token )"),
            ("[1, 2", "1:6 missing_token ]"),
            ("a ==", "1:5 unexpected_end"),
            ("", "1:1 unexpected_end"),
            ("a = 3", "1:3 use_instead = =="),
            ("a <> b", "1:4 use_instead <> !="),
            ("a === b", "1:3 use_instead === =="),
            ("a and b", "1:3 use_instead and &&"),
            ("IF（a，1，2）", "1:3 use_instead （ ("),
            ("“east”", "1:1 use_instead “ \""),
            ("a +\n  b c", "2:5 unexpected c"),
            ("12abc", "1:3 unexpected abc"),
            ("let x = 1", "1:1 unexpected let"),
            ("@a", "1:1 unexpected @"),
            ("a ? 1 : 2", "1:3 unknown_operator ?"),
            ("\"abc", "1:1 unterminated_text"),
            ("'text'", "1:1 single_quotes"),
            ("\"\\q\"", "1:3 bad_escape \\q"),
            ("1.2.3", "1:5 field_expected"),
            ("a.b.c", "1:2 one_link_only"),
            ("#{a: 1}", "1:1 no_meaning"),
            ("a..b", "1:2 no_meaning"),
        ] {
            let problem = Expression::compile(text).unwrap_err();
            assert_eq!(problem.code, "formula_syntax", "{text}");
            let of = |name: &str| problem.params.get(name).cloned().unwrap_or_default();
            let mut said = format!("{}:{}", of("line"), of("column"));
            for name in ["reason", "text", "instead"] {
                if let Some(more) = of(name).as_str() {
                    said = format!("{said} {more}");
                }
            }
            assert_eq!(said, expected, "{text}");
        }
    }
}
