//! One condition: an operator on a field.

use formwork_model::{Condition, Operator, Problem, Problems, Storage};
use serde_json::Value as Json;

use super::operand::{Operand, read_list, read_one, read_text};
use crate::{
    Dialect,
    column::{Column, Columns, in_texts, operand},
    period::{day_start, read_period},
    statement::{Bind, Fragment},
};

pub(super) fn compile(source: &dyn Columns, condition: &Condition) -> Result<Fragment, Problems> {
    let column = source.path(&condition.field).map_err(|problem| vec![problem.at("field")])?;
    if !column.kind.operators().contains(&condition.op) {
        let op = serde_json::to_value(condition.op).unwrap_or_default();
        return Err(vec![Problem::new("unknown_operator").with("op", op).at("op")]);
    }
    let compiler = Compiler { source, column: &column };
    compiler.operator(condition.op, &condition.value).map_err(|problem| vec![problem.at("value")])
}

struct Compiler<'a> {
    source: &'a dyn Columns,
    column: &'a Column,
}

impl Compiler<'_> {
    fn operator(&self, op: Operator, value: &Json) -> Result<Fragment, Problem> {
        match op {
            Operator::Eq => self.compare("=", value),
            Operator::Ne => Ok(not(&self.compare("=", value)?)),
            Operator::Lt => self.compare("<", value),
            Operator::Lte => self.compare("<=", value),
            Operator::Gt => self.compare(">", value),
            Operator::Gte => self.compare(">=", value),
            Operator::Between => self.between(value),
            Operator::In => self.one_of(value),
            Operator::NotIn => Ok(not(&self.one_of(value)?)),
            Operator::Contains => self.like(value, "%", "%"),
            Operator::NotContains => Ok(not(&self.like(value, "%", "%")?)),
            Operator::StartsWith => self.like(value, "", "%"),
            Operator::HasAny => self.has(value, "in", "?|"),
            Operator::HasAll => self.has(value, "all", "?&"),
            Operator::InPeriod => self.in_period(value),
            Operator::Empty => Ok(Fragment::fill("{} is null", [self.expression()])),
            Operator::NotEmpty => Ok(Fragment::fill("{} is not null", [self.expression()])),
        }
    }

    fn expression(&self) -> &Fragment {
        &self.column.expression
    }

    fn operand(&self, value: Bind) -> Fragment {
        operand(self.source.dialect(), self.column.storage, value)
    }

    fn compare(&self, operator: &str, value: &Json) -> Result<Fragment, Problem> {
        let value = read_one(self.source.reader(), self.column, value)?;
        Ok(self.compared(operator, value.bind()))
    }

    fn compared(&self, operator: &str, value: Bind) -> Fragment {
        Fragment::fill(&format!("{{}} {operator} {{}}"), [self.expression(), &self.operand(value)])
    }

    fn between(&self, value: &Json) -> Result<Fragment, Problem> {
        let Some([from, to]) = value.as_array().map(Vec::as_slice) else {
            return Err(Problem::new("wrong_type").with("expected", "range"));
        };
        let mut bounds = Vec::new();
        for (index, (operator, bound)) in [(">=", from), ("<=", to)].into_iter().enumerate() {
            if !bound.is_null() {
                bounds.push(self.compare(operator, bound).map_err(|problem| problem.at(index))?);
            }
        }
        if bounds.is_empty() {
            return Ok(Fragment::fill("{} is not null", [self.expression()]));
        }
        Ok(Fragment::fill("({})", [&Fragment::join(&bounds, " and ")]))
    }

    fn one_of(&self, value: &Json) -> Result<Fragment, Problem> {
        let values = read_list(self.source.reader(), self.column, value)?;
        let texts: Vec<String> = values.iter().filter_map(Operand::text).collect();
        let numbers: Vec<i64> = values.iter().filter_map(Operand::number).collect();
        if !matches!(self.column.storage, Storage::Scaled { .. }) {
            return Ok(in_texts(self.source.dialect(), self.expression(), &texts));
        }
        let list = Fragment::bind(serde_json::json!(numbers).to_string());
        let template = match self.source.dialect() {
            Dialect::Sqlite => "{} in (select value from json_each({}))",
            Dialect::Postgres => {
                "{} = any (array(select jsonb_array_elements_text({}::jsonb)::bigint))"
            }
        };
        Ok(Fragment::fill(template, [self.expression(), &list]))
    }

    fn like(&self, value: &Json, before: &str, after: &str) -> Result<Fragment, Problem> {
        let text = read_text(value)?;
        Ok(contains(self.source.dialect(), self.expression(), &text, before, after))
    }

    fn has(&self, value: &Json, sqlite: &str, postgres: &str) -> Result<Fragment, Problem> {
        let values = read_list(self.source.reader(), self.column, value)?;
        let texts: Vec<String> = values.iter().filter_map(Operand::text).collect();
        let list = Fragment::bind(serde_json::json!(texts).to_string());
        let parts = [self.expression(), &list];
        Ok(match (self.source.dialect(), sqlite) {
            (Dialect::Postgres, _) => Fragment::fill(
                &format!("{{}} {postgres} array(select jsonb_array_elements_text({{}}::jsonb))"),
                parts,
            ),
            (Dialect::Sqlite, "in") => Fragment::fill(
                // Not `exists`: SQLite 3.51 makes it a join, and `offset` then counts a record
                // once for each of its items.
                "(select 1 from json_each({}) item \
                 where item.value in (select value from json_each({})) limit 1) is not null",
                parts,
            ),
            (Dialect::Sqlite, _) => Fragment::fill(
                "({} is not null and not exists (select 1 from json_each({}) wanted \
                 where wanted.value not in (select value from json_each({}))))",
                [self.expression(), &list, self.expression()],
            ),
        })
    }

    fn in_period(&self, value: &Json) -> Result<Fragment, Problem> {
        let period = read_period(value, self.source.reader().today)?;
        let zone = &self.source.reader().time_zone;
        let mut bounds = Vec::new();
        let moments = self.column.storage == Storage::Instant;
        if let Some(from) = period.from {
            let from = if moments { day_start(from, zone)? } else { from.to_string() };
            bounds.push(self.compared(">=", from.into()));
        }
        if let Some(to) = period.to {
            bounds.push(if moments {
                let next = to.tomorrow().map_err(|_| Problem::new("period_out_of_range"))?;
                self.compared("<", day_start(next, zone)?.into())
            } else {
                self.compared("<=", to.to_string().into())
            });
        }
        if bounds.is_empty() {
            return Ok(Fragment::fill("{} is not null", [self.expression()]));
        }
        Ok(Fragment::fill("({})", [&Fragment::join(&bounds, " and ")]))
    }
}

fn not(condition: &Fragment) -> Fragment {
    Fragment::fill("({}) is not true", [condition])
}

/// Whether a text matches, letter case ignored; `before` and `after` are `%` or nothing.
pub(super) fn contains(
    dialect: Dialect,
    expression: &Fragment,
    text: &str,
    before: &str,
    after: &str,
) -> Fragment {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = Fragment::bind(format!("{before}{escaped}{after}"));
    let template = match dialect {
        Dialect::Sqlite => "{} like {} escape '\\'",
        Dialect::Postgres => "{} ilike {} escape '\\'",
    };
    Fragment::fill(template, [expression, &pattern])
}
