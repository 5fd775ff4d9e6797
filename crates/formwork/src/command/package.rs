//! `formwork package`

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use formwork_engine::{Credentials, DemoOptions, Engine, EngineError, InstallReport, Package};
use formwork_model::{Locale, Problems};
use formwork_server::{problem::describe, session::hash_password_now, shipped};

use crate::{
    console::{say, say_accounts},
    database::DatabaseArguments,
};

/// The same example data every time.
const DEMO_SEED: u64 = 42;
/// Letters and digits that are not mistaken for each other.
const PASSWORD_LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH: usize = 14;

#[derive(Subcommand)]
pub(crate) enum PackageCommand {
    /// Installs a package.
    Install {
        /// `crm`, which comes with the program, or a folder.
        package: String,
        /// Makes example data and accounts as well.
        #[arg(long)]
        demo: bool,
    },
    /// Lists the packages that are installed.
    List,
}

pub(crate) async fn run(database: &DatabaseArguments, command: PackageCommand) -> Result<()> {
    let engine = database.open().await?;
    match command {
        PackageCommand::Install { package, demo } => {
            let report = if package == "crm" {
                install_shipped(&engine, demo).await?
            } else {
                let folder = PathBuf::from(&package);
                install(&engine, read_folder(&folder)?, &format!("folder:{package}"), demo).await?
            };
            say(format_args!("Installed {} documents.", report.documents));
            say_accounts(&report.accounts);
        }
        PackageCommand::List => {
            for package in engine.package_list().await? {
                say(format_args!("{:<20} {}", package.key, package.version));
            }
        }
    }
    Ok(())
}

/// Installs the CRM that comes with the program.
pub(crate) async fn install_shipped(engine: &Engine, demo: bool) -> Result<InstallReport> {
    let package = shipped::crm().map_err(|problems| readable(&problems))?;
    install(engine, package, shipped::CRM_SOURCE, demo).await
}

async fn install(
    engine: &Engine,
    package: Package,
    source: &str,
    demo: bool,
) -> Result<InstallReport> {
    let demo = demo.then(|| DemoOptions {
        seed: DEMO_SEED,
        anchor: engine.catalog().settings.day_of(engine.now()),
        make_password: Arc::new(make_password),
    });
    match engine.package_install(package, source, demo).await {
        Err(EngineError::Problems(problems)) => Err(readable(&problems)),
        Err(EngineError::Refused(problem)) => Err(readable(&vec![problem])),
        other => other.context("the package was not installed"),
    }
}

fn readable(problems: &Problems) -> anyhow::Error {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let item = describe(problem, &Locale::english());
            let file = problem.params.get("file").and_then(|file| file.as_str());
            format!("{}{}: {}", file.unwrap_or_default(), item.pointer, item.message)
        })
        .collect();
    anyhow!("{}", lines.join("\n"))
}

/// A password that was made up, and its hash.
fn make_password() -> Credentials {
    let letters = (0..PASSWORD_LENGTH).map(|_| {
        let index = rand::random_range(0..PASSWORD_LETTERS.len());
        PASSWORD_LETTERS.get(index).copied().map_or('x', char::from)
    });
    let password: String = letters.collect();
    let hash = hash_password_now(&password).unwrap_or_default();
    (password, hash)
}

/// Every file of a folder, by its path in it.
fn read_folder(folder: &Path) -> Result<Package> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next)
            .with_context(|| format!("cannot read the folder {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes =
                    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
                files.push((name, bytes));
            }
        }
    }
    Package::read(files).map_err(|problems| readable(&problems))
}
