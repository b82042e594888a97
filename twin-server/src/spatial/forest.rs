//! The things of one kind in many small R-trees.
//!
//! Readers hold a forest for as long as they ask and never wait; a change makes another forest that shares
//! all trees but the one that it touches. One large tree would have to be copied whole, or locked. Trees are
//! cut like a k-d tree (Bentley 1975): at the median of the widest axis, until a tree is small; `rstar`
//! (R*-tree, OMT bulk loading) orders what is in them. The boxes of the trees are looked through one after
//! the other: for a million things they are two thousand, which takes two microseconds.
//!
//! Things with an outline stand in trees of their own. Of all others the tree has everything that a question
//! about places needs: the things lie elsewhere in memory, and to touch a thousand of them costs more than
//! to find them.
//!
//! Costs (`benches/spatial.rs` measures them): loading builds every tree once; a change copies one tree of up
//! to 1,024 things and the list of boxes; `benches/spatial.rs` has the figures.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{
    Envelope, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeObject, RTreeParams,
    SelectionFunction,
};

use super::Kind;
use super::shape::Shape;
use super::thing::{Box3, Thing};

/// Most things in one tree. Larger trees make changes dearer, smaller ones questions.
const TREE_LIMIT: usize = 1024;
/// Below this mean a forest is planted anew: most of what it held was removed.
const TREE_LOW: usize = TREE_LIMIT / 16;

type Item = GeomWithData<Rectangle<[f64; 3]>, Thing>;
type Tree = RTree<Item, Wide>;

/// Nodes of 16 children: copying a tree of a thousand then takes eighty allocations and not two hundred.
#[derive(Debug, Clone)]
struct Wide;

impl RTreeParams for Wide {
    const MIN_SIZE: usize = 6;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// Things of one kind, never changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Forest {
    plots: Vec<Plot>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Plot {
    envelope: Box3,
    /// Whether the things in it have outlines, or all have none.
    outlined: bool,
    tree: Arc<Tree>,
}

/// A thing as its tree has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'f> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its box.
    pub(super) envelope: Box3,
    /// Whether it covers less than its box.
    pub(super) outlined: bool,
    /// The thing, which lies elsewhere in memory.
    pub(super) thing: &'f Thing,
}

impl Leaf<'_> {
    /// What it covers.
    pub(super) fn shape(&self) -> Shape {
        if self.outlined { Shape::of(self.thing) } else { Shape::of_box(&self.envelope) }
    }

    /// Whether it is this thing, wherever that is.
    pub(super) fn is(&self, thing: &Thing) -> bool {
        self.kind == thing.kind() && self.thing.id() == thing.id()
    }
}

impl Forest {
    /// A forest of these things.
    pub(super) fn plant(things: Vec<Thing>) -> Self {
        let len = things.len();
        let (outlined, plain): (Vec<Item>, Vec<Item>) =
            things.into_iter().map(item).partition(|item| item.data.has_outline());
        let mut groups = Vec::with_capacity(len / TREE_LIMIT * 2 + 2);
        for items in [outlined, plain] {
            // Three quarters full, so that the next changes split no tree.
            divide(items, TREE_LIMIT * 3 / 4, &mut groups);
        }
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(groups.len() / 16 + 1);
        let plots = if workers == 1 {
            groups.into_iter().map(Plot::of).collect()
        } else {
            in_parallel(groups, workers)
        };
        Self { plots, len }
    }

    /// Number of things.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The box around all things, if there are any.
    pub(super) fn envelope(&self) -> Option<Box3> {
        let envelopes = self.plots.iter().map(|plot| plot.envelope);
        envelopes.reduce(|around, envelope| around.merged(&envelope))
    }

