//! The starter catalog: a folder of definitions in the program, small and good enough to begin with. All of it can be changed and removed.

use crate::definitions::DefinitionFile;
use domain::people::definition::OrganizationDefinition;

/// Path and text of each file.
const FILES: &[(&str, &str)] = &[
    ("catalog.yaml", include_str!("starter/catalog.yaml")),
    ("forms/laptop.yaml", include_str!("starter/forms/laptop.yaml")),
    ("forms/new-starter.yaml", include_str!("starter/forms/new-starter.yaml")),
    ("forms/purchase.yaml", include_str!("starter/forms/purchase.yaml")),
    ("forms/report-problem.yaml", include_str!("starter/forms/report-problem.yaml")),
    ("forms/system-access.yaml", include_str!("starter/forms/system-access.yaml")),
    ("items/laptop.yaml", include_str!("starter/items/laptop.yaml")),
    ("items/new-starter.yaml", include_str!("starter/items/new-starter.yaml")),
    ("items/purchase.yaml", include_str!("starter/items/purchase.yaml")),
    ("items/report-problem.yaml", include_str!("starter/items/report-problem.yaml")),
    ("items/system-access.yaml", include_str!("starter/items/system-access.yaml")),
];

/// Names of what it offers, in its order.
pub(super) const OFFERED: &[&str] = &["Report a problem", "Access to a system", "Laptop", "New starter", "Buy something"];

/// The files of a new organization, with the starter catalog or an empty one.
///
/// # Errors
/// When the organization cannot be written as YAML, which it always can.
pub(super) fn files(organization: &OrganizationDefinition, with_catalog: bool) -> Result<Vec<DefinitionFile>, String> {
    let text = yaml_serde::to_string(organization).map_err(|error| error.to_string())?;
    let catalog = FILES.iter().filter(|_| with_catalog).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Ok(std::iter::once(("organization.yaml".to_owned(), text)).chain(catalog).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_in_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/doors/starter");
        let found = crate::definitions::folder::read(&folder).unwrap();
        let known: Vec<DefinitionFile> = FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        assert_eq!(found, known);
        for name in OFFERED {
            assert!(known.iter().any(|(_, text)| text.contains(&format!("\nname: {name}\n"))), "{name}");
        }
        assert_eq!(OFFERED.len(), known.iter().filter(|(path, _)| path.starts_with("items/")).count());
    }
}
