//! Random pairs of changes, at once: what comes out is what one after the other gives, in one
//! order or the other, answers included.
//!
//! Each round makes the same small world several times in one organisation. In the first copy
//! both changes run at once; in the others one after the other. `FORMWORK_SERIAL_ROUNDS` and
//! `FORMWORK_SERIAL_SEED` ask for more than the fixed few.

mod change;
mod world;

use std::env;

use anyhow::{Result, bail, ensure};
use formwork_testkit::Backend;

use crate::races::at_once;
use change::Change;
use world::{Stage, World};

/// The answer of a change that gave way to others: as if it had not been made.
const GAVE_WAY: &str = "busy";

/// What became of a world, and the answers of both changes.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    one: String,
    other: String,
    world: String,
}

/// A small generator of its own, so that a seed means the same for ever.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_of_two_changes_at_once_is_a_serial_order() -> Result<()> {
    for backend in Backend::all() {
        let stage = Stage::new(backend).await?;
        let rounds = number("FORMWORK_SERIAL_ROUNDS", 40);
        let seed = number("FORMWORK_SERIAL_SEED", 20_261_130);
        let mut chance = Chance(seed);
        for round in 0..rounds {
            let (one, other) = (Change::any(&mut chance), Change::any(&mut chance));
            run(&stage, round, one, other).await.map_err(|error| {
                error.context(format!("{backend:?}, seed {seed}, round {round}"))
            })?;
        }
    }
    Ok(())
}

/// The pairs that went wrong before there were locks, always.
#[tokio::test(flavor = "multi_thread")]
async fn pairs_that_meet_are_a_serial_order() -> Result<()> {
    for backend in Backend::all() {
        let stage = Stage::new(backend).await?;
        let pairs = Change::known_pairs();
        for (round, (one, other)) in pairs.into_iter().enumerate() {
            run(&stage, u64::try_from(round)?, one, other)
                .await
                .map_err(|error| error.context(format!("{backend:?}")))?;
        }
    }
    Ok(())
}

async fn run(stage: &Stage, round: u64, one: Change, other: Change) -> Result<()> {
    let at_once = both_at_once(&stage.world(round, "a").await?, one, other).await?;
    let forward = in_order(&stage.world(round, "b").await?, Some(one), Some(other), true).await?;
    if at_once == forward {
        return Ok(());
    }
    let backward = in_order(&stage.world(round, "c").await?, Some(one), Some(other), false).await?;
    if at_once == backward {
        return Ok(());
    }
    // Who gives way may: nothing of it may be left.
    let (first, second) = (at_once.one == GAVE_WAY, at_once.other == GAVE_WAY);
    if first || second {
        let world = stage.world(round, "d").await?;
        let rest =
            in_order(&world, (!first).then_some(one), (!second).then_some(other), true).await?;
        let rests = differences(&at_once, &rest);
        ensure!(at_once == rest, "{one:?} and {other:?}, one gave way: {rests:#?}");
        return Ok(());
    }
    bail!(
        "{one:?} and {other:?}: {} and {}\nnot as {} and {}: {:#?}\nnor as {} and {}: {:#?}",
        at_once.one,
        at_once.other,
        forward.one,
        forward.other,
        differences(&at_once, &forward),
        backward.one,
        backward.other,
        differences(&at_once, &backward),
    )
}

/// The lines that only one of two outcomes has.
fn differences(one: &Outcome, other: &Outcome) -> Vec<String> {
    let missing = |from: &Outcome, of: &Outcome, sign: char| -> Vec<String> {
        let lines: Vec<&str> = from.world.lines().collect();
        let found = of.world.lines().filter(|line| !lines.contains(line));
        found.map(|line| format!("{sign} {}", line.trim())).collect()
    };
    [missing(other, one, '+'), missing(one, other, '-')].concat()
}

async fn both_at_once(world: &World, one: Change, other: Change) -> Result<Outcome> {
    let (first, second) = (world.clone(), world.clone());
    let (one, other) =
        at_once(async move { one.make(&first).await }, async move { other.make(&second).await })
            .await?;
    Ok(Outcome { one, other, world: world.describe().await? })
}

async fn in_order(
    world: &World,
    one: Option<Change>,
    other: Option<Change>,
    forward: bool,
) -> Result<Outcome> {
    let make = async |change: Option<Change>| match change {
        Some(change) => change.make(world).await,
        None => GAVE_WAY.to_owned(),
    };
    let (first, second) = if forward {
        let first = make(one).await;
        (first, make(other).await)
    } else {
        let second = make(other).await;
        (make(one).await, second)
    };
    Ok(Outcome { one: first, other: second, world: world.describe().await? })
}
