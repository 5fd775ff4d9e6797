//! What was compiled, by value: the same text among the same forms is compiled once, whoever
//! asks first: the check of a publish, the publish, or a load after it.

use std::{collections::HashMap, sync::Arc};

use formwork_query::Dialect;
use parking_lot::Mutex;

use super::{
    Models,
    published::{DocumentId, Published, Source},
};

/// Most compiled documents that are kept beside those of the current catalog.
const MOST: usize = 256;

/// Compiled documents of late. Nothing in it is ever stale: it is asked by value.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<(DocumentId, u64), Arc<Published>>>);

impl Cache {
    /// A document compiled among these forms.
    pub(crate) fn compiled(
        &self,
        source: &Arc<Source>,
        models: &Models,
        dialect: Dialect,
    ) -> Arc<Published> {
        let key = (source.id.clone(), source.stamp);
        let known = self.0.lock().get(&key).cloned();
        if let Some(known) = known.filter(|known| known.is_still(source, models)) {
            return known;
        }
        let compiled = Arc::new(Published::compile(source, models, dialect));
        let mut kept = self.0.lock();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&compiled));
        compiled
    }
}
