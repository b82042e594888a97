//! What building models claim of their places, before jobs are planned: the community's origin may
//! follow from it. Called by `build`, `plan`, `run` and `merge`; kept beside the plan, so that a file
//! is read once for it.

use serde::{Deserialize, Serialize};

use super::super::BuildError;
use super::super::record::{InputFile, data_path};
use super::super::site::Site;
use super::read;
use crate::publish::Publication;
use crate::read::ifc::{Georeference, Wanted};

/// The claims of one file, and the state of it that they were read from.
#[derive(Serialize, Deserialize)]
struct Kept {
    file: InputFile,
    /// Empty for a file that cannot be read; its job will say why.
    claims: Georeference,
}

/// Finds out what all building models claim.
pub(in super::super) fn complete(site: &mut Site, publication: &Publication) -> Result<(), BuildError> {
    let mut all = Vec::new();
    for source in &site.sources {
        let mut claims = Vec::new();
        for (at, file) in source.models.iter().enumerate() {
            let name = data_path(&format!("claims.{}.{at}.json", source.plan.id));
            let stored = publication.root().join(&name);
            let known: Option<Kept> =
                std::fs::read(&stored).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if let Some(kept) = known.filter(|kept| kept.file.place().0 == file.path && kept.file.unchanged())
            {
                claims.push(kept.claims);
                continue;
            }
            let look = InputFile::for_reading(&file.path);
            let read = read(None, &file.path, Wanted::Place, &site.limits);
            let found = read.map(|model| model.georeference).unwrap_or_default();
            if let Some(look) = look {
                let kept = Kept { file: look, claims: found.clone() };
                publication.put_beside(&name, &serde_json::to_vec(&kept).unwrap_or_default())?;
            }
            claims.push(found);
        }
        all.push(claims);
    }
    site.set_claims(all);
    Ok(())
}
