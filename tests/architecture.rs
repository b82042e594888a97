//! Reads the imports of the programs and holds the directions that ARCHITECTURE.md draws. The
//! viewer's own are held by `viewer/checks`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// A module at the top of a crate, and the modules of the same crate that it may name.
type Allowed = (&'static str, &'static [&'static str]);

const TILE_BUILDER: &[Allowed] = &[
    ("geometry", &[]),
    ("scene", &["geometry"]),
    ("read", &["geometry", "scene"]),
    ("georef", &["geometry"]),
    ("partition", &["geometry", "georef", "read", "scene"]),
    ("lod", &["geometry", "scene"]),
    ("texture", &["geometry", "scene"]),
    ("encode", &["geometry", "scene"]),
    ("tileset", &["geometry"]),
    ("publish", &[]),
    ("report", &[]),
    ("traverse", &["geometry", "lod", "read"]),
    ("validate", &["geometry"]),
    ("sample", &[]),
    (
        "pipeline",
        &[
            "encode",
            "geometry",
            "georef",
            "lod",
            "partition",
            "publish",
            "read",
            "report",
            "scene",
            "texture",
            "tileset",
            "traverse",
        ],
    ),
    ("cli", &["geometry", "pipeline", "publish", "read", "sample", "traverse", "validate"]),
];

const TWIN_SERVER: &[Allowed] = &[
    ("domain", &[]),
    ("sensorthings", &[]),
    ("spatial", &["domain"]),
    ("store", &["domain"]),
    ("metrics", &[]),
    ("config", &["auth", "contacts", "domain", "ingest", "store", "webhooks"]),
    ("listen", &["config", "metrics"]),
    ("backup", &["store"]),
    ("live", &["domain", "spatial"]),
    ("model", &["domain", "live", "spatial", "store"]),
    ("displays", &["domain", "live", "store"]),
    // A way to run work; knows nothing of the rest.
    ("own_task", &[]),
    ("projects", &["domain", "live", "own_task", "spatial", "store", "webhooks"]),
    // What people are called at; plain there alone.
    ("contacts", &["auth", "domain", "store", "webhooks"]),
    ("reports", &["contacts", "domain", "live", "own_task", "projects", "spatial", "store", "webhooks"]),
    ("checkups", &["domain", "live", "own_task", "spatial", "store"]),
    ("programming", &["checkups", "domain", "own_task", "spatial", "store"]),
    // Photographs and voices as phones send them; know nothing of the rest but how errors are told.
    ("photo", &["domain"]),
    ("voice", &["domain"]),
    ("webhooks", &["auth", "domain", "live", "metrics", "store"]),
    ("ingest", &["domain", "store", "live", "metrics", "webhooks"]),
    ("tiles", &["domain", "spatial", "metrics"]),
    ("features", &["checkups", "domain", "live", "programming", "reports", "spatial", "store", "tiles"]),
    // Layers as a file that geographic systems open.
    ("geopackage", &["features"]),
    (
        "jobs",
        &[
            "contacts",
            "displays",
            "domain",
            "ingest",
            "live",
            "model",
            "programming",
            "projects",
            "reports",
            "store",
            "tiles",
            "webhooks",
        ],
    ),
    ("auth", &["api", "app", "domain", "spatial", "store"]),
    ("manage", &["auth", "cli", "contacts", "domain", "store"]),
];

/// The one file that may mount handlers: it wants an action for each.
const GUARD: &str = "auth/guard.rs";

/// Frameworks that the domain of the server must not know.
const NOT_IN_DOMAIN: &[&str] = &["axum", "sqlx", "tokio", "tower", "tower_http", "hyper"];

#[derive(Default)]
struct Paths {
    /// First segments after `crate::`.
    own: BTreeSet<String>,
    /// First segments of all other paths.
    foreign: BTreeSet<String>,
}

impl Paths {
    fn add(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => {
                self.own.insert(second.clone());
            }
            [first, ..] => {
                self.foreign.insert(first.clone());
            }
            [] => {}
        }
    }

    fn walk(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |ident: &syn::Ident| before.iter().cloned().chain([ident.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.walk(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.add(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.walk(item, before)),
            syn::UseTree::Glob(_) => self.add(before),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&item.tree, &[]);
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        syn::visit::visit_path(self, path);
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Tests may reach across.
        if item.ident != "tests" {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_files(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            rust_files(&entry.unwrap().path(), out);
        }
    } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs") {
        out.push(path.to_owned());
    }
}

/// The files of a top-level module: `name.rs` and everything in `name/`.
fn module_files(source: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in [source.join(format!("{module}.rs")), source.join(module)] {
        if path.exists() {
            rust_files(&path, &mut files);
        }
    }
    assert!(!files.is_empty(), "no module `{module}` in {}", source.display());
    files
}

fn paths_of(file: &Path) -> Paths {
    let mut paths = Paths::default();
    let text = std::fs::read_to_string(file).unwrap();
    paths.visit_file(&syn::parse_file(&text).unwrap());
    paths
}

fn check(crate_folder: &str, rules: &[Allowed]) {
    let source = root().join(crate_folder).join("src");
    let mut broken = Vec::new();
    for (module, allowed) in rules {
        for file in module_files(&source, module) {
            for named in paths_of(&file).own {
                if named != *module && !allowed.contains(&named.as_str()) {
                    broken.push(format!("{} names `crate::{named}`", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_stage_of_the_builder_imports_no_later_stage() {
    check("tile-builder", TILE_BUILDER);
}

#[test]
fn the_server_flows_from_devices_to_live_and_from_router_to_domain() {
    check("twin-server", TWIN_SERVER);
}

#[test]
fn no_route_is_mounted_beside_the_guard() {
    let mut files = Vec::new();
    rust_files(&root().join("twin-server/src"), &mut files);
    for file in files.iter().filter(|file| !file.ends_with(GUARD)) {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let names = |line: &&str| line.contains("routing::") || line.contains("::routing");
        let line = code.clone().find(names);
        assert!(line.is_none(), "{} mounts routes itself: {}", file.display(), line.unwrap_or_default());
    }
}

#[test]
fn the_domain_knows_no_framework() {
    let mut broken = Vec::new();
    for file in module_files(&root().join("twin-server/src"), "domain") {
        let foreign = paths_of(&file).foreign;
        for framework in NOT_IN_DOMAIN.iter().filter(|name| foreign.contains(**name)) {
            broken.push(format!("{} names `{framework}`", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_programs_meet_only_in_the_schemas() {
    for (folder, others) in
        [("tile-builder", ["twin_server"]), ("twin-server", ["tile_builder"]), ("schemas", ["tile_builder"])]
    {
        let mut files = Vec::new();
        rust_files(&root().join(folder).join("src"), &mut files);
        for file in files {
            let foreign = paths_of(&file).foreign;
            assert!(
                others.iter().all(|other| !foreign.contains(*other)),
                "{} imports another program",
                file.display()
            );
        }
    }
}

/// The modules that a file of Rust declares as files of their own.
fn declared(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let items = syn::parse_file(&text).unwrap().items;
    let modules = items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

#[test]
fn no_file_of_tests_is_left_out_of_the_program_of_tests() {
    for folder in ["tile-builder/tests", "twin-server/tests"] {
        let folder = root().join(folder);
        let program = folder.join("main.rs");
        let mut files = Vec::new();
        rust_files(&folder, &mut files);
        let names: BTreeSet<String> = files
            .iter()
            .filter(|file| **file != program)
            .map(|file| {
                let inside = file.strip_prefix(&folder).unwrap().with_extension("");
                inside.iter().next().unwrap().to_string_lossy().into_owned()
            })
            .collect();
        assert_eq!(declared(&program), names, "what {} declares", program.display());
        for module in files.iter().filter(|file| file.ends_with("mod.rs")) {
            let beside: BTreeSet<String> = files
                .iter()
                .filter(|file| file.parent() == module.parent() && *file != module)
                .map(|file| file.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            assert_eq!(declared(module), beside, "what {} declares", module.display());
        }
    }
}