    /// This forest with one thing more.
    pub(super) fn with(&self, thing: Thing) -> Self {
        let item = item(thing);
        let envelope = item.envelope();
        let growth =
            |plot: &Plot| plot.envelope.merged(&envelope).perimeter_value() - plot.envelope.perimeter_value();
        let outlined = item.data.has_outline();
        let alike = (0..self.plots.len()).filter(|plot| self.plots[*plot].outlined == outlined);
        let nearest = alike.min_by(|a, b| {
            let (a, b) = (&self.plots[*a], &self.plots[*b]);
            growth(a)
                .total_cmp(&growth(b))
                .then(a.envelope.perimeter_value().total_cmp(&b.envelope.perimeter_value()))
        });
        let mut plots = self.plots.clone();
        match nearest.map(|i| plots.swap_remove(i)) {
            None => plots.push(Plot::of(vec![item])),
            Some(plot) if plot.tree.size() < TREE_LIMIT => {
                let mut tree = Tree::clone(&plot.tree);
                tree.insert(item);
                plots.push(Plot::grown(tree));
            }
            Some(plot) => {
                let mut items: Vec<Item> = plot.tree.iter().cloned().collect();
                items.push(item);
                let mut groups = Vec::new();
                divide(items, TREE_LIMIT * 3 / 4, &mut groups);
                plots.extend(groups.into_iter().map(Plot::of));
            }
        }
        Self { plots, len: self.len + 1 }
    }

    /// This forest without a thing; nothing if it is not where `thing` says.
    pub(super) fn without(&self, thing: &Thing) -> Option<Self> {
        let same = Same(thing, thing.box3());
        let place = self.plots.iter().position(|plot| {
            plot.envelope.contains_envelope(&same.1)
                && plot.tree.locate_with_selection_function(Same(thing, same.1)).next().is_some()
        })?;
        let mut plots = self.plots.clone();
        let mut tree = Tree::clone(&plots.swap_remove(place).tree);
        tree.remove_with_selection_function(same)?;
        if tree.size() > 0 {
            plots.push(Plot::grown(tree));
        }
        let len = self.len - 1;
        if plots.len() > 8 && len < plots.len() * TREE_LOW {
            return Some(Self::plant(
                plots.iter().flat_map(|p| p.tree.iter()).map(|i| i.data.clone()).collect(),
            ));
        }
        Some(Self { plots, len })
    }

    /// The things, all of one kind, whose boxes meet a box, edges included, in no particular order.
    pub(super) fn meeting(&self, kind: Kind, envelope: Box3) -> Meeting<'_> {
        Meeting { kind, envelope, plots: self.plots.iter(), outlined: false, open: Vec::new() }
    }
}

/// Goes through the trees one after the other. A walk of our own: that of `rstar` keeps each child that is
/// still to be seen in a list, and takes twice as long.
pub(super) struct Meeting<'f> {
    kind: Kind,
    envelope: Box3,
    plots: std::slice::Iter<'f, Plot>,
    /// Of the tree at hand.
    outlined: bool,
    /// Its nodes from the root on, with the children that are still to be seen.
    open: Vec<std::slice::Iter<'f, RTreeNode<Item>>>,
}

impl<'f> Iterator for Meeting<'f> {
    type Item = Leaf<'f>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(children) = self.open.last_mut() else {
                let plot = self.plots.find(|plot| plot.envelope.intersects(&self.envelope))?;
                self.outlined = plot.outlined;
                self.open.push(plot.tree.root().children().iter());
                continue;
            };
            match children.next() {
                None => drop(self.open.pop()),
                Some(RTreeNode::Leaf(item)) => {
                    let envelope = item.envelope();
                    if envelope.intersects(&self.envelope) {
                        let (kind, outlined) = (self.kind, self.outlined);
                        return Some(Leaf { kind, envelope, outlined, thing: &item.data });
                    }
                }
                Some(RTreeNode::Parent(parent)) => {
                    if parent.envelope().intersects(&self.envelope) {
                        self.open.push(parent.children().iter());
                    }
                }
            }
        }
    }
}

/// The things of some forests in the order of `rank`, lowest first. `rank` is given boxes: it is never
/// greater for a box than for what lies in it, and gives nothing for what is not wanted.
pub(super) fn ranked<'f, R>(forests: impl Iterator<Item = (Kind, &'f Forest)>, rank: R) -> Ranked<'f, R>
where
    R: Fn(&Box3) -> Option<f64>,
{
    let plots = forests.flat_map(|(kind, forest)| forest.plots.iter().map(move |plot| (kind, plot)));
    let heap = plots.filter_map(|(kind, plot)| {
        let node = Node::Parent(plot.tree.root());
        Some(Waiting { rank: rank(&plot.envelope)?, kind, outlined: plot.outlined, node })
    });
    Ranked { heap: heap.collect(), rank }
}

