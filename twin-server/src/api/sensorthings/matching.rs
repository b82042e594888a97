//! Whether an entity matches a filter, also where the filter goes through relations.
//!
//! A path through a relation to many, such as `Datastreams/Observations/result`, asks whether there is one
//! among them. All paths with the same beginning mean the same one, as they would in a join: so
//! `Datastreams/name eq 'a' and Datastreams/properties/b eq 1` asks for one datastream that is both.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::entity::Entity;
use super::observations;
use super::world::World;
use crate::api::Problem;
use crate::sensorthings::filter::{self, Expr, Subject, Value};
use crate::sensorthings::model::Set;

/// Most relations to many that a filter goes through.
const PREFIXES_MOST: usize = 3;
/// Observations that are read at a time while one that matches is looked for.
const AT_ONCE: u32 = 500;

/// A filter that is ready to be asked.
pub(super) struct Matcher<'e> {
    expr: &'e Expr,
    /// Beginnings of its paths that lead to many, shortest first.
    prefixes: Vec<Vec<String>>,
}

/// The entity that a beginning of paths stands for, while one is tried.
pub(super) type Binding = (Vec<String>, Option<Entity>);

impl<'e> Matcher<'e> {
    pub(super) fn new(expr: &'e Expr, set: Set) -> Result<Self, Problem> {
        let mut prefixes = BTreeSet::new();
        expr.paths(&mut |path| {
            let mut at = set;
            for (place, name) in path.iter().enumerate() {
                let Some(navigation) = at.navigation(name) else { break };
                if navigation.many {
                    prefixes.insert(path.get(..=place).unwrap_or_default().to_vec());
                }
                at = navigation.to;
            }
        });
        let mut prefixes: Vec<_> = prefixes.into_iter().collect();
        prefixes.sort_by_key(Vec::len);
        if prefixes.len() > PREFIXES_MOST {
            let detail =
                format!("the filter goes through more than {PREFIXES_MOST} relations to many entities");
            return Err(Problem::bad_request("filter_too_wide", detail));
        }
        Ok(Self { expr, prefixes })
    }

    /// Whether an entity matches.
    pub(super) fn holds(&self, world: &World, entity: &Entity) -> Result<bool, Problem> {
        self.holds_with(world, entity, &mut Vec::new())
    }

    /// Whether an entity matches while some beginnings of paths stand for entities.
    pub(super) fn holds_with(
        &self,
        world: &World,
        entity: &Entity,
        bindings: &mut Vec<Binding>,
    ) -> Result<bool, Problem> {
        let unbound = self.prefixes.iter().find(|prefix| bindings.iter().all(|(bound, _)| bound != *prefix));
        let Some(prefix) = unbound else {
            return filter::matches(self.expr, &Bound { world, root: entity, bindings });
        };
        let (last, before) =
            prefix.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
        let from = Bound { world, root: entity, bindings }.entity(before)?;
        let mut any = false;
        let mut found = false;
        if let Some(from) = from
            && let Some(navigation) = from.set().navigation(last)
        {
            let mut attempt = |child: Entity| {
                world.look(1)?;
                any = true;
                bindings.push((prefix.clone(), Some(child)));
                found = self.holds_with(world, entity, bindings)?;
                bindings.pop();
                Ok(!found)
            };
            if navigation.to == Set::Observation {
                observations::each(world, &from, AT_ONCE, &mut attempt)?;
            } else {
                for child in world.many(&from, navigation.to)? {
                    if !attempt(child)? {
                        break;
                    }
                }
            }
        }
        if !any {
            // Nothing is there: what is said of it has no value, the rest of the filter may still hold.
            bindings.push((prefix.clone(), None));
            found = self.holds_with(world, entity, bindings)?;
            bindings.pop();
        }
        Ok(found)
    }
}

/// An entity as a filter sees it.
pub(super) struct Bound<'w> {
    pub(super) world: &'w World,
    pub(super) root: &'w Entity,
    pub(super) bindings: &'w [Binding],
}

impl Bound<'_> {
    /// The longest beginning of a path that stands for an entity, and that entity.
    fn start<'p>(&self, path: &'p [String]) -> (Option<Entity>, &'p [String]) {
        let bound = self.bindings.iter().filter(|(prefix, _)| path.starts_with(prefix));
        match bound.max_by_key(|(prefix, _)| prefix.len()) {
            Some((prefix, entity)) => (entity.clone(), path.get(prefix.len()..).unwrap_or_default()),
            None => (Some(self.root.clone()), path),
        }
    }

    /// The entity that a path of relations leads to.
    fn entity(&self, path: &[String]) -> Result<Option<Entity>, Problem> {
        let (mut at, rest) = self.start(path);
        for name in rest {
            let Some(entity) = at else { return Ok(None) };
            at = match entity.set().navigation(name) {
                Some(navigation) if !navigation.many => self.world.one(&entity, navigation)?,
                _ => None,
            };
        }
        Ok(at)
    }
}

impl Subject for Bound<'_> {
    type Error = Problem;

    fn value(&self, path: &[String]) -> Result<Value, Problem> {
        // The common case first: a property of the entity itself.
        if let ([name, rest @ ..], []) = (path, self.bindings)
            && self.root.set().navigation(name).is_none()
        {
            let name = self.root.set().property(name).unwrap_or(name);
            return self.root.value(self.world, name, rest);
        }
        let (mut at, mut rest) = self.start(path);
        while let (Some(entity), [name, after @ ..]) = (&at, rest) {
            match entity.set().navigation(name) {
                Some(navigation) if !navigation.many && !after.is_empty() => {
                    at = self.world.one(entity, navigation)?;
                    rest = after;
                }
                Some(_) => return Ok(Value::Null),
                None => {
                    let name = entity.set().property(name).unwrap_or(name);
                    return entity.value(self.world, name, after);
                }
            }
        }
        Ok(Value::Null)
    }

    fn now(&self) -> OffsetDateTime {
        self.world.now
    }
}
