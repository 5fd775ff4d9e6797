//! From a form's document to its rules, with every problem placed in the document.

use std::sync::Arc;

use formwork_model::{
    FieldKey, FieldModel, FormKey, FormModel, Problem, Problems,
    document::{ButtonAction, Rule, StampRule},
    form::Forms,
};
use indexmap::IndexMap;

use super::{
    Button, CheckRule, Effect, FormRules, Formula, LinkNeed, Stamp, StateRule,
    names::{Names, Reading, Scope},
    order::{self, Draft},
    place::Place,
    reads::{Reads, top},
};
use crate::Expression;

/// Compiles a form; see [`FormRules::compile`].
pub(super) fn compile(form: &FormModel, forms: &dyn Forms) -> Result<FormRules, Problems> {
    let mut compiler =
        Compiler { names: Names { form, forms }, problems: Problems::new(), links: Vec::new() };
    let (drafts, defaults) = compiler.fields();
    let title = form.document.title.as_deref();
    let title = title.and_then(|text| compiler.expression(text, Scope::default(), "/title"));
    let mut rules = FormRules {
        form: form.clone(),
        formulas: Vec::new(),
        defaults,
        title,
        state_rules: Vec::new(),
        checks: Vec::new(),
        reads: Reads::of(&drafts),
        stamps: Vec::new(),
        buttons: Vec::new(),
        links: Vec::new(),
        lock_links: Vec::new(),
    };
    for (index, rule) in form.document.rules.iter().enumerate() {
        compiler.rule(rule, &format!("/rules/{index}"), &mut rules);
    }
    rules.buttons = compiler.buttons();
    match order::in_order(drafts) {
        Ok(formulas) => rules.formulas = formulas,
        Err(cycles) => compiler.problems.extend(cycles),
    }
    rules.links = compiler.links;
    if compiler.problems.is_empty() { Ok(rules) } else { Err(compiler.problems) }
}

/// Adds needs to those that are known, each field once.
fn merge(known: &mut Vec<LinkNeed>, needed: &[LinkNeed]) {
    for need in needed {
        let same = |other: &&mut LinkNeed| other.subform == need.subform && other.link == need.link;
        match known.iter_mut().find(same) {
            None => known.push(need.clone()),
            Some(other) => {
                let missing = need.fields.iter().filter(|field| !other.fields.contains(field));
                let missing: Vec<FieldKey> = missing.cloned().collect();
                other.fields.extend(missing);
            }
        }
    }
}

struct Compiler<'f> {
    names: Names<'f>,
    problems: Problems,
    links: Vec<LinkNeed>,
}

impl<'f> Compiler<'f> {
    /// Compiles an expression and checks its names; problems are noted at the pointer.
    fn expression(&mut self, text: &str, scope: Scope<'_>, pointer: &str) -> Option<Expression> {
        match Expression::compile(text) {
            Ok(expression) => {
                self.readings(&expression, scope, pointer);
                Some(expression)
            }
            Err(problem) => {
                self.note(problem, pointer);
                None
            }
        }
    }

    fn note(&mut self, mut problem: Problem, pointer: &str) {
        pointer.clone_into(&mut problem.pointer);
        self.problems.push(problem);
    }

