//! `formwork doctor`

use anyhow::{Result, bail};
use formwork_server::{asset::Manifest, shipped};

use crate::{console::say, database::DatabaseArguments};

/// Opens everything and says what it found. What cannot be opened ends it with the reason.
pub(crate) async fn run(database: &DatabaseArguments) -> Result<()> {
    let engine = database.open().await?;
    engine.ping().await?;
    let catalog = engine.catalog();
    let pool = engine.store().pool_state();
    say(format_args!("database    {:?}, {} connections open", engine.store().dialect(), pool.open));
    say(format_args!("members     {}", catalog.directory.members().count()));
    say(format_args!("admins      {}", catalog.directory.admins().len()));
    say(format_args!("apps        {}", catalog.apps().len()));
    say(format_args!("forms       {}", catalog.forms().count()));
    let browser = if Manifest::shared().is_empty() { "not built" } else { "embedded" };
    say(format_args!("web pages   {browser}"));
    let package = match shipped::crm() {
        Ok(package) => {
            format!("crm {}, {} documents", package.manifest.version, package.documents.len())
        }
        Err(problems) => format!("crm has {} problems", problems.len()),
    };
    say(format_args!("package     {package}"));
    if catalog.directory.members().next().is_some() && catalog.directory.admins().is_empty() {
        bail!("there is no admin; `formwork user admin ACCOUNT` makes one");
    }
    Ok(())
}
