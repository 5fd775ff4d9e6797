//! Converting stored values when a field's content changes: `Anna` to the member of that
//! name, `12.50` to a number, an option to its label.
//!
//! Judged by content and not by the kind's narrower rules: as an option that is removed
//! stays where it stands, a number beyond a new limit stays a number.

use jiff::{Timestamp, civil, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Content, Meaning};
use crate::{
    FieldKey, FieldKind, FormKey, Locale, Problem, Storage, Value, kind, kind::ChoiceOption,
};

/// A column whose values become those of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// The subform, for a column of its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subform: Option<FieldKey>,
    /// The field.
    pub field: FieldKey,
    /// The column with the values, and what they are.
    pub from: (String, Content),
    /// The column that gets them, and what they will be.
    pub to: (String, Content),
    /// The columns from which `from` was made, one from the other, the oldest first: a value
    /// that is still what came of an older one is converted from that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub older: Vec<(String, Content)>,
}

impl Conversion {
    /// The field, or `subform.column`.
    pub fn path(&self) -> String {
        match &self.subform {
            None => self.field.to_string(),
            Some(subform) => format!("{subform}.{}", self.field),
        }
    }
}

/// One side of a conversion.
#[derive(Debug, Clone)]
pub struct ConversionSide {
    /// The content.
    pub content: Content,
    /// The options behind option keys.
    pub options: Vec<ChoiceOption>,
    /// The least and the greatest number that are values at all, as of a scale.
    pub range: Option<(Decimal, Decimal)>,
}

impl ConversionSide {
    /// The side of a field of this kind.
    pub fn of(kind: &dyn FieldKind) -> Self {
        let options = match kind.shape() {
            kind::Shape::Choice(options) => options.to_vec(),
            _ => Vec::new(),
        };
        Self { content: Content::of(kind), options, range: kind.scale() }
    }

    /// The side of a column whose field is not known any more.
    pub fn bare(content: Content) -> Self {
        Self { content, options: Vec::new(), range: None }
    }
}

/// Who and what is called how. A name may belong to several.
pub trait Names {
    /// A member's name.
    fn member(&self, id: &str) -> Option<String>;
    /// The members with this id, account or name.
    fn members_called(&self, text: &str) -> Vec<String>;
    /// A department's name.
    fn department(&self, id: &str) -> Option<String>;
    /// The departments with this id or name.
    fn departments_called(&self, text: &str) -> Vec<String>;
    /// A record's title.
    fn record(&self, form: &FormKey, id: &str) -> Option<String>;
    /// The records with this id or title.
    fn records_called(&self, form: &FormKey, text: &str) -> Vec<String>;
    /// Where days begin.
    fn time_zone(&self) -> &TimeZone;
    /// The language of what becomes text.
    fn locale(&self) -> &Locale;
}

/// What became of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Converted.
    Kept(Value),
    /// Converted, with something cut off: decimal places, a time of day.
    Rounded(Value),
    /// It does not convert.
    Refused(Problem),
}

/// Whether values of one content can become another at all.
pub fn converts(from: &Content, to: &Content) -> bool {
    use Storage::{Boolean, Date, Instant, Json, Rows, Scaled, Text};
    let is_named =
        matches!(from.meaning, Meaning::Member | Meaning::Department | Meaning::Record(_));
    match (from.storage, to.storage) {
        (Rows, _) | (_, Rows) => false,
        (_, Text | Json) => match to.meaning {
            Meaning::Plain => true,
            Meaning::Option => from.storage != Instant,
            Meaning::Member | Meaning::Department | Meaning::Record(_) => {
                matches!(from.storage, Text | Json)
            }
        },
        (Text, _) => !is_named,
        (Scaled { .. } | Boolean, Scaled { .. } | Boolean) => true,
        (Date | Instant, Date | Instant) => true,
        (Json | Scaled { .. } | Boolean | Date | Instant, _) => false,
    }
}

