//! Reading a record's JSON into values, with every wrong field named.

use serde_json::{Map, Value as Json};

use super::{FieldModel, FormModel, SubformModel};
use crate::{FieldKey, Problem, Problems, SubformRow, Value, Values, problem::Collector};

impl FormModel {
    /// Reads a JSON object of field values. Unknown fields are problems; `null` empties.
    ///
    /// System fields other than `owner` and `department` are not read.
    pub fn read_values(&self, json: &Json) -> (Values, Problems) {
        let mut problems = Collector::default();
        let Some(object) = json.as_object() else {
            return (Values::new(), vec![Problem::new("wrong_type").with("expected", "object")]);
        };
        let mut values = Values::new();
        for (name, json) in object {
            let found = self
                .fields
                .get_key_value(name.as_str())
                .or_else(|| self.system.get_key_value(name.as_str()).filter(|_| is_settable(name)));
            let Some((key, field)) = found else {
                problems.add(|| Problem::new("unknown_field").at(name));
                continue;
            };
            let (value, found) = field.read_json(json);
            problems.extend(found.into_iter().map(|problem| problem.at(name)));
            values.insert(key.clone(), value);
        }
        (values, problems.into_problems())
    }
}

fn is_settable(name: &str) -> bool {
    matches!(name, "owner" | "department")
}

impl FieldModel {
    /// Reads the JSON of this field, rows of a subform included.
    pub fn read_json(&self, json: &Json) -> (Value, Problems) {
        if let Some(subform) = &self.subform {
            return subform.read_rows(json);
        }
        if json.is_null() {
            return (Value::Null, Problems::new());
        }
        match self.kind.read(json) {
            Ok(value) if value.is_empty() => (Value::Null, Problems::new()),
            Ok(value) => (value, Problems::new()),
            Err(problem) => (Value::Null, vec![problem]),
        }
    }
}

impl SubformModel {
    fn read_rows(&self, json: &Json) -> (Value, Problems) {
        let empty = Vec::new();
        let rows = match json {
            Json::Null => &empty,
            Json::Array(rows) => rows,
            _ => {
                return (Value::Null, vec![Problem::new("wrong_type").with("expected", "rows")]);
            }
        };
        if rows.len() > self.rows.1 {
            let problem = Problem::new("too_many_rows").with("max", self.rows.1);
            return (Value::Null, vec![problem]);
        }
        let mut problems = Collector::default();
        let mut read = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            match row.as_object() {
                Some(object) => {
                    let (row, found) = self.read_row(object);
                    problems.extend(found.into_iter().map(|problem| problem.at(index)));
                    read.push(row);
                }
                None => {
                    problems.push(Problem::new("wrong_type").with("expected", "object").at(index))
                }
            }
        }
        (Value::Rows(read), problems.into_problems())
    }

    fn read_row(&self, object: &Map<String, Json>) -> (SubformRow, Problems) {
        let mut problems = Collector::default();
        let mut row = SubformRow::default();
        for (name, json) in object {
            if name == "id" {
                match json.as_str() {
                    Some(id) if (1..=64).contains(&id.chars().count()) => {
                        row.id = Some(id.to_owned())
                    }
                    _ if json.is_null() => {}
                    _ => {
                        problems.push(Problem::new("wrong_type").with("expected", "text").at(name))
                    }
                }
                continue;
            }
            let found: Option<(&FieldKey, &FieldModel)> = self.fields.get_key_value(name.as_str());
            let Some((key, field)) = found else {
                problems.push(Problem::new("unknown_field").at(name));
                continue;
            };
            let (value, found) = field.read_json(json);
            problems.extend(found.into_iter().map(|problem| problem.at(name)));
            row.values.insert(key.clone(), value);
        }
        (row, problems.into_problems())
    }
}
