//! Entities of a set or a relation as a request asks for them: filtered, sorted, by the page, with what is
//! expanded. Options come in, a tree of entities goes out, which `render` writes.

use std::cmp::Ordering;

use super::entity::Entity;
use super::matching::{Bound, Matcher};
use super::observations;
use super::world::World;
use crate::api::Problem;
use crate::sensorthings::filter::{self, Value};
use crate::sensorthings::model::Set;
use crate::sensorthings::options::{Expand, Options};

/// Entities of a page if nothing is said.
const TOP_DEFAULT: u64 = 100;
/// Most entities of a page.
const TOP_MOST: u64 = 10_000;

/// Most entities that are held while they are sorted.
const SORTED_MOST: usize = 300_000;

/// What was found, before anything is expanded.
pub(super) struct Found {
    pub(super) entities: Vec<Entity>,
    /// Of all that match, if that was asked for.
    pub(super) count: Option<u64>,
    pub(super) next: Option<Next>,
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// After this many.
    Skip(u64),
    /// After the last observation of this page.
    After,
}

/// A page of entities with what is expanded.
pub(super) struct Page<'o> {
    pub(super) nodes: Vec<Node<'o>>,
    pub(super) count: Option<u64>,
    pub(super) next: Option<Next>,
    pub(super) options: &'o Options,
}

/// An entity with what is expanded.
pub(super) struct Node<'o> {
    pub(super) entity: Entity,
    pub(super) expanded: Vec<(&'o Expand, Expanded<'o>)>,
}

/// What a relation leads to.
pub(super) enum Expanded<'o> {
    One(Option<Box<Node<'o>>>),
    Many(Page<'o>),
}

/// How many entities a page has.
pub(super) fn page_size(options: &Options) -> usize {
    options.top.unwrap_or(TOP_DEFAULT).min(TOP_MOST) as usize
}

/// The entities of a set, or those that a relation of `parent` to that set leads to.
pub(super) fn page<'o>(
    world: &World,
    parent: Option<&Entity>,
    set: Set,
    options: &'o Options,
) -> Result<Page<'o>, Problem> {
    let Found { entities, count, next } = if set == Set::Observation {
        observations::find(world, parent, options)?
    } else {
        entities(world, parent, set, options)?
    };
    let next = next.filter(|_| page_size(options) > 0);
    world.answer(entities.len())?;
    let nodes = entities.into_iter().map(|entity| node(world, entity, options)).collect::<Result<_, _>>()?;
    Ok(Page { nodes, count, next, options })
}

/// An entity with what is expanded.
pub(super) fn node<'o>(world: &World, entity: Entity, options: &'o Options) -> Result<Node<'o>, Problem> {
    let mut expanded = Vec::with_capacity(options.expand.len());
    for expand in &options.expand {
        let navigation = expand.navigation;
        let found = if navigation.many {
            Expanded::Many(page(world, Some(&entity), navigation.to, &expand.options)?)
        } else {
            world.look(1)?;
            world.answer(1)?;
            let one = world.one(&entity, navigation)?;
            let one = one.map(|one| node(world, one, &expand.options)).transpose()?;
            Expanded::One(one.map(Box::new))
        };
        expanded.push((expand, found));
    }
    Ok(Node { entity, expanded })
}

fn entities(world: &World, parent: Option<&Entity>, set: Set, options: &Options) -> Result<Found, Problem> {
    let matcher = options.filter.as_ref().map(|filter| Matcher::new(filter, set)).transpose()?;
    let known = match (parent, &matcher) {
        (None, None) => world.known_count(set),
        _ => None,
    };
    let holds = |entity: &Entity| match &matcher {
        Some(matcher) => matcher.holds(world, entity),
        None => Ok(true),
    };
    if !options.orderby.is_empty() {
        let mut sorted = Sorted::new(options);
        each(world, parent, set, |entity| {
            if holds(&entity)? {
                sorted.add(world, entity)?;
            }
            Ok(true)
        })?;
        return Ok(sorted.found());
    }
    let (top, mut matching) = (page_size(options), 0_u64);
    let mut entities = Vec::new();
    let mut more = false;
    let must_count = options.count && known.is_none();
    each(world, parent, set, |entity| {
        if holds(&entity)? {
            matching += 1;
            if matching > options.skip {
                if entities.len() < top {
                    entities.push(entity);
                } else {
                    more = true;
                }
            }
        }
        Ok(must_count || !more)
    })?;
    let next = more.then(|| Next::Skip(options.skip.saturating_add(top as u64)));
    let count = options.count.then(|| known.unwrap_or(matching));
    Ok(Found { entities, count, next })
}

fn each(
    world: &World,
    parent: Option<&Entity>,
    set: Set,
    mut show: impl FnMut(Entity) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    let Some(parent) = parent else { return world.scan(set, show) };
    for entity in world.many(parent, set)? {
        if !show(entity)? {
            break;
        }
    }
    Ok(())
}

/// The first entities of an order, while they are found.
pub(super) struct Sorted<'o> {
    options: &'o Options,
    found: Vec<(Vec<Value>, Entity)>,
    wanted: usize,
    matching: u64,
}

impl<'o> Sorted<'o> {
    pub(super) fn new(options: &'o Options) -> Self {
        let wanted = (options.skip as usize).saturating_add(page_size(options)).saturating_add(1);
        Self { options, found: Vec::new(), wanted, matching: 0 }
    }

    pub(super) fn add(&mut self, world: &World, entity: Entity) -> Result<(), Problem> {
        let bound = Bound { world, root: &entity, bindings: &[] };
        let keys = self.options.orderby.iter().map(|order| filter::evaluate(&order.by, &bound));
        let keys = keys.collect::<Result<_, _>>()?;
        self.matching += 1;
        self.found.push((keys, entity));
        if self.found.len() > SORTED_MOST {
            let detail = format!("sorting would hold more than {SORTED_MOST} entities");
            let problem = Problem::bad_request("query_too_expensive", detail);
            return Err(problem.with_hint("use a smaller `$skip`, or narrow the filter"));
        }
        // What cannot be among the first any more is let go, so that memory follows the page.
        if self.found.len() > self.wanted.saturating_mul(2).saturating_add(1_024) {
            self.sort();
            self.found.truncate(self.wanted);
        }
        Ok(())
    }

    /// Stable: of equals the one that was found first stays first.
    fn sort(&mut self) {
        let orders = &self.options.orderby;
        self.found.sort_by(|(a, _), (b, _)| {
            let keys = a.iter().zip(b).zip(orders);
            let order = keys.map(|((a, b), order)| {
                let natural = a.total_order(b);
                if order.descending { natural.reverse() } else { natural }
            });
            order.fold(Ordering::Equal, Ordering::then)
        });
    }

    pub(super) fn found(mut self) -> Found {
        self.sort();
        let (skip, top) = (self.options.skip as usize, page_size(self.options));
        let more = self.found.len() > skip.saturating_add(top);
        let entities = self.found.into_iter().skip(skip).take(top).map(|(_, entity)| entity).collect();
        let next = more.then(|| Next::Skip(self.options.skip.saturating_add(top as u64)));
        Found { entities, count: self.options.count.then_some(self.matching), next }
    }
}
