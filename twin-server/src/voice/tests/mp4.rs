//! Recordings as MP4: what lies behind what boxes and descriptors say, and how long samples are.

use proptest::prelude::*;

use super::*;

const NAME: &str = "王五在三号楼";
const STBL: &[&[u8; 4]] = &[b"moov", b"trak", b"mdia", b"minf", b"stbl"];

fn has(file: &[u8], what: &[u8]) -> bool {
    file.windows(what.len()).any(|part| part == what)
}

/// A box with something behind what it says.
fn with_tail(whole: &[u8]) -> Vec<u8> {
    boxed(&whole[4..8], &[&whole[8..], NAME.as_bytes()].concat())
}

/// The file with a part more, as the first in the last of these boxes.
fn within(mut file: Vec<u8>, path: &[&[u8; 4]], part: &[u8]) -> Vec<u8> {
    let mut from = 0;
    for kind in path {
        from += file[from..].windows(4).position(|found| found == *kind).unwrap() + 4;
        let size = u32::from_be_bytes(*file[from - 8..].first_chunk().unwrap());
        file[from - 8..from - 4].copy_from_slice(&(size + part.len() as u32).to_be_bytes());
    }
    file.splice(from..from, part.iter().copied());
    file
}

/// A file with this box where boxes of its kind stand.
fn with_box(whole: &[u8]) -> Vec<u8> {
    let file = mp4(32, 0x40, b"soun");
    let behind = |part: Vec<u8>| [&file[..], &part].concat();
    match &whole[4..8] {
        b"elst" => within(file, &[b"moov", b"trak"], &boxed(b"edts", whole)),
        b"tfra" => behind(boxed(b"mfra", whole)),
        b"tfhd" | b"trun" => behind(boxed(b"moof", &boxed(b"traf", whole))),
        b"sgpd" | b"sbgp" => within(file, STBL, whole),
        _ => behind(whole.to_vec()),
    }
}

/// The file as it is kept: as long as before, without the name, and with nothing left to take out of it.
fn kept_of(file: &[u8]) -> Vec<u8> {
    let kept = read(file).unwrap().file;
    assert!(has(file, &NAME.as_bytes()[..6]) && !has(&kept, &NAME.as_bytes()[..6]));
    assert_eq!(kept.len(), file.len(), "nothing is moved");
    assert_eq!(read(&kept).unwrap().file, kept);
    kept
}

/// A descriptor with its size in four bytes, as most write it.
fn descriptor(tag: u8, content: &[u8]) -> Vec<u8> {
    let size = content.len();
    [&[tag, 0x80, 0x80, 0x80 | (size >> 7) as u8, size as u8 & 0x7f], content].concat()
}

/// The descriptors of a stream: what stands behind what the codec says of itself, behind the codec, and behind all.
fn stream(own: &[u8], [inner, outer, behind]: [&[u8]; 3]) -> Vec<u8> {
    let decoder = [&[0x40, 0x15][..], &[9; 11], &descriptor(5, own), inner].concat();
    [&descriptor(3, &[&[0, 1, 0], &descriptor(4, &decoder)[..], outer].concat()), behind].concat()
}

/// A file of 25 samples whose track is described so.
fn described(stream: &[u8]) -> Vec<u8> {
    let esds = boxed(b"esds", &[&[0; 4], stream].concat());
    mp4_of(25, 0x40, b"soun", |mut tables| {
        let entry = boxed(b"mp4a", &[&[0; 28][..], &esds].concat());
        tables[0] = boxed(b"stsd", &[longs(&[0, 1]), entry].concat());
        tables
    })
}

