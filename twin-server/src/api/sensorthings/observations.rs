//! Observations as they are asked for: by datastream and time, by time over many datastreams, or sorted
//! by something else. Long histories are read in pages by time; a page tells where the next one begins.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use time::OffsetDateTime;

use super::entity::{Entity, datastream_of_token};
use super::history::Source;
use super::plan::{Lane, Plan, STEP, datastreams_of_feature, is_of_feature};
use super::select::{Found, Next, Sorted, page_size};
use super::world::World;
use crate::api::Problem;
use crate::sensorthings::filter::Expr;
use crate::sensorthings::model::Set;
use crate::sensorthings::options::Options;

/// Most readings that are read of a datastream at a time.
const PAGE_MOST: usize = 1_000;
/// Of each of many datastreams that are read side by side.
const PAGE_OF_MANY: usize = 32;
const MANY: usize = 16;

/// The order in which observations are given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// By datastream, then by time.
    ByDatastream,
    /// By time over all datastreams.
    ByTime { descending: bool },
    /// By something that each observation must be asked for.
    Sorted,
}

/// The observations that a request asks for.
pub(super) fn find(world: &World, parent: Option<&Entity>, options: &Options) -> Result<Found, Problem> {
    if let Some(found) = latest(world, parent, options)? {
        return Ok(found);
    }
    let plan = Plan::new(world, parent, options.filter.as_ref())?;
    let how = how(&plan, options);
    if how == How::Sorted {
        return sorted(world, &plan, options);
    }
    let count = if options.count { Some(count(world, &plan)?) } else { None };
    let top = page_size(options);
    let mut walk = Walk::new(world, &plan, how, options)?;
    let mut skip = if options.token.is_some() { 0 } else { options.skip };
    if how == How::ByDatastream && plan.is_exact() {
        walk.skip_whole(world, &mut skip)?;
    }
    let mut entities: Vec<Entity> = Vec::new();
    let mut next = None;
    while let Some((lane, entity)) = walk.next(world)? {
        world.look(1)?;
        if !plan.takes(world, &lane, &entity)? {
            continue;
        }
        if skip > 0 {
            skip -= 1;
            continue;
        }
        if entities.len() == top {
            next = Some(Next::After);
            break;
        }
        entities.push(entity);
    }
    Ok(Found { entities, count, next })
}

/// The newest observation of one datastream: asked for of thousands in one request, so without a plan, and
/// from memory where that can tell.
fn latest(world: &World, parent: Option<&Entity>, options: &Options) -> Result<Option<Found>, Problem> {
    let Some(datastream) = parent.filter(|parent| parent.set() == Set::Datastream) else { return Ok(None) };
    let plain = options.filter.is_none() && options.skip == 0 && options.token.is_none() && !options.count;
    let newest_first = options.orderby.first().is_some_and(|order| order.descending && is_time(&order.by));
    if !plain || options.top != Some(1) || !newest_first || options.orderby.len() > 1 {
        return Ok(None);
    }
    let source = Source::of(world, datastream.clone());
    if let Some(entity) = source.latest_known(world) {
        // Whether there are older ones is not known here; the next page may be empty.
        return Ok(Some(Found { entities: vec![entity], count: None, next: Some(Next::After) }));
    }
    if source.noted {
        return Ok(None);
    }
    world.look(1)?;
    let mut entities = source.newest(world, None, None, 2)?;
    let next = (entities.len() > 1).then_some(Next::After);
    entities.truncate(1);
    Ok(Some(Found { entities, count: None, next }))
}

fn is_time(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if matches!(&path[..], [name] if name == "phenomenonTime" || name == "resultTime"))
}

fn is_id(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if matches!(&path[..], [name] if name == "id" || name == "@iot.id"))
}

fn how(plan: &Plan, options: &Options) -> How {
    let Some((first, rest)) = options.orderby.split_first() else { return How::ByDatastream };
    let noted = plan.lanes.iter().any(|lane| lane.source.noted);
    let by_result_time =
        matches!(&first.by, Expr::Path(path) if path.first().is_some_and(|n| n == "resultTime"));
    if is_time(&first.by) && rest.iter().all(|order| is_id(&order.by)) && !(noted && by_result_time) {
        return How::ByTime { descending: first.descending };
    }
    How::Sorted
}

