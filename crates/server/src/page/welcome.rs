//! The pages before anyone is signed in.

use askama::Template;

use super::{
    layout::{Layout, has_layout},
    return_to::own_path,
};

/// What `sign_in.html` is filled from.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    layout: Layout,
    title: String,
    return_to: String,
    notice: Option<String>,
    alert: Option<String>,
    account: String,
}

has_layout!(SignInPage);

impl SignInPage {
    /// The page that leads to a path of this site after signing in; `ended` when a session
    /// that was there has ended.
    pub fn new(layout: Layout, return_to: &str, ended: bool) -> Self {
        let title = layout.t.get("shell.sign_in").to_owned();
        let notice = ended.then(|| layout.t.get("shell.session_ended").to_owned());
        let return_to = own_path(return_to);
        Self { layout, title, return_to, notice, alert: None, account: String::new() }
    }

    /// The page again after a try that failed: what was typed, and why.
    #[must_use]
    pub fn refused(self, account: &str, alert: String) -> Self {
        Self { alert: Some(alert), account: account.to_owned(), ..self }
    }

    /// Where the page leads.
    pub fn return_to(&self) -> &str {
        &self.return_to
    }
}

/// What `set_up.html` is filled from.
#[derive(Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    layout: Layout,
    title: String,
    templates: bool,
}

has_layout!(SetUpPage);

impl SetUpPage {
    /// The page of the first run; `templates` when an app package can be installed with it.
    pub fn new(layout: Layout, templates: bool) -> Self {
        let title = layout.t.get("shell.set_up_title").to_owned();
        Self { layout, title, templates }
    }
}
