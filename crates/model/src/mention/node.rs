//! A place in a document: its JSON and the pointer to it.

use serde_json::Value as Json;

#[derive(Clone)]
pub(super) struct Node<'j> {
    pub(super) json: &'j Json,
    pub(super) pointer: String,
}

impl<'j> Node<'j> {
    pub(super) fn root(json: &'j Json) -> Self {
        Self { json, pointer: String::new() }
    }

    fn below(&self, step: &str, json: &'j Json) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        Self { json, pointer: format!("{}/{step}", self.pointer) }
    }

    /// A member of an object.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        self.json.get(name).map(|json| self.below(name, json))
    }

    /// The items of a list; none when it is something else.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        let items = self.json.as_array().into_iter().flatten().enumerate();
        items.map(|(index, json)| self.below(&index.to_string(), json))
    }

    /// The members of an object; none when it is something else.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'j str, Self)> {
        let members = self.json.as_object().into_iter().flatten();
        members.map(|(name, json)| (name.as_str(), self.below(name, json)))
    }

    /// The items of a member that is a list.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        self.member(name).map(|list| list.items().collect()).unwrap_or_default()
    }

    /// The members of a member that is an object.
    pub(super) fn map(&self, name: &str) -> Vec<(&'j str, Self)> {
        self.member(name).map(|map| map.members().collect()).unwrap_or_default()
    }

    pub(super) fn text(&self) -> Option<&'j str> {
        self.json.as_str()
    }

    /// A member that is a text.
    pub(super) fn text_of(&self, name: &str) -> Option<&'j str> {
        self.json.get(name).and_then(Json::as_str)
    }
}
