//! How long a packet of Opus is: its first bytes come in, samples go out (RFC 6716 § 3.1, § 3.2). Called by the readers
//! of `WebM` and Ogg.

/// Samples of a second, whatever was recorded.
pub(super) const RATE: u64 = 48_000;
/// Most samples of a packet, 120 ms.
const PACKET_LIMIT: u64 = 5_760;

/// Samples of a packet; none if it is none.
pub(super) fn samples(packet: &[u8]) -> Option<u64> {
    let toc = *packet.first()?;
    let config = usize::from(toc >> 3);
    let frame = match config {
        0..=11 => [480, 960, 1_920, 2_880][config & 3],
        12..=15 => [480, 960][config & 1],
        _ => [120, 240, 480, 960][config & 3],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(*packet.get(1)? & 0x3f),
    };
    Some(frame * frames).filter(|samples| (1..=PACKET_LIMIT).contains(samples))
}
