//! A quadtree above things that are there already: survey tiles, cells of a mesh, zones.
//!
//! In: the boxes of the things. Out: nodes from the lowest to the root, each over at most four
//! squares of the level below. A square with one child alone makes no node: the child stands for
//! it. Called by the pipeline's plan. Pure.

use std::collections::BTreeMap;

/// A box in plan: west, south, east, north in metres.
pub type Extent = [f64; 4];

/// The extent around two.
#[must_use]
pub fn merge(a: Extent, b: Extent) -> Extent {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// Whether two extents have a point in common.
#[must_use]
pub fn meet(a: &Extent, b: &Extent) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// What a node stands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Child {
    /// One of the things, by its place in the list.
    Item(usize),
    /// A node, by its place in the result.
    Node(usize),
}

/// A square over others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Levels above the things; 0 where several share a square.
    pub height: u32,
    /// Column and row of the square among those of its height.
    pub square: [i64; 2],
    /// What it stands over, at least two.
    pub children: Vec<Child>,
}

/// The nodes above `items`, children before parents; the last is the root. Empty for less than two
/// items. The squares at height 0 are as wide as the median item.
#[must_use]
pub fn nodes_above(items: &[Extent]) -> Vec<Node> {
    nodes_above_squares(items, 1.0)
}

/// The same with lowest squares so many times as wide as the median item: few, wide nodes over what is
/// light enough.
#[must_use]
pub fn nodes_above_squares(items: &[Extent], widths: f64) -> Vec<Node> {
    let mut nodes = Vec::new();
    if items.len() < 2 {
        return nodes;
    }
    let edge = median_edge(items) * widths;
    let corner = [0, 1].map(|axis| items.iter().map(|item| item[axis]).fold(f64::INFINITY, f64::min));
    let mut level: BTreeMap<[i64; 2], Vec<Child>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        // The middle decides; tiles of one survey overlap a little.
        let square = [0, 1].map(|axis| {
            let middle = f64::midpoint(item[axis], item[axis + 2]);
            ((middle - corner[axis]) / edge).floor() as i64
        });
        level.entry(square).or_default().push(Child::Item(at));
    }
    for height in 0.. {
        let mut above: BTreeMap<[i64; 2], Vec<Child>> = BTreeMap::new();
        for (square, children) in level {
            let child = if let [only] = children.as_slice() {
                *only
            } else {
                nodes.push(Node { height, square, children });
                Child::Node(nodes.len() - 1)
            };
            above.entry(square.map(|index| index.div_euclid(2))).or_default().push(child);
        }
        if above.len() == 1 && above.values().all(|children| children.len() == 1) {
            break;
        }
        level = above;
    }
    nodes
}

fn median_edge(items: &[Extent]) -> f64 {
    let mut edges: Vec<f64> = items.iter().map(|item| (item[2] - item[0]).max(item[3] - item[1])).collect();
    edges.sort_by(f64::total_cmp);
    edges[edges.len() / 2].max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tile(x: i32, y: i32) -> Extent {
        let [west, south] = [f64::from(x) * 100.0, f64::from(y) * 100.0];
        [west - 0.1, south - 0.1, west + 100.1, south + 100.1]
    }

    #[test]
    fn four_tiles_in_a_square_have_one_node_above_them() {
        let nodes = nodes_above(&[tile(0, 0), tile(1, 0), tile(0, 1), tile(1, 1)]);
        assert_eq!(nodes.len(), 1);
        assert_eq!(nodes[0].children.len(), 4);
    }

    #[test]
    fn a_row_of_five_tiles_ends_in_one_root() {
        let nodes = nodes_above(&(0..5).map(|x| tile(x, 0)).collect::<Vec<_>>());
        let sizes: Vec<usize> = nodes.iter().map(|node| node.children.len()).collect();
        assert_eq!(sizes, [2, 2, 2, 2], "the fifth tile is alone until the root");
    }

    proptest! {
        #[test]
        fn everything_hangs_below_one_root_exactly_once(
            squares in prop::collection::btree_set((0..40_i32, 0..40_i32), 2..120)
        ) {
            let items: Vec<Extent> = squares.iter().map(|(x, y)| tile(*x, *y)).collect();
            let nodes = nodes_above(&items);
            let (mut seen, mut below) = (vec![0; items.len()], vec![0; nodes.len()]);
            for (at, node) in nodes.iter().enumerate() {
                prop_assert!(node.children.len() >= 2);
                for child in &node.children {
                    match child {
                        Child::Item(item) => seen[*item] += 1,
                        Child::Node(child) => {
                            prop_assert!(*child < at && nodes[*child].height < node.height);
                            below[*child] += 1;
                        }
                    }
                }
            }
            prop_assert!(seen.iter().all(|count| *count == 1));
            let last = below.len() - 1;
            prop_assert!(below[..last].iter().all(|count| *count == 1) && below[last] == 0);
        }
    }
}
