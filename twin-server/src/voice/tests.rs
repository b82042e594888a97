//! Recordings are made here, byte by byte: what readers keep is told by what they were given.

use super::*;

mod mp4;

/// A packet of 20 ms in Opus.
fn packet(of: u8) -> Vec<u8> {
    vec![0x78, of, of, of]
}

fn head() -> Vec<u8> {
    [&b"OpusHead\x01\x01"[..], &312_u16.to_le_bytes(), &48_000_u32.to_le_bytes(), &[0, 0, 0]].concat()
}

/// A page of Ogg, whose checksum is right.
fn page(flags: u8, position: i64, number: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut table = Vec::new();
    for packet in packets {
        table.extend(std::iter::repeat_n(255, packet.len() / 255));
        table.push((packet.len() % 255) as u8);
    }
    let mut page = [&b"OggS\0"[..], &[flags], &position.to_le_bytes(), &7_u32.to_le_bytes()].concat();
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(table.len() as u8);
    page.extend(&table);
    page.extend(packets.concat());
    let sum = page.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

fn ogg(packets: u8) -> Vec<u8> {
    let tags = b"OpusTags\x04\0\0\0Lavf\x01\0\0\0\x0d\0\0\0ARTIST=\xe7\x8e\x8b\xe4\xba\x94".to_vec();
    let sound: Vec<_> = (0..packets).map(packet).collect();
    let end = 312 + 960 * i64::from(packets);
    [page(2, 0, 0, &[head()]), page(0, 0, 1, &[tags]), page(4, end, 2, &sound)].concat()
}

/// An element of `WebM` with a size in eight bytes, as some write it.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &(content.len() as u64 | 1 << 56).to_be_bytes(), content].concat()
}

/// A part of unknown size, as browsers write while they record.
fn open_end(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], content].concat()
}

fn webm(clusters: u8) -> Vec<u8> {
    let title = element(&[0x7b, 0xa9], "王五在三号楼".as_bytes());
    let info = element(&[0x15, 0x49, 0xa9, 0x66], &title);
    let fields = [
        element(&[0xd7], &[1]),
        element(&[0x83], &[2]),
        element(&[0x86], b"A_OPUS"),
        element(&[0x63, 0xa2], &head()),
        element(&[0x53, 0x6e], "王五".as_bytes()),
        element(&[0xe1], &element(&[0x9f], &[1])),
    ];
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &fields.concat()));
    let sound = (0..clusters).flat_map(|of| {
        let blocks = (0..50_u16).flat_map(|number| {
            let block = [&[0x81][..], &(number * 20).to_be_bytes(), &[0x80], &packet(of)].concat();
            element(&[0xa3], &block)
        });
        let since = element(&[0xe7], &(u32::from(of) * 1000).to_be_bytes());
        open_end(&[0x1f, 0x43, 0xb6, 0x75], &since.into_iter().chain(blocks).collect::<Vec<_>>())
    });
    let tags = element(&[0x12, 0x54, 0xc3, 0x67], "王五".as_bytes());
    let parts: Vec<u8> = info.into_iter().chain(tracks).chain(sound).chain(tags).collect();
    let header = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
    [header, open_end(&[0x18, 0x53, 0x80, 0x67], &parts)].concat()
}

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

fn longs(longs: &[u32]) -> Vec<u8> {
    longs.iter().flat_map(|long| long.to_be_bytes()).collect()
}

/// `codec` stands in the track's descriptors, `handler` says what the track is.
fn mp4(samples: u32, codec: u8, handler: &[u8]) -> Vec<u8> {
    mp4_of(samples, codec, handler, |tables| tables)
}

