//! Reading a filter member by member, so that what is wrong inside it has its place: serde's
//! own reading of untagged forms knows only that none of them fits.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value as Json;

use super::{Condition, Filter, Operator};
use crate::{Problem, Problems};

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FilterVisitor)
    }
}

struct FilterVisitor;

impl<'de> Visitor<'de> for FilterVisitor {
    type Value = Filter;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a filter: `all`, `any`, `not`, or `field`, `op` and `value`")
    }

    /// What has more than one meaning is read as the first of `all`, `any`, `not` and a
    /// condition that it has: so it always was, and stored documents stay what they are. Who
    /// hands one in is refused ([`stray_members`]).
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Filter, A::Error> {
        let (mut all, mut any, mut not) = (None, None, None);
        let mut condition = Parts::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "all" => once(&mut all, map.next_value()?, "all")?,
                "any" => once(&mut any, map.next_value()?, "any")?,
                "not" => once(&mut not, map.next_value()?, "not")?,
                "field" => once(&mut condition.field, map.next_value()?, "field")?,
                "op" => once(&mut condition.op, map.next_value()?, "op")?,
                "value" => once(&mut condition.value, map.next_value()?, "value")?,
                // Whoever reads strictly takes notice.
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(match (all, any, not) {
            (Some(all), _, _) => Filter::All { all },
            (_, Some(any), _) => Filter::Any { any },
            (_, _, Some(not)) => Filter::Not { not },
            (None, None, None) => Filter::Condition(condition.finish()?),
        })
    }
}

/// Reads a filter of a request: nothing in it is stray.
///
/// # Errors
/// What is stray, as serde says it of what it does not know; what is no filter.
pub fn strictly<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Filter>, D::Error> {
    let Some(json) = Option::<Json>::deserialize(deserializer)? else { return Ok(None) };
    if let Some(problem) = stray_members(&json).first() {
        let member = problem.params.get("member").and_then(|members| members.get(0));
        let name = member.and_then(Json::as_str).unwrap_or_default();
        return Err(D::Error::custom(format!("unknown field `{name}`")));
    }
    serde_json::from_value(json).map(Some).map_err(D::Error::custom)
}

/// The members of a condition, as far as they have come.
#[derive(Default)]
struct Parts {
    field: Option<String>,
    op: Option<Operator>,
    value: Option<Json>,
}

impl Parts {
    fn finish<E: Error>(self) -> Result<Condition, E> {
        Ok(Condition {
            field: self.field.ok_or_else(|| E::missing_field("field"))?,
            op: self.op.ok_or_else(|| E::missing_field("op"))?,
            value: self.value.unwrap_or_default(),
        })
    }
}

fn once<T, E: Error>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

/// Members that a filter does not have, in the filters anywhere inside a document that
/// somebody hands in. Stored documents are not judged by it: what they have too much has
/// never had a meaning.
pub fn stray_members(json: &Json) -> Problems {
    let under = |step: &dyn ToString, part: &Json| -> Problems {
        stray_members(part).into_iter().map(|problem| problem.at(step.to_string())).collect()
    };
    match json {
        Json::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| under(&index, item)).collect()
        }
        Json::Object(members) => {
            let mut problems: Problems =
                members.iter().flat_map(|(name, part)| under(name, part)).collect();
            if is_filter(json) {
                let group =
                    ["all", "any", "not"].into_iter().find(|name| members.contains_key(*name));
                let own = |name: &str| match group {
                    Some(group) => name == group,
                    None => matches!(name, "field" | "op" | "value"),
                };
                let stray: Vec<&str> =
                    members.keys().map(String::as_str).filter(|name| !own(name)).collect();
                if !stray.is_empty() {
                    let reason = Problem::new("schema").with("reason", "members_unknown");
                    problems.push(reason.with("member", stray));
                }
            }
            problems
        }
        _ => Problems::new(),
    }
}

/// Whether an object can be nothing but a filter.
fn is_filter(json: &Json) -> bool {
    let group = |name: &str| json.get(name).is_some_and(Json::is_array);
    let condition = json.get("field").is_some_and(Json::is_string)
        && json.get("op").is_some_and(Json::is_string);
    group("all") || group("any") || condition || json.get("not").is_some_and(is_filter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refused(filter: Json, reason: &str) {
        let error = serde_json::from_value::<Filter>(filter).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn what_is_no_filter_says_why() {
        refused(json!({}), "missing field `field`");
        refused(json!({ "field": "amount" }), "missing field `op`");
        refused(json!({ "all": { "field": "amount", "op": "empty" } }), "expected a sequence");
        refused(json!([]), "a filter");
    }

    /// As programs before read it.
    #[test]
    fn a_stored_filter_of_two_meanings_stays_what_it_was() {
        let read = |filter: Json| serde_json::from_value::<Filter>(filter).unwrap();
        let empty = json!({ "field": "amount", "op": "empty" });
        assert_eq!(read(json!({ "any": [], "all": [] })), Filter::everything());
        assert_eq!(read(json!({ "field": "x", "op": "eq", "all": [] })), Filter::everything());
        assert_eq!(read(json!({ "not": empty, "any": [] })), Filter::Any { any: Vec::new() });
        let strays = |filter: Json| stray_members(&filter).len();
        assert_eq!(strays(json!({ "any": [], "all": [] })), 1);
        assert_eq!(strays(json!({ "field": "x", "op": "eq", "all": [] })), 1);
        assert_eq!(strays(json!({ "not": empty, "all": [] })), 1);
    }

    #[test]
    fn a_documents_filters_have_no_stray_members() {
        let chart = json!({ "series": [{ "key": "all", "filter": {
            "all": [{ "field": "a", "op": "empty", "vlaue": 1 }, { "not": { "any": [], "x": 1 } }],
            "or": [], "and": []
        } }] });
        let found = stray_members(&json!({ "charts": [chart] }));
        let found = found.iter().map(|p| format!("{} {}", p.pointer, p.params["member"]));
        assert_eq!(
            found.collect::<Vec<_>>(),
            [
                r#"/charts/0/series/0/filter/all/0 ["vlaue"]"#,
                r#"/charts/0/series/0/filter/all/1/not ["x"]"#,
                r#"/charts/0/series/0/filter ["or","and"]"#,
            ]
        );
        let names = json!({ "filters": {
            "all": { "label": "All", "kind": "period" },
            "not": { "label": "Not", "kind": "field", "form": "deal", "field": "stage" }
        } });
        assert!(stray_members(&names).is_empty());
    }

    #[test]
    fn members_that_nobody_knows_are_passed_on_to_who_reads_strictly() {
        let mut unknown = Vec::new();
        let filter = json!({ "any": [{ "not": {
            "field": "amount", "op": "eq", "value": { "any": 1 }, "valeu": 2
        } }], "or": [] });
        let read: Result<Filter, _> =
            serde_ignored::deserialize(filter, |path| unknown.push(path.to_string()));
        assert_eq!(read.unwrap().conditions().len(), 1);
        assert_eq!(unknown, ["any.0.not.valeu", "or"]);
    }
}
