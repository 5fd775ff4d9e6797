//! Days and periods of moments in time zones whose clock changes.

use formwork_model::{Filter, Operator, form::Forms};
use formwork_query::{
    Aggregate, AggregateQuery, Bucket, Dimension, FormAccess, ListQuery, Measure, Reader, Series,
    aggregate,
};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use serde_json::json;

use crate::{
    database::{Database, row},
    fixture::{forms, ids, reader, values},
};

const ZONES: &[&str] = &[
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "UTC",
];

fn in_zone(name: &str) -> Reader {
    Reader { time_zone: TimeZone::get(name).unwrap(), ..reader() }
}

/// The groups by day of the moments that are stored, as the reader's calendar has them.
fn days(database: &mut Database, reader: &Reader) -> Vec<String> {
    let day = Dimension { field: "signed_at".to_owned(), bucket: Some(Bucket::Day), shift: None };
    let series = Series {
        key: "s".to_owned(),
        form: "deal".parse().unwrap(),
        filter: None,
        dimensions: vec![day],
        measure: Measure { aggregate: Aggregate::Count, field: None },
    };
    let query = AggregateQuery { series: vec![series], ..Default::default() };
    let access = |_: &_| Some(FormAccess::system(reader.clone()));
    let statement = aggregate(database.dialect(), &forms(), &access, &query).unwrap();
    database.rows(&statement).into_iter().map(|row| row[0].clone().unwrap()).collect()
}

fn store(database: &mut Database, moments: &[Timestamp]) {
    let deal = forms().form("deal").unwrap();
    for (index, moment) in moments.iter().enumerate() {
        let given = values(&deal, json!({ "signed_at": moment.to_string() }));
        database.add(&deal, row(&format!("r{index}"), "me", None), &given);
    }
}

#[test]
fn a_day_lasts_from_midnight_to_midnight_when_the_clock_changes() {
    let berlin = in_zone("Europe/Berlin");
    let moments = [
        "2026-03-28T23:00:00Z", // 00:00 on the 29th, before the clock goes forward
        "2026-03-29T21:59:59.999Z",
        "2026-03-29T22:00:00Z", // 00:00 on the 30th, after
        "2026-10-25T22:59:59.999Z",
        "2026-10-25T23:00:00Z", // 00:00 on the 26th, the clock has gone back
    ];
    for mut database in Database::each() {
        store(&mut database, &moments.map(|moment| moment.parse().unwrap()));
        let expected = ["2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"];
        assert_eq!(days(&mut database, &berlin), expected);
        for (day, expected) in [
            ("2026-03-29", vec!["r0", "r1"]),
            ("2026-03-30", vec!["r2"]),
            ("2026-10-25", vec!["r3"]),
            ("2026-10-26", vec!["r4"]),
        ] {
            let period = json!({ "from": day, "to": day });
            let filter = Some(Filter::condition("signed_at", Operator::InPeriod, period));
            let query = ListQuery { filter, limit: 10, ..ListQuery::default() };
            let mut found = ids(&mut database, &FormAccess::system(berlin.clone()), &query);
            found.sort();
            assert_eq!(found, expected, "{day}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// From twenty years back to five ahead of the reader's today.
    #[test]
    fn moments_fall_on_the_days_of_the_calendar(
        seconds in prop::collection::vec(1_160_000_000_i64..1_930_000_000, 1..6),
        zone in prop::sample::select(ZONES),
    ) {
        let reader = in_zone(zone);
        let moments: Vec<Timestamp> =
            seconds.iter().map(|second| Timestamp::from_second(*second).unwrap()).collect();
        let mut expected: Vec<String> = moments
            .iter()
            .map(|moment| reader.time_zone.to_datetime(*moment).date().to_string())
            .collect();
        expected.sort();
        expected.dedup();
        for mut database in Database::each() {
            store(&mut database, &moments);
            prop_assert_eq!(days(&mut database, &reader), expected.clone());
        }
    }
}
