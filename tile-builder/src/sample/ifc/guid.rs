//! `GlobalId`s that follow from what they name.
//!
//! In: a seed and a path such as `b03/1/wall/s/0`. Out: 22 characters of IFC's base 64
//! (`IfcGloballyUniqueId`). The same part of a building has the same id in the file of what stands
//! there and in the file of what is planned.

use crate::sample::noise::hash;

const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";

/// The id of a path. The 128 bits are a UUID of version 8 (RFC 9562, 5.8).
pub(crate) fn global_id(seed: u64, path: &str) -> String {
    let half = |salt: u64| {
        path.bytes().fold(hash(seed ^ salt), |h, b| hash(h ^ u64::from(b).wrapping_mul(0x0100_0000_01b3)))
    };
    let high = half(0x1fc0) & !0xf000 | 0x8000;
    let low = half(0x4001) & (u64::MAX >> 2) | (1 << 63);
    let bits = u128::from(high) << 64 | u128::from(low);
    (0..22).rev().map(|k| char::from(DIGITS[(bits >> (6 * k) & 63) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_22_characters_and_begins_with_the_two_bits_that_are_left() {
        for k in 0..200 {
            let id = global_id(k, "b01/1/wall");
            assert!(id.len() == 22 && id.bytes().all(|b| DIGITS.contains(&b)), "{id}");
            assert!(('0'..='3').contains(&id.chars().next().unwrap_or(' ')), "{id}");
        }
        assert_eq!(global_id(1, "a"), global_id(1, "a"));
        assert!(global_id(1, "a") != global_id(2, "a") && global_id(1, "a") != global_id(1, "b"));
    }
}
