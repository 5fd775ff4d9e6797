//! What browsers load besides pages: the files of the browser part, embedded.
//!
//! The build names each file by its content, so that browsers may keep it for ever. Which
//! files a page needs stands in the build's manifest.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::problem::HttpProblem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
struct BrowserFiles;

const MANIFEST: &str = "manifest.json";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

static SHARED: LazyLock<Manifest> = LazyLock::new(|| {
    let file = BrowserFiles::get(MANIFEST);
    file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// Which files belong to which entry, as the browser part's build wrote it.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Manifest(BTreeMap<String, Chunk>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    file: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    css: Vec<String>,
}

/// What a page puts into its head, as URLs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageFiles {
    /// The script that sets the theme before anything is drawn.
    pub theme: String,
    /// Module scripts.
    pub scripts: Vec<String>,
    /// Style sheets, imported ones first.
    pub styles: Vec<String>,
    /// Modules that the scripts import.
    pub preloads: Vec<String>,
    icons: String,
}

impl PageFiles {
    /// Where the picture of an icon of the set is.
    pub fn icon(&self, name: impl AsRef<str>) -> String {
        format!("{}#{}", self.icons, name.as_ref())
    }
}

impl Manifest {
    /// The manifest of the embedded files; empty when the browser part was not built.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// The files of areas of the browser part, each of which has a `main.ts`, by their folder: `record/grid`.
    pub fn files(&self, areas: &[&str]) -> PageFiles {
        let mut files = PageFiles {
            theme: self.url("src/app/theme/main.ts"),
            icons: self.url("src/ui/icons.svg"),
            ..PageFiles::default()
        };
        let mut seen = BTreeSet::new();
        for area in areas {
            if let Some((key, chunk)) = self.0.get_key_value(&format!("src/{area}/main.ts"))
                && seen.insert(key.as_str())
            {
                self.follow(chunk, &mut files, &mut seen);
                push_new(&mut files.scripts, &chunk.file);
            }
        }
        files
    }

    /// Whether the browser part was not built.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn url(&self, source: &str) -> String {
        self.0.get(source).map(|chunk| url(&chunk.file)).unwrap_or_default()
    }

    fn follow<'a>(&'a self, chunk: &'a Chunk, files: &mut PageFiles, seen: &mut BTreeSet<&'a str>) {
        for import in &chunk.imports {
            if let Some(imported) = self.0.get(import)
                && seen.insert(import)
            {
                self.follow(imported, files, seen);
                push_new(&mut files.preloads, &imported.file);
            }
        }
        for style in &chunk.css {
            push_new(&mut files.styles, style);
        }
    }
}

fn url(file: &str) -> String {
    format!("/assets/{file}")
}

fn push_new(urls: &mut Vec<String>, file: &str) {
    let url = url(file);
    if !urls.contains(&url) {
        urls.push(url);
    }
}

/// Serves one embedded file.
pub async fn serve(Path(path): Path<String>) -> Response {
    // The manifest is not named by its content, and nobody needs it from outside.
    let Some(file) = BrowserFiles::get(&path).filter(|_| path != MANIFEST) else {
        return HttpProblem::not_found().into_response();
    };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let headers = [
        (header::CONTENT_TYPE, kind.as_ref().to_owned()),
        (header::CACHE_CONTROL, FOR_EVER.to_owned()),
    ];
    (headers, file.data.into_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_brings_its_styles_and_what_it_imports() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "_vue.js": {"file": "vue-1.js", "css": ["base-2.css"]},
            "_ui.js": {"file": "ui-3.js", "imports": ["_vue.js"]},
            "src/ui/icons.svg": {"file": "icons-7.svg"},
            "src/app/theme/main.ts": {"file": "theme-8.js", "isEntry": true},
            "src/record/grid/main.ts": {
                "file": "grid-4.js", "name": "grid", "isEntry": true,
                "imports": ["_vue.js", "_ui.js"], "css": ["grid-5.css"]
            },
            "src/app/shell/main.ts": {"file": "shell-6.js", "isEntry": true, "imports": ["_vue.js"]}
        }))
        .unwrap();
        let files = manifest.files(&["app/shell", "record/grid", "nothing"]);
        assert_eq!(files.icon("house"), "/assets/icons-7.svg#house");
        assert_eq!(
            files,
            PageFiles {
                theme: "/assets/theme-8.js".into(),
                scripts: vec!["/assets/shell-6.js".into(), "/assets/grid-4.js".into()],
                styles: vec!["/assets/base-2.css".into(), "/assets/grid-5.css".into()],
                preloads: vec!["/assets/vue-1.js".into(), "/assets/ui-3.js".into()],
                icons: "/assets/icons-7.svg".into(),
            }
        );
    }
}
