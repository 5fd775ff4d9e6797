//! How soon the real program answers, and what it takes while nobody asks.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

use crate::client::{Client, Request};

/// The longest that the program may take to answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts the program over the example company: once to make it, once to measure.
pub(crate) fn measure() -> Result<String> {
    let own = env::current_exe()?;
    let program = own.with_file_name("formwork");
    if !program.exists() {
        let hint = "not measured: build the program first, `cargo build --release -p formwork`";
        return Ok(format!("\n## Cold start and memory\n\n{hint}"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let (first, _) = start(&program, folder.path()).await?;
        stop(first).await?;
        let (child, took) = start(&program, folder.path()).await?;
        let memory = memory_kib(child.id().context("it has ended")?)?;
        stop(child).await?;
        Ok(format!(
            "\n## Cold start and memory\n\nWith the example company, on SQLite: {:.0} ms from \
             start to the first answer; {} MiB resident once it answers.",
            took.as_secs_f64() * 1000.0,
            memory / 1024,
        ))
    })
}

async fn start(program: &Path, folder: &Path) -> Result<(Child, Duration)> {
    let address = free_address()?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg("--data-dir")
        .arg(folder)
        .args(["serve", "--demo", "--listen", &address.to_string()])
        .env_remove("FORMWORK_DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    while started.elapsed() < PATIENCE {
        if let Ok(mut client) = Client::connect(address, "").await
            && client.ask(&Request::get("/healthz")).await?.status == 200
        {
            return Ok((child, started.elapsed()));
        }
        if let Some(status) = child.try_wait()? {
            bail!("the program ended: {status}");
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("the program does not answer")
}

async fn stop(mut child: Child) -> Result<()> {
    child.kill().await?;
    Ok(())
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn memory_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
}
