//! The example data: its size, its invariants, and the stories that it tells.

use jiff::civil::date;

use crate::{host, template};

#[test]
fn scratch() {
    let made = host::run(&template().demo.unwrap(), date(2026, 6, 30));
    for (form, rows) in &made.records {
        println!("{form} {}", rows.len());
    }
}
