//! The things of one kind in many small R-trees.
//!
//! Readers hold a forest for as long as they ask and never wait; a change makes another forest that shares
//! all trees but the one that it touches. One large tree would have to be copied whole, or locked. Trees are
//! cut like a k-d tree (Bentley 1975): at the median of the widest axis, until a tree is small; `rstar`
//! (R*-tree, OMT bulk loading) orders what is in them. The boxes of the trees are looked through one after
//! the other: for a million things they are two thousand, which takes two microseconds.
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
    tree: Arc<Tree>,
}

impl Forest {
    /// A forest of these things.
    pub(super) fn plant(things: Vec<Thing>) -> Self {
        let items: Vec<Item> = things.into_iter().map(item).collect();
        let len = items.len();
        let mut groups = Vec::with_capacity(len / TREE_LIMIT * 2 + 1);
        // Three quarters full, so that the next changes split no tree.
        divide(items, TREE_LIMIT * 3 / 4, &mut groups);
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
        let nearest = (0..self.plots.len()).min_by(|a, b| {
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

    /// The things whose boxes meet a box, edges included, in no particular order.
    pub(super) fn meeting(&self, envelope: Box3) -> impl Iterator<Item = &Thing> {
        self.plots
            .iter()
            .filter(move |plot| plot.envelope.intersects(&envelope))
            .flat_map(move |plot| plot.tree.locate_in_envelope_intersecting(envelope))
            .map(|item| &item.data)
    }
}

/// The things of some forests in the order of `rank`, lowest first. `rank` is given boxes: it is never
/// greater for a box than for what lies in it, and gives nothing for what is not wanted.
pub(super) fn ranked<'f, R>(forests: impl Iterator<Item = &'f Forest>, rank: R) -> Ranked<'f, R>
where
    R: Fn(&Box3) -> Option<f64>,
{
    let plots = forests.flat_map(|forest| &forest.plots);
    let heap = plots.filter_map(|plot| {
        Some(Waiting { rank: rank(&plot.envelope)?, node: Node::Parent(plot.tree.root()) })
    });
    Ranked { heap: heap.collect(), rank }
}

/// Best-first search (Hjaltason and Samet 1999) through several trees at once.
pub(super) struct Ranked<'f, R> {
    heap: BinaryHeap<Waiting<'f>>,
    rank: R,
}

impl<'f, R: Fn(&Box3) -> Option<f64>> Iterator for Ranked<'f, R> {
    type Item = (f64, &'f Thing);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(Waiting { rank, node }) = self.heap.pop() {
            match node {
                Node::Leaf(thing) => return Some((rank, thing)),
                Node::Parent(parent) => {
                    for child in parent.children() {
                        let Some(rank) = (self.rank)(&child.envelope()) else { continue };
                        let node = match child {
                            RTreeNode::Leaf(item) => Node::Leaf(&item.data),
                            RTreeNode::Parent(parent) => Node::Parent(parent),
                        };
                        self.heap.push(Waiting { rank, node });
                    }
                }
            }
        }
        None
    }
}

struct Waiting<'f> {
    rank: f64,
    node: Node<'f>,
}

enum Node<'f> {
    Parent(&'f ParentNode<Item>),
    Leaf(&'f Thing),
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
        Self { envelope: tree.root().envelope(), tree: Arc::new(tree) }
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