#[test]
fn nothing_is_hidden_behind_what_the_boxes_of_an_mp4_say() {
    let hidden = mp4_of(32, 0x40, b"soun", |mut tables| {
        // In the entry behind its descriptors, and behind the entry.
        let entry = with_tail(&tables[0][16..]);
        tables[0] = with_tail(&boxed(b"stsd", &[longs(&[0, 1]), entry].concat()));
        tables.push(boxed(b"stsz", &longs(&[0, 0, 2, 5, 5])));
        tables.push(boxed(b"stsz", &longs(&[0, 9, 32])));
        tables.push(boxed(b"stz2", &[longs(&[0, 4, 3]), vec![0x55, 0x50]].concat()));
        for table in &mut tables[1..] {
            *table = with_tail(table);
        }
        tables
    });
    kept_of(&hidden);
    let roll = u32::from_be_bytes(*b"roll");
    let pre_roll = u32::from_be_bytes(*b"prol");
    let next = 1 << 24;
    let told = |kind: &[u8], fields: &[u32], rest: &[u8]| boxed(kind, &[&longs(fields), rest].concat());
    for whole in [
        told(b"trun", &[0x0201, 2, 8, 5, 5], &[]),
        told(b"elst", &[0, 2], &[9; 24]),
        told(b"elst", &[next, 2], &[9; 40]),
        told(b"sidx", &[0, 1, 16_000, 9, 9, 2], &[9; 24]),
        told(b"sidx", &[next, 1, 16_000, 9, 9, 9, 9, 2], &[9; 24]),
        told(b"tfra", &[0, 1, 0, 2], &[9; 22]),
        // Numbers of two, three and four bytes.
        told(b"tfra", &[next, 1, 0x1b, 2], &[9; 50]),
        told(b"tfhd", &[0x02_0000, 1], &[]),
        told(b"tfhd", &[0x3b, 1], &[9; 24]),
        told(b"sbgp", &[0, roll, 2], &[9; 16]),
        told(b"sbgp", &[next, pre_roll, 9, 2], &[9; 16]),
        told(b"sgpd", &[0, roll, 2], &[9; 4]),
        told(b"sgpd", &[next, pre_roll, 2, 2], &[9; 4]),
    ] {
        let kept = kept_of(&with_box(&with_tail(&whole)));
        let all_of_it = [&whole[4..], &[0; NAME.len()]].concat();
        assert!(has(&kept, &all_of_it), "{}", String::from_utf8_lossy(&whole[4..8]));
    }
}

#[test]
fn a_box_of_an_mp4_that_does_not_say_how_much_it_says_is_blanked() {
    let roll = u32::from_be_bytes(*b"roll");
    for whole in [
        // How long each entry is stands elsewhere, or before each, or may be anything.
        boxed(b"sgpd", &[&longs(&[2 << 24, roll, 1, 1]), NAME.as_bytes()].concat()),
        boxed(b"sgpd", &[&longs(&[1 << 24, roll, 0, 1, 18]), NAME.as_bytes()].concat()),
        boxed(b"sgpd", &[&longs(&[1 << 24, roll, 18, 1]), NAME.as_bytes()].concat()),
        boxed(b"sgpd", &[&longs(&[0, u32::from_be_bytes(*b"name"), 1]), NAME.as_bytes()].concat()),
        boxed(b"sbgp", NAME.as_bytes()),
        boxed(b"sidx", NAME.as_bytes()),
        boxed(b"tfra", &NAME.as_bytes()[..9]),
        boxed(b"elst", &NAME.as_bytes()[..6]),
    ] {
        kept_of(&with_box(&whole));
    }
}

#[test]
fn an_mp4_names_a_few_kinds_of_file_and_nobody() {
    let brands = |brands: &[&[u8]]| {
        let content = [&b"M4A "[..], &512_u32.to_be_bytes(), &brands.concat()].concat();
        boxed(b"ftyp", &content)
    };
    let some: [&[u8]; 4] = [b"isom", b"iso2", b"mp42", b"qt  "];
    let many = [&some[..], &some, &[&b"Wang"[..], NAME.as_bytes()]].concat();
    let mixed: [&[u8]; 5] = [b"isom", &NAME.as_bytes()[..4], b"\0\xffab", b"mp42", "五".as_bytes()];
    for (said, kept) in [
        (&many[..], [&some.concat()[..], &some.concat(), &[0; 4 + NAME.len()]].concat()),
        (&mixed[..], [&b"isom"[..], &[0; 8], b"mp42", &[0; 3]].concat()),
    ] {
        let rest = mp4(32, 0x40, b"soun").split_off(16);
        let file = [&brands(said), &rest[..]].concat();
        // Pieces of a recording say it, too, and the first word stands for all of them.
        let piece = boxed(b"styp", NAME.as_bytes());
        let told = read(&[&file[..], &piece].concat()).unwrap().file;
        assert_eq!(told[..file.len() - rest.len()], brands(&[&kept]));
        assert_eq!(told[file.len() + 8..][..4], [0; 4]);
        assert!(!has(&told, &NAME.as_bytes()[8..]));
    }
}

