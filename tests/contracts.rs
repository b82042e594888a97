//! The committed contracts are what the code says they are.

use std::path::Path;

#[test]
fn the_json_schemas_are_those_of_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/json");
    for (name, text) in twin_schemas::json_schemas() {
        let path = folder.join(name);
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "`schemas/json/{name}` is stale\nhint: BLESS=1 cargo test -p twin-e2e --test contracts"
        );
    }
}
