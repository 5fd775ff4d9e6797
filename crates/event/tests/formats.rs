//! Events of every format that ever was, and of formats that are yet to come.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, ensure};
use formwork_event::{EventKind, FORMAT, NewEvent, Stored, Unreadable};
use serde_json::{Value as Json, json};

/// An event as it stood in the database, in whose name it is, and what it says.
struct Golden {
    name: String,
    stored: Stored,
    principal: Json,
    detail: Json,
}

fn stored(json: &Json) -> Result<Stored> {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let principal = json["principal"].is_object().then(|| json["principal"].to_string());
    Ok(Stored {
        id: 7,
        format: json["format"].as_i64().context("format")?,
        at: json["at"].as_i64().context("at")?,
        kind: text("kind").context("kind")?,
        by: text("by").context("by")?,
        principal,
        cause: json["cause"].as_i64(),
        depth: json["depth"].as_i64().context("depth")?,
        subject: text("subject").context("subject")?,
        record: text("record"),
        detail: json["detail"].to_string(),
    })
}

/// The golden files of a format.
fn golden(format: i64) -> Result<Vec<Golden>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{format}"));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let json: Json = serde_json::from_str(&fs::read_to_string(&path)?)?;
        found.push(Golden {
            name: path.display().to_string(),
            stored: stored(&json["stored"])?,
            principal: json["principal"].clone(),
            detail: json["detail"].clone(),
        });
    }
    Ok(found)
}

#[test]
fn every_format_that_ever_was_is_read() -> Result<()> {
    for format in 1..=FORMAT {
        let mut kinds = BTreeSet::new();
        for golden in golden(format)? {
            let Golden { name, stored, principal, detail } = golden;
            ensure!(stored.format == format, "{name}");
            kinds.insert(stored.kind.clone());
            let event = stored.clone().read().with_context(|| name.clone())?;
            ensure!(event.kind().as_str() == stored.kind, "{name}");
            ensure!(event.detail.to_json() == detail, "{name}: {:?}", event.detail);
            ensure!(serde_json::to_value(&event.principal)? == principal, "{name}");
            ensure!(event.form.is_some() == stored.record.is_some(), "{name}");
            ensure!((event.cause, event.depth) == (stored.cause, stored.depth), "{name}");
        }
        ensure!(!kinds.is_empty(), "format {format} has no golden files");
    }
    Ok(())
}

#[test]
fn every_kind_is_written_as_its_golden_file_has_it() -> Result<()> {
    let mut kinds = BTreeSet::new();
    for Golden { name, stored, .. } in golden(FORMAT)? {
        kinds.insert(stored.kind.clone());
        let event = stored.clone().read()?;
        let again = NewEvent {
            at: event.at,
            principal: event.principal,
            cause: event.cause,
            depth: event.depth,
            form: event.form,
            record: event.record,
            detail: event.detail,
        };
        let written = Stored { id: stored.id, ..again.to_stored()? };
        let as_json = |stored: &Stored| -> Result<(Json, Json)> {
            let principal =
                stored.principal.as_deref().map_or(Ok(Json::Null), serde_json::from_str);
            Ok((serde_json::from_str(&stored.detail)?, principal?))
        };
        ensure!(as_json(&written)? == as_json(&stored)?, "{name}: {written:?}");
        let plain = |stored: Stored| Stored { detail: String::new(), principal: None, ..stored };
        ensure!(plain(written) == plain(stored), "{name}");
    }
    for kind in EventKind::ALL {
        ensure!(kinds.contains(kind.as_str()), "{} has no golden file", kind.as_str());
    }
    Ok(())
}

fn changed(change: impl FnOnce(&mut Stored)) -> Result<Stored> {
    let mut stored = golden(FORMAT)?.into_iter().find(|one| one.stored.kind == "record_updated");
    let stored = &mut stored.as_mut().context("a golden file")?.stored;
    change(stored);
    Ok(stored.clone())
}

/// What a test does to a stored event.
type Spoil = Box<dyn FnOnce(&mut Stored)>;

#[test]
fn what_is_newer_is_told_apart_from_what_is_broken() -> Result<()> {
    let newer: [Spoil; 4] = [
        Box::new(|stored| stored.format = FORMAT + 1),
        Box::new(|stored| {
            stored.format = FORMAT + 40;
            stored.detail = "not even JSON".to_owned();
        }),
        Box::new(|stored| stored.kind = "record_painted".to_owned()),
        Box::new(|stored| stored.principal = Some(json!({ "kind": "robot" }).to_string())),
    ];
    for change in newer {
        let stored = changed(change)?;
        let read = stored.clone().read();
        ensure!(matches!(read, Err(Unreadable::Newer { .. })), "{stored:?}: {read:?}");
    }
    let broken: [Spoil; 8] = [
        Box::new(|stored| stored.detail = "{".to_owned()),
        Box::new(|stored| stored.detail = "[]".to_owned()),
        Box::new(|stored| stored.detail = json!({ "version": "two" }).to_string()),
        Box::new(|stored| stored.detail = String::new()),
        Box::new(|stored| stored.format = 0),
        Box::new(|stored| stored.format = -1),
        Box::new(|stored| stored.principal = Some("{".to_owned())),
        Box::new(|stored| stored.principal = Some(json!({ "kind": "api_key" }).to_string())),
    ];
    for change in broken {
        let stored = changed(change)?;
        let read = stored.clone().read();
        ensure!(matches!(read, Err(Unreadable::Broken { .. })), "{stored:?}: {read:?}");
    }
    Ok(())
}

#[test]
fn what_a_newer_program_adds_is_passed_over() -> Result<()> {
    let stored = changed(|stored| {
        let mut detail: Json = serde_json::from_str(&stored.detail).unwrap_or_default();
        detail["colour"] = json!("red");
        stored.detail = detail.to_string();
    })?;
    ensure!(stored.read().is_ok());
    Ok(())
}

proptest::proptest! {
    #[test]
    fn whatever_stands_there_is_answered(
        format in -2..6_i64, kind in 0..EventKind::ALL.len(),
        subject in ".{0,12}", detail in "[{}\\[\\]\":,a-z0-9]{0,40}", principal in ".{0,20}"
    ) {
        let stored = Stored {
            id: 1, format, at: 0, kind: EventKind::ALL[kind].as_str().to_owned(),
            by: "m".to_owned(), principal: Some(principal), cause: None, depth: 0,
            subject, record: None, detail,
        };
        drop(stored.read());
    }
}
