//! The ordinary day of a community, by the hour. Shapes, not measurements: rough forms of what
//! meters and lamps of a housing estate show.

use std::f64::consts::TAU;

/// Share of its full light that a street lamp gives: on from dusk to dawn, dimmed after midnight.
pub(super) fn lamp_light(hour: f64) -> f64 {
    match hour {
        h if !(6.0..18.5).contains(&h) && (0.5..5.0).contains(&h) => 0.6,
        h if !(6.0..18.5).contains(&h) => 1.0,
        _ => 0.0,
    }
}

/// Water drawn, as a share of the day's peak: breakfast, noon, and the long evening.
pub(super) fn water_use(hour: f64) -> f64 {
    0.06 + 0.75 * bump(hour, 7.2, 1.1) + 0.45 * bump(hour, 12.0, 1.2) + 0.85 * bump(hour, 19.8, 1.9)
}

/// Electric load, as a share of the day's peak.
pub(super) fn electric_load(hour: f64) -> f64 {
    0.3 + 0.2 * bump(hour, 8.0, 1.5) + 0.2 * bump(hour, 13.0, 2.0) + 0.6 * bump(hour, 20.5, 2.3)
}

/// How many people are about, as a share of the rush.
pub(super) fn coming_and_going(hour: f64) -> f64 {
    0.05 + 0.95 * bump(hour, 8.0, 1.0) + 0.4 * bump(hour, 12.2, 1.3) + 0.9 * bump(hour, 18.3, 1.6)
}

/// Air temperature in °C on a mild day, coldest at five, warmest at three.
pub(super) fn air_c(hour: f64) -> f64 {
    24.0 - 5.0 * ((hour - 3.0) / 24.0 * TAU).cos()
}

/// 1 at the centre, falling off over `width` hours, round the clock.
fn bump(hour: f64, centre: f64, width: f64) -> f64 {
    let distance = (hour - centre).abs();
    let distance = distance.min(24.0 - distance) / width;
    (-0.5 * distance * distance).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these are the constants themselves")]
    fn nights_are_lit_and_quiet_and_evenings_busy() {
        assert_eq!(
            [lamp_light(12.0), lamp_light(20.0), lamp_light(2.0), lamp_light(5.5)],
            [0.0, 1.0, 0.6, 1.0]
        );
        assert!(water_use(19.8) > 5.0 * water_use(3.0));
        assert!(electric_load(20.5) > 2.0 * electric_load(3.0));
        assert!(coming_and_going(23.99) - coming_and_going(0.01) < 0.01);
        assert!(air_c(15.0) > air_c(5.0));
    }
}
