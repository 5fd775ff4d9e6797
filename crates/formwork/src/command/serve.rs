//! `formwork serve`

use std::{io::IsTerminal, net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use clap::Args;
use formwork_engine::Engine;
use formwork_server::{ServerState, Settings, serve};
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

use super::package::install_shipped;
use crate::{
    console::{say, say_accounts},
    database::DatabaseArguments,
};

/// How often other processes' changes of definitions are looked for.
const REFRESH_EVERY: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(crate) struct ServeArguments {
    /// Address and port.
    #[arg(long, env = "FORMWORK_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Browsers come over HTTPS (through a proxy): cookies are marked `Secure`.
    #[arg(long, env = "FORMWORK_HTTPS")]
    https: bool,
    /// A proxy of ours stands in front and sets `X-Forwarded-For`.
    #[arg(long, env = "FORMWORK_BEHIND_PROXY")]
    behind_proxy: bool,
    /// On an empty database, installs the CRM with example data and accounts.
    #[arg(long, env = "FORMWORK_DEMO")]
    demo: bool,
    /// Logs as JSON lines.
    #[arg(long, env = "FORMWORK_LOG_JSON")]
    log_json: bool,
}

pub(crate) async fn run(database: &DatabaseArguments, arguments: ServeArguments) -> Result<()> {
    start_log(arguments.log_json);
    let engine = database.open().await?;
    let is_empty = engine.catalog().directory.members().next().is_none();
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let address = listener.local_addr().context("the listener has no address")?;
    if is_empty && arguments.demo {
        let report = install_shipped(&engine, true).await?;
        say_accounts(&report.accounts);
    } else if is_empty {
        say("The database is empty: open the address below to set the organisation up.");
    }
    say(format_args!("Formwork: http://{address}"));
    let settings = Settings {
        https: arguments.https,
        behind_proxy: arguments.behind_proxy,
        ..Settings::default()
    };
    let upkeep = tokio::spawn(keep_up(engine.clone()));
    let worker = engine.start_worker();
    let served = serve(ServerState::new(engine.clone(), settings), listener, told_to_stop()).await;
    upkeep.abort();
    worker.stop().await;
    engine.store().close().await;
    served.context("the server stopped")
}

fn start_log(json: bool) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tower_sessions=warn"));
    // Colours are for people, not for files.
    let colours = std::io::stdout().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    if json { log.json().init() } else { log.init() }
}

/// Takes notice of other processes until the server stops.
async fn keep_up(engine: Engine) {
    let mut refresh = tokio::time::interval(REFRESH_EVERY);
    loop {
        refresh.tick().await;
        if let Err(error) = engine.refresh().await {
            tracing::warn!(%error, "cannot look for changed definitions");
        }
    }
}

/// Ends on Ctrl-C, or when the system asks the process to end.
async fn told_to_stop() {
    let interrupted = signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen for the signal to end");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("told to stop; finishing what is running");
}
