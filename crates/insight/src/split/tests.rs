use proptest::prelude::*;
use rust_decimal::prelude::ToPrimitive as _;

use super::*;

fn weights(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[track_caller]
fn check(total: i64, by: &[&str], expected: &[i64]) {
    let parts = split_exact(total, &weights(by), &[], &[]).unwrap();
    assert_eq!(parts, expected);
    assert_eq!(parts.iter().sum::<i64>(), total);
}

#[test]
fn units_that_are_missing_go_to_the_largest_fractions() {
    check(1_000_000, &["3", "3", "1"], &[428_572, 428_571, 142_857]);
    check(100, &["1", "1", "1"], &[34, 33, 33]);
    check(7, &["0", "0"], &[4, 3]);
    check(-100, &["1", "1", "1"], &[-34, -33, -33]);
    check(0, &["1", "2"], &[0, 0]);
}

#[test]
fn a_contract_and_its_change_are_split_to_the_cent() {
    let terms = ["30", "30", "35", "5"];
    check(123_456_789, &terms, &[37_037_037, 37_037_037, 43_209_876, 6_172_839]);
    check(74_074_073, &["30", "35", "5"], &[31_746_031, 37_037_037, 5_291_005]);
}

#[test]
fn locked_cells_keep_their_value_and_capped_ones_stay_below() {
    let by = weights(&["4", "5", "3", "2"]);
    let locked = [Some(250_000), None, None, None];
    let caps = [None, None, Some(200_000), None];
    let parts = split_exact(1_000_000, &by, &locked, &caps).unwrap();
    assert_eq!(parts, [250_000, 392_857, 200_000, 157_143]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let by = weights(&["1", "1"]);
    let refused = |total, locked: &[Option<i64>], caps: &[Option<i64>]| {
        split_exact(total, &by, locked, caps).unwrap_err()
    };
    assert_eq!(refused(10, &[Some(12), None], &[]), SplitError::LockedTooMuch(2));
    assert_eq!(refused(10, &[], &[Some(4), Some(3)]), SplitError::LeftOver(3));
    assert_eq!(refused(10, &[Some(1)], &[]), SplitError::Lengths);
    assert_eq!(split_exact(1, &weights(&["-1"]), &[], &[]), Err(SplitError::Negative));
}

const HISTORY: [i64; 12] = [620, 380, 710, 690, 730, 790, 650, 640, 810, 760, 880, 1140];

#[test]
fn a_year_follows_its_seasons() {
    let by: Vec<Decimal> = HISTORY.iter().map(|month| Decimal::from(*month)).collect();
    let months = split_exact(10_000_000, &by, &[], &[]).unwrap();
    assert_eq!(
        months,
        [
            704_545, 431_818, 806_818, 784_091, 829_546, 897_727, 738_636, 727_273, 920_455,
            863_636, 1_000_000, 1_295_455
        ]
    );
    let quarters: Vec<i64> = months.chunks(3).map(|quarter| quarter.iter().sum()).collect();
    assert_eq!(quarters, [1_943_181, 2_511_364, 2_386_364, 3_159_091]);
}

#[test]
fn one_year_of_history_is_shrunk_towards_even_months() {
    // 0.7 × share + 0.3 ÷ 12, times the 8,800 of the history.
    let share = |month: &i64| Decimal::new(7 * month, 1) + Decimal::from(220);
    let by: Vec<Decimal> = HISTORY.iter().map(share).collect();
    let months = split_exact(10_000_000, &by, &[], &[]).unwrap();
    assert_eq!(
        months,
        [
            743_182, 552_273, 814_773, 798_864, 830_682, 878_409, 767_045, 759_091, 894_318,
            854_545, 950_000, 1_156_818
        ]
    );
}

#[test]
fn people_and_weeks() {
    check(2_400_000, &["0.28875", "0.29", "0.247", "0.09"], &[756_757, 760_033, 647_338, 235_872]);
    check(220_000, &["5", "5", "4", "5", "2"], &[52_381, 52_381, 41_905, 52_381, 20_952]);
}

#[test]
fn a_grid_keeps_both_margins() {
    let grid = split_grid(&[100, 57, 43], &[67, 66, 67]).unwrap();
    assert_eq!(grid, [[34, 33, 33], [19, 18, 20], [14, 15, 14]]);
    let differ = SplitError::MarginsDiffer { rows: 3, columns: 4 };
    assert_eq!(split_grid(&[1, 2], &[4]), Err(differ));
    assert_eq!(split_grid(&[0, 0], &[0]), Ok(vec![vec![0], vec![0]]));
}

proptest! {
    #[test]
    fn parts_add_up_and_stay_within_a_unit(
        total in -1_000_000_000_i64..1_000_000_000,
        by in prop::collection::vec(0_i64..10_000, 1..20),
    ) {
        let weights: Vec<Decimal> = by.iter().map(|weight| Decimal::new(*weight, 2)).collect();
        let parts = split_exact(total, &weights, &[], &[]).unwrap();
        prop_assert_eq!(parts.iter().sum::<i64>(), total);
        let whole: Decimal = weights.iter().sum();
        if !whole.is_zero() {
            for (part, weight) in parts.iter().zip(&weights) {
                let quota = Decimal::from(total) * weight / whole;
                let distance = (Decimal::from(*part) - quota).abs().to_f64().unwrap();
                prop_assert!(distance < 1.0 + 1e-9, "{part} for {quota}");
            }
        }
    }

    #[test]
    fn locks_and_caps_hold(
        total in 0_i64..1_000_000,
        by in prop::collection::vec((0_i64..100, 0_i64..200_000), 2..8),
    ) {
        let weights: Vec<Decimal> = by.iter().map(|(weight, _)| Decimal::from(*weight)).collect();
        let caps: Vec<Option<i64>> = by.iter().map(|(_, cap)| Some(*cap)).collect();
        let room: i64 = by.iter().map(|(_, cap)| cap).sum();
        match split_exact(total, &weights, &[], &caps) {
            Ok(parts) => {
                prop_assert_eq!(parts.iter().sum::<i64>(), total);
                prop_assert!(parts.iter().zip(&by).all(|(part, (_, cap))| (0..=*cap).contains(part)));
            }
            Err(error) => {
                prop_assert_eq!(error, SplitError::LeftOver(total - room));
            }
        }
    }

    #[test]
    fn grids_add_up_and_are_not_negative(
        rows in prop::collection::vec(0_i64..1000, 1..8),
        cuts in prop::collection::vec(0.0..1.0_f64, 0..7),
    ) {
        let total: i64 = rows.iter().sum();
        let mut marks: Vec<i64> =
            cuts.iter().map(|cut| (cut * total.to_f64().unwrap()).to_i64().unwrap()).collect();
        marks.extend([0, total]);
        marks.sort_unstable();
        let columns: Vec<i64> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let grid = split_grid(&rows, &columns).unwrap();
        for (cells, row) in grid.iter().zip(&rows) {
            prop_assert_eq!(cells.iter().sum::<i64>(), *row);
            prop_assert!(cells.iter().all(|cell| *cell >= 0));
        }
        for (index, column) in columns.iter().enumerate() {
            prop_assert_eq!(grid.iter().map(|cells| cells[index]).sum::<i64>(), *column);
        }
    }
}
