//! The program: serves the platform, and the few things that are done at its console.

mod command;
mod console;
mod copy;
mod database;
mod lock;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use command::{backup, doctor, package, restore, serve, user};

/// Forms, records, processes and dashboards for an organisation.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    database: database::DatabaseArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers requests until told to stop.
    Serve(serve::ServeArguments),
    /// Installs app packages.
    #[command(subcommand)]
    Package(package::PackageCommand),
    /// Manages who can sign in.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Says whether everything is in order; changes nothing, and fails when it is not.
    Doctor,
    /// Copies the database into a new file while it is in use. For SQLite.
    Backup(backup::BackupArguments),
    /// Puts a copy in the database's place. The server must not run. For SQLite.
    Restore(restore::RestoreArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let database = arguments.database;
    match arguments.command {
        Command::Serve(own) => serve::run(&database, own).await,
        Command::Package(own) => package::run(&database, own).await,
        Command::User(own) => user::run(&database, own).await,
        Command::Doctor => doctor::run(&database).await,
        Command::Backup(own) => backup::run(&database, &own).await,
        Command::Restore(own) => restore::run(&database, &own).await,
    }
}
