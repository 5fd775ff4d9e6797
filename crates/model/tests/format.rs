//! Documents of every format that ever was are read; newer and broken ones are told apart.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, ensure};
use formwork_model::{
    FormModel, Problem,
    document::{Document, DocumentKind},
    form::SYSTEM_FIELDS,
    format::{FORMAT, read_stored},
};

#[test]
fn every_format_that_ever_was_is_read() -> Result<()> {
    for format in 1..=FORMAT {
        let mut kinds = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/format/{format}"));
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).context("a name")?;
            let kind = name.split('.').next().and_then(DocumentKind::from_name);
            let kind = kind.with_context(|| format!("{name}: no kind"))?;
            let read = read_stored(kind, format, &fs::read_to_string(&path)?);
            let json = read.map_err(|problem| anyhow::anyhow!("{name}: {problem:?}"))?;
            let document = Document::read(kind, &json)
                .map_err(|problems| anyhow::anyhow!("{name}: {problems:#?}"))?;
            if let Document::Form(form) = document {
                FormModel::build(*form, 1, None)
                    .map_err(|problems| anyhow::anyhow!("{name}: {problems:#?}"))?;
            }
            kinds.insert(kind);
        }
        ensure!(kinds.len() == DocumentKind::ALL.len(), "format {format}: only {kinds:?}");
    }
    Ok(())
}

#[test]
fn what_is_newer_is_told_apart_from_what_is_broken() {
    let code = |format, text: &str| {
        read_stored(DocumentKind::Form, format, text).map_err(|Problem { code, .. }| code)
    };
    for (format, text) in [(FORMAT + 1, "{}"), (FORMAT + 90, "no JSON at all")] {
        assert_eq!(code(format, text), Err("document_newer".into()), "{format}");
    }
    for (format, text) in [(FORMAT, "{"), (FORMAT, ""), (0, "{}"), (-1, "{}"), (i64::MIN, "{}")] {
        assert_eq!(code(format, text), Err("document_broken".into()), "{format} {text}");
    }
}

/// A system field that comes later must not take a key that somebody's form has already: its
/// name begins with `_`, which no key of a user's does.
#[test]
fn later_system_fields_have_names_that_no_form_has() {
    const FIRST: [&str; 10] = [
        "id",
        "version",
        "title",
        "owner",
        "department",
        "flow_status",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    ];
    for (name, ..) in SYSTEM_FIELDS {
        let is_free = FIRST.contains(name) || name.starts_with('_');
        assert!(is_free, "`{name}` may be a field of somebody's form: call it `_{name}`");
    }
    assert!("_stage".parse::<formwork_model::FieldKey>().is_err());
}
