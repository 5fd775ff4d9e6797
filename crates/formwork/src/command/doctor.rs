//! `formwork doctor`

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use formwork_engine::{Engine, Finding};
use formwork_server::{asset::Manifest, shipped};
use formwork_store::{Migrations, Store, file_fault};
use jiff::Timestamp;

use crate::{console::say, database::DatabaseArguments};

/// What is wrong, a sentence each.
type Complaints = Vec<String>;

/// Looks at everything, changes nothing, and says what it found: first what is there, then
/// what is wrong. Fails when something is.
pub(crate) async fn run(database: &DatabaseArguments) -> Result<()> {
    say_of_the_program();
    let mut complaints = Complaints::new();
    if let Err(error) = look(database, &mut complaints).await {
        complaints.push(format!("{error:#}"));
    }
    for complaint in &complaints {
        say(format_args!("problem     {complaint}"));
    }
    match complaints.len() {
        0 => Ok(()),
        1 => bail!("there is a problem"),
        many => bail!("there are {many} problems"),
    }
}

fn say_of_the_program() {
    let browser = if Manifest::shared().is_empty() { "not built" } else { "embedded" };
    say(format_args!("web pages   {browser}"));
    let package = match shipped::crm() {
        Ok(package) => {
            format!("crm {}, {} documents", package.manifest.version, package.documents.len())
        }
        Err(problems) => format!("crm has {} problems", problems.len()),
    };
    say(format_args!("package     {package}"));
}

/// An error ends the looking: what comes after it could not be seen.
async fn look(database: &DatabaseArguments, complaints: &mut Complaints) -> Result<()> {
    if let Some(file) = database.sqlite_file() {
        let fault = file_fault(&file).with_context(|| format!("cannot read {}", file.display()))?;
        if let Some(fault) = fault {
            bail!("{}: {fault}", file.display());
        }
    }
    let store = database.open_as_is().await?;
    let looked = look_into(&store, complaints).await;
    store.close().await;
    looked
}

async fn look_into(store: &Store, complaints: &mut Complaints) -> Result<()> {
    say(format_args!("database    {:?}", store.dialect()));
    let damage = store.damage().await.context("the database is damaged")?;
    if !damage.is_empty() {
        complaints
            .extend(damage.into_iter().map(|what| format!("the database is damaged: {what}")));
        return Ok(());
    }
    let Some(migrations) = store.migrations().await.context("the database cannot be read")? else {
        bail!("this is not a database of Formwork");
    };
    let is_current = migrations == Migrations::default();
    complaints.extend(about_tables(&migrations));
    if !is_current {
        // What is in them is for the program that made them.
        return Ok(());
    }
    let engine = Engine::open(store.clone(), Arc::new(Timestamp::now)).await;
    let engine = engine.context("what is published cannot be read")?;
    say_what_is_there(&engine);
    let findings = engine.inspect().await.context("the records cannot be read")?;
    complaints.extend(findings.iter().map(sentence));
    let tables = engine.schema_findings().await.context("the tables cannot be compared")?;
    complaints.extend(
        tables
            .iter()
            .map(|finding| format!("{}: {}; {}", finding.code, finding.subject, finding.advice)),
    );
    Ok(())
}

fn about_tables(migrations: &Migrations) -> Complaints {
    let mut complaints = Complaints::new();
    if !migrations.unknown.is_empty() {
        complaints.push("the tables were made by a newer version of this program".to_owned());
    }
    if !migrations.broken.is_empty() {
        let broken = &migrations.broken;
        complaints.push(format!("the tables are not as this program makes them: {broken:?}"));
    }
    if !migrations.pending.is_empty() {
        let pending = migrations.pending.len();
        complaints.push(format!(
            "the tables are of an older version; `serve` brings them up to date in {pending} steps"
        ));
    }
    complaints
}

fn say_what_is_there(engine: &Engine) {
    let catalog = engine.catalog();
    say(format_args!("members     {}", catalog.directory.members().count()));
    say(format_args!("admins      {}", catalog.directory.admins().len()));
    say(format_args!("apps        {}", catalog.apps().len()));
    say(format_args!("forms       {}", catalog.forms().count()));
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::Disabled { document } => {
            format!("the document `{document}` cannot be read and is disabled")
        }
        Finding::NoAdmin => {
            "nobody may do everything; `formwork user admin ACCOUNT` helps".to_owned()
        }
        Finding::VersionsWithoutEvents { form, records } => {
            format!(
                "{records} records of `{form}` have a version that their history does not tell of"
            )
        }
        Finding::EventsWithoutRecords { form, records } => {
            format!("{records} records of `{form}` are in the history and gone")
        }
    }
}
