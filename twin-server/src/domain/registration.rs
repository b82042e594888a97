//! Whether a device may be registered. Called by the API and by the import of device lists.

use twin_schemas::live::Device;

use super::kinds::DeviceKinds;

/// Longest id of a device, in characters.
pub const ID_LIMIT: usize = 64;
/// Longest name of a device or id of its object, in characters.
pub const TEXT_LIMIT: usize = 200;
/// A community is at most a few kilometres wide; positions further out are slips of unit or frame.
pub const DISTANCE_LIMIT_M: f64 = 100_000.0;

/// Why a device cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The id is empty, too long or has other characters.
    #[error("a device id has 1 to 64 letters, digits, `-`, `_` or `.`, not `{0}`")]
    Id(String),
    /// The kind is not one that the server knows.
    #[error("kind `{kind}` is unknown, use one of {known}")]
    Kind {
        /// Kind that was asked for.
        kind: String,
        /// Kinds that exist.
        known: String,
    },
    /// A text is longer than people can read.
    #[error("`{field}` has {length} characters, limit {TEXT_LIMIT}")]
    TextTooLong {
        /// Name of the field.
        field: &'static str,
        /// Its length.
        length: usize,
    },
    /// The position is not a number or far outside every community.
    #[error("position is not within {DISTANCE_LIMIT_M} m of the community's origin")]
    Position,
}

/// Checks what the types cannot: the shape of the id, the kind, lengths and the position.
///
/// # Errors
/// The first [`RegistrationError`] that holds.
pub fn check(device: &Device, kinds: &DeviceKinds) -> Result<(), RegistrationError> {
    check_id(&device.id)?;
    if kinds.get(&device.kind).is_none() {
        let kind = device.kind.chars().take(ID_LIMIT).collect();
        return Err(RegistrationError::Kind { kind, known: kinds.ids() });
    }
    let texts = [("name.zh", &device.name.zh), ("name.en", &device.name.en), ("object", &device.object)];
    for (field, text) in texts {
        let length = text.as_deref().unwrap_or_default().chars().count();
        if length > TEXT_LIMIT {
            return Err(RegistrationError::TextTooLong { field, length });
        }
    }
    let at = device.position;
    if ![at.east_m, at.north_m, at.up_m].iter().all(|m| m.abs() <= DISTANCE_LIMIT_M) {
        return Err(RegistrationError::Position);
    }
    Ok(())
}

/// Checks the shape of a device's id.
///
/// # Errors
/// If it is empty, longer than 64 characters, has other characters, or means a folder (`.`, `..`).
pub fn check_id(id: &str) -> Result<(), RegistrationError> {
    let good = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !good || id.is_empty() || id.len() > ID_LIMIT || id.bytes().all(|b| b == b'.') {
        return Err(RegistrationError::Id(id.chars().take(ID_LIMIT).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use twin_schemas::LocalizedText;
    use twin_schemas::geometry::LocalPoint;

    use super::*;

    fn lamp() -> Device {
        Device {
            id: "lamp-01".into(),
            kind: "street_lamp".into(),
            name: LocalizedText::new("一号灯", "Lamp 1"),
            position: LocalPoint { east_m: 1.0, north_m: 2.0, up_m: 3.0 },
            object: None,
        }
    }

    #[test]
    fn a_lamp_in_the_community_is_registered() {
        assert_eq!(check(&lamp(), &DeviceKinds::built_in().unwrap()), Ok(()));
    }

    #[test]
    fn ids_that_could_mean_something_else_are_refused() {
        for id in ["", ".", "..", "a/b", "a b", "路灯", "a\0", "%2e", &"x".repeat(65)] {
            assert!(check_id(id).is_err(), "{id}");
        }
        assert!(check_id(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn what_cannot_be_true_is_refused_by_name() {
        let kinds = DeviceKinds::built_in().unwrap();
        let unknown = check(&Device { kind: "toaster".into(), ..lamp() }, &kinds).unwrap_err();
        assert!(unknown.to_string().contains("`waste_bin`"));
        let far = LocalPoint { east_m: f64::NAN, ..lamp().position };
        assert_eq!(check(&Device { position: far, ..lamp() }, &kinds), Err(RegistrationError::Position));
        let long = check(&Device { object: Some("x".repeat(201)), ..lamp() }, &kinds).unwrap_err();
        assert_eq!(long, RegistrationError::TextTooLong { field: "object", length: 201 });
    }
}
