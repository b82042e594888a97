//! `WebM` with Opus: a file comes in, one with its track of sound alone goes out (RFC 8794, RFC 9559). Called by `voice`.
//!
//! Browsers write while they record: parts of unknown size, and no length. What is kept is written anew with both, so
//! that it can be wound; tags, titles, times, attachments and whatever else lies beside the track stay behind.

use super::{Sound, VoiceError, in_ms, opus};

const HEADER: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const TIMESTAMP: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
/// What stands in a segment beside these: its index, cues, chapters, tags and attachments.
const BESIDE: [u32; 5] = [0x114d_9b74, 0x1c53_bb6b, 0x1043_a770, 0x1254_c367, 0x1941_a469];

const TRACK_ENTRY: u32 = 0xae;
const TRACK_NUMBER: u32 = 0xd7;
const TRACK_UID: u32 = 0x73c5;
const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63a2;
const CODEC_DELAY: u32 = 0x56aa;
const SEEK_PRE_ROLL: u32 = 0x56bb;
const AUDIO: u32 = 0xe1;

/// A track of sound, among their types.
const SOUND: u64 = 2;
/// Nanoseconds of a tick of ours.
const TICK_NS: u64 = 1_000_000;
const SECOND_NS: u64 = 1_000_000_000;
/// How long a cluster of ours may be: their blocks tell their time in 16 bits.
const CLUSTER_MS: u64 = 30_000;
/// Bytes that decoding begins with (RFC 7845 § 5.1).
const HEAD_PACKET_BYTES: usize = 19;

/// An element: what it is and where its content lies.
#[derive(Clone, Copy)]
struct Element<'a> {
    id: u32,
    /// Where it begins, of the whole file.
    at: usize,
    content: &'a [u8],
    /// Where its content begins, of the whole file.
    from: usize,
    has_size: bool,
}

/// The elements of some content, one after another.
struct Elements<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Elements<'a> {
    fn of(element: &Element<'a>) -> Self {
        Self { rest: element.content, at: element.from }
    }

    fn next(&mut self) -> Result<Option<Element<'a>>, VoiceError> {
        let (at, rest) = (self.at, self.rest);
        if rest.is_empty() {
            return Ok(None);
        }
        let cut = || damaged(at, "the element is cut off");
        let id_bytes = rest[0].leading_zeros() as usize + 1;
        let id = rest.get(..id_bytes).filter(|_| id_bytes <= 4).ok_or_else(cut)?;
        let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let first = *rest.get(id_bytes).ok_or_else(cut)?;
        let size_bytes = first.leading_zeros() as usize + 1;
        let size = rest.get(id_bytes..id_bytes + size_bytes).filter(|_| size_bytes <= 8).ok_or_else(cut)?;
        let ones = u64::MAX >> (64 - 7 * size_bytes);
        let size = size.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)) & ones;
        let has_size = size != ones;
        let head = id_bytes + size_bytes;
        let left = rest.len() - head;
        let length = if has_size { usize::try_from(size).unwrap_or(usize::MAX) } else { left };
        // A recording that was cut off ends within an element.
        let content = &rest[head..head + length.min(left)];
        (self.rest, self.at) = (&rest[head + content.len()..], at + head + content.len());
        Ok(Some(Element { id, at, content, from: at + head, has_size }))
    }
}

/// The one track.
struct Track<'a> {
    number: u64,
    head: &'a [u8],
    delay_ns: u64,
    pre_roll_ns: u64,
    audio: &'a [u8],
}

/// A block: when it is heard, in ticks of the file, and its packet.
struct Packet<'a> {
    ticks: i64,
    bytes: &'a [u8],
}

pub(super) fn read(bytes: &[u8]) -> Result<Sound, VoiceError> {
    let mut top = Elements { rest: bytes, at: 0 };
    let header = top.next()?.filter(|first| first.id == HEADER).ok_or(VoiceError::Format)?;
    let mut fields = Elements::of(&header);
    let mut is_webm = false;
    while let Some(field) = fields.next()? {
        is_webm |= field.id == DOC_TYPE && field.content == b"webm";
    }
    if !is_webm {
        return Err(unsupported("another kind of Matroska"));
    }
    let segment = top.next()?.filter(|next| next.id == SEGMENT);
    let segment = segment.ok_or_else(|| damaged(bytes.len(), "there is no segment"))?;
    let (mut scale_ns, mut track, mut packets) = (TICK_NS, None, Vec::new());
    let mut parts = Elements::of(&segment);
    while let Some(part) = parts.next()? {
        match part.id {
            INFO => scale_ns = scale_of(&part)?,
            TRACKS => track = Some(track_of(&part)?),
            CLUSTER => {
                let track = track.as_ref().ok_or_else(|| damaged(part.at, "sound comes before its track"))?;
                let end = packets_of(&part, track, &mut packets)?;
                if !part.has_size {
                    parts = Elements { rest: &bytes[end..segment.from + segment.content.len()], at: end };
                }
            }
            _ if !part.has_size => return Err(damaged(part.at, "the element has no size")),
            _ => {}
        }
    }
    let track = track.ok_or_else(|| damaged(bytes.len(), "there is no track"))?;
    written(&track, scale_ns, &packets)
}

