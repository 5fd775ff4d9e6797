//! Writing another name into the places that name something.

use serde_json::{Map, Value as Json};

use super::{At, Mention};

/// Writes `name` at every one of the places. They must have been found in this document.
pub fn apply(document: &mut Json, places: &[Mention], name: &str) {
    let mut places: Vec<&Mention> = places.iter().collect();
    // Texts first, each from its end; then keys from the inside out, which move pointers.
    places.sort_by_key(|place| match &place.at {
        At::Bytes(range) => (0, std::cmp::Reverse((range.start, place.pointer.len()))),
        At::Text | At::Segment(_) => (1, std::cmp::Reverse((0, 0))),
        At::Key => (2, std::cmp::Reverse((place.pointer.len(), 0))),
    });
    for place in places {
        match &place.at {
            At::Key => rename_key(document, &place.pointer, name),
            at => {
                if let Some(Json::String(text)) = document.pointer_mut(&place.pointer) {
                    write(text, at, name);
                }
            }
        }
    }
}

fn write(text: &mut String, at: &At, name: &str) {
    match at {
        At::Segment(number) => {
            let parts = text.split('.').enumerate();
            let parts = parts.map(|(index, part)| if index == *number { name } else { part });
            *text = parts.collect::<Vec<_>>().join(".");
        }
        At::Bytes(range) => {
            if text.get(range.clone()).is_some() {
                text.replace_range(range.clone(), name);
            }
        }
        At::Text | At::Key => name.clone_into(text),
    }
}

/// Renames a key of a map and keeps its place among the others.
fn rename_key(document: &mut Json, pointer: &str, name: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    let last = last.replace("~1", "/").replace("~0", "~");
    if let Some(Json::Object(map)) = document.pointer_mut(parent) {
        let members = std::mem::take(map).into_iter();
        *map = members
            .map(|(key, value)| if key == last { (name.to_owned(), value) } else { (key, value) })
            .collect::<Map<_, _>>();
    }
}
