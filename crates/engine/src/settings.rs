//! Settings of the organisation.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The setting that grows with every change of definitions.
pub(crate) const DEFINITIONS: &str = "generation";
/// The setting that grows with every change of people.
pub(crate) const PEOPLE: &str = "people_generation";

/// Which definitions and people a catalog was read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation {
    pub(crate) definitions: i64,
    pub(crate) people: i64,
}

impl Generation {
    pub(crate) fn from_rows(rows: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            let found = rows.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
        };
        Self { definitions: value(DEFINITIONS), people: value(PEOPLE) }
    }
}

/// The organisation's settings, with their defaults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the organisation.
    pub name: String,
    /// IANA name of its time zone: decides what "today" is.
    pub time_zone: String,
    /// Which colour means up: `neutral`, `red_up` or `green_up`.
    pub trend_colors: String,
    pub(crate) generation: Generation,
    zone: TimeZone,
}

impl Settings {
    pub(crate) fn from_rows(rows: Vec<(String, String)>) -> Self {
        let value = |wanted: &str, default: &str| {
            let found = rows.iter().find(|(name, _)| name == wanted);
            found.map_or_else(|| default.to_owned(), |(_, value)| value.clone())
        };
        let time_zone = value("time_zone", "Asia/Shanghai");
        let zone = TimeZone::get(&time_zone).unwrap_or(TimeZone::UTC);
        Self {
            name: value("organisation_name", "Formwork"),
            trend_colors: value("trend_colors", "neutral"),
            generation: Generation::from_rows(&rows),
            time_zone,
            zone,
        }
    }

    /// The calendar day of a moment in the organisation's time zone.
    pub fn day_of(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }

    /// The organisation's time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::from_rows(Vec::new())
    }
}
