//! Which datastreams, and which stretches of their histories, can hold the observations that are asked
//! for. A filter comes in; what of it is left to be asked of each observation goes out.
//!
//! Conditions that are joined by `and` are told apart: those on the datastream alone choose datastreams;
//! those on the time bound the stretch, and need not be asked again where observations are instants.

use std::rc::Rc;

use time::{Duration, OffsetDateTime};

use super::entity::{Entity, Observation};
use super::history::Source;
use super::matching::{Bound, Matcher};
use super::world::World;
use crate::api::Problem;
use crate::domain::reading::whole_microseconds;
use crate::sensorthings::filter::{self, Comparison, Expr, Value};
use crate::sensorthings::model::Set;
use crate::sensorthings::when::When;

/// The resolution of the history.
pub(super) const STEP: Duration = Duration::microseconds(1);

/// Where to look, in the order of datastreams.
pub(super) struct Plan {
    pub(super) lanes: Vec<Lane>,
    /// Only observations of this feature.
    pub(super) feature: Option<String>,
}

/// A datastream and the stretch of it that is asked for.
#[derive(Clone)]
pub(super) struct Lane {
    pub(super) source: Source,
    pub(super) from: Option<OffsetDateTime>,
    pub(super) to: Option<OffsetDateTime>,
    /// What is left to be asked of each observation.
    pub(super) rest: Option<Rc<Rest>>,
}

/// Conditions on observations.
pub(super) struct Rest {
    expr: Expr,
    /// Whether they lead through no relation to many.
    plain: bool,
}

impl Plan {
    /// Observations of a datastream, of a feature, or of all.
    pub(super) fn new(
        world: &World,
        parent: Option<&Entity>,
        filter: Option<&Expr>,
    ) -> Result<Self, Problem> {
        let conditions = Conditions::of(filter);
        let mut lanes = Vec::new();
        let mut feature = None;
        let mut add = |datastream: Entity| {
            if conditions.choose(world, &datastream)? {
                lanes.push(conditions.lane(Source::of(world, datastream)));
            }
            Ok(true)
        };
        match parent {
            Some(parent) if parent.set() == Set::Datastream => drop(add(parent.clone())?),
            Some(parent) => {
                feature = Some(parent.id().into_owned());
                for datastream in datastreams_of_feature(world, parent)? {
                    add(datastream)?;
                }
            }
            None => match conditions.one_datastream() {
                Some(id) => {
                    if let Some(datastream) = world.get(Set::Datastream, &id)? {
                        add(datastream)?;
                    }
                }
                None => world.scan(Set::Datastream, add)?,
            },
        }
        Ok(Self { lanes, feature })
    }

    /// Whether every observation of the lanes is asked for.
    pub(super) fn is_exact(&self) -> bool {
        self.feature.is_none() && self.lanes.iter().all(|lane| lane.rest.is_none())
    }

    /// Whether an observation is asked for.
    pub(super) fn takes(&self, world: &World, lane: &Lane, observation: &Entity) -> Result<bool, Problem> {
        if let (Some(feature), Entity::Observation(inner)) = (&self.feature, observation)
            && !is_of_feature(world, inner, feature)?
        {
            return Ok(false);
        }
        match &lane.rest {
            Some(rest) if rest.plain => {
                filter::matches(&rest.expr, &Bound { world, root: observation, bindings: &[] })
            }
            Some(rest) => Matcher::new(&rest.expr, Set::Observation)?.holds(world, observation),
            None => Ok(true),
        }
    }
}

/// Whether an observation is about a feature.
pub(super) fn is_of_feature(
    world: &World,
    observation: &Observation,
    feature: &str,
) -> Result<bool, Problem> {
    if let Some(named) = observation.note.as_ref().and_then(|note| note.feature.as_deref()) {
        return Ok(named == feature);
    }
    Ok(world.feature_of(&observation.datastream)?.is_some_and(|default| default.id() == feature))
}

/// The datastreams that may have observations of a feature.
pub(super) fn datastreams_of_feature(world: &World, feature: &Entity) -> Result<Vec<Entity>, Problem> {
    let mut found = match feature {
        Entity::Device(_, entry) => {
            world.many(&Entity::Device(Set::Thing, entry.clone()), Set::Datastream)?
        }
        _ => Vec::new(),
    };
    let id = feature.id();
    let by_default = world.app.sensorthings.referring(Set::FeatureOfInterest, &id, Set::Datastream);
    let mut more: Vec<Entity> = by_default.into_iter().map(Entity::Free).collect();
    for named in world.app.sensorthings.datastreams_naming(&id) {
        more.extend(world.get(Set::Datastream, &named)?);
    }
    for datastream in more {
        if found.iter().all(|known| known.id() != datastream.id()) {
            found.push(datastream);
        }
    }
    Ok(found)
}

/// The conditions of a filter, told apart.
#[derive(Default)]
struct Conditions {
    on_datastream: Vec<Expr>,
    on_time: Vec<(Comparison, When, bool)>,
    /// All that are not on the datastream; without those on the time that are exact; or nothing.
    all: Option<Rc<Rest>>,
    inexact: Option<Rc<Rest>>,
}