fn scale_of(info: &Element<'_>) -> Result<u64, VoiceError> {
    let (mut fields, mut scale_ns) = (Elements::of(info), TICK_NS);
    while let Some(field) = fields.next()? {
        if field.id == TIMESTAMP_SCALE {
            scale_ns = number(&field)?;
        }
    }
    let is_sane = (1_000..=SECOND_NS).contains(&scale_ns);
    if is_sane { Ok(scale_ns) } else { Err(damaged(info.at, "the scale of time is none of a recording")) }
}

fn track_of<'a>(tracks: &Element<'a>) -> Result<Track<'a>, VoiceError> {
    let mut entries = Elements::of(tracks);
    let mut found = None;
    while let Some(entry) = entries.next()? {
        if entry.id == TRACK_ENTRY && found.replace(entry).is_some() {
            return Err(unsupported("more than one track, or a picture"));
        }
    }
    let entry = found.ok_or_else(|| damaged(tracks.at, "there is no track"))?;
    let mut track = Track { number: 0, head: &[], delay_ns: 0, pre_roll_ns: 0, audio: &[] };
    let (mut is_sound, mut is_opus) = (false, false);
    let mut fields = Elements::of(&entry);
    while let Some(field) = fields.next()? {
        match field.id {
            TRACK_NUMBER => track.number = number(&field)?,
            TRACK_TYPE => is_sound = number(&field)? == SOUND,
            CODEC_ID => is_opus = field.content == b"A_OPUS",
            CODEC_PRIVATE => track.head = field.content,
            CODEC_DELAY => track.delay_ns = number(&field)?.min(SECOND_NS),
            SEEK_PRE_ROLL => track.pre_roll_ns = number(&field)?.min(SECOND_NS),
            AUDIO => track.audio = field.content,
            _ => {}
        }
    }
    let is_head = track.head.starts_with(b"OpusHead") && track.head.len() == HEAD_PACKET_BYTES;
    if is_sound && is_opus && is_head {
        Ok(track)
    } else {
        Err(unsupported("something other than one voice in Opus"))
    }
}

/// Takes the packets of a cluster; gives where it ends.
fn packets_of<'a>(
    cluster: &Element<'a>,
    track: &Track<'_>,
    packets: &mut Vec<Packet<'a>>,
) -> Result<usize, VoiceError> {
    let (mut parts, mut since) = (Elements::of(cluster), 0);
    loop {
        let end = parts.at;
        let Some(part) = parts.next()? else { return Ok(end) };
        match part.id {
            // One of unknown size ends where what stands beside it begins.
            id if !cluster.has_size && (matches!(id, CLUSTER | INFO | TRACKS) || BESIDE.contains(&id)) => {
                return Ok(end);
            }
            TIMESTAMP => since = number(&part)?,
            SIMPLE_BLOCK => packets.push(packet_of(&part, track, since)?),
            BLOCK_GROUP => {
                let mut inner = Elements::of(&part);
                while let Some(block) = inner.next()? {
                    if block.id == BLOCK {
                        packets.push(packet_of(&block, track, since)?);
                    }
                }
            }
            _ if !part.has_size => return Err(damaged(part.at, "the element has no size")),
            _ => {}
        }
    }
}

fn packet_of<'a>(block: &Element<'a>, track: &Track<'_>, since: u64) -> Result<Packet<'a>, VoiceError> {
    let [number, high, low, flags, bytes @ ..] = block.content else {
        return Err(damaged(block.at, "the block is cut off"));
    };
    if u64::from(*number) != track.number | 0x80 {
        return Err(damaged(block.at, "the block is of no track"));
    }
    if flags & 0x06 != 0 {
        return Err(unsupported("laced blocks"));
    }
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    Ok(Packet { ticks: since.saturating_add(i64::from(i16::from_be_bytes([*high, *low]))), bytes })
}

