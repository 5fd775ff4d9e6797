//! What apps look like to one member: navigation without what they may not open.

use formwork_model::document::{NavigationItem, Operation};

use crate::{Caller, Engine, catalog::Catalog};

/// An app that a member may open.
#[derive(Debug, Clone)]
pub struct AppEntry {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Name of an icon.
    pub icon: Option<String>,
    /// One of the eight chart colours.
    pub color: Option<u8>,
    /// The navigation.
    pub navigation: Vec<NavigationSection>,
}

/// Entries under a heading.
#[derive(Debug, Clone)]
pub struct NavigationSection {
    /// The heading.
    pub label: Option<String>,
    /// The entries.
    pub items: Vec<NavigationEntry>,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavigationEntry {
    /// `form` or `dashboard`.
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Whether the member may make records; of a form.
    pub can_create: bool,
}

impl Engine {
    /// The apps in which a member may open something.
    pub fn app_list(&self, caller: &Caller) -> Vec<AppEntry> {
        let catalog = self.catalog();
        let apps = catalog.apps().iter().map(|app| {
            let sections = app.navigation.iter().map(|group| NavigationSection {
                label: group.label.as_ref().map(|label| label.get(&caller.locale).to_owned()),
                items: group
                    .items
                    .iter()
                    .filter_map(|item| self.entry_of(&catalog, caller, item))
                    .collect(),
            });
            AppEntry {
                key: app.key.to_string(),
                label: app.label.get(&caller.locale).to_owned(),
                icon: app.icon.clone(),
                color: app.color,
                navigation: sections.filter(|section| !section.items.is_empty()).collect(),
            }
        });
        apps.filter(|app| caller.must_be_admin().is_ok() || !app.navigation.is_empty()).collect()
    }

    fn entry_of(
        &self,
        catalog: &Catalog,
        caller: &Caller,
        item: &NavigationItem,
    ) -> Option<NavigationEntry> {
        match item {
            NavigationItem::Form(key) => {
                let form = &catalog.compiled(key.as_str())?.model.document;
                let access = caller.access(catalog, key.as_str(), self.now());
                (access.may(Operation::View) || access.may(Operation::Create)).then(|| {
                    NavigationEntry {
                        kind: "form",
                        key: key.to_string(),
                        label: form.label.get(&caller.locale).to_owned(),
                        icon: form.icon.clone(),
                        can_create: access.may(Operation::Create),
                    }
                })
            }
            NavigationItem::Dashboard(key) => {
                let page = catalog.dashboard(key.as_str())?;
                caller.may_open(catalog, key.as_str()).then(|| NavigationEntry {
                    kind: "dashboard",
                    key: key.to_string(),
                    label: page.label.get(&caller.locale).to_owned(),
                    icon: page.icon.clone(),
                    can_create: false,
                })
            }
        }
    }

    /// What a member may do with a form's records, on some record at least.
    pub fn form_access(&self, caller: &Caller, form: &str) -> formwork_query::FormAccess {
        caller.access(&self.catalog(), form, self.now())
    }
}