/// Converts a value. What is empty stays empty.
pub fn convert(
    value: &Value,
    from: &ConversionSide,
    to: &ConversionSide,
    names: &dyn Names,
) -> Outcome {
    if value.is_empty() {
        return Outcome::Kept(Value::Null);
    }
    if !converts(&from.content, &to.content) {
        return Outcome::Refused(Problem::new("kinds_do_not_convert"));
    }
    let done = match to.content.storage {
        Storage::Text if to.content.meaning == Meaning::Plain => {
            Ok(Value::Text(spoken(value, from, names).join(separator(names))))
        }
        Storage::Text => one_named(value, from, to, names),
        Storage::Json => all_named(value, from, to, names),
        Storage::Scaled { places } => return within(number(value, from, places, names), to),
        Storage::Boolean => flag(value, from, names),
        Storage::Date => return day(value, from, names),
        Storage::Instant => moment(value, from, names),
        Storage::Rows => Err(Problem::new("kinds_do_not_convert")),
    };
    done.map_or_else(Outcome::Refused, Outcome::Kept)
}

/// Converts a value that was converted before. `hops` are the values that stood in its columns,
/// the oldest first and the present one last. It is converted from the oldest one of which all
/// later ones are what conversions made: so nothing gets lost on a way over several kinds, and
/// what somebody typed on the way counts. `touched` says for each hop but the first whether
/// somebody has changed the value there since it was converted, where that is known. Where it
/// is not, it is told by converting anew; `names` are those of several languages, that of the
/// author first: an earlier conversion may have spoken another one.
///
/// Whether something is lost is judged by the present value, which is all that people see.
pub fn convert_again(
    hops: &[(&Value, &ConversionSide)],
    touched: &[Option<bool>],
    to: &ConversionSide,
    names: &[&dyn Names],
) -> Outcome {
    let (Some(present), Some(own)) = (hops.last(), names.first()) else {
        return Outcome::Kept(Value::Null);
    };
    let Some(mut source) = hops.first() else { return Outcome::Kept(Value::Null) };
    for (index, pair) in hops.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let (value, side) = after;
        match touched.get(index) {
            Some(Some(true)) => {
                source = after;
                continue;
            }
            Some(Some(false)) => continue,
            Some(None) | None => {}
        }
        let untouched = |names: &&dyn Names| match hop(source, before, side, *names) {
            Outcome::Kept(made) | Outcome::Rounded(made) => made == **value,
            Outcome::Refused(_) => value.is_empty(),
        };
        if !names.iter().any(untouched) {
            source = after;
        }
    }
    hop(source, present, to, *own)
}

/// What becomes of the present value, converted from its source where that converts.
fn hop(
    source: &(&Value, &ConversionSide),
    present: &(&Value, &ConversionSide),
    to: &ConversionSide,
    names: &dyn Names,
) -> Outcome {
    let seen = convert(present.0, present.1, to, names);
    match (convert(source.0, source.1, to, names), seen) {
        (Outcome::Refused(_), seen) => seen,
        (Outcome::Rounded(value), Outcome::Rounded(_) | Outcome::Refused(_)) => {
            Outcome::Rounded(value)
        }
        // Nobody sees what is there: what comes of it is judged by where it comes from.
        (Outcome::Rounded(value), _) if present.0.is_empty() => Outcome::Rounded(value),
        (Outcome::Kept(value) | Outcome::Rounded(value), _) => Outcome::Kept(value),
    }
}

/// A number beyond the end of a scale is none of its marks.
fn within(outcome: Outcome, to: &ConversionSide) -> Outcome {
    let Some((least, most)) = to.range else { return outcome };
    match outcome {
        Outcome::Kept(Value::Number(mark)) | Outcome::Rounded(Value::Number(mark))
            if mark < least || mark > most =>
        {
            Outcome::Refused(
                Problem::new("out_of_range")
                    .with("min", least.to_string())
                    .with("max", most.to_string()),
            )
        }
        other => other,
    }
}

/// The value in words, one for each of several.
fn spoken(value: &Value, from: &ConversionSide, names: &dyn Names) -> Vec<String> {
    let locale = names.locale();
    match value {
        Value::Null | Value::Rows(_) => Vec::new(),
        Value::Text(text) => vec![word(text, from, names)],
        Value::Texts(texts) => texts.iter().map(|text| word(text, from, names)).collect(),
        Value::Number(number) => vec![number.normalize().to_string()],
        Value::Bool(yes) => {
            let words = if *locale == Locale::chinese() { ["否", "是"] } else { ["No", "Yes"] };
            vec![words[usize::from(*yes)].to_owned()]
        }
        Value::Date(date) => vec![date.to_string()],
        Value::Instant(instant) => {
            let local = instant.to_zoned(names.time_zone().clone());
            let format = match (local.millisecond(), local.second()) {
                (0, 0) => "%Y-%m-%d %H:%M",
                (0, _) => "%Y-%m-%d %H:%M:%S",
                _ => "%Y-%m-%d %H:%M:%S%.3f",
            };
            vec![local.strftime(format).to_string()]
        }
    }
}

