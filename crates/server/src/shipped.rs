//! The package that comes with the program.

use formwork_model::Problems;
use formwork_package::Package;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../templates_crm"]
struct CrmFiles;

/// Where the shipped package comes from, as its lock says it.
pub const CRM_SOURCE: &str = "shipped:crm";

/// The CRM package.
///
/// # Errors
/// Its problems, which a test keeps it from having.
pub fn crm() -> Result<Package, Problems> {
    let files = CrmFiles::iter().filter_map(|path| {
        let file = CrmFiles::get(&path)?;
        Some((path.into_owned(), file.data))
    });
    Package::read(files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shipped_package_is_sound() {
        let package = super::crm().unwrap();
        assert_eq!(package.manifest.key.as_str(), "crm");
        assert!(package.documents.len() > 10);
    }
}
