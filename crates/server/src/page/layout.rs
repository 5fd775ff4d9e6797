//! What every page has: language, theme, the organisation's name, the files it loads.

use formwork_model::Locale;

use crate::{
    asset::{Manifest, PageFiles},
    catalogue::Texts,
    state::ServerState,
};

/// What `layout.html` is filled from.
#[derive(Debug)]
pub struct Layout {
    pub(super) t: Texts,
    pub(super) locale: String,
    pub(super) theme: String,
    pub(super) trend: String,
    pub(super) organisation: String,
    pub(super) assets: PageFiles,
}

/// How the organisation and the reader want pages to look.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The organisation's name.
    pub organisation: String,
    /// `neutral`, `red_up` or `green_up`.
    pub trend: String,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

impl Looks {
    /// How pages look to somebody who is not known.
    pub(crate) fn of(state: &ServerState) -> Self {
        let catalog = state.engine.catalog();
        Self {
            organisation: catalog.settings.name.clone(),
            trend: catalog.settings.trend_colors.clone(),
            theme: "system".to_owned(),
        }
    }
}

impl Layout {
    /// The layout of a page that loads these areas of the browser part.
    pub fn new(looks: Looks, locale: Locale, areas: &[&str]) -> Self {
        Self {
            locale: locale.to_string(),
            t: Texts::new(locale),
            theme: looks.theme,
            trend: looks.trend,
            organisation: looks.organisation,
            assets: Manifest::shared().files(areas),
        }
    }
}

/// Lets a page's template speak of the layout's parts as if they were the page's own, which
/// is how a template that extends another one reads.
macro_rules! has_layout {
    ($page:ty) => {
        impl ::std::ops::Deref for $page {
            type Target = $crate::page::Layout;
            fn deref(&self) -> &Self::Target {
                &self.layout
            }
        }
    };
}
pub(super) use has_layout;
