//! The fields that every form has by itself.

use indexmap::IndexMap;
use serde_json::json;

use super::FieldModel;
use crate::{FieldKey, Localized, document::Field, kind};

/// Key, kind, Chinese label and English label of each.
pub const SYSTEM_FIELDS: &[(&str, &str, &str, &str)] = &[
    ("id", "text", "记录编号", "Record id"),
    ("version", "number", "版本", "Version"),
    ("title", "text", "标题", "Title"),
    ("owner", "member", "负责人", "Owner"),
    ("department", "department", "归属部门", "Department"),
    ("flow_status", "choice", "流程状态", "Process state"),
    ("created_at", "datetime", "创建时间", "Created at"),
    ("created_by", "member", "创建人", "Created by"),
    ("updated_at", "datetime", "修改时间", "Updated at"),
    ("updated_by", "member", "修改人", "Updated by"),
];

/// The states of `flow_status`: key, Chinese, English, colour.
const FLOW_STATES: &[(&str, &str, &str, u8)] = &[
    ("draft", "草稿", "Draft", 6),
    ("running", "审批中", "In approval", 1),
    ("approved", "已通过", "Approved", 2),
    ("returned", "已退回", "Returned", 3),
    ("rejected", "已拒绝", "Rejected", 4),
    ("withdrawn", "已撤回", "Withdrawn", 6),
    ("cancelled", "已终止", "Ended", 6),
];

/// Whether a key belongs to a system field.
pub fn is_system_field(key: &str) -> bool {
    SYSTEM_FIELDS.iter().any(|(name, ..)| *name == key)
}

/// The system fields with what forms need to know of them.
pub fn system_fields() -> IndexMap<FieldKey, FieldModel> {
    SYSTEM_FIELDS.iter().filter_map(system_field).collect()
}

fn system_field(
    (name, kind_key, chinese, english): &(&str, &str, &str, &str),
) -> Option<(FieldKey, FieldModel)> {
    let key: FieldKey = name.parse().ok()?;
    let options = match *name {
        "version" => json!({ "places": 0 }),
        "flow_status" => {
            let states = FLOW_STATES.iter().map(|(key, chinese, english, color)| {
                json!({
                    "key": key,
                    "label": { "zh-CN": chinese, "en": english },
                    "color": color
                })
            });
            json!({ "options": states.collect::<Vec<_>>() })
        }
        _ => json!({}),
    };
    let field = Field {
        key: key.clone(),
        kind: (*kind_key).to_owned(),
        label: Localized::new(*chinese, *english),
        help: None,
        required: false,
        unique: false,
        read_only: !matches!(*name, "owner"),
        keep_when_hidden: true,
        default: None,
        formula: None,
        options: options.clone(),
    };
    let kind = kind::parse(kind_key, &options).ok()?;
    Some((key, FieldModel { field, kind, column: (*name).to_owned(), subform: None }))
}
