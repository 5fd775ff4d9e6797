//! A page with the frame: rail, navigation, crumbs, and one island.

use askama::Template;
use formwork_engine::Caller;
use serde_json::{Map, Value as Json, json};

use super::layout::{Layout, Looks, has_layout};
use crate::{api::apps::AppEntry, problem::HttpProblem, state::ServerState};

/// What `page.html` is filled from.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Frame {
    layout: Layout,
    title: String,
    member: FrameMember,
    section: &'static str,
    open_tasks: i64,
    apps: Vec<FrameApp>,
    app: Option<AppNavigation>,
    crumbs: Vec<Crumb>,
    new_href: Option<String>,
    tinted: bool,
    page_json: String,
}

has_layout!(Frame);

struct FrameMember {
    name: String,
    initial: String,
    color: u8,
    is_admin: bool,
}

struct FrameApp {
    label: String,
    icon: String,
    color: u8,
    href: String,
    current: bool,
}

struct AppNavigation {
    label: String,
    icon: String,
    color: u8,
    groups: Vec<NavigationGroup>,
}

struct NavigationGroup {
    label: Option<String>,
    items: Vec<NavigationEntry>,
}

struct NavigationEntry {
    label: String,
    icon: String,
    href: String,
    current: bool,
}

/// One step of the way to a page.
pub(super) struct Crumb {
    pub(super) label: String,
    pub(super) href: Option<String>,
}

/// What is particular to one page.
#[derive(Default)]
pub(super) struct PageOf<'a> {
    /// The area of the browser part whose island is shown.
    pub(super) island: &'static str,
    /// What is current on the rail.
    pub(super) section: &'static str,
    /// The app that the page belongs to.
    pub(super) app: Option<&'a str>,
    /// The entry of the app's navigation that is current, as its address.
    pub(super) current: Option<String>,
    /// The way to the page; the last is the page and its title.
    pub(super) crumbs: Vec<Crumb>,
    /// Where the phone's plus leads.
    pub(super) new_href: Option<String>,
    /// Cards on a tinted ground.
    pub(super) tinted: bool,
    /// The variable parts of the path.
    pub(super) params: Vec<(&'static str, String)>,
}

const DEFAULT_ICON: &str = "layout-grid";

impl Frame {
    /// The page, as the caller sees it.
    pub(super) async fn new(
        state: &ServerState,
        caller: &Caller,
        page: PageOf<'_>,
    ) -> Result<Self, HttpProblem> {
        let apps = crate::api::apps::entries(state, caller);
        let open_tasks = state.engine.task_count(caller).await?;
        let catalog = state.engine.catalog();
        let member =
            catalog.directory.member(&caller.member).ok_or_else(HttpProblem::not_signed_in)?;
        let looks = Looks { theme: member.theme.clone(), ..Looks::of(state) };
        let current = page.app.and_then(|key| apps.iter().find(|app| app.key == key));
        let page_json = json!({
            "island": page.island,
            "locale": caller.locale.as_str(),
            "theme": looks.theme,
            "trend": looks.trend,
            "time_zone": catalog.settings.time_zone,
            "member": {
                "id": member.id,
                "name": member.name,
                "is_admin": member.is_admin,
                "department": member.department,
            },
            "app": current.map(|app| json!({ "key": app.key, "label": app.label })),
            "params": params(page.params),
        });
        Ok(Self {
            member: FrameMember {
                name: member.name.clone(),
                initial: member.name.chars().next().map(String::from).unwrap_or_default(),
                color: color_of(&member.id),
                is_admin: member.is_admin,
            },
            title: page.crumbs.last().map(|crumb| crumb.label.clone()).unwrap_or_default(),
            section: page.section,
            open_tasks,
            app: current.map(|app| navigation(app, page.current.as_deref())),
            apps: apps.iter().map(|app| frame_app(app, page.app)).collect(),
            crumbs: page.crumbs,
            new_href: page.new_href,
            tinted: page.tinted,
            page_json: script_safe(&page_json),
            layout: Layout::new(looks, caller.locale.clone(), &["app/shell", page.island]),
        })
    }
}

fn params(params: Vec<(&'static str, String)>) -> Map<String, Json> {
    params.into_iter().map(|(name, value)| (name.to_owned(), Json::String(value))).collect()
}

/// JSON that no text in it can end the script element of.
fn script_safe(json: &Json) -> String {
    json.to_string().replace('<', "\\u003c")
}

/// A colour of the eight that stays the member's own.
fn color_of(id: &str) -> u8 {
    let sum = id.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    sum % 8 + 1
}

fn frame_app(app: &AppEntry, current: Option<&str>) -> FrameApp {
    FrameApp {
        label: app.label.clone(),
        icon: icon(app.icon.as_ref()),
        color: app.color,
        href: format!("/apps/{}", app.key),
        current: current == Some(&app.key),
    }
}

fn navigation(app: &AppEntry, current: Option<&str>) -> AppNavigation {
    let groups = app.navigation.iter().map(|group| NavigationGroup {
        label: group.label.clone(),
        items: group
            .items
            .iter()
            .map(|item| {
                let href = item.href(&app.key);
                NavigationEntry {
                    label: item.label.clone(),
                    icon: icon(item.icon.as_ref()),
                    current: current == Some(&href),
                    href,
                }
            })
            .collect(),
    });
    AppNavigation {
        label: app.label.clone(),
        icon: icon(app.icon.as_ref()),
        color: app.color,
        groups: groups.collect(),
    }
}

fn icon(name: Option<&String>) -> String {
    name.cloned().unwrap_or_else(|| DEFAULT_ICON.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script() {
        let text = script_safe(&json!({ "label": "</script><!--" }));
        assert!(!text.contains('<'));
        let read: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(read["label"], "</script><!--");
    }
}
