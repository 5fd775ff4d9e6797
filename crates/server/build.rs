//! Makes the folders that are embedded exist: a build without the browser part is one
//! with an empty folder, not an error.

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&here).join("../..");
    fs::create_dir_all(root.join("web/dist"))?;
    println!("cargo::rerun-if-changed=build.rs");
    for folder in ["web/dist", "locales", "templates"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    Ok(())
}
