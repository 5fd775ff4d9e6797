use proptest::prelude::*;

use super::*;

fn chain(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn texts(effects: impl IntoIterator<Item = Option<Decimal>>) -> Vec<String> {
    effects.into_iter().map(|effect| effect.unwrap().to_string()).collect()
}

fn plan() -> Vec<Decimal> {
    chain(&["1200", "300", "180", "54", "4860000"])
}

fn actual() -> Vec<Decimal> {
    chain(&["1150", "253", "161", "46", "3979000"])
}

#[test]
fn direct_effects_are_cents_that_add_up() {
    let found = attribution(&plan(), None, &actual()).unwrap();
    let direct: Vec<String> = found.factors.iter().map(|f| f.direct.to_string()).collect();
    let expected = ["-187734.08", "-563084.02", "259988.60", "-215195.25", "-174975.25"];
    assert_eq!(direct, expected);
    assert_eq!(found.gap.to_string(), "-881000.00");
    assert_eq!(found.factors[1].actual, Some("0.22".parse().unwrap()));
    assert_eq!((found.assumption, found.factors[0].assumption), (None, None));
}

#[test]
fn the_gap_is_split_into_assumption_and_execution() {
    let baseline = chain(&["1200", "276", "165.6", "48.024", "4226112"]);
    let found = attribution(&plan(), Some(&baseline), &actual()).unwrap();
    assert_eq!(
        texts(found.factors.iter().map(|f| f.assumption)),
        ["0.00", "-378096.00", "0.00", "-153816.00", "-101976.00"]
    );
    assert_eq!(
        texts(found.factors.iter().map(|f| f.execution)),
        ["-174626.09", "-182388.02", "241550.99", "-61097.86", "-70551.02"]
    );
    assert_eq!(
        texts(found.factors.iter().map(|f| Some(f.total))),
        ["-174626.09", "-560484.02", "241550.99", "-214913.86", "-172527.02"]
    );
    assert_eq!(texts([found.assumption, found.execution]), ["-633888.00", "-247112.00"]);
}

#[test]
fn a_factor_that_is_not_defined_has_no_effect() {
    let plan = chain(&["100", "20", "5", "5000"]);
    let actual = chain(&["90", "18", "0", "0"]);
    let found = attribution(&plan, None, &actual).unwrap();
    let direct = texts(found.factors.iter().map(|f| Some(f.direct)));
    assert_eq!(direct, ["-250.00", "0.00", "-4750.00", "0.00"]);
    assert_eq!(found.factors[3].actual, None);
}

#[test]
fn nothing_on_both_sides_is_no_gap() {
    let nothing = chain(&["0", "0", "0"]);
    let found = attribution(&nothing, Some(&nothing), &nothing).unwrap();
    assert!(found.factors.iter().all(|factor| factor.total.is_zero()));
}

#[test]
fn chains_that_are_no_product_are_refused() {
    let refused = |plan: &[&str], actual: &[&str]| {
        attribution(&chain(plan), None, &chain(actual)).unwrap_err()
    };
    assert_eq!(refused(&["1", "2"], &["0", "3"]), AttributionError::FromNothing(1));
    assert_eq!(refused(&["1"], &["1", "2"]), AttributionError::Lengths);
    assert_eq!(refused(&[], &[]), AttributionError::Lengths);
}

proptest! {
    #[test]
    fn effects_always_add_up(
        totals in prop::collection::vec((1_i64..10_000, 1_i64..10_000, 1_i64..10_000), 1..=6),
    ) {
        let of = |pick: fn(&(i64, i64, i64)) -> i64| -> Vec<Decimal> {
            totals.iter().map(|total| Decimal::new(pick(total), 2)).collect()
        };
        let (plan, baseline, actual) = (of(|t| t.0), of(|t| t.1), of(|t| t.2));
        let found = attribution(&plan, Some(&baseline), &actual).unwrap();
        let last = |chain: &[Decimal]| chain.last().copied().unwrap();
        let sum = |pick: fn(&FactorEffect) -> Decimal| -> Decimal {
            found.factors.iter().map(pick).sum()
        };
        prop_assert_eq!(sum(|f| f.direct), last(&actual) - last(&plan));
        prop_assert_eq!(sum(|f| f.total), last(&actual) - last(&plan));
        prop_assert_eq!(found.assumption, Some(last(&baseline) - last(&plan)));
    }
}
