//! The ways in which a survey names its coordinate reference system.

use twin_schemas::geometry::GeographicPoint;

/// A coordinate reference system as written in `metadata.xml` or in the plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Srs {
    /// Authority codes: `EPSG:4547`, or with a vertical system `EPSG:32649+5773`.
    Code {
        /// The horizontal system, such as `EPSG:4547`.
        horizontal: String,
        /// The vertical system, such as `EPSG:5773`.
        vertical: Option<String>,
    },
    /// A definition in well-known text.
    Wkt {
        /// The text.
        text: String,
        /// Name of the system.
        name: String,
        /// Authority code of the system as a whole, which may contradict its parameters.
        authority: Option<String>,
    },
    /// East-north-up metres at a position.
    Enu(GeographicPoint),
    /// Nothing is known.
    Local,
}

/// A reference system that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("coordinate reference system `{text}` {reason}")]
pub struct SrsError {
    /// As written.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl Srs {
    /// Reads a reference system as survey software writes it.
    ///
    /// # Errors
    /// If it is none of `EPSG:n`, `EPSG:n+m`, `ENU:lat,lon[,height]`, WKT, `LOCAL…`, or empty.
    pub fn parse(text: &str) -> Result<Self, SrsError> {
        let text = text.trim();
        let fail = |reason| SrsError { text: text.chars().take(80).collect(), reason };
        let upper = text.to_ascii_uppercase();
        if text.is_empty() || upper.starts_with("LOCAL") || upper.starts_with("ENGCRS") {
            return Ok(Self::Local);
        }
        if let Some(position) = upper.strip_prefix("ENU:") {
            return parse_enu(position)
                .ok_or_else(|| fail("needs latitude and longitude in degrees, as `ENU:31.2,120.6`"));
        }
        if let Some(codes) = upper.strip_prefix("EPSG:") {
            return parse_codes(codes).ok_or_else(|| fail("needs a number after `EPSG:`"));
        }
        if text.contains('[') {
            let name = text.split('"').nth(1).unwrap_or("unnamed").to_owned();
            return Ok(Self::Wkt { text: text.to_owned(), name, authority: root_authority(text) });
        }
        Err(fail("is neither `EPSG:n`, `ENU:lat,lon` nor WKT"))
    }

    /// The system in a few words, for the catalogue.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        match self {
            Self::Code { horizontal, vertical: None } => Some(horizontal.clone()),
            Self::Code { horizontal, vertical: Some(vertical) } => Some(format!("{horizontal} + {vertical}")),
            Self::Wkt { name, .. } => Some(name.clone()),
            Self::Enu(point) => Some(format!("ENU at {:.8}, {:.8}", point.latitude_deg, point.longitude_deg)),
            Self::Local => None,
        }
    }
}

fn parse_enu(text: &str) -> Option<Srs> {
    let mut numbers = text.split(',').map(|part| part.trim().parse::<f64>().ok());
    let latitude_deg = numbers.next()??;
    let longitude_deg = numbers.next()??;
    let height_m = numbers.next().unwrap_or(Some(0.0))?;
    let valid = latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0 && height_m.is_finite();
    valid.then_some(Srs::Enu(GeographicPoint { longitude_deg, latitude_deg, height_m }))
}

fn parse_codes(text: &str) -> Option<Srs> {
    let code = |part: &str| part.trim().parse::<u32>().ok().map(|n| format!("EPSG:{n}"));
    match text.split_once('+') {
        None => Some(Srs::Code { horizontal: code(text)?, vertical: None }),
        Some((horizontal, vertical)) => {
            let vertical = vertical.trim();
            let vertical = vertical.strip_prefix("EPSG:").unwrap_or(vertical);
            Some(Srs::Code { horizontal: code(horizontal)?, vertical: Some(code(vertical)?) })
        }
    }
}

/// The `AUTHORITY` (or `ID`) of the outermost element of a WKT.
fn root_authority(wkt: &str) -> Option<String> {
    let bytes = wkt.as_bytes();
    let (mut depth, mut quoted) = (0usize, false);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'[' | b'(' if !quoted => depth += 1,
            b']' | b')' if !quoted => depth = depth.saturating_sub(1),
            _ if quoted || depth != 1 => {}
            _ => {
                let rest = &wkt[at..];
                if wkt.is_char_boundary(at) && (rest.starts_with("AUTHORITY[") || rest.starts_with("ID[")) {
                    let inner = rest.split_once('[')?.1.split_once(']')?.0;
                    let mut parts = inner.split(',').map(|part| part.trim().trim_matches('"'));
                    return Some(format!("{}:{}", parts.next()?, parts.next()?));
                }
            }
        }
    }
    None
}

/// What is known about common vertical reference systems: their name.
#[must_use]
pub(super) fn vertical_name(code: &str) -> &str {
    match code {
        "EPSG:5773" => "EGM96 height (EPSG:5773)",
        "EPSG:3855" => "EGM2008 height (EPSG:3855)",
        "EPSG:5737" => "1985国家高程基准 Yellow Sea 1985 height (EPSG:5737)",
        "EPSG:5736" => "1956年黄海高程系 Yellow Sea 1956 height (EPSG:5736)",
        "EPSG:5714" => "mean sea level height (EPSG:5714)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_survey_is_understood() {
        let code = |h: &str, v: Option<&str>| Srs::Code { horizontal: h.into(), vertical: v.map(Into::into) };
        assert_eq!(Srs::parse(" EPSG:4547 "), Ok(code("EPSG:4547", None)));
        assert_eq!(Srs::parse("epsg:32649+5773"), Ok(code("EPSG:32649", Some("EPSG:5773"))));
        assert_eq!(Srs::parse("LOCAL_CS[\"Local Coordinates\"]"), Ok(Srs::Local));
        assert_eq!(Srs::parse(""), Ok(Srs::Local));
        let Ok(Srs::Enu(point)) = Srs::parse("ENU:22.5,113.4") else { panic!("not ENU") };
        assert_eq!((point.latitude_deg, point.longitude_deg), (22.5, 113.4));
        assert!(Srs::parse("ENU:113.4,22.5").is_err(), "a latitude above 90° is a swapped pair");
        assert!(Srs::parse("my place").is_err());
    }

    #[test]
    fn the_authority_of_a_wkt_is_that_of_its_outermost_element() {
        let wkt = r#"PROJCS["a, [b]",GEOGCS["g",AUTHORITY["EPSG","4490"]],UNIT["metre",1],AUTHORITY["EPSG","4547"]]"#;
        let Ok(Srs::Wkt { authority, name, .. }) = Srs::parse(wkt) else { panic!("not WKT") };
        assert_eq!(authority.as_deref(), Some("EPSG:4547"));
        assert_eq!(name, "a, [b]");
    }
}
