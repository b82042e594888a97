//! Materials as they are kept between the jobs of a build, as JSON.
//!
//! In: the materials that a stream of faces ended with. Out: a value that can be stored, and the same
//! materials again. Images stay where they are; one that stood inside a text of the source goes into a
//! file of its own. Called by the pipeline.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::material::{ImagePlace, SoupImage, SoupMaterial};

/// The materials of one mesh.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptMaterials {
    images: Vec<KeptImage>,
    materials: Vec<KeptMaterial>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptMaterial {
    name: String,
    base_colour: [f32; 4],
    /// Number of the image, and the factor on it.
    texture: Option<(usize, [f32; 4])>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptImage {
    name: String,
    repeat: [bool; 2],
    place: KeptPlace,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptPlace {
    File(PathBuf),
    Part {
        path: PathBuf,
        at: u64,
        size_bytes: u64,
    },
    /// A file beside the kept materials.
    Own(String),
}

impl KeptMaterials {
    /// Materials to be stored. Images without a file get one in `folder`.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep(materials: &[SoupMaterial], folder: &Path) -> std::io::Result<Self> {
        let mut out = Self::default();
        let mut known: Vec<&Arc<SoupImage>> = Vec::new();
        for material in materials {
            let texture = match &material.texture {
                None => None,
                Some((image, factor)) => {
                    let number = known.iter().position(|other| Arc::ptr_eq(other, image));
                    let number = number.unwrap_or(known.len());
                    if number == known.len() {
                        out.images.push(KeptImage::keep(image, number, folder)?);
                        known.push(image);
                    }
                    Some((number, *factor))
                }
            };
            let (name, base_colour) = (material.name.clone(), material.base_colour);
            out.materials.push(KeptMaterial { name, base_colour, texture });
        }
        Ok(out)
    }

    /// The materials again, from where they were kept.
    #[must_use]
    pub fn materials(&self, folder: &Path) -> Vec<SoupMaterial> {
        let images: Vec<Arc<SoupImage>> =
            self.images.iter().map(|image| Arc::new(image.image(folder))).collect();
        let material = |kept: &KeptMaterial| SoupMaterial {
            name: kept.name.clone(),
            base_colour: kept.base_colour,
            texture: kept.texture.and_then(|(number, factor)| Some((images.get(number)?.clone(), factor))),
        };
        self.materials.iter().map(material).collect()
    }

    /// Names of the files that were made for images, beside the kept materials.
    pub fn own_files(&self) -> impl Iterator<Item = &str> {
        self.images.iter().filter_map(|image| match &image.place {
            KeptPlace::Own(name) => Some(name.as_str()),
            KeptPlace::File(_) | KeptPlace::Part { .. } => None,
        })
    }
}

impl KeptImage {
    fn keep(image: &SoupImage, number: usize, folder: &Path) -> std::io::Result<Self> {
        let place = match &image.place {
            ImagePlace::File(path) => KeptPlace::File(path.clone()),
            ImagePlace::Part { path, at, size_bytes } => {
                KeptPlace::Part { path: path.clone(), at: *at, size_bytes: *size_bytes }
            }
            ImagePlace::Bytes(bytes) => {
                let name = format!("image-{number}");
                std::fs::write(folder.join(&name), bytes)?;
                KeptPlace::Own(name)
            }
        };
        Ok(Self { name: image.name.clone(), repeat: image.repeat, place })
    }

    fn image(&self, folder: &Path) -> SoupImage {
        let place = match &self.place {
            KeptPlace::File(path) => ImagePlace::File(path.clone()),
            KeptPlace::Part { path, at, size_bytes } => {
                ImagePlace::Part { path: path.clone(), at: *at, size_bytes: *size_bytes }
            }
            KeptPlace::Own(name) => ImagePlace::File(folder.join(name)),
        };
        SoupImage { name: self.name.clone(), repeat: self.repeat, place, loaded: Mutex::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn materials_come_back_with_the_images_that_they_share() {
        let folder = tempfile::tempdir().unwrap();
        let image = |place: ImagePlace| {
            Arc::new(SoupImage {
                name: "wall".into(),
                repeat: [true, false],
                place,
                loaded: Mutex::default(),
            })
        };
        let shared = image(ImagePlace::Bytes(Arc::from(&b"picture"[..])));
        let part = image(ImagePlace::Part { path: "a.glb".into(), at: 7, size_bytes: 9 });
        let of = |image: &Arc<SoupImage>, factor: f32| SoupMaterial {
            name: format!("m{factor}"),
            base_colour: [0.5; 4],
            texture: Some((image.clone(), [factor; 4])),
        };
        let plain = SoupMaterial { texture: None, ..of(&part, 0.0) };
        let kept =
            KeptMaterials::keep(&[of(&shared, 1.0), of(&part, 0.5), plain, of(&shared, 0.25)], folder.path())
                .unwrap();
        let text = serde_json::to_string(&kept).unwrap();
        let back = serde_json::from_str::<KeptMaterials>(&text).unwrap().materials(folder.path());
        let texture = |at: usize| back[at].texture.clone().unwrap();
        assert!(Arc::ptr_eq(&texture(0).0, &texture(3).0));
        assert_eq!((texture(3).1, texture(1).0.repeat), ([0.25; 4], [true, false]));
        assert_eq!(texture(1).0.place, part.place);
        assert_eq!(std::fs::read(texture(0).0.file().unwrap()).unwrap(), b"picture");
        assert!(back[2].texture.is_none());
        assert_eq!(kept.own_files().collect::<Vec<_>>(), ["image-0"]);
    }
}
