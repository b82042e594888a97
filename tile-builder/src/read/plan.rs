//! The build plan: read from `community.toml`, or assumed from what was pointed at.

use std::path::{Path, PathBuf};

use twin_schemas::LocalizedText;
use twin_schemas::plan::{BuildPlan, ModelState, SourceKind, SourcePlan};

/// Name of the plan file.
pub const PLAN_FILE: &str = "community.toml";
const PLAN_LIMIT: u64 = 4 << 20;

/// A plan, and the folder that its paths are relative to.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedPlan {
    /// The plan with its defaults filled in.
    pub plan: BuildPlan,
    /// Folder of the plan, or of the input that it was assumed from.
    pub base: PathBuf,
    /// Whether there was no plan file.
    pub assumed: bool,
}

/// A plan that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The input is not there, or cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Io {
        /// The input.
        path: String,
        /// Why.
        reason: String,
    },
    /// The plan file is damaged.
    #[error("`{path}`: {reason}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong, with line and column.
        reason: String,
    },
}

/// Reads the plan that `input` is or holds, or assumes one.
///
/// # Errors
/// If the input is missing, or its plan does not make sense.
pub fn resolve(input: &Path) -> Result<ResolvedPlan, PlanError> {
    let meta = std::fs::metadata(input).map_err(|e| io_error(input, &e))?;
    let in_folder = input.join(PLAN_FILE);
    if meta.is_dir() && in_folder.is_file() {
        return read(&in_folder);
    }
    if meta.is_file() && input.extension().is_some_and(|ext| ext == "toml") {
        return read(input);
    }
    assume(input)
}

fn read(path: &Path) -> Result<ResolvedPlan, PlanError> {
    let invalid = |reason: String| PlanError::Invalid { path: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|e| io_error(path, &e))?.len();
    if size > PLAN_LIMIT {
        return Err(invalid(format!("is {size} bytes, limit {PLAN_LIMIT}")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| io_error(path, &e))?;
    let mut plan: BuildPlan = toml::from_str(&text).map_err(|e| invalid(e.to_string()))?;
    let base = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    if plan.sources.is_empty() {
        return Err(invalid("has no `[[source]]`; name at least one with `id`, `kind` and `path`".into()));
    }
    for (at, source) in plan.sources.iter().enumerate() {
        check_id(&source.id).map_err(|reason| invalid(format!("source {}: {reason}", at + 1)))?;
        if plan.sources[..at].iter().any(|other| other.id == source.id) {
            return Err(invalid(format!("source id `{}` appears twice", source.id)));
        }
    }
    if let Some(id) = &plan.community.id {
        check_id(id).map_err(|reason| invalid(format!("community: {reason}")))?;
    }
    fill_community(&mut plan, &base);
    Ok(ResolvedPlan { plan, base, assumed: false })
}

fn assume(input: &Path) -> Result<ResolvedPlan, PlanError> {
    let absolute = std::path::absolute(input).map_err(|e| io_error(input, &e))?;
    let (base, path) = if absolute.is_dir() {
        (absolute.clone(), PathBuf::from("."))
    } else {
        let name = absolute.file_name().map(PathBuf::from).unwrap_or_default();
        (absolute.parent().unwrap_or(Path::new("/")).to_owned(), name)
    };
    let kind = kind_of(&absolute);
    let source = SourcePlan {
        id: if kind == SourceKind::Ifc { "bim" } else { "survey" }.to_owned(),
        kind,
        path,
        crs: None,
        crs_origin: None,
        height: None,
        up: None,
        heading_deg: None,
        building: None,
        state: ModelState::Existing,
    };
    let mut plan = BuildPlan { sources: vec![source], ..BuildPlan::default() };
    fill_community(&mut plan, &absolute);
    Ok(ResolvedPlan { plan, base, assumed: true })
}

/// The format of an input: by its name if it is a file, else by the files in it. OSGB if there are any,
/// because a survey may have been exported in several formats.
fn kind_of(input: &Path) -> SourceKind {
    const DEPTH: usize = 4;
    let named = |path: &Path| match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "osgb" => Some(SourceKind::Osgb),
        "obj" => Some(SourceKind::Obj),
        "gltf" | "glb" => Some(SourceKind::Gltf),
        "ply" => Some(SourceKind::Ply),
        "ifc" | "ifczip" => Some(SourceKind::Ifc),
        _ => None,
    };
    if input.is_file() {
        return named(input).unwrap_or(SourceKind::Osgb);
    }
    let (mut found, mut level) = (Vec::new(), vec![input.to_owned()]);
    for _ in 0..DEPTH {
        let entries =
            level.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
        let entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        found.extend(entries.iter().filter_map(|path| named(path)));
        level = entries.into_iter().filter(|path| path.is_dir()).collect();
    }
    let preferred = [SourceKind::Osgb, SourceKind::Obj, SourceKind::Gltf, SourceKind::Ply, SourceKind::Ifc];
    preferred.into_iter().find(|kind| found.contains(kind)).unwrap_or(SourceKind::Osgb)
}

/// Names the community after its folder where the plan does not.
fn fill_community(plan: &mut BuildPlan, folder: &Path) {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = absolute.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if name.is_empty() { "community".to_owned() } else { name };
    plan.community.id.get_or_insert_with(|| slug(&name));
    plan.community.name.get_or_insert_with(|| LocalizedText::same(name));
}

/// A name as an id: other characters than letters, digits, `-` and `_` become `-`.
fn slug(name: &str) -> String {
    let slug: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = slug.trim_matches('-').to_owned();
    if slug.is_empty() { "community".to_owned() } else { slug }
}

fn check_id(id: &str) -> Result<(), String> {
    let fine = !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fine { Ok(()) } else { Err(format!("id `{id}` must be 1 to 64 letters, digits, `-` or `_`")) }
}

fn io_error(path: &Path, error: &std::io::Error) -> PlanError {
    PlanError::Io { path: path.display().to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_folder_name_still_gives_an_id() {
        assert_eq!(slug("倾斜摄影 数据"), "community");
        assert_eq!(slug("柳岸 Estate 2"), "estate-2");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PLAN_FILE);
        std::fs::write(&path, "[community]\nid = \"x\"\ncolour = 1\n").unwrap();
        let error = resolve(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("colour"), "{error}");
    }
}
