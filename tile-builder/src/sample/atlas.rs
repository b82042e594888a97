//! Packs the pictures of patches into one texture.
//!
//! In: charts (rectangles of pictures). Out: where each stands, and the texture. Called by `tile` for
//! every piece. Charts are placed as low as
//! they fit, tallest first; each has a border that continues it, so that
//! filtering never mixes neighbours.

use super::bake::Picture;

/// A rectangle of a picture that a piece needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chart<'a> {
    pub(crate) picture: &'a Picture,
    pub(crate) low: [usize; 2],
    pub(crate) high: [usize; 2],
}

impl Chart<'_> {
    fn size(&self) -> [usize; 2] {
        [0, 1].map(|i| self.high[i] - self.low[i] + 2 * GUTTER)
    }
}

/// Texels of border around a chart.
pub(crate) const GUTTER: usize = 2;

/// A texture and where its charts stand.
#[derive(Debug, Clone)]
pub(crate) struct Atlas {
    /// The texture, first row at the bottom.
    pub(crate) picture: Picture,
    /// Lower left texel of each chart inside its border, in the order of the charts.
    pub(crate) places: Vec<[usize; 2]>,
}

/// Sides are whole blocks of the JPEG codec.
const BLOCK: usize = 16;

/// Packs the charts; none gives an empty texture.
pub(crate) fn pack(charts: &[Chart<'_>]) -> Atlas {
    let sizes: Vec<[usize; 2]> = charts.iter().map(Chart::size).collect();
    let area: usize = sizes.iter().map(|[w, h]| w * h).sum();
    let widest = sizes.iter().map(|s| s[0]).max().unwrap_or(0);
    let width = (((area as f64 * 1.03).sqrt().ceil() as usize).max(widest)).div_ceil(BLOCK) * BLOCK;
    let mut order: Vec<usize> = (0..charts.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(sizes[i][1]), std::cmp::Reverse(sizes[i][0]), i));
    let mut places = vec![[0; 2]; charts.len()];
    let mut skyline = Skyline::new(width);
    for &i in &order {
        places[i] = skyline.place(sizes[i]).map(|v| v + GUTTER);
    }
    let height = skyline.top.div_ceil(BLOCK) * BLOCK;
    let mut picture = Picture { width, height, rgb: vec![mean(charts); width * height] };
    for (chart, place) in charts.iter().zip(&places) {
        draw(&mut picture, chart, *place);
    }
    Atlas { picture, places }
}

/// The upper outline of what is packed, from left to right (after Jylänki 2010, bottom-left).
struct Skyline {
    width: usize,
    /// Left end and height of each step.
    steps: Vec<[usize; 2]>,
    top: usize,
}

impl Skyline {
    fn new(width: usize) -> Self {
        Self { width, steps: vec![[0, 0]], top: 0 }
    }

    /// The lowest place where a chart fits, which it then takes. No chart is wider than the outline.
    fn place(&mut self, [w, h]: [usize; 2]) -> [usize; 2] {
        let mut best = [0, usize::MAX];
        for (i, &[x, _]) in self.steps.iter().enumerate() {
            if x + w > self.width {
                break;
            }
            let under = self.steps[i..].iter().take_while(|step| step[0] < x + w);
            let y = under.map(|step| step[1]).max().unwrap_or(0);
            if y < best[1] {
                best = [x, y];
            }
        }
        let [x, y] = best;
        let last = self.steps.iter().rev().find(|step| step[0] <= x + w).map_or(0, |step| step[1]);
        let right_is_step = self.steps.iter().any(|step| step[0] == x + w);
        self.steps.retain(|step| step[0] < x || step[0] >= x + w);
        self.steps.push([x, y + h]);
        if !right_is_step && x + w < self.width {
            self.steps.push([x + w, last]);
        }
        self.steps.sort_unstable();
        self.top = self.top.max(y + h);
        best
    }
}

/// The colour of what no chart covers: the mean, which costs the codec least.
fn mean(charts: &[Chart<'_>]) -> [u8; 3] {
    let mut sum = [0u64; 4];
    for chart in charts {
        for p in chart.picture.rgb.iter().step_by(7) {
            (0..3).for_each(|c| sum[c] += u64::from(p[c]));
            sum[3] += 1;
        }
    }
    [0, 1, 2].map(|c| (sum[c] / sum[3].max(1)) as u8)
}

fn draw(target: &mut Picture, chart: &Chart<'_>, place: [usize; 2]) {
    let [w, h] = chart.size();
    let source = chart.picture;
    for row in 0..h {
        let y = (chart.low[1] + row).saturating_sub(GUTTER).min(source.height - 1);
        let start = (place[1] - GUTTER + row) * target.width + place[0] - GUTTER;
        for column in 0..w {
            let x = (chart.low[0] + column).saturating_sub(GUTTER).min(source.width - 1);
            target.rgb[start + column] = source.rgb[y * source.width + x];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_do_not_overlap_and_stay_inside() {
        let pictures: Vec<Picture> = (1..40u8)
            .map(|i| {
                let (width, height) = (usize::from(i) * 3 % 50 + 1, usize::from(i) * 7 % 30 + 1);
                Picture { width, height, rgb: vec![[i, i, i]; width * height] }
            })
            .collect();
        let charts: Vec<Chart<'_>> =
            pictures.iter().map(|p| Chart { picture: p, low: [0, 0], high: [p.width, p.height] }).collect();
        let atlas = pack(&charts);
        for (chart, place) in charts.iter().zip(&atlas.places) {
            for y in 0..chart.high[1] {
                for x in 0..chart.high[0] {
                    let texel = atlas.picture.rgb[(place[1] + y) * atlas.picture.width + place[0] + x];
                    assert_eq!(texel, chart.picture.rgb[0]);
                }
            }
        }
        assert!(atlas.picture.width.is_multiple_of(16) && atlas.picture.height.is_multiple_of(16));
    }
}
