//! Rectangles side by side in a larger one.
//!
//! In: sizes in pixels. Out: the corner of each, or nothing if they do not fit. Places each
//! rectangle, the highest first, where its top edge comes to lie lowest on the skyline of those
//! before it (E. Baker, E. Coffman and R. Rivest, *Orthogonal Packings in Two Dimensions*, 1980).

/// A level stretch of the skyline: from `x` to the next stretch, free from `y` on.
#[derive(Clone, Copy)]
struct Stretch {
    x: u32,
    y: u32,
}

/// Corners for rectangles of the given sizes within `size`, in the order given.
pub(super) fn pack(sizes: &[[u32; 2]], size: [u32; 2]) -> Option<Vec<[u32; 2]>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&at| {
        let [width, height] = sizes[at];
        (std::cmp::Reverse(height), std::cmp::Reverse(width), at)
    });
    let mut corners = vec![[0; 2]; sizes.len()];
    let mut skyline = vec![Stretch { x: 0, y: 0 }];
    for at in order {
        corners[at] = place(&mut skyline, sizes[at], size)?;
    }
    Some(corners)
}

fn place(skyline: &mut Vec<Stretch>, [width, height]: [u32; 2], size: [u32; 2]) -> Option<[u32; 2]> {
    let mut best: Option<(u32, u32, usize)> = None;
    for at in 0..skyline.len() {
        let Some(y) = rest(skyline, at, width, size[0]) else { break };
        if y.checked_add(height)? <= size[1] && best.is_none_or(|(least, ..)| y < least) {
            best = Some((y, skyline[at].x, at));
        }
    }
    let (y, x, at) = best?;
    let right = x + width;
    // What the rectangle covers goes; what it covers in part keeps its rest.
    let mut end = at;
    let mut level = y;
    while end < skyline.len() && skyline[end].x < right {
        level = skyline[end].y;
        end += 1;
    }
    let mut new = vec![Stretch { x, y: y + height }];
    if right < skyline.get(end).map_or(size[0], |next| next.x) {
        new.push(Stretch { x: right, y: level });
    }
    skyline.splice(at..end, new);
    Some([x, y])
}

/// Where a rectangle of that width comes to rest if its left edge is at a stretch's.
fn rest(skyline: &[Stretch], at: usize, width: u32, limit: u32) -> Option<u32> {
    let right = skyline[at].x.checked_add(width).filter(|&right| right <= limit)?;
    skyline[at..].iter().take_while(|stretch| stretch.x < right).map(|stretch| stretch.y).max()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rectangles_lie_inside_and_apart(
            sizes in proptest::collection::vec([1u32..40, 1u32..40], 1..60)
        ) {
            let Some(corners) = pack(&sizes, [128, 256]) else { return Ok(()) };
            let mut taken = vec![false; 128 * 256];
            for (corner, size) in corners.iter().zip(&sizes) {
                for y in corner[1]..corner[1] + size[1] {
                    for x in corner[0]..corner[0] + size[0] {
                        let at = (y * 128 + x) as usize;
                        prop_assert!(x < 128 && y < 256 && !taken[at]);
                        taken[at] = true;
                    }
                }
            }
        }
    }

    #[test]
    fn equal_squares_fill_the_whole() {
        assert!(pack(&[[16, 16]; 64], [128, 128]).is_some());
        assert!(pack(&[[16, 16]; 65], [128, 128]).is_none());
        assert!(pack(&[[129, 1]], [128, 128]).is_none());
    }
}