/// As [`mp4`], with the tables of samples as `with` gives them back.
fn mp4_of(samples: u32, codec: u8, handler: &[u8], with: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Vec<u8> {
    let stream = [&[4, 13, codec, 0x15][..], &[0; 11]].concat();
    let esds = boxed(b"esds", &[&[0, 0, 0, 0, 3, 18, 0, 1, 0][..], &stream].concat());
    let entry = boxed(b"mp4a", &[&[0; 28][..], &esds].concat());
    let tables = vec![
        boxed(b"stsd", &[longs(&[0, 1]), entry].concat()),
        boxed(b"stts", &longs(&[0, 1, samples, 1024])),
        boxed(b"stco", &longs(&[0, 1, 24])),
    ];
    let source = boxed(b"dref", &[longs(&[0, 1]), boxed(b"url ", &longs(&[1]))].concat());
    let inner = [boxed(b"smhd", &[0; 8]), boxed(b"dinf", &source), boxed(b"stbl", &with(tables).concat())];
    let media = [
        boxed(b"mdhd", &longs(&[0, 99, 99, 16_000, samples * 1024, 0])),
        boxed(b"hdlr", &[&[0; 8][..], handler, &[0; 12], "王五\0".as_bytes()].concat()),
        boxed(b"minf", &inner.concat()),
    ];
    let track = [boxed(b"tkhd", &[9; 84]), boxed(b"mdia", &media.concat())];
    let place = boxed(b"udta", &boxed(b"\xa9xyz", b"\0\x12\x15\xc7+31.2966+120.5990/"));
    let movie = [boxed(b"mvhd", &[9; 100]), boxed(b"trak", &track.concat()), place];
    [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"mdat", b"sound"), boxed(b"moov", &movie.concat())].concat()
}

/// Frames of MPEG 1, 128 kbit/s, 44.1 kHz, between tags.
fn mp3(frames: usize) -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[7; 413]].concat();
    let before = [&b"ID3\x04\0\0\0\0\0\x0c"[..], "王五在这里".as_bytes()].concat();
    [&before[..10 + 12], &frame.repeat(frames), b"TAG", &[b'x'; 125]].concat()
}

fn wav(ms: u32) -> Vec<u8> {
    let samples = vec![1; ms as usize * 16];
    let chunk = |name: &[u8], content: &[u8]| {
        [name, &(content.len() as u32).to_le_bytes()[..], content, &[0][..content.len() % 2]].concat()
    };
    let format = [
        &1_u16.to_le_bytes()[..],
        &[1, 0],
        &8_000_u32.to_le_bytes(),
        &16_000_u32.to_le_bytes(),
        &[2, 0, 16, 0],
    ];
    let title = chunk(b"LIST", "INFOINAM王五".as_bytes());
    [&b"RIFF\0\0\0\0WAVE"[..], &chunk(b"fmt ", &format.concat()), &title, &chunk(b"data", &samples)].concat()
}

fn all() -> [(VoiceFormat, Vec<u8>); 5] {
    [
        (VoiceFormat::Webm, webm(2)),
        (VoiceFormat::Ogg, ogg(100)),
        (VoiceFormat::Mp4, mp4(32, 0x40, b"soun")),
        (VoiceFormat::Mpeg, mp3(80)),
        (VoiceFormat::Wav, wav(2_000)),
    ]
}

#[test]
fn every_format_is_known_by_its_bytes_and_says_how_long_it_is() {
    let told = all().map(|(format, file)| {
        let voice = read(&file).unwrap();
        assert_eq!(voice.format, format);
        voice.duration_ms
    });
    assert_eq!(told, [2_000, 2_000, 2_048, 2_090, 2_000]);
}

#[test]
fn nothing_is_kept_of_what_tells_of_person_and_place() {
    let has = |file: &[u8], what: &[u8]| file.windows(what.len()).any(|part| part == what);
    for (format, file) in all() {
        let told: &[u8] = if format == VoiceFormat::Mp4 { b"+31.2966" } else { "王五".as_bytes() };
        assert!(has(&file, told), "{format:?}");
        let kept = read(&file).unwrap().file;
        assert!(!has(&kept, told) && !has(&kept, "王五".as_bytes()), "{format:?}");
        // What is kept is such a file itself, and there is nothing left to take out of it.
        assert_eq!(read(&kept).unwrap().file, kept, "{format:?}");
    }
}