fn number(field: &Element<'_>) -> Result<u64, VoiceError> {
    if field.content.len() > 8 {
        return Err(damaged(field.at, "the number is too long"));
    }
    Ok(field.content.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The file that is kept: our heads, the track's setting, and the packets by their time from the first.
fn written(track: &Track<'_>, scale_ns: u64, packets: &[Packet<'_>]) -> Result<Sound, VoiceError> {
    let begin = packets.iter().map(|packet| packet.ticks).min().unwrap_or(0);
    let (mut clusters, mut cluster, mut opened) = (Vec::new(), Vec::new(), 0);
    let (mut samples, mut end_ms) = (0, 0);
    for packet in packets {
        let length = opus::samples(packet.bytes).ok_or_else(|| damaged(0, "a packet is no Opus"))?;
        let ticks = packet.ticks.saturating_sub(begin).unsigned_abs();
        let ms =
            u64::try_from(u128::from(ticks) * u128::from(scale_ns) / u128::from(TICK_NS)).unwrap_or(u64::MAX);
        samples += length;
        end_ms = end_ms.max(ms.saturating_add(in_ms(length, opus::RATE)));
        if end_ms > super::DURATION_LIMIT_MS {
            return Err(VoiceError::TooLong(end_ms));
        }
        if cluster.is_empty() || ms < opened || ms - opened > CLUSTER_MS {
            close(&mut clusters, &mut cluster);
            opened = ms;
            put_number(&mut cluster, TIMESTAMP, ms);
        }
        let mut block = vec![0x81];
        block.extend_from_slice(&((ms - opened) as i16).to_be_bytes());
        block.push(0x80);
        block.extend_from_slice(packet.bytes);
        put(&mut cluster, SIMPLE_BLOCK, &block);
    }
    close(&mut clusters, &mut cluster);
    let duration_ms = end_ms.max(in_ms(samples, opus::RATE));
    let mut segment = Vec::new();
    put(&mut segment, INFO, &info(duration_ms));
    let mut entries = Vec::new();
    put(&mut entries, TRACK_ENTRY, &entry(track)?);
    put(&mut segment, TRACKS, &entries);
    segment.append(&mut clusters);
    let mut file = Vec::new();
    put(&mut file, HEADER, &header());
    put(&mut file, SEGMENT, &segment);
    Ok(Sound { duration_ms, file })
}

fn close(clusters: &mut Vec<u8>, cluster: &mut Vec<u8>) {
    if !cluster.is_empty() {
        put(clusters, CLUSTER, cluster);
        cluster.clear();
    }
}

fn header() -> Vec<u8> {
    let mut header = Vec::new();
    // Versions that it is written in and can be read by, longest id and size.
    for (id, value) in [(0x4286, 1), (0x42f7, 1), (0x42f2, 4), (0x42f3, 8)] {
        put_number(&mut header, id, value);
    }
    put(&mut header, DOC_TYPE, b"webm");
    for (id, value) in [(0x4287, 4), (0x4285, 2)] {
        put_number(&mut header, id, value);
    }
    header
}

fn info(duration_ms: u64) -> Vec<u8> {
    let mut info = Vec::new();
    put_number(&mut info, TIMESTAMP_SCALE, TICK_NS);
    put(&mut info, 0x4489, &(duration_ms as f64).to_be_bytes());
    // The programs that muxed and wrote it must be named.
    for id in [0x4d80, 0x5741] {
        put(&mut info, id, b"community-twin");
    }
    info
}

fn entry(track: &Track<'_>) -> Result<Vec<u8>, VoiceError> {
    let mut entry = Vec::new();
    for (id, value) in [(TRACK_NUMBER, 1), (TRACK_UID, 1), (TRACK_TYPE, SOUND)] {
        put_number(&mut entry, id, value);
    }
    put(&mut entry, CODEC_ID, b"A_OPUS");
    put(&mut entry, CODEC_PRIVATE, track.head);
    put_number(&mut entry, CODEC_DELAY, track.delay_ns);
    put_number(&mut entry, SEEK_PRE_ROLL, track.pre_roll_ns);
    let (mut audio, mut fields) = (Vec::new(), Elements { rest: track.audio, at: 0 });
    while let Some(field) = fields.next()? {
        // Frequencies and channels are numbers; nothing else is needed.
        if matches!(field.id, 0xb5 | 0x78b5 | 0x9f) && field.content.len() <= 8 {
            put(&mut audio, field.id, field.content);
        }
    }
    put(&mut entry, AUDIO, &audio);
    Ok(entry)
}

fn put(out: &mut Vec<u8>, id: u32, content: &[u8]) {
    let id = id.to_be_bytes();
    out.extend_from_slice(&id[id.iter().position(|byte| *byte != 0).unwrap_or(3)..]);
    // Four bytes for each size: what is kept is smaller than they can say.
    out.extend_from_slice(&(content.len() as u32 | 0x1000_0000).to_be_bytes());
    out.extend_from_slice(content);
}

fn put_number(out: &mut Vec<u8>, id: u32, value: u64) {
    let bytes = value.to_be_bytes();
    put(out, id, &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(7)..]);
}

const fn damaged(at: usize, what: &'static str) -> VoiceError {
    VoiceError::Damaged { format: "WebM", at, what }
}

const fn unsupported(what: &'static str) -> VoiceError {
    VoiceError::Unsupported { format: "WebM", what, hint: "record sound alone, as Opus" }
}
