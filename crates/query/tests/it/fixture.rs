//! Two forms that have a field of every storage class.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FormModel, Values,
    document::{Document, DocumentKind, Operation, Scope},
    form::Forms,
};
use formwork_query::{Dialect, FormAccess, Grant, ListQuery, Reader};
use serde_json::{Value as Json, json};

use crate::database::Database;

/// When the records of tests are made.
pub(crate) const MOMENT: &str = "2026-06-18T06:32:11.123Z";

/// The forms of the tests.
pub(crate) struct Fixture(HashMap<String, Arc<FormModel>>);

impl Forms for Fixture {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

pub(crate) fn forms() -> Fixture {
    let forms = [account(), deal()].into_iter().map(|document| {
        let form = match Document::read(DocumentKind::Form, &document) {
            Ok(Document::Form(form)) => *form,
            other => panic!("{other:?}"),
        };
        let model = FormModel::build(form, 1, None).unwrap();
        (model.key().to_string(), Arc::new(model))
    });
    Fixture(forms.collect())
}

fn account() -> Json {
    json!({"key": "account", "app": "crm", "label": "客户", "fields": [
        {"key": "name", "kind": "text", "label": "名称"},
        {"key": "region", "kind": "choice", "label": "区域", "options": {"options": [
            {"key": "south", "label": "南"}, {"key": "north", "label": "北"}]}},
        {"key": "credit", "kind": "money", "label": "信用"},
        {"key": "secret", "kind": "text", "label": "密"}
    ]})
}

fn deal() -> Json {
    json!({"key": "deal", "app": "crm", "label": "商机", "fields": [
        {"key": "code", "kind": "text", "label": "编号", "unique": true},
        {"key": "name", "kind": "text", "label": "名称"},
        {"key": "stage", "kind": "choice", "label": "阶段", "options": {"appearance": "path",
            "options": [{"key": "won", "label": "赢"}, {"key": "new", "label": "新"},
                        {"key": "lost", "label": "输"}]}},
        {"key": "amount", "kind": "money", "label": "金额"},
        {"key": "rate", "kind": "number", "label": "率", "options": {"places": 4}},
        {"key": "hot", "kind": "boolean", "label": "热"},
        {"key": "close", "kind": "date", "label": "成交"},
        {"key": "signed_at", "kind": "datetime", "label": "签约"},
        {"key": "tags", "kind": "choices", "label": "标签", "options": {"options": [
            {"key": "a", "label": "A"}, {"key": "b", "label": "B"}, {"key": "c", "label": "C"}]}},
        {"key": "team", "kind": "members", "label": "团队"},
        {"key": "account", "kind": "link", "label": "客户", "options": {"form": "account"}},
        {"key": "数量", "kind": "number", "label": "数量", "options": {"places": 0}},
        {"key": "note", "kind": "long_text", "label": "备注"},
        {"key": "lines", "kind": "subform", "label": "明细", "options": {"fields": [
            {"key": "product", "kind": "text", "label": "产品"},
            {"key": "price", "kind": "money", "label": "价"},
            {"key": "from", "kind": "link", "label": "来", "options": {"form": "account"}}]}}
    ], "views": [{"key": "pipeline", "label": "管道", "columns": ["name"],
        "filter": {"all": [{"field": "stage", "op": "eq", "value": "new"}]},
        "sort": [{"field": "amount", "descending": true}]}]})
}

/// A reader of 2026-06-18 in China: member `me` of department `d1`, with `d2` below it.
pub(crate) fn reader() -> Reader {
    Reader {
        member: "me".to_owned(),
        departments: vec!["d1".to_owned()],
        departments_below: vec!["d1".to_owned(), "d2".to_owned()],
        today: jiff::civil::date(2026, 6, 18),
        time_zone: jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8)),
    }
}

pub(crate) fn system() -> FormAccess {
    FormAccess::system(reader())
}

/// A grant to view and update within a scope, with fields hidden.
pub(crate) fn grant(scope: Scope, hidden: &[&str]) -> Grant {
    Grant {
        operations: vec![Operation::View, Operation::Update],
        scope,
        hand_over: false,
        hidden: hidden.iter().map(ToString::to_string).collect(),
        read_only: Vec::new(),
    }
}

/// Values of a form from JSON.
pub(crate) fn values(form: &FormModel, json: Json) -> Values {
    let (values, problems) = form.read_values(&json);
    assert!(problems.is_empty(), "{problems:?}");
    values
}

/// The list's records with their cursors.
pub(crate) fn list(
    database: &mut Database,
    access: &FormAccess,
    query: &ListQuery,
) -> Vec<(Json, String)> {
    let statement = list_statement(database.dialect(), access, query);
    let rows = database.rows(&statement);
    rows.into_iter()
        .map(|mut row| {
            let cursor = row.remove(1).unwrap();
            (serde_json::from_str(&row.remove(0).unwrap()).unwrap(), cursor)
        })
        .collect()
}

pub(crate) fn list_statement(
    dialect: Dialect,
    access: &FormAccess,
    query: &ListQuery,
) -> formwork_query::Statement {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    formwork_query::list(dialect, &forms, &deal, access, query)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The ids of a list.
pub(crate) fn ids(database: &mut Database, access: &FormAccess, query: &ListQuery) -> Vec<String> {
    let records = list(database, access, query);
    records.iter().map(|(record, _)| record["id"].as_str().unwrap().to_owned()).collect()
}
