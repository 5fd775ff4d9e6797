//! Where signing in leads: a path of this site, and nothing else.

use std::sync::LazyLock;

use url::Url;

/// Stands for this site while a path is read. What parts of it come back is compared whole.
static THIS_SITE: LazyLock<Option<Url>> =
    LazyLock::new(|| Url::parse("https://this.site.invalid").ok());

/// The start page.
const START: &str = "/";

/// The address as browsers read it, when it is one of this site, else the start page.
///
/// Browsers resolve dots, drop tabs and take `\` for `/` before they look at what they have
/// got: so the *parsed* address is judged and handed on, never the text that came.
pub(super) fn own_path(text: &str) -> String {
    parsed(text).unwrap_or_else(|| START.to_owned())
}

fn parsed(text: &str) -> Option<String> {
    let site = THIS_SITE.as_ref()?;
    if !text.starts_with('/') {
        return None;
    }
    let address = site.join(text).ok()?;
    let path = path_of(&address);
    // Where it is resolved again, it must lead to the same place.
    let is_own = address.origin() == site.origin()
        && address.username().is_empty()
        && address.password().is_none()
        && site.join(path).is_ok_and(|again| again == address);
    is_own.then(|| path.to_owned())
}

/// Path, query and fragment.
fn path_of(address: &Url) -> &str {
    address.as_str().get(address[..url::Position::BeforePath].len()..).unwrap_or(START)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leads_only_to_this_site() {
        for (text, expected) in [
            ("/apps/crm?view=x#y", "/apps/crm?view=x#y"),
            ("/tasks?list=done&q=a%2F%2Fb", "/tasks?list=done&q=a%2F%2Fb"),
            ("/apps/../tasks", "/tasks"),
            ("/客户", "/%E5%AE%A2%E6%88%B7"),
            ("/@evil.example", "/@evil.example"),
            ("/%2F/evil.example", "/%2F/evil.example"),
            ("/%5Cevil.example", "/%5Cevil.example"),
            ("//evil.example", "/"),
            ("///evil.example", "/"),
            ("/..//evil.example", "/"),
            ("/.//evil.example", "/"),
            ("/a/..//evil.example", "/"),
            ("/%2e%2e//evil.example", "/"),
            ("/%2E//evil.example", "/"),
            ("/..\\\\evil.example", "/"),
            ("/..\\/evil.example", "/"),
            ("/\\evil.example", "/"),
            ("\\\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\n/evil.example", "/"),
            ("/.\t.//evil.example", "/"),
            ("\t//evil.example", "/"),
            (" //evil.example", "/"),
            ("//user:word@this.site.invalid/x", "/"),
            ("//this.site.invalid/x", "/x"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("tasks", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_of_this_site(text in r"[/\\.%2eEfF5cC@:?#\t\n\r a-c]{0,24}") {
            let base = Url::parse("https://forms.example").unwrap();
            let path = own_path(&format!("/{text}"));
            prop_assert!(path.starts_with('/'), "{path}");
            prop_assert_eq!(base.join(&path).unwrap().origin(), base.origin(), "{}", path);
        }
    }
}
