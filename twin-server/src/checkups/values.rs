//! Values that people give: each is held against the check-up, its indicators, the model and who gives it; those that
//! can be are stored some thousand at a time. Called for forms, tables and what is computed.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::checkups::{CheckUp, IndicatorValue, ValueSource};
use twin_schemas::indicators::{Indicator, IndicatorLevel};

use super::{CheckUpFault, CheckUps, Ground, is_stored, object_of};
use crate::domain::audit::AuditDraft;
use crate::domain::checkup::{
    GivenValue, Site, VALUE_PHOTOS_LIMIT, ValueError, check_site, check_value, takes_values,
};
use crate::domain::cycle::Word as _;
use crate::domain::permission::{Action, Actor, Decision, Place as Where, may};
use crate::store::{ValueChange, ValueKey};

/// Values of one transaction.
const AT_ONCE: usize = 10_000;

/// What values are held against, at one moment.
pub struct Checker {
    check_up: Arc<CheckUp>,
    indicators: BTreeMap<String, Arc<Indicator>>,
    ground: Ground,
    actor: Actor,
    seen: HashSet<ValueKey>,
}

/// Values that can be stored.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Those that are put.
    pub put: Vec<IndicatorValue>,
    /// Those that are taken out.
    pub taken_out: Vec<ValueKey>,
}

impl Checker {
    /// Holds a value against everything; `at` and who gives it go with it.
    ///
    /// # Errors
    /// The first [`ValueError`] that holds.
    pub fn check(
        &mut self,
        given: GivenValue,
        source: ValueSource,
        at: OffsetDateTime,
        into: &mut Checked,
    ) -> Result<(), ValueError> {
        let indicator = self.indicators.get(&given.indicator);
        let indicator = indicator.ok_or_else(|| ValueError::Indicator(short(&given.indicator)))?;
        let site = self.ground.site(&given.object).ok_or_else(|| ValueError::Object(short(&given.object)))?;
        check_site(&self.check_up, indicator, site)?;
        if may(&self.actor, Action::AssessIndicators, place_of(site)) != Decision::Allowed {
            return Err(ValueError::Denied(given.object));
        }
        let GivenValue { indicator: code, object, value, remark, photos } = given;
        let remark = remark.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(value) = value {
            check_value(indicator, value, remark.as_deref())?;
        }
        if photos.len() > VALUE_PHOTOS_LIMIT {
            return Err(ValueError::Photos(photos.len()));
        }
        if !self.seen.insert((code.clone(), object.clone())) {
            return Err(ValueError::Twice { indicator: code, object });
        }
        match value {
            None => into.taken_out.push((code, object)),
            Some(value) => {
                let by = self.actor.id();
                into.put.push(IndicatorValue {
                    indicator: code,
                    object,
                    // Minus nothing is nothing.
                    value: value + 0.0,
                    source,
                    at,
                    by,
                    remark,
                    photos,
                });
            }
        }
        Ok(())
    }
}

/// Where an object is to be assessed: the community is only for those who may everywhere.
fn place_of(site: Site<'_>) -> Where<'_> {
    match site.level {
        IndicatorLevel::Community => Where::Whole,
        IndicatorLevel::Building | IndicatorLevel::Neighbourhood => Where::Zone(site.zone),
    }
}

/// Foreign text in a message.
fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

impl CheckUps {
    /// What values of a check-up are held against. It must be collecting.
    ///
    /// # Errors
    /// If there is none, or it takes no values now.
    pub fn checker(&self, id: u64, ground: Ground, actor: Actor) -> Result<Checker, CheckUpFault> {
        let check_up = self.get(id)?;
        if !takes_values(&check_up) {
            return Err(CheckUpFault::NotCollecting(check_up.state.id()));
        }
        let indicators = self.indicators(&check_up)?;
        let indicators =
            indicators.into_iter().map(|indicator| (indicator.code.clone(), indicator)).collect();
        Ok(Checker { check_up, indicators, ground, actor, seen: HashSet::new() })
    }

    /// Stores values that were checked; what is there stays where `keeps_given` and somebody gave it. Many are stored in
    /// several transactions, each whole.
    ///
    /// # Errors
    /// If the check-up was changed since they were checked, a photograph is not there, or the store refuses.
    pub async fn store_values(
        &self,
        checker: &Checker,
        checked: Checked,
        keeps_given: bool,
        entry: &AuditDraft,
    ) -> Result<(), CheckUpFault> {
        let (id, version) = (checker.check_up.id, checker.check_up.version);
        let Checked { put, mut taken_out } = checked;
        let mut put = put.into_iter().peekable();
        while put.peek().is_some() || !taken_out.is_empty() {
            let slice = ValueChange {
                check_up: id,
                version,
                put: put.by_ref().take(AT_ONCE).collect(),
                taken_out: std::mem::take(&mut taken_out),
                keeps_given,
            };
            let detail = format!("{} put, {} taken out", slice.put.len(), slice.taken_out.len());
            let entry = AuditDraft { object: object_of(id), ..entry.clone() }.with_detail(detail);
            // Whoever ends the collecting waits until they are stored, and finds them.
            let _turn = self.turn.read().await;
            let _changing = self.counted.changing();
            is_stored(self.store.put_values(&slice, &entry).await?)?;
        }
        Ok(())
    }
}
