//! No two shapes of the wire have one name: the REST description keeps one shape for each name, and would describe the
//! answers of one endpoint with the shape of another.

use std::collections::BTreeMap;

/// The schemas seen so far, each with the file that declares it.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, String>);

impl Schemas {
    /// Reads a file; returns a complaint for each name that another file, or this one, has declared before.
    pub(super) fn check(&mut self, path: &str, text: &str) -> Vec<String> {
        if !path.starts_with("crates/api-types/src/") {
            return Vec::new();
        }
        let mut complaints = Vec::new();
        let mut is_schema = false;
        for line in text.lines() {
            if line.starts_with("#[derive(") {
                is_schema = line.contains("ToSchema");
            }
            let declared = ["pub struct ", "pub enum "]
                .into_iter()
                .find_map(|word| line.strip_prefix(word));
            let Some(rest) = declared.filter(|_| is_schema) else {
                continue;
            };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            if let Some(other) = self.0.insert(name.clone(), path.to_owned()) {
                complaints.push(format!(
                    "{path}: {name} is declared in {other} as well; the REST description keeps one of them"
                ));
            }
            is_schema = false;
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use super::Schemas;

    #[test]
    fn a_second_shape_of_a_name_is_found_and_what_is_no_schema_passes() {
        let shape =
            "#[derive(Clone, ToSchema)]\n#[serde(deny_unknown_fields)]\npub struct LineView {\n}\n";
        let plain = "#[derive(Clone)]\npub struct LineView {\n}\n";
        let mut schemas = Schemas::default();
        let mut check = |path, text| schemas.check(path, text).len();
        assert_eq!(check("crates/api-types/src/reports.rs", shape), 0);
        assert_eq!(check("crates/api-types/src/other.rs", plain), 0);
        assert_eq!(check("crates/campaigns/src/x.rs", shape), 0);
        assert_eq!(check("crates/api-types/src/senders.rs", shape), 1);
    }
}
