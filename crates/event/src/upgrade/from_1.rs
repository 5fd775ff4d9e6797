//! Format 1 said only in `subject` which document, member, department or role it was about;
//! since format 2 the detail says so itself.

use serde_json::{Value as Json, json};

use crate::EventKind;

pub(super) fn upgrade(kind: EventKind, subject: &str, mut detail: Json) -> Result<Json, String> {
    let Some(fields) = detail.as_object_mut() else {
        return Err("the detail is no object".to_owned());
    };
    match kind {
        EventKind::DocumentPublished => {
            let (kind, key) =
                subject.split_once('/').ok_or_else(|| format!("`{subject}` is no document"))?;
            fields.insert("document".to_owned(), json!({ "kind": kind, "key": key }));
        }
        EventKind::MemberAdded | EventKind::MemberChanged => {
            fields.insert("member".to_owned(), json!(subject));
        }
        EventKind::DepartmentSaved => {
            fields.insert("department".to_owned(), json!(subject));
        }
        EventKind::RoleSaved => {
            fields.insert("role".to_owned(), json!(subject));
        }
        _ => {}
    }
    Ok(detail)
}