fn word(text: &str, from: &ConversionSide, names: &dyn Names) -> String {
    let name = match &from.content.meaning {
        Meaning::Plain => None,
        Meaning::Option => {
            let option = from.options.iter().find(|option| option.key == text);
            option.map(|option| option.label.get(names.locale()).to_owned())
        }
        Meaning::Member => names.member(text),
        Meaning::Department => names.department(text),
        Meaning::Record(form) => names.record(form, text),
    };
    name.unwrap_or_else(|| text.to_owned())
}

fn separator(names: &dyn Names) -> &'static str {
    if *names.locale() == Locale::chinese() { "、" } else { ", " }
}

/// The one thing that a value names.
fn one_named(
    value: &Value,
    from: &ConversionSide,
    to: &ConversionSide,
    names: &dyn Names,
) -> Result<Value, Problem> {
    match value {
        Value::Texts(texts) => match texts.as_slice() {
            [only] => named(only, from, to, names).map(Value::Text),
            several => Err(Problem::new("several_values").with("count", several.len())),
        },
        Value::Text(text) => named(text, from, to, names).map(Value::Text),
        other => {
            let words = spoken(other, from, names);
            let plain = ConversionSide::bare(Content::plain(Storage::Text));
            let word = words.first().map_or("", String::as_str);
            named(word, &plain, to, names).map(Value::Text)
        }
    }
}

/// All things that a value names. A text may hold several, with commas between them.
fn all_named(
    value: &Value,
    from: &ConversionSide,
    to: &ConversionSide,
    names: &dyn Names,
) -> Result<Value, Problem> {
    let several = match value {
        Value::Texts(texts) => texts.clone(),
        Value::Text(text) => match named(text, from, to, names) {
            Ok(whole) => return Ok(Value::Texts(vec![whole])),
            Err(problem) => {
                let parts = text.split([',', '，', '、', ';', '；', '\n']).map(str::trim);
                let parts: Vec<String> =
                    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
                if parts.len() < 2 {
                    return Err(problem);
                }
                parts
            }
        },
        other => match one_named(other, from, to, names)? {
            Value::Text(text) => return Ok(Value::Texts(vec![text])),
            other => return Ok(other),
        },
    };
    let mut found: Vec<String> = Vec::with_capacity(several.len());
    for text in &several {
        let id = named(text, from, to, names)?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(Value::Texts(found))
}

/// What a stored text names on the other side: itself, where both refer to the same.
fn named(
    text: &str,
    from: &ConversionSide,
    to: &ConversionSide,
    names: &dyn Names,
) -> Result<String, Problem> {
    let same = from.content.meaning == to.content.meaning;
    let spoken = if same { text.to_owned() } else { word(text, from, names) };
    let spoken = spoken.trim();
    let (unknown, found) = match &to.content.meaning {
        Meaning::Plain => return Ok(spoken.to_owned()),
        Meaning::Option => ("not_an_option", options_called(&to.options, spoken)),
        Meaning::Member | Meaning::Department | Meaning::Record(_) if same => {
            return Ok(text.to_owned());
        }
        Meaning::Member => ("unknown_member", names.members_called(spoken)),
        Meaning::Department => ("unknown_department", names.departments_called(spoken)),
        Meaning::Record(form) => ("unknown_record", names.records_called(form, spoken)),
    };
    match found.as_slice() {
        [] => Err(Problem::new(unknown).with("value", spoken)),
        [only] => Ok(only.clone()),
        several => {
            Err(Problem::new("ambiguous_name").with("value", spoken).with("count", several.len()))
        }
    }
}

/// The options with this key, or else with this label in some language.
fn options_called(options: &[ChoiceOption], text: &str) -> Vec<String> {
    if options.iter().any(|option| option.key == text) {
        return vec![text.to_owned()];
    }
    let labelled = options.iter().filter(|option| option.label.texts().any(|label| label == text));
    labelled.map(|option| option.key.clone()).collect()
}

fn number(value: &Value, from: &ConversionSide, places: u32, names: &dyn Names) -> Outcome {
    let exact = match value {
        Value::Number(number) => Some(*number),
        Value::Bool(yes) => Some(Decimal::from(u8::from(*yes))),
        other => spoken(other, from, names).first().and_then(|text| read_number(text)),
    };
    let Some(exact) = exact else { return not_read(value, from, names, "number") };
    let rounded = exact.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    // A plain number of so many places says what fits a column.
    let fitted = kind::parse("number", &serde_json::json!({ "places": places }))
        .and_then(|kind| kind.read(&Json::String(rounded.to_string())));
    match fitted {
        Ok(fitted) if rounded == exact => Outcome::Kept(fitted),
        Ok(fitted) => Outcome::Rounded(fitted),
        Err(problem) => Outcome::Refused(problem),
    }
}

/// A number as people write it: separators between thousands only where they belong.
fn read_number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let well_grouped = groups.all(|group| group.len() == 3 && is_digits(group));
    let is_short = !whole.contains(',') || first.len() <= 3;
    if !is_digits(first) || !well_grouped || !is_short || !is_digits(part) {
        return None;
    }
    let plain: String = text.chars().filter(|character| *character != ',').collect();
    plain.parse().ok()
}

