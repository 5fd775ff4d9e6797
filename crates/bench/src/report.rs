//! The figures as Markdown.

use std::{fs, time::Duration};

use crate::{Plan, cases::Outcome, load::CONNECTIONS};

/// What it was measured on.
pub(crate) fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let field = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown").to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores ({}), shared by the server, the database and whoever asks; load average \
         before the run: {load}.",
        field("model name")
    )
}

/// The head of one database's table.
pub(crate) fn heading(name: &str, plan: &Plan, filled_in: Duration) -> String {
    format!(
        "\n## {name}\n\n{} records of 12 fields (stored in {:.1} s), {CONNECTIONS} connections, \
         three rounds of {:.1} s a side.\n\n\
         | case | compared with | bare /s | formwork /s | ratio | goal | p50 ms | p99 ms |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        plan.records,
        filled_in.as_secs_f64(),
        plan.window.as_secs_f64(),
    )
}

/// The head of the table of what is no rate of requests.
pub(crate) fn heading_of_goals() -> &'static str {
    "\n| case | measured | goal |\n| --- | --- | --- |"
}

/// One case.
pub(crate) fn line(outcome: &Outcome) -> String {
    let mut own = outcome.own.clone();
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let (p50, p99) = (ms(own.percentile(50)), ms(own.percentile(99)));
    let rate = own.per_second();
    match &outcome.bare {
        Some((against, bare)) => format!(
            "| {} | {against} | {:.0} | {rate:.0} | **{:.2}** | {:.2} | {p50:.2} | {p99:.2} |",
            outcome.name,
            bare.per_second(),
            rate / bare.per_second(),
            outcome.goal,
        ),
        None => format!("| {} | – | – | {rate:.0} | – | – | {p50:.2} | {p99:.2} |", outcome.name),
    }
}
