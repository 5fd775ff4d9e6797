//! Measures the server under load, beside a bare handler that runs the same SQL on the same
//! machine in the same run, and prints the figures as Markdown.
//!
//! `cargo run --release -p formwork-bench [--seconds N] [--records N] [--load N] [--only TEXT]`; on
//! PostgreSQL too when `FORMWORK_TEST_POSTGRES` holds the address of a server on which
//! databases may be made.

#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

mod bare;
mod bulk;
mod cases;
mod client;
mod goals;
mod idle;
mod load;
mod report;
mod scene;

use std::{env, time::Duration};

use anyhow::{Context, Result, bail};

/// How long, over how many records, and which cases.
pub(crate) struct Plan {
    /// How long each case runs on each side, in one round.
    pub(crate) window: Duration,
    /// Records in the form.
    pub(crate) records: usize,
    /// Records that are loaded in batches.
    pub(crate) load: usize,
    /// Only cases whose name contains this.
    pub(crate) only: String,
}

fn main() -> Result<()> {
    start_log()?;
    let plan = plan(env::args().skip(1))?;
    println!("{}", report::machine());
    run(&plan, "SQLite", None)?;
    if let Ok(server) = env::var("FORMWORK_TEST_POSTGRES") {
        run(&plan, "PostgreSQL", Some(&server))?;
    }
    if plan.only.is_empty() {
        println!("{}", idle::measure()?);
    }
    Ok(())
}

fn run(plan: &Plan, name: &str, server: Option<&str>) -> Result<()> {
    let scene = scene::Scene::set(server, plan.records)?;
    println!("{}", report::heading(name, plan, scene.filled_in));
    for outcome in cases::run(&scene, plan)? {
        println!("{}", report::line(&outcome));
    }
    println!("{}", report::heading_of_goals());
    for goal in goals::run(&scene, plan)? {
        println!("| {} | {} | {} |", goal.name, goal.measured, goal.goal);
    }
    Ok(())
}

/// The log is written as the program writes it, to where nobody reads it.
fn start_log() -> Result<()> {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    let filter = tracing_subscriber::EnvFilter::new("info,sqlx=warn,tower_sessions=warn");
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(nowhere).init();
    Ok(())
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan> {
    let mut plan = Plan {
        window: Duration::from_secs(2),
        records: 100_000,
        load: 100_000,
        only: String::new(),
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} wants a value"))?;
        match name.as_str() {
            "--seconds" => plan.window = Duration::from_secs_f64(value.parse()?),
            "--records" => plan.records = value.parse()?,
            "--load" => plan.load = value.parse()?,
            "--only" => plan.only = value,
            _ => bail!("{name} is not known"),
        }
    }
    Ok(plan)
}
