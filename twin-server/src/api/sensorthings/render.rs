//! A tree of entities as JSON (OGC 18-088, clause 9.3.1 and annexes). Written straight into one text.

use super::entity::Entity;
use super::json::{push_control, push_field, push_name, push_number, push_text};
use super::select::{Expanded, Next, Node, Page};
use super::world::World;
use crate::api::Problem;
use crate::sensorthings::model::Set;
use crate::sensorthings::options::Options;

/// A page that was asked for at an address.
pub(super) fn push_page(
    world: &World,
    page: &Page<'_>,
    address: &str,
    out: &mut String,
) -> Result<(), Problem> {
    out.push('{');
    push_head(page, address, out);
    push_name(out, "value");
    push_nodes(world, page, out)?;
    out.push('}');
    Ok(())
}

/// How many entities there are, and where the next ones.
pub(super) fn push_head(page: &Page<'_>, address: &str, out: &mut String) {
    if let Some(count) = page.count {
        push_name(out, "@iot.count");
        push_number(out, count as f64);
    }
    if let Some(link) = next_link(page, address) {
        push_field(out, "@iot.nextLink", &link);
    }
}

/// The address of the page after this one.
pub(super) fn next_link(page: &Page<'_>, address: &str) -> Option<String> {
    let raw = &page.options.raw;
    Some(match page.next.as_ref()? {
        Next::Skip(skip) => format!("{address}?{raw}$skip={skip}"),
        // Ids of observations have nothing that an address writes differently.
        Next::After => format!("{address}?{raw}$skiptoken={}", page.nodes.last()?.entity.id()),
    })
}

fn push_nodes(world: &World, page: &Page<'_>, out: &mut String) -> Result<(), Problem> {
    out.push('[');
    for (at, node) in page.nodes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_node(world, node, page.options, false, out)?;
    }
    out.push(']');
    Ok(())
}

/// An entity with what is expanded. `whole` also writes what must be looked up in the history: the times of
/// a datastream's first and last observation.
pub(super) fn push_node(
    world: &World,
    node: &Node<'_>,
    options: &Options,
    whole: bool,
    out: &mut String,
) -> Result<(), Problem> {
    let (entity, set) = (&node.entity, node.entity.set());
    let selected = |name: &str| options.select.as_ref().is_none_or(|select| select.contains(&name));
    let named = |name: &str| options.select.as_ref().is_some_and(|select| select.contains(&name));
    let id = entity.id();
    let link = world.link_to(set, &id);
    out.push('{');
    if selected("id") {
        push_field(out, "@iot.id", &id);
    }
    if selected("@iot.selfLink") {
        push_field(out, "@iot.selfLink", &link);
    }
    for name in set.properties() {
        let looked_up = set == Set::Datastream && matches!(*name, "phenomenonTime" | "resultTime");
        if selected(name) && (whole || !looked_up || named(name)) {
            push_property(world, entity, name, name, out)?;
        }
    }
    push_relations(world, node, options, &link, out)?;
    out.push('}');
    World::check_length(out)
}

fn push_property(
    world: &World,
    entity: &Entity,
    written: &str,
    name: &str,
    out: &mut String,
) -> Result<(), Problem> {
    let before = out.len();
    push_name(out, written);
    if !entity.push(world, name, out)? {
        out.truncate(before);
    }
    Ok(())
}

fn push_relations(
    world: &World,
    node: &Node<'_>,
    options: &Options,
    link: &str,
    out: &mut String,
) -> Result<(), Problem> {
    for navigation in node.entity.set().navigations() {
        let name = navigation.name;
        let found = node.expanded.iter().find(|(expand, _)| expand.navigation == navigation);
        match found {
            Some((expand, Expanded::One(one))) => {
                push_name(out, name);
                match one {
                    Some(one) => push_node(world, one, &expand.options, false, out)?,
                    None => out.push_str("null"),
                }
            }
            Some((_, Expanded::Many(page))) => {
                if let Some(count) = page.count {
                    push_control(out, name, "@iot.count");
                    push_number(out, count as f64);
                }
                push_name(out, name);
                push_nodes(world, page, out)?;
                if let Some(next) = next_link(page, &format!("{link}/{name}")) {
                    push_control(out, name, "@iot.nextLink");
                    push_text(out, &next);
                }
            }
            None if options.select.as_ref().is_none_or(|select| select.contains(&name)) => {
                push_control(out, name, "@iot.navigationLink");
                out.push('"');
                out.push_str(link);
                out.push('/');
                out.push_str(name);
                out.push('"');
            }
            None => {}
        }
    }
    Ok(())
}

/// The addresses of entities alone.
pub(super) fn push_refs(world: &World, page: &Page<'_>, address: &str, out: &mut String) {
    out.push('{');
    push_head(page, address, out);
    push_name(out, "value");
    out.push('[');
    for (at, node) in page.nodes.iter().enumerate() {
        out.push_str(if at > 0 { ",{" } else { "{" });
        push_field(out, "@iot.selfLink", &world.link(&node.entity));
        out.push('}');
    }
    out.push_str("]}");
}