#[test]
fn descriptors_of_an_mp4_tell_of_the_codec_and_of_nobody() {
    // Who created it, and when (ISO/IEC 14496-1 § 7.2.6.18).
    let creator = descriptor(0x47, &[&[1, b'z', b'h', b'o', 0], NAME.as_bytes()].concat());
    let long = descriptor(0x4b, &NAME.as_bytes().repeat(30));
    let time = descriptor(6, &[2]);
    let talkative = descriptor(6, &[&[2], NAME.as_bytes()].concat());
    let nothing: &[u8] = &[];
    for parts in [
        [&creator[..], &time, nothing],
        [nothing, &[&time[..], &creator].concat(), nothing],
        [&long, &[&talkative[..], &long, &creator].concat(), &long],
        [NAME.as_bytes(), NAME.as_bytes(), NAME.as_bytes()],
        [nothing, nothing, &creator],
    ] {
        let file = described(&stream(&[0x14, 0x08], parts));
        let kept = kept_of(&file);
        let decoder = [&[0x40, 0x15][..], &[9; 11], &descriptor(5, &[0x14, 0x08])].concat();
        assert!(has(&kept, &decoder));
        assert!(!has(&kept, b"zho"));
        assert_eq!(has(&kept, &[6, 0x80, 0x80, 0x80]), has(&file, &[6, 0x80, 0x80, 0x80]));
    }
    // Who goes through them finds descriptors, each as long as it says.
    let kept = kept_of(&described(&stream(&[0x14, 0x08], [&creator, &[&time[..], &long].concat(), &[]])));
    let blank = |length: usize| [&[0xc0, (length - 2) as u8][..], &vec![0; length - 2]].concat();
    assert!(has(&kept, &[&[0x14, 0x08][..], &blank(creator.len()), &time].concat()));
    assert!(has(&kept, &[&time[..], &descriptor(0xc0, &vec![0; long.len() - 5])].concat()));
}

#[test]
fn an_mp4_is_as_long_as_its_samples_whatever_it_says() {
    let with = |table: Vec<u8>| {
        let file = mp4_of(32, 0x40, b"soun", |mut tables| {
            tables.push(table.clone());
            tables
        });
        read(&file).map(|voice| voice.duration_ms)
    };
    assert_eq!(with(boxed(b"stsz", &longs(&[0, 9, 320]))), Ok(20_480));
    assert_eq!(with(boxed(b"stsz", &[longs(&[0, 0, 64]), vec![0; 256]].concat())), Ok(4_096));
    assert_eq!(with(boxed(b"stz2", &[longs(&[0, 8, 64]), vec![0; 64]].concat())), Ok(4_096));
    assert_eq!(with(boxed(b"stsz", &longs(&[0, 9, 3]))), Ok(2_048), "the longer of both");
    assert!(matches!(with(boxed(b"stsz", &longs(&[0, 9, 32_000]))), Err(VoiceError::TooLong(_))));
    let run = boxed(b"moof", &boxed(b"traf", &boxed(b"trun", &longs(&[0, 64]))));
    assert_eq!(read(&[mp4(0, 0x40, b"soun"), run].concat()).unwrap().duration_ms, 4_096);
}