fn flag(value: &Value, from: &ConversionSide, names: &dyn Names) -> Result<Value, Problem> {
    let yes = match value {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) if *number == Decimal::ONE => Some(true),
        Value::Number(number) if number.is_zero() => Some(false),
        other => match spoken(other, from, names).first().map(|text| text.trim().to_lowercase()) {
            Some(text) if matches!(text.as_str(), "true" | "yes" | "y" | "1" | "是") => Some(true),
            Some(text) if matches!(text.as_str(), "false" | "no" | "n" | "0" | "否") => {
                Some(false)
            }
            _ => None,
        },
    };
    yes.map(Value::Bool).ok_or_else(|| unread(value, from, names, "boolean"))
}

fn day(value: &Value, from: &ConversionSide, names: &dyn Names) -> Outcome {
    match value {
        Value::Date(date) => Outcome::Kept(Value::Date(*date)),
        Value::Instant(instant) => {
            let local = instant.to_zoned(names.time_zone().clone());
            let day = Value::Date(local.date());
            let at_midnight = local.time() == civil::Time::midnight();
            if at_midnight { Outcome::Kept(day) } else { Outcome::Rounded(day) }
        }
        other => match spoken(other, from, names).first().and_then(|text| read_day(text)) {
            Some(date) => Outcome::Kept(Value::Date(date)),
            None => not_read(value, from, names, "date"),
        },
    }
}

fn read_day(text: &str) -> Option<Date> {
    let formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"];
    let read = |format| Date::strptime(format, text.trim()).ok();
    formats.into_iter().find_map(read).filter(|date| date.year() >= 1)
}

fn moment(value: &Value, from: &ConversionSide, names: &dyn Names) -> Result<Value, Problem> {
    let zone = names.time_zone();
    let start = |date: Date| date.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    let read = |text: &str| -> Option<Timestamp> {
        let formats =
            ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"];
        let local =
            formats.into_iter().find_map(|format| civil::DateTime::strptime(format, text).ok());
        let local = local.and_then(|local| local.to_zoned(zone.clone()).ok());
        text.parse()
            .ok()
            .or(local.map(|zoned| zoned.timestamp()))
            .or_else(|| start(read_day(text)?))
    };
    let instant = match value {
        Value::Instant(instant) => Some(*instant),
        Value::Date(date) => start(*date),
        other => spoken(other, from, names).first().and_then(|text| read(text.trim())),
    };
    let kind = kind::parse("datetime", &Json::Null)?;
    let read = instant.map(|instant| kind.read(&Json::String(instant.to_string())));
    read.and_then(Result::ok).ok_or_else(|| unread(value, from, names, "datetime"))
}

fn not_read(value: &Value, from: &ConversionSide, names: &dyn Names, expected: &str) -> Outcome {
    Outcome::Refused(unread(value, from, names, expected))
}

fn unread(value: &Value, from: &ConversionSide, names: &dyn Names, expected: &str) -> Problem {
    let text = spoken(value, from, names).join(separator(names));
    Problem::new("wrong_type").with("expected", expected).with("value", text)
}
