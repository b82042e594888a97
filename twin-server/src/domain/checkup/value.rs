//! Values of indicators: what somebody says an indicator is at an object comes in, that it can be so, or why not, goes
//! out. Called for forms, tables and what is computed.

use twin_schemas::checkups::CheckUp;
use twin_schemas::indicators::{Indicator, IndicatorLevel};
use twin_schemas::model::ObjectClass;

use super::TEXT_LIMIT;
use crate::domain::cycle::Word as _;

/// Most photographs that come with a value.
pub const VALUE_PHOTOS_LIMIT: usize = 6;
/// Longest remark, in characters.
pub const REMARK_LIMIT: usize = TEXT_LIMIT;

/// An object of the model, as far as check-ups are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its level.
    pub level: IndicatorLevel,
    /// Id of the zone that it stands in or is.
    pub zone: Option<&'a str>,
}

/// A value as somebody gives it; none takes out what is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenValue {
    /// Code of the indicator.
    pub indicator: String,
    /// Id of the object.
    pub object: String,
    /// The value.
    pub value: Option<f64>,
    /// What is said with it.
    pub remark: Option<String>,
    /// Ids of photographs.
    pub photos: Vec<String>,
}

/// Why a value is not taken. Each names the column that it is about.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// The indicator is not one of the check-up's.
    #[error("there is no indicator `{0}` in this check-up")]
    Indicator(String),
    /// There is no such object, or none that is assessed.
    #[error("there is no building, zone or community `{0}`")]
    Object(String),
    /// The object is of another level.
    #[error("`{indicator}` is not assessed at a {level}, but at: {levels}")]
    Level {
        /// Code of the indicator.
        indicator: String,
        /// Level of the object.
        level: &'static str,
        /// Levels of the indicator.
        levels: String,
    },
    /// The object is not in the check-up's zones.
    #[error("`{0}` is not in the zones of this check-up")]
    Scope(String),
    /// The value cannot be.
    #[error("the value is {value}, from {min} to {max} is possible")]
    Range {
        /// The value.
        value: f64,
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// The remark is too long.
    #[error("the remark has {0} characters, limit {REMARK_LIMIT}")]
    Remark(usize),
    /// It stands there twice.
    #[error("`{indicator}` at `{object}` stands there already")]
    Twice {
        /// Code of the indicator.
        indicator: String,
        /// Id of the object.
        object: String,
    },
    /// The object is in a zone of others.
    #[error("you may not assess `{0}`: it is not in your zones")]
    Denied(String),
    /// More photographs than are taken.
    #[error("there are {0} photographs, limit {VALUE_PHOTOS_LIMIT}")]
    Photos(usize),
}

impl ValueError {
    /// The column of a table, or the field of a form, that it is about.
    #[must_use]
    pub const fn column(&self) -> &'static str {
        match self {
            Self::Indicator(_) | Self::Level { .. } | Self::Twice { .. } => "indicator",
            Self::Object(_) | Self::Scope(_) | Self::Denied(_) => "object",
            Self::Range { .. } => "value",
            Self::Remark(_) => "note",
            Self::Photos(_) => "photos",
        }
    }

    /// Its stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Indicator(_) => "unknown_indicator",
            Self::Object(_) => "unknown_object",
            Self::Level { .. } => "wrong_level",
            Self::Scope(_) => "out_of_scope",
            Self::Range { .. } => "out_of_range",
            Self::Remark(_) => "text_too_long",
            Self::Twice { .. } => "given_twice",
            Self::Denied(_) => "not_your_zone",
            Self::Photos(_) => "too_many_photos",
        }
    }
}

/// The level at which a class of objects is assessed, if it is.
#[must_use]
pub const fn level_of(class: ObjectClass) -> Option<IndicatorLevel> {
    match class {
        ObjectClass::Building => Some(IndicatorLevel::Building),
        ObjectClass::Zone => Some(IndicatorLevel::Neighbourhood),
        ObjectClass::Community => Some(IndicatorLevel::Community),
        ObjectClass::Site | ObjectClass::Storey | ObjectClass::Space | ObjectClass::Element => None,
    }
}

/// Whether a check-up looks at an object. One that is limited to zones looks at them and at what stands in them.
#[must_use]
pub fn is_in_scope(check_up: &CheckUp, site: Site<'_>) -> bool {
    check_up.zones.is_empty()
        || site.level != IndicatorLevel::Community
            && site.zone.is_some_and(|zone| check_up.zones.iter().any(|of| of == zone))
}

/// Whether an indicator can be assessed at an object in a check-up.
///
/// # Errors
/// If it is not assessed at such objects, or the object is not in the check-up's zones.
pub fn check_site(check_up: &CheckUp, indicator: &Indicator, site: Site<'_>) -> Result<(), ValueError> {
    if !indicator.levels.contains(&site.level) {
        let levels: Vec<&str> = indicator.levels.iter().map(|level| level.id()).collect();
        return Err(ValueError::Level {
            indicator: indicator.code.clone(),
            level: site.level.id(),
            levels: levels.join(", "),
        });
    }
    if is_in_scope(check_up, site) { Ok(()) } else { Err(ValueError::Scope(site.id.to_owned())) }
}

/// Whether a value can be, with what is said with it.
///
/// # Errors
/// If it is out of range or no number, or too much is said with it.
pub fn check_value(indicator: &Indicator, value: f64, remark: Option<&str>) -> Result<(), ValueError> {
    let Indicator { min, max, .. } = *indicator;
    if !(min..=max).contains(&value) {
        return Err(ValueError::Range { value, min, max });
    }
    match remark.map_or(0, |remark| remark.chars().count()) {
        chars if chars > REMARK_LIMIT => Err(ValueError::Remark(chars)),
        _ => Ok(()),
    }
}