#[test]
fn samples_of_an_mp4_are_as_long_as_its_kind_of_aac_says() {
    let told = |own: &[u8], samples: u32| {
        let file = described(&stream(own, [&[], &descriptor(6, &[2]), &[]]));
        // A sample is said to last nothing, so that what it is counts.
        let count = [longs(&[0, 1]), longs(&[25, 1024])].concat();
        let at = file.windows(16).position(|part| part == count).unwrap();
        let file = [&file[..at], &longs(&[0, 1, 25, 1]), &file[at + 16..]].concat();
        read(&within(file, STBL, &boxed(b"stsz", &longs(&[0, 9, samples])))).map(|voice| voice.duration_ms)
    };
    // 16 kHz of LC, also in samples of 960; ELD of 48 kHz in 512 and 480; SBR over a core of 8 kHz.
    assert_eq!(told(&[0x14, 0x08], 1_000), Ok(64_000));
    assert_eq!(told(&[0x14, 0x0c], 1_000), Ok(60_000));
    assert_eq!(told(&[0xf8, 0xe6, 0x20, 0x00], 9_000), Ok(96_000));
    assert_eq!(told(&[0xf8, 0xe6, 0x30, 0x00], 9_000), Ok(90_000));
    assert_eq!(told(&[0x2d, 0x8c, 0x08, 0x00], 900), Ok(115_200));
    assert!(matches!(told(&[0x11, 0x88], 9_000), Err(VoiceError::TooLong(192_000))), "LC of 48 kHz");
}

#[test]
fn nothing_is_hidden_behind_what_the_codec_of_an_mp4_says_of_itself() {
    let kept_own = |own: &[u8]| {
        let kept =
            kept_of(&described(&stream(&[own, NAME.as_bytes()].concat(), [&[], &descriptor(6, &[2]), &[]])));
        assert!(has(&kept, &[own, &[0; NAME.len()]].concat()), "{own:02x?}");
    };
    kept_own(&[0x14, 0x08]);
    // Sound that is doubled, said before and behind, and a kind that is not measured.
    kept_own(&[0x2d, 0x8a, 0x08, 0x00]);
    kept_own(&[0x12, 0x10, 0x56, 0xe5, 0x00]);
    kept_own(&[&[0xf8, 0xe6, 0x20, 0x00][..], &[0x11; 60]].concat());
}

proptest! {
    #[test]
    fn whatever_a_box_of_an_mp4_says_it_is_kept_as_long_and_once_for_all(
        kind in proptest::sample::select(vec![
            b"ftyp", b"styp", b"sidx", b"elst", b"tfra", b"tfhd", b"trun", b"sgpd", b"sbgp",
        ]),
        version in 0_u8..3,
        group in prop_oneof![Just(*b"roll"), Just(*b"prol"), any::<[u8; 4]>()],
        fields in proptest::collection::vec(prop_oneof![0_u32..5, any::<u32>()], 0..12),
        cut in 0_usize..64,
    ) {
        let mut content = [&[version, 0, 0, 0][..], &group, &longs(&fields)].concat();
        content.truncate(cut);
        let file = with_box(&boxed(kind, &content));
        if let Ok(voice) = read(&file) {
            prop_assert_eq!(voice.file.len(), file.len());
            prop_assert_eq!(&read(&voice.file).unwrap().file, &voice.file);
        }
    }

    #[test]
    fn whatever_descriptors_of_an_mp4_say_they_are_kept_as_long_and_once_for_all(
        own in proptest::collection::vec(any::<u8>(), 0..24),
        inner in proptest::collection::vec(any::<u8>(), 0..200),
        outer in proptest::collection::vec(prop_oneof![3_u8..8, any::<u8>()], 0..200),
        flips in proptest::collection::vec((0_usize..60, any::<u8>()), 0..3),
    ) {
        let mut stream = stream(&own, [&inner, &outer, &[]]);
        for (at, other) in flips {
            if let Some(byte) = stream.get_mut(at) {
                *byte ^= other;
            }
        }
        let file = described(&stream);
        if let Ok(voice) = read(&file) {
            prop_assert_eq!(voice.file.len(), file.len());
            prop_assert_eq!(&read(&voice.file).unwrap().file, &voice.file);
        }
    }
}