    /// The places that an expression reads; what it needs of linked records is noted.
    fn readings(&mut self, expression: &Expression, scope: Scope<'_>, pointer: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for path in expression.paths() {
            match self.names.resolve(path, scope) {
                Ok(Reading::Own(place)) => places.push(place),
                Ok(Reading::Linked { link, form, field }) => {
                    self.need(&link, form, field);
                    places.push(link);
                }
                Ok(Reading::Old) => {}
                Err(problem) => self.note(problem, pointer),
            }
        }
        places
    }

    fn need(&mut self, link: &Place, form: FormKey, field: FieldKey) {
        let (subform, link) = match link {
            Place::Field(key) => (None, key.clone()),
            Place::Column(subform, key) => (Some(subform.clone()), key.clone()),
        };
        merge(&mut self.links, &[LinkNeed { subform, link, form, fields: vec![field] }]);
    }

    /// The formulas with what they read, and the defaults.
    fn fields(&mut self) -> (Vec<Draft>, Vec<Formula>) {
        let (mut drafts, mut defaults) = (Vec::new(), Vec::new());
        for (index, (key, field)) in self.names.form.fields.iter().enumerate() {
            let pointer = format!("/fields/{index}");
            let place = Place::Field(key.clone());
            self.field(place, field, &pointer, &mut drafts, &mut defaults);
            let columns = field.subform.iter().flat_map(|subform| &subform.fields);
            for (index, (column, field)) in columns.enumerate() {
                let pointer = format!("{pointer}/options/fields/{index}");
                let place = Place::Column(key.clone(), column.clone());
                self.field(place, field, &pointer, &mut drafts, &mut defaults);
            }
        }
        (drafts, defaults)
    }

    fn field(
        &mut self,
        place: Place,
        field: &FieldModel,
        pointer: &str,
        drafts: &mut Vec<Draft>,
        defaults: &mut Vec<Formula>,
    ) {
        let kind = &field.kind;
        if let Some(text) = &field.field.default {
            let pointer = format!("{pointer}/default");
            let scope = Scope { subform: place.subform(), old: false };
            if let Some(expression) = self.expression(text, scope, &pointer) {
                let (place, kind) = (place.clone(), Arc::clone(kind));
                defaults.push(Formula { place, expression, kind });
            }
        }
        let Some(text) = &field.field.formula else {
            return;
        };
        let pointer = format!("{pointer}/formula");
        match Expression::compile(text) {
            Ok(expression) => {
                let scope = Scope { subform: place.subform(), old: false };
                let reads = self.readings(&expression, scope, &pointer);
                let formula = Formula { place, expression, kind: Arc::clone(kind) };
                drafts.push(Draft { formula, reads, pointer });
            }
            Err(problem) => self.note(problem, &pointer),
        }
    }

    fn rule(&mut self, rule: &Rule, pointer: &str, rules: &mut FormRules) {
        let (effect, when, fields, message) = match rule {
            Rule::Show { when, fields } => (Effect::Show, when, fields, None),
            Rule::Require { when, fields } => (Effect::Require, when, fields, None),
            Rule::ReadOnly { when, fields, message } => {
                (Effect::ReadOnly, when, fields, message.clone())
            }
            Rule::Check { that, message, fields } => {
                let places = self.places(fields, pointer);
                if let Some((that, rows_of, read)) = self.check(that, &places, pointer) {
                    let message = message.clone();
                    let reads = rules.reads.sources(read.iter().map(top));
                    rules.checks.push(CheckRule { that, message, places, rows_of, reads });
                }
                return;
            }
            Rule::Stamp(stamp) => return rules.stamps.extend(self.stamp(stamp, pointer)),
        };
        let places = self.places(fields, pointer);
        let pointer = format!("{pointer}/when");
        let mut scopes: Vec<Option<&FieldKey>> = places.iter().map(Place::subform).collect();
        scopes.dedup();
        let first = Scope { subform: scopes.first().copied().flatten(), old: false };
        let known = std::mem::take(&mut self.links);
        if let Some(when) = self.expression(when, first, &pointer) {
            for subform in scopes.iter().skip(1) {
                self.readings(&when, Scope { subform: *subform, old: false }, &pointer);
            }
            rules.state_rules.push(StateRule { effect, when, places, message });
        }
        let needed = std::mem::replace(&mut self.links, known);
        merge(&mut self.links, &needed);
        if effect == Effect::ReadOnly {
            merge(&mut rules.lock_links, &needed);
        }
    }

    fn places(&mut self, names: &[String], pointer: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for (index, name) in names.iter().enumerate() {
            match Place::find(self.names.form, name) {
                Some(place) => places.push(place),
                None => {
                    let problem = Problem::new("unknown_name").with("name", name.as_str());
                    self.note(problem, &format!("{pointer}/fields/{index}"));
                }
            }
        }
        places
    }

    /// A check whose message stands at columns of one subform, and that reads a column of
    /// the row by its plain name, is made for each row.
    fn check(
        &mut self,
        that: &str,
        places: &[Place],
        pointer: &str,
    ) -> Option<(Expression, Option<FieldKey>, Vec<Place>)> {
        let pointer = format!("{pointer}/that");
        let subform = places.first().and_then(Place::subform);
        let subform = subform.filter(|_| places.iter().all(|place| place.subform() == subform));
        let scope = Scope { subform, old: false };
        let expression = match Expression::compile(that) {
            Ok(expression) => expression,
            Err(problem) => {
                self.note(problem, &pointer);
                return None;
            }
        };
        let reads = self.readings(&expression, scope, &pointer);
        let in_row = |subform: &&FieldKey| {
            let columns = self.names.form.subform(subform.as_str()).map(|s| &s.fields);
            expression.paths().iter().any(|path| {
                &*path.root == "row" || columns.is_some_and(|all| all.contains_key(&*path.root))
            })
        };
        let rows_of = subform.filter(in_row).cloned();
        Some((expression, rows_of, reads))
    }

    fn stamp(&mut self, stamp: &StampRule, pointer: &str) -> Option<Stamp> {
        for (index, key) in stamp.on.iter().enumerate() {
            if self.names.form.field(key.as_str()).is_none() {
                let problem = Problem::new("unknown_name").with("name", key.as_str());
                self.note(problem, &format!("{pointer}/on/{index}"));
            }
        }
        let scope = Scope { subform: None, old: true };
        let when = match &stamp.when {
            None => None,
            Some(text) => Some(self.expression(text, scope, &format!("{pointer}/when"))?),
        };
        let set = self.set(&stamp.set, self.names.form, scope, &format!("{pointer}/set"));
        Some(Stamp { on: stamp.on.clone(), when, set })
    }

    /// Expressions over this record whose results go to fields of `target`.
    fn set(
        &mut self,
        set: &IndexMap<FieldKey, String>,
        target: &FormModel,
        scope: Scope<'_>,
        pointer: &str,
    ) -> Vec<Formula> {
        let mut formulas = Vec::new();
        for (key, text) in set {
            let pointer = format!("{pointer}/{key}");
            let expression = self.expression(text, scope, &pointer);
            match (target.field(key.as_str()), expression) {
                (Some(field), Some(expression)) => formulas.push(Formula {
                    place: Place::Field(key.clone()),
                    expression,
                    kind: Arc::clone(&field.kind),
                }),
                (None, _) => {
                    self.note(Problem::new("unknown_name").with("name", key.as_str()), &pointer);
                }
                (Some(_), None) => {}
            }
        }
        formulas
    }

    /// The values of a new record of a form: another one, or this one as it is here.
    fn create(
        &mut self,
        key: &FormKey,
        set: &IndexMap<FieldKey, String>,
        pointer: &str,
    ) -> Vec<Formula> {
        let own: &'f FormModel = self.names.form;
        let values = format!("{pointer}/set");
        if key == own.key() {
            return self.set(set, own, Scope::default(), &values);
        }
        match self.names.find(key) {
            Ok(target) => self.set(set, &target, Scope::default(), &values),
            Err(problem) => {
                self.note(problem, &format!("{pointer}/form"));
                Vec::new()
            }
        }
    }

    fn buttons(&mut self) -> Vec<Button> {
        let form: &'f FormModel = self.names.form;
        let mut compiled = Vec::new();
        for (index, button) in form.document.buttons.iter().enumerate() {
            let pointer = format!("/buttons/{index}");
            let when = button.when.as_deref();
            let when = when.and_then(|text| {
                self.expression(text, Scope::default(), &format!("{pointer}/when"))
            });
            let set = match &button.action {
                ButtonAction::Update { set } => {
                    self.set(set, form, Scope::default(), &format!("{pointer}/action/update/set"))
                }
                ButtonAction::Create { form: key, set } => {
                    self.create(key, set, &format!("{pointer}/action/create"))
                }
                ButtonAction::Script(_) => Vec::new(),
            };
            compiled.push(Button { key: button.key.to_string(), when, set });
        }
        compiled
    }
}
