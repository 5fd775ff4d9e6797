//! A mark of a scale, drawn as so many stars.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    FieldKind, Figure, Storage,
    number::{MAX_DIGITS, check_range, fit_number, read_decimal},
    pattern::number_schema,
};
use crate::{Problem, Problems, Value};

/// The highest marks that a scale may have.
const SCALES: std::ops::RangeInclusive<u32> = 3..=10;

/// A whole mark from 1 to the scale's end; nothing given is empty, which is not the least mark.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rating {
    /// The highest mark.
    #[serde(default = "default_max")]
    #[schemars(range(min = 3, max = 10))]
    max: u32,
    /// What marks are drawn with.
    #[serde(default, rename = "icon")]
    _icon: RatingIcon,
}

/// What marks are drawn with: names of the icon set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RatingIcon {
    #[default]
    Star,
    Heart,
    ThumbsUp,
    Flame,
    Trophy,
}

fn default_max() -> u32 {
    5
}

impl Rating {
    fn bounds(&self) -> (Option<Decimal>, Option<Decimal>) {
        (Some(Decimal::ONE), Some(self.max.into()))
    }
}

impl FieldKind for Rating {
    fn storage(&self) -> Storage {
        Storage::Scaled { places: 0 }
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let mark = read_decimal(json, 0)?;
        let (least, most) = self.bounds();
        check_range(mark, least, most)?;
        Ok(Value::Number(mark))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        fit_number(self, 0, value)
    }

    fn schema(&self) -> Json {
        let (least, most) = self.bounds();
        number_schema(0, MAX_DIGITS, least, most)
    }

    fn scale(&self) -> Option<(Decimal, Decimal)> {
        Some((Decimal::ONE, self.max.into()))
    }

    fn figure(&self) -> Option<Figure> {
        Some(Figure::Mark)
    }

    fn is_groupable(&self) -> bool {
        true
    }

    fn check_options(&self) -> Problems {
        if SCALES.contains(&self.max) {
            return Problems::new();
        }
        let range = Problem::new("out_of_range").with("min", *SCALES.start());
        vec![range.with("max", *SCALES.end()).at("max").at("options")]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::kind::parse;

    #[test]
    fn marks_are_whole_and_within_the_scale() {
        let cases = [
            (json!({}), json!("5"), Ok(json!("5"))),
            (json!({}), json!(1), Ok(json!("1"))),
            (json!({}), json!("6"), Err("too_large")),
            (json!({ "max": 10 }), json!("6"), Ok(json!("6"))),
            (json!({}), json!(0), Err("too_small")),
            (json!({}), json!("3.5"), Err("too_many_places")),
            (json!({}), json!("★"), Err("wrong_type")),
        ];
        for (options, input, expected) in cases {
            let kind = parse("rating", &options).unwrap();
            let found = kind.read(&input).map(|value| value.to_json());
            assert_eq!(
                found.map_err(|problem| problem.code.to_string()),
                expected.map_err(str::to_owned)
            );
        }
    }

    #[test]
    fn scales_have_an_end_and_a_known_icon() {
        for (max, fits) in [(2, false), (3, true), (10, true), (11, false)] {
            let kind = parse("rating", &json!({ "max": max, "icon": "heart" })).unwrap();
            assert_eq!(kind.check_options().is_empty(), fits, "{max}");
        }
        assert!(parse("rating", &json!({ "icon": "skull" })).is_err());
    }
}