/// Best-first search (Hjaltason and Samet 1999) through several trees at once.
pub(super) struct Ranked<'f, R> {
    heap: BinaryHeap<Waiting<'f>>,
    rank: R,
}

impl<'f, R: Fn(&Box3) -> Option<f64>> Iterator for Ranked<'f, R> {
    type Item = (f64, Leaf<'f>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(Waiting { rank, kind, outlined, node }) = self.heap.pop() {
            match node {
                Node::Leaf(item) => {
                    let leaf = Leaf { kind, envelope: item.envelope(), outlined, thing: &item.data };
                    return Some((rank, leaf));
                }
                Node::Parent(parent) => {
                    for child in parent.children() {
                        let Some(rank) = (self.rank)(&child.envelope()) else { continue };
                        let node = match child {
                            RTreeNode::Leaf(item) => Node::Leaf(item),
                            RTreeNode::Parent(parent) => Node::Parent(parent),
                        };
                        self.heap.push(Waiting { rank, kind, outlined, node });
                    }
                }
            }
        }
        None
    }
}

struct Waiting<'f> {
    rank: f64,
    kind: Kind,
    outlined: bool,
    node: Node<'f>,
}

enum Node<'f> {
    Parent(&'f ParentNode<Item>),
    Leaf(&'f Item),
}

// Lowest rank first out of a heap that gives the greatest.
impl Ord for Waiting<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank.total_cmp(&self.rank)
    }
}
impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Waiting<'_> {}

impl Plot {
    fn of(items: Vec<Item>) -> Self {
        Self::grown(Tree::bulk_load_with_params(items))
    }

    fn grown(tree: Tree) -> Self {
        let outlined = tree.iter().next().is_some_and(|item| item.data.has_outline());
        Self { envelope: tree.root().envelope(), outlined, tree: Arc::new(tree) }
    }
}

/// Finds one thing where it was put.
struct Same<'t>(&'t Thing, Box3);

impl SelectionFunction<Item> for Same<'_> {
    fn should_unpack_parent(&self, envelope: &Box3) -> bool {
        envelope.contains_envelope(&self.1)
    }

    fn should_unpack_leaf(&self, leaf: &Item) -> bool {
        leaf.data.is(self.0)
    }
}

fn item(thing: Thing) -> Item {
    GeomWithData::new(Rectangle::from_aabb(thing.box3()), thing)
}

/// Cuts items at the median of their widest axis until no group is above the limit.
fn divide(mut items: Vec<Item>, limit: usize, groups: &mut Vec<Vec<Item>>) {
    if items.is_empty() {
        return;
    }
    if items.len() <= limit {
        groups.push(items);
        return;
    }
    let middle = |item: &Item, axis: usize| {
        let (low, high) = (item.geom().lower(), item.geom().upper());
        f64::midpoint(low[axis], high[axis])
    };
    let extent = |axis: usize| {
        let ends = items.iter().map(|item| middle(item, axis));
        let (low, high) =
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        high - low
    };
    let extents = [extent(0), extent(1), extent(2)];
    let axis = (0..3).max_by(|a, b| extents[*a].total_cmp(&extents[*b])).unwrap_or(0);
    let half = items.len() / 2;
    items.select_nth_unstable_by(half, |a, b| middle(a, axis).total_cmp(&middle(b, axis)));
    let upper = items.split_off(half);
    items.shrink_to_fit();
    divide(items, limit, groups);
    divide(upper, limit, groups);
}

fn in_parallel(mut groups: Vec<Vec<Item>>, workers: usize) -> Vec<Plot> {
    let share = groups.len().div_ceil(workers);
    let mut shares = Vec::with_capacity(workers);
    while !groups.is_empty() {
        shares.push(groups.split_off(groups.len().saturating_sub(share)));
    }
    std::thread::scope(|scope| {
        let plant = |share: Vec<Vec<Item>>| share.into_iter().map(Plot::of).collect::<Vec<_>>();
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || plant(share))).collect();
        // A thread that panicked would be a defect of the tree's library; its share cannot be left out.
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
