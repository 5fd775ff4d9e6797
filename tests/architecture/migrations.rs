//! The engine's own tables, on both databases.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::files::find;

fn names(dialect: &str) -> Result<BTreeSet<String>> {
    let folder = format!("migrations/{dialect}/");
    let found = find(&folder, &["sql"])?;
    Ok(found.iter().filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect())
}

#[test]
fn both_databases_have_the_same_migrations() -> Result<()> {
    let sqlite = names("sqlite")?;
    ensure!(!sqlite.is_empty(), "there are no migrations");
    ensure!(sqlite == names("postgres")?, "each migration needs a file for both databases");
    Ok(())
}

#[test]
fn migrations_are_numbered_without_gaps() -> Result<()> {
    for (index, name) in names("sqlite")?.iter().enumerate() {
        ensure!(name.starts_with(&format!("{:04}_", index + 1)), "{name} is out of order");
    }
    Ok(())
}
