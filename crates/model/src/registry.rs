//! Registries: kinds of something, each made from the options of a document.

use std::sync::Arc;

use schemars::Schema;
use serde_json::Value as Json;

/// A kind's entry in the registry of its trait `T`.
pub struct Registration<T: ?Sized> {
    /// The key that documents use.
    pub key: &'static str,
    parse: fn(&Json) -> Result<Arc<T>, serde_json::Error>,
    options_schema: fn(&mut schemars::SchemaGenerator) -> Schema,
}

impl<T: ?Sized> Registration<T> {
    /// An entry; [`crate::registered`] writes it.
    pub const fn new(
        key: &'static str,
        parse: fn(&Json) -> Result<Arc<T>, serde_json::Error>,
        options_schema: fn(&mut schemars::SchemaGenerator) -> Schema,
    ) -> Self {
        Self { key, parse, options_schema }
    }

    /// Makes the kind from its options.
    ///
    /// # Errors
    /// When the options are not what the kind takes.
    pub fn parse(&self, options: &Json) -> Result<Arc<T>, serde_json::Error> {
        (self.parse)(options)
    }

    /// The kind with the options that its schema gives as an example, or with none.
    ///
    /// # Errors
    /// When the example is not what the kind takes.
    pub fn example(&self) -> Result<Arc<T>, serde_json::Error> {
        let mut generator = schemars::SchemaGenerator::default();
        let schema = self.options_schema(&mut generator).to_value();
        let name = schema.get("$ref").and_then(Json::as_str).and_then(|at| at.rsplit('/').next());
        let own = name.and_then(|name| generator.definitions().get(name)).unwrap_or(&schema);
        let example = own.get("examples").and_then(|examples| examples.get(0)).cloned();
        self.parse(&example.unwrap_or_else(|| Json::Object(serde_json::Map::new())))
    }

    /// The JSON Schema of the kind's options.
    pub fn options_schema(&self, generator: &mut schemars::SchemaGenerator) -> Schema {
        (self.options_schema)(generator)
    }
}

/// The entry of a kind, its key first. The kind is made by `Deserialize` and described by
/// `JsonSchema`.
#[macro_export]
macro_rules! registered {
    ($key:literal, $kind:ty) => {
        $crate::registry::Registration::new(
            $key,
            |options| Ok(std::sync::Arc::new(<$kind as serde::Deserialize>::deserialize(options)?)),
            |generator| generator.subschema_for::<$kind>(),
        )
    };
}
