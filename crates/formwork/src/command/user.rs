//! `formwork user`

use std::io::{self, BufRead};

use anyhow::{Context, Result, anyhow, bail};
use clap::Subcommand;
use formwork_engine::{Caller, Engine, EngineError, MemberChange, NewMember};
use formwork_model::Locale;
use formwork_server::{
    problem::describe,
    session::{check_password, hash_password_now},
};
use formwork_store::repo::member::MemberRow;

use crate::{console::say, database::DatabaseArguments};

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Adds a member. The password is read from the standard input.
    Add {
        /// The name to sign in with.
        account: String,
        /// The name that others see.
        #[arg(long)]
        name: String,
        /// May do everything. The first member always may.
        #[arg(long)]
        admin: bool,
        /// The organisation's name, when this is its first member.
        #[arg(long, default_value = "Formwork")]
        organisation: String,
    },
    /// Sets a member's password, read from the standard input, and signs them out everywhere.
    Password {
        /// The name to sign in with.
        account: String,
    },
    /// Signs a member out everywhere, and forgets failed tries to sign in.
    Unlock {
        /// The name to sign in with.
        account: String,
    },
    /// Lets a member do everything, and sign in again: the way back for an organisation that
    /// has no admin any more.
    Admin {
        /// The name to sign in with.
        account: String,
    },
    /// Lists the members.
    List,
}

pub(crate) async fn run(database: &DatabaseArguments, command: UserCommand) -> Result<()> {
    let engine = database.open().await?;
    match command {
        UserCommand::Add { account, name, admin, organisation } => {
            let password_hash = Some(read_password(&[&account, &name])?);
            let member =
                NewMember { account, name, password_hash, is_admin: admin, ..NewMember::default() };
            let id = if engine.catalog().directory.members().next().is_none() {
                engine.set_up(&organisation, member).await
            } else {
                engine.member_add(&console(&engine), member).await
            };
            say(format_args!("Added {}.", id.map_err(readable)?));
        }
        UserCommand::Password { account } => {
            let member = member(&engine, &account)?;
            let password_hash = Some(read_password(&[&member.account, &member.name])?);
            let change = MemberChange { password_hash, ..MemberChange::default() };
            engine.member_change(&console(&engine), &member.id, change).await.map_err(readable)?;
            say("The password is set.");
        }
        UserCommand::Unlock { account } => {
            let member = member(&engine, &account)?;
            let own = Caller { member: member.id, ..console(&engine) };
            engine.member_sign_out_everywhere(&own).await.map_err(readable)?;
            say(format_args!("{account} is signed out everywhere and may try again at once."));
        }
        UserCommand::Admin { account } => {
            let member = member(&engine, &account)?;
            let change = MemberChange {
                is_admin: Some(true),
                active: Some(true),
                ..MemberChange::default()
            };
            engine.member_change(&console(&engine), &member.id, change).await.map_err(readable)?;
            say(format_args!("{account} may do everything."));
        }
        UserCommand::List => {
            for member in engine.catalog().directory.members() {
                let state = match (member.active, member.is_admin) {
                    (false, _) => "inactive",
                    (true, true) => "admin",
                    (true, false) => "",
                };
                say(format_args!("{:<20} {:<20} {state}", member.account, member.name));
            }
        }
    }
    Ok(())
}

/// Who has the database may do everything, also where there is no admin any more.
fn console(engine: &Engine) -> Caller {
    Caller::platform(&engine.catalog())
}

/// A member by the name to sign in with.
fn member(engine: &Engine, account: &str) -> Result<MemberRow> {
    let catalog = engine.catalog();
    let found = catalog.directory.member_by_account(account).cloned();
    found.with_context(|| format!("there is no `{account}`"))
}

/// Reads one line and hashes it.
fn read_password(names: &[&str]) -> Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if let Some(problem) = check_password(password, names) {
        bail!(describe(&problem, &Locale::english()).message);
    }
    hash_password_now(password).context("the password could not be hashed")
}

fn readable(error: EngineError) -> anyhow::Error {
    match error {
        EngineError::Problems(problems) => {
            let lines = problems.iter().map(|problem| {
                let item = describe(problem, &Locale::english());
                format!("{}: {}", item.pointer, item.message)
            });
            anyhow!("{}", lines.collect::<Vec<_>>().join("\n"))
        }
        EngineError::Refused(problem) => {
            anyhow!("{}", describe(&problem, &Locale::english()).message)
        }
        other => other.into(),
    }
}