fn sorted(world: &World, plan: &Plan, options: &Options) -> Result<Found, Problem> {
    let mut sorted = Sorted::new(options);
    let mut walk = Walk::new(world, plan, How::ByDatastream, &Options::default())?;
    while let Some((lane, entity)) = walk.next(world)? {
        world.look(1)?;
        if plan.takes(world, &lane, &entity)? {
            sorted.add(world, entity)?;
        }
    }
    Ok(sorted.found())
}

fn count(world: &World, plan: &Plan) -> Result<u64, Problem> {
    if plan.is_exact() {
        return count_all(world, &plan.lanes);
    }
    let mut count = 0;
    let mut walk = Walk::new(world, plan, How::ByDatastream, &Options::default())?;
    while let Some((lane, entity)) = walk.next(world)? {
        world.look(1)?;
        count += u64::from(plan.takes(world, &lane, &entity)?);
    }
    Ok(count)
}

/// How many observations lanes have, all of which are asked for: of many whole datastreams at once.
fn count_all(world: &World, lanes: &[Lane]) -> Result<u64, Problem> {
    let (whole, parts): (Vec<&Lane>, Vec<&Lane>) =
        lanes.iter().partition(|lane| lane.from.is_none() && lane.to.is_none());
    let at_once = if whole.len() > MANY {
        Source::count_many(world, whole.iter().map(|lane| &lane.source))?
    } else {
        None
    };
    let singly = if at_once.is_some() { &[][..] } else { &whole[..] };
    let mut count = at_once.unwrap_or_default();
    for lane in parts.iter().chain(singly) {
        count += lane.source.count(world, lane.from, lane.to)?;
    }
    Ok(count)
}

/// Shows the observations of a datastream or a feature, newest first, until told to stop.
pub(super) fn each(
    world: &World,
    of: &Entity,
    at_once: u32,
    show: &mut dyn FnMut(Entity) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    let (datastreams, feature) = match of.set() {
        Set::Datastream => (vec![of.clone()], None),
        _ => (datastreams_of_feature(world, of)?, Some(of.id())),
    };
    for datastream in datastreams {
        let source = Source::of(world, datastream);
        let mut to = None;
        loop {
            let page = source.newest(world, None, to, at_once)?;
            let full = page.len() == at_once as usize;
            for observation in page {
                to = time_of(&observation).map(|time| time - STEP);
                if let (Some(feature), Entity::Observation(observation)) = (&feature, &observation)
                    && !is_of_feature(world, observation, feature)?
                {
                    continue;
                }
                if !show(observation)? {
                    return Ok(());
                }
            }
            if !full {
                break;
            }
        }
    }
    Ok(())
}

fn time_of(entity: &Entity) -> Option<OffsetDateTime> {
    match entity {
        Entity::Observation(observation) => Some(observation.time),
        _ => None,
    }
}

/// A way through the lanes of a plan.
struct Walk {
    how: How,
    lanes: Vec<(Lane, VecDeque<Entity>)>,
    /// By datastream: the lane at hand.
    at: usize,
    /// By time: the next instant of each lane, or the newest that it can be, and whether it is read.
    heads: BinaryHeap<(i128, Reverse<usize>, bool)>,
    page: u32,
}

impl Walk {
    fn new(world: &World, plan: &Plan, how: How, options: &Options) -> Result<Self, Problem> {
        let lanes = plan.lanes.iter().map(|lane| (lane.clone(), VecDeque::new())).collect();
        let wanted = page_size(options).saturating_add(options.skip as usize).saturating_add(1);
        let most = match how {
            How::ByTime { .. } if plan.lanes.len() > MANY => PAGE_OF_MANY,
            _ => PAGE_MOST,
        };
        let page = if plan.is_exact() { wanted.min(most) } else { most } as u32;
        let mut walk = Self { how, lanes, at: 0, heads: BinaryHeap::new(), page };
        if let Some(token) = &options.token {
            walk.go_on_after(token)?;
        }
        if let How::ByTime { descending } = how {
            for at in 0..walk.lanes.len() {
                walk.look_ahead(world, at, descending)?;
            }
        }
        Ok(walk)
    }

