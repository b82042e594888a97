//! The addresses below `/api/v1/objects/`. Ids hold slashes, so one route takes an object, its history and
//! the way back to an edit, and tells them apart here.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Problem;
use super::extract::Path;
use crate::app::App;

/// The id of an object in an address, which is not that of something below an object.
pub(crate) struct ObjectId(pub String);

impl FromRequestParts<Arc<App>> for ObjectId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Path(path): Path<String> = Path::from_request_parts(parts, app).await?;
        match methods_below(&path) {
            // An object whose id ends so comes first.
            Some(allow) if app.model.now().get(&path).is_none() => Err(Problem::not_allowed(allow)),
            _ => Ok(Self(path)),
        }
    }
}

/// The methods that an address takes.
pub(super) fn methods_of(path: &str) -> &'static str {
    methods_below(path).unwrap_or("GET,HEAD,PATCH,DELETE")
}

/// The methods of what lies below an object; nothing if the address is that of an object itself.
fn methods_below(path: &str) -> Option<&'static str> {
    if path.ends_with("/history") {
        return Some("GET,HEAD");
    }
    edit_in(path).map(|_| "POST")
}

/// The object and the number in the address of the way back to an edit.
pub(super) fn edit_in(path: &str) -> Option<(&str, &str)> {
    let (path, number) = path.strip_suffix("/restore")?.rsplit_once('/')?;
    Some((path.strip_suffix("/history")?, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_from_what_lies_below_it() {
        assert_eq!(methods_below("building/b1"), None);
        assert_eq!(methods_below("building/b1/history"), Some("GET,HEAD"));
        assert_eq!(methods_below("building/b1/history/3/restore"), Some("POST"));
        assert_eq!(edit_in("building/b1/history/3/restore"), Some(("building/b1", "3")));
        assert_eq!(edit_in("building/b1/restore"), None);
    }
}
