//! The template's documents are sound, speak two languages, and their rules compile.

use std::{collections::BTreeMap, sync::Arc};

use formwork_model::{
    FormModel,
    document::{Document, Effect, Flow, Step, StepKind},
    form::Forms,
};
use formwork_package::{Package, PackageLock};
use formwork_rules::{Context, Expression, FormRules, Links, script};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use serde_json::Value as Json;

use crate::{template, template_files};

/// The forms of a package.
pub(crate) struct PackageForms(BTreeMap<String, Arc<FormModel>>);

impl PackageForms {
    pub(crate) fn of(package: &Package) -> Self {
        let form = |document: &Document| match document {
            Document::Form(form) => {
                let model = FormModel::build(form.as_ref().clone(), 1, None).unwrap();
                Some((form.key.to_string(), Arc::new(model)))
            }
            _ => None,
        };
        Self(package.documents.iter().filter_map(|packaged| form(&packaged.document)).collect())
    }
}

impl Forms for PackageForms {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

#[test]
fn documents_fit_together() {
    let package = template();
    assert_eq!(package.manifest.key.as_str(), "crm");
    assert!(package.demo.is_some());
    let lock = PackageLock::of(&package, "templates_crm");
    assert_eq!(lock.differences(&lock), []);
}

#[test]
fn rules_of_forms_compile() {
    let forms = PackageForms::of(&template());
    let problems: Vec<_> = forms
        .0
        .iter()
        .filter_map(|(key, form)| Some((key, FormRules::compile(form, &forms).err()?)))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

fn expressions_of(steps: &[Step], found: &mut Vec<String>) {
    for step in steps {
        match &step.kind {
            StepKind::Branch { branches, .. } => {
                for branch in branches {
                    found.extend(branch.when.clone());
                    expressions_of(&branch.steps, found);
                }
            }
            StepKind::Act { effects } => {
                for effect in effects {
                    let (Effect::Create { set, when, .. } | Effect::Update { set, when, .. }) =
                        effect;
                    found.extend(set.values().cloned().chain(when.clone()));
                }
            }
            StepKind::Approve(_) | StepKind::Fill(_) | StepKind::CopyTo { .. } => {}
        }
    }
}

#[test]
fn expressions_of_flows_compile() {
    let package = template();
    let flows = package.documents.iter().filter_map(|packaged| match &packaged.document {
        Document::Flow(flow) => Some(flow),
        _ => None,
    });
    for Flow { key, steps, on_rejected, .. } in flows {
        let mut expressions: Vec<String> = on_rejected.values().cloned().collect();
        expressions_of(steps, &mut expressions);
        for text in expressions {
            let compiled = Expression::compile(&text);
            assert!(compiled.is_ok(), "{key}: {text}: {compiled:?}");
        }
    }
}

#[test]
fn scripts_compile() {
    let links = Links::new();
    let context = Context {
        now: Timestamp::UNIX_EPOCH,
        today: date(2026, 6, 30),
        time_zone: &TimeZone::UTC,
        me: "m",
        my_department: None,
        links: &links,
    };
    let engine = script::engine(&context, 1000);
    for packaged in &template().documents {
        if let Document::Script(script) = &packaged.document {
            engine
                .compile(&script.source)
                .unwrap_or_else(|error| panic!("{}: {error}", script.key));
        }
    }
}

/// The places of texts that lack a language.
fn incomplete_texts(json: &Json, path: &str, found: &mut Vec<String>) {
    const TEXTS: [&str; 6] = ["label", "help", "message", "note", "description", "unit"];
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let here = format!("{path}/{key}");
                let has = |language: &str| {
                    value.get(language).and_then(Json::as_str).is_some_and(|text| !text.is_empty())
                };
                if TEXTS.contains(&key.as_str()) && !(has("zh-CN") && has("en")) {
                    found.push(here.clone());
                }
                incomplete_texts(value, &here, found);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                incomplete_texts(item, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_text_is_in_chinese_and_english() {
    let mut found = Vec::new();
    for (path, bytes) in template_files() {
        if path.ends_with(".json") {
            incomplete_texts(&serde_json::from_slice(&bytes).unwrap(), &path, &mut found);
        }
    }
    for packaged in &template().documents {
        let (key, _, label) = packaged.document.identity();
        let label = serde_json::to_value(label).unwrap();
        if label.get("zh-CN").is_none() || label.get("en").is_none() {
            found.push(key.to_string());
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