    /// Sets the lanes behind the observation that a page ended with.
    fn go_on_after(&mut self, token: &str) -> Result<(), Problem> {
        let last = datastream_of_token(token).and_then(|(datastream, time)| {
            let at = self.lanes.iter().position(|(lane, _)| lane.source.datastream.id() == datastream)?;
            Some((at, time))
        });
        let Some((last, time)) = last else {
            let problem =
                Problem::bad_request("bad_skiptoken", "the page before this one is not known any more");
            return Err(problem.with_hint("begin again without `$skiptoken`"));
        };
        for (at, (lane, _)) in self.lanes.iter_mut().enumerate() {
            match self.how {
                How::ByTime { descending: true } => {
                    let to = if at <= last { time - STEP } else { time };
                    lane.to = Some(lane.to.map_or(to, |before| before.min(to)));
                }
                How::ByTime { descending: false } => {
                    lane.from = lane.from.max(Some(if at <= last { time + STEP } else { time }));
                }
                _ if at == last => lane.from = lane.from.max(Some(time + STEP)),
                _ => {}
            }
        }
        if self.how == How::ByDatastream {
            self.at = last;
        }
        Ok(())
    }

    /// Leaves out whole datastreams that are to be skipped, without reading them.
    fn skip_whole(&mut self, world: &World, skip: &mut u64) -> Result<(), Problem> {
        while *skip > 0
            && let Some((lane, _)) = self.lanes.get(self.at)
        {
            let count = lane.source.count(world, lane.from, lane.to)?;
            if count > *skip {
                break;
            }
            *skip -= count;
            self.at += 1;
        }
        Ok(())
    }

    fn next(&mut self, world: &World) -> Result<Option<(Lane, Entity)>, Problem> {
        match self.how {
            How::ByTime { descending } => self.next_by_time(world, descending),
            _ => self.next_by_datastream(world),
        }
    }

    fn next_by_datastream(&mut self, world: &World) -> Result<Option<(Lane, Entity)>, Problem> {
        loop {
            let Some((lane, buffer)) = self.lanes.get_mut(self.at) else { return Ok(None) };
            if let Some(entity) = buffer.pop_front() {
                return Ok(Some((lane.clone(), entity)));
            }
            read(world, lane, buffer, self.page, false)?;
            if buffer.is_empty() {
                self.at += 1;
            }
        }
    }

    fn next_by_time(&mut self, world: &World, descending: bool) -> Result<Option<(Lane, Entity)>, Problem> {
        while let Some((_, Reverse(at), is_read)) = self.heads.pop() {
            let Some((lane, buffer)) = self.lanes.get_mut(at) else { continue };
            if is_read && let Some(entity) = buffer.pop_front() {
                let lane = lane.clone();
                self.look_ahead(world, at, descending)?;
                return Ok(Some((lane, entity)));
            }
            read(world, lane, buffer, self.page, descending)?;
            if !buffer.is_empty() {
                self.look_ahead(world, at, descending)?;
            }
        }
        Ok(None)
    }

    /// Puts a lane among those that wait, by its next instant. Newest first, a lane that was not read yet
    /// waits with its newest instant, which is known from memory: most lanes are then never read.
    fn look_ahead(&mut self, world: &World, at: usize, descending: bool) -> Result<(), Problem> {
        let Some((lane, buffer)) = self.lanes.get_mut(at) else { return Ok(()) };
        if buffer.is_empty() && descending {
            world.look(1)?;
            let newest = lane.source.newest_time(world);
            let most = lane.to.map_or(newest, |to| newest.map(|newest| newest.min(to)));
            if let Some(most) = most.filter(|most| lane.from.is_none_or(|from| *most >= from)) {
                self.heads.push((most.unix_timestamp_nanos(), Reverse(at), false));
            }
            return Ok(());
        }
        if buffer.is_empty() {
            read(world, lane, buffer, self.page, false)?;
        }
        if let Some(time) = buffer.front().and_then(time_of) {
            let nanos = time.unix_timestamp_nanos();
            self.heads.push((if descending { nanos } else { -nanos }, Reverse(at), true));
        }
        Ok(())
    }
}

/// Reads the next page of a lane, and moves its stretch behind it.
fn read(
    world: &World,
    lane: &mut Lane,
    buffer: &mut VecDeque<Entity>,
    page: u32,
    descending: bool,
) -> Result<(), Problem> {
    world.look(1)?;
    if matches!((lane.from, lane.to), (Some(from), Some(to)) if from > to) {
        return Ok(());
    }
    let found = if descending {
        lane.source.newest(world, lane.from, lane.to, page)?
    } else {
        lane.source.oldest(world, lane.from, lane.to, page)?
    };
    if let Some(last) = found.last().and_then(time_of) {
        if descending {
            lane.to = Some(last - STEP);
        } else {
            lane.from = Some(last + STEP);
        }
    }
    buffer.extend(found);
    Ok(())
}