impl Conditions {
    fn of(filter: Option<&Expr>) -> Self {
        let Some(filter) = filter else { return Self::default() };
        let parts = match filter {
            Expr::And(all) => &all[..],
            one => std::slice::from_ref(one),
        };
        let mut conditions = Self::default();
        let (mut all, mut inexact) = (Vec::new(), Vec::new());
        for part in parts {
            if is_on_datastream(part) {
                conditions.on_datastream.push(part.clone());
                continue;
            }
            all.push(part.clone());
            match time_condition(part) {
                Some((how, when, result_time)) => {
                    conditions.on_time.push((how, when, result_time));
                    if !when.is_instant() {
                        inexact.push(part.clone());
                    }
                }
                None => inexact.push(part.clone()),
            }
        }
        conditions.all = joined(all);
        conditions.inexact = joined(inexact);
        conditions
    }

    /// The one datastream that is asked for by id.
    fn one_datastream(&self) -> Option<String> {
        self.on_datastream.iter().find_map(|part| {
            let Expr::Compare(Comparison::Eq, left, right) = part else { return None };
            match (&**left, &**right) {
                (Expr::Path(path), Expr::Literal(id)) | (Expr::Literal(id), Expr::Path(path))
                    if matches!(&path[..], [_, name] if name == "id" || name == "@iot.id") =>
                {
                    match id {
                        Value::Text(id) => Some(id.to_string()),
                        Value::Number(id) if id.fract() == 0.0 => Some(format!("{id:.0}")),
                        _ => None,
                    }
                }
                _ => None,
            }
        })
    }

    fn choose(&self, world: &World, datastream: &Entity) -> Result<bool, Problem> {
        for part in &self.on_datastream {
            let matcher = Matcher::new(part, Set::Observation)?;
            let mut bindings = vec![(vec!["Datastream".to_owned()], Some(datastream.clone()))];
            if !matcher.holds_with(world, datastream, &mut bindings)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn lane(&self, source: Source) -> Lane {
        let (mut from, mut to): (Option<OffsetDateTime>, Option<OffsetDateTime>) = (None, None);
        for (how, when, result_time) in &self.on_time {
            if *result_time && source.noted {
                continue;
            }
            // An observation that is an interval is kept by its beginning, so its bounds are wider.
            let open = if source.noted || !when.is_instant() { Duration::ZERO } else { STEP };
            let (least, most) = match how {
                Comparison::Eq => (Some(when.start), Some(when.start)),
                Comparison::Gt => (Some(whole_microseconds(when.end) + open), None),
                Comparison::Ge => (Some(up_to_microseconds(when.start)), None),
                Comparison::Lt => (None, Some(up_to_microseconds(when.start) - open)),
                Comparison::Le => (None, Some(whole_microseconds(when.start))),
                Comparison::Ne => (None, None),
            };
            from = from.max(least);
            to = match (to, most) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        let rest = if source.noted { self.all.clone() } else { self.inexact.clone() };
        Lane { source, from, to, rest }
    }
}

/// The instant, or the next whole microsecond.
fn up_to_microseconds(time: OffsetDateTime) -> OffsetDateTime {
    let whole = whole_microseconds(time);
    if whole == time { whole } else { whole + STEP }
}

fn joined(mut parts: Vec<Expr>) -> Option<Rc<Rest>> {
    let expr = if parts.len() > 1 { Expr::And(parts) } else { parts.pop()? };
    let mut plain = true;
    expr.paths(&mut |path| plain &= path.len() == 1);
    Some(Rc::new(Rest { expr, plain }))
}

/// Whether a condition speaks of the datastream alone.
fn is_on_datastream(part: &Expr) -> bool {
    let (mut any, mut only) = (false, true);
    part.paths(&mut |path| {
        any = true;
        let through_observations = path.iter().any(|name| name == "Observations");
        only &= path.len() > 1
            && path.first().is_some_and(|first| first == "Datastream")
            && !through_observations;
    });
    any && only
}

/// A comparison of the observation's time with a time that is given, the observation on the left.
fn time_condition(part: &Expr) -> Option<(Comparison, When, bool)> {
    let Expr::Compare(how, left, right) = part else { return None };
    let (how, path, value) = match (&**left, &**right) {
        (Expr::Path(path), Expr::Literal(value)) => (*how, path, value),
        (Expr::Literal(value), Expr::Path(path)) => (mirrored(*how), path, value),
        _ => return None,
    };
    let Value::When(when) = value else { return None };
    // The history knows years of four digits; a step beyond them would leave the calendar.
    let sane = (1..9999).contains(&when.start.year()) && (1..9999).contains(&when.end.year());
    let [name] = &path[..] else { return None };
    let result_time = match name.as_str() {
        "phenomenonTime" => false,
        "resultTime" => true,
        _ => return None,
    };
    (sane && how != Comparison::Ne).then_some((how, *when, result_time))
}

fn mirrored(how: Comparison) -> Comparison {
    match how {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        same => same,
    }
}