#[test]
fn a_file_that_is_not_what_it_begins_as_is_refused() {
    let refused = |file: &[u8]| read(file).unwrap_err();
    assert_eq!(refused(b""), VoiceError::Format);
    assert_eq!(refused(b"\xff\xd8\xff\xe0 a picture"), VoiceError::Format);
    assert_eq!(refused(b"<svg onload=alert(1)>"), VoiceError::Format);
    for (file, format) in [
        (&b"OggS and then nothing of the sort, for a while"[..], "Ogg"),
        (b"RIFF\0\0\0\0WAVEno chunk", "WAV"),
        (b"ID3\x04\0\0\0\0\0\0<script>", "MP3"),
        (b"\0\0\0\x08ftyp\0\0\0\x20moov", "MP4"),
        (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm<html>", "WebM"),
    ] {
        let told = refused(file).to_string();
        assert!(told.starts_with(&format!("the {format} file is damaged")), "{told}");
    }
    let mut changed = ogg(100);
    *changed.last_mut().unwrap() ^= 1;
    assert!(refused(&changed).to_string().ends_with("the checksum is another"));
}

#[test]
fn pictures_other_codecs_and_links_are_refused_by_name() {
    let told = |file: &[u8]| read(file).unwrap_err().to_string();
    assert!(told(&mp4(32, 0x40, b"vide")).starts_with("the MP4 file holds pictures"));
    assert!(told(&mp4(32, 0x6b, b"soun")).starts_with("the MP4 file holds something other than AAC"));
    let with = |file: Vec<u8>, what: &[u8], instead: &[u8]| {
        let at = file.windows(what.len()).position(|part| part == what).unwrap();
        [&file[..at], instead, &file[at + what.len()..]].concat()
    };
    let linked = with(mp4(32, 0x40, b"soun"), b"url \0\0\0\x01", b"url \0\0\0\0");
    assert!(told(&linked).starts_with("the MP4 file holds a link"));
    assert!(told(&with(webm(2), b"A_OPUS", b"V_VP9a")).starts_with("the WebM file holds something"));
    assert!(told(&with(webm(2), b"webm", b"matr")).starts_with("the WebM file holds another kind"));
    assert!(told(&with(ogg(9), b"OpusHead", b"\x01vorbis!")).contains("damaged"), "the sum is another");
}

#[test]
fn what_is_too_long_too_large_or_silent_is_refused() {
    assert_eq!(read(&wav(120_000)).unwrap().duration_ms, 120_000);
    assert_eq!(read(&wav(120_001)).unwrap_err(), VoiceError::TooLong(120_001));
    assert_eq!(read(&webm(120)).unwrap().duration_ms, 120_000);
    assert!(matches!(read(&webm(121)).unwrap_err(), VoiceError::TooLong(_)));
    assert!(matches!(read(&mp4(u32::MAX / 1024, 0x40, b"soun")).unwrap_err(), VoiceError::TooLong(_)));
    assert_eq!(read(&vec![0; FILE_LIMIT_BYTES + 1]).unwrap_err(), VoiceError::TooLarge(FILE_LIMIT_BYTES + 1));
    assert_eq!(read(&wav(0)).unwrap_err(), VoiceError::Silent);
    assert_eq!(read(&webm(0)).unwrap_err(), VoiceError::Silent);
}

#[test]
fn of_two_recordings_in_one_file_none_is_lost_in_silence() {
    let told = read(&[mp3(80), mp3(80)].concat()).unwrap_err().to_string();
    assert!(told.starts_with("the MP3 file holds more than one recording"), "{told}");
    // A name of someone, and no sound.
    assert!(read(&[mp3(80), b"TAG\xff\xfb".to_vec()].concat()).is_ok());
}

#[test]
fn a_wav_without_samples_takes_no_other_chunk_for_them() {
    let title = b"LIST\x10\0\0\0INFOINAM\x04\0\0\0Wang";
    let told = read(&[wav(0), title.to_vec()].concat()).unwrap_err();
    assert!(told.to_string().ends_with("there are no samples"), "{told}");
    // Into a pipe: no size, and the samples are there.
    let mut piped = wav(0);
    piped.extend([1; 16_000]);
    assert_eq!(read(&piped).unwrap().duration_ms, 1_000);
}

#[test]
fn what_a_recorder_could_not_finish_is_kept_as_far_as_it_came() {
    let cut = |file: Vec<u8>, bytes: usize| read(&file[..file.len() - bytes]).unwrap().duration_ms;
    assert!(cut(mp3(80), 128 + 200) < read(&mp3(80)).unwrap().duration_ms);
    assert_eq!(cut(wav(2_000), 1_600), 1_900);
}

#[test]
fn no_file_however_damaged_brings_a_reader_down() {
    for (_, whole) in all() {
        let step = 1 + whole.len() / 800;
        for length in (0..whole.len()).step_by(step) {
            let _ = read(&whole[..length]);
        }
        for at in (0..whole.len()).step_by(step) {
            for other in [0x55, 0xff, 0x80] {
                let mut file = whole.clone();
                file[at] ^= other;
                if let Ok(voice) = read(&file) {
                    assert!(
                        voice.file.len() <= whole.len() * 2
                            && u64::from(voice.duration_ms) <= DURATION_LIMIT_MS
                    );
                }
            }
        }
    }
}
