//! Objects as they lie in the store: in the order of their ids, some hundred to a block, compressed. A version
//! then replaces the blocks that are different, in one short transaction; a row for each of a million objects
//! would keep the one writing connection from readings for seconds.
//!
//! Where a block ends depends on the ids in it alone (content-defined chunking; Muthitacharoen et al. 2001),
//! so that an object that comes or goes changes its own block and not all behind it.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use crate::spatial::{ObjectTable, StoredObject};
use crate::store::ModelBlock;

/// A block ends before an id whose checksum is a multiple of this.
const MEAN: u32 = 256;
/// Most objects of a block.
const MOST: usize = 1024;
/// Most bytes that a block unpacks to.
const UNPACKED_LIMIT_BYTES: u64 = 1 << 30;

/// What is different from the blocks that the store has.
#[derive(Debug, Default)]
pub(super) struct BlockChanges {
    /// Blocks to put.
    pub(super) put: Vec<ModelBlock>,
    /// Names of blocks to remove.
    pub(super) remove: Vec<String>,
}

/// The blocks that make a table of what the store has.
pub(super) fn changes(
    table: &ObjectTable,
    mut stored: BTreeMap<String, Vec<u8>>,
) -> std::io::Result<BlockChanges> {
    let mut changes = BlockChanges::default();
    let mut block: Vec<&StoredObject> = Vec::new();
    let mut objects = table.sorted().peekable();
    while let Some(object) = objects.next() {
        block.push(object);
        let ends = objects.peek().is_none_or(|next| crc32fast::hash(next.id.as_bytes()).is_multiple_of(MEAN));
        if !(ends || block.len() == MOST) {
            continue;
        }
        let plain = written(&block)?;
        let digest = Sha256::digest(&plain).to_vec();
        let first = block.first().map(|object| object.id.clone()).unwrap_or_default();
        if stored.remove(&first).is_none_or(|before| before != digest) {
            changes.put.push(ModelBlock { first, digest, data: packed(&plain)? });
        }
        block.clear();
    }
    changes.remove = stored.into_keys().collect();
    Ok(changes)
}

/// The objects of blocks.
///
/// # Errors
/// If a block holds anything else.
pub(super) fn unpacked(blocks: &[ModelBlock]) -> std::io::Result<Vec<StoredObject>> {
    let mut objects = Vec::new();
    for block in blocks {
        let mut plain = String::new();
        ZlibDecoder::new(&block.data[..]).take(UNPACKED_LIMIT_BYTES).read_to_string(&mut plain)?;
        for line in plain.lines() {
            let (brief, details) = line.split_once('\t').unwrap_or((line, ""));
            let details = (!details.is_empty()).then(|| details.into());
            objects.push(StoredObject::from_parts(serde_json::from_str(brief)?, details));
        }
    }
    Ok(objects)
}

/// A line for each object: its JSON, and behind a tab its details. JSON has neither tabs nor line ends.
fn written(block: &[&StoredObject]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    for object in block {
        let (brief, details) = object.parts();
        serde_json::to_writer(&mut plain, brief)?;
        if let Some(details) = details {
            plain.push(b'\t');
            plain.extend(details.as_bytes());
        }
        plain.push(b'\n');
    }
    Ok(plain)
}

fn packed(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(4));
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use twin_schemas::model::ModelObject;

    use super::*;

    fn object(number: usize, name: &str) -> ModelObject {
        serde_json::from_value(json!({
            "id": format!("b07/{number:05}"), "class": "element", "name": { "zh": name },
            "bounds": { "min": { "east_m": 0.1, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 2 } },
            "bim": { "source": "b07", "global_id": format!("{number:05}"), "ifc_class": "IfcWall",
                     "property_sets": { "Pset": { "tab": "a\tb\nc" } } },
        }))
        .unwrap()
    }

    fn stored(blocks: &[ModelBlock]) -> BTreeMap<String, Vec<u8>> {
        blocks.iter().map(|block| (block.first.clone(), block.digest.clone())).collect()
    }

    #[test]
    fn objects_come_back_from_blocks_as_they_were() {
        let table = ObjectTable::new((0..3000).rev().map(|i| object(i, "墙")).collect());
        let blocks = changes(&table, BTreeMap::new()).unwrap().put;
        assert!(blocks.len() > 3, "{}", blocks.len());
        let objects = unpacked(&blocks).unwrap();
        assert!(objects.iter().eq(table.sorted().map(|object| &**object)));
        assert_eq!(objects[7].full(), object(7, "墙"));
    }

    #[test]
    fn what_is_the_same_is_not_written_again() {
        let before = ObjectTable::new((0..3000).map(|i| object(i, "墙")).collect());
        let blocks = changes(&before, BTreeMap::new()).unwrap().put;
        let same = changes(&before, stored(&blocks)).unwrap();
        assert!(same.put.is_empty() && same.remove.is_empty());
        // One changes, one goes, one comes: at most a block each.
        let mut objects: Vec<ModelObject> = (0..3001).map(|i| object(i, "墙")).collect();
        objects[1500] = object(1500, "窗");
        objects.remove(700);
        let after = changes(&ObjectTable::new(objects), stored(&blocks)).unwrap();
        assert!((1..=4).contains(&after.put.len()), "{}", after.put.len());
        assert!(after.remove.len() <= 1);
    }

    #[test]
    fn a_damaged_block_is_an_error() {
        let block = ModelBlock { first: "a".into(), digest: vec![], data: vec![1, 2, 3] };
        assert!(unpacked(&[block]).is_err());
        let block = ModelBlock { first: "a".into(), digest: vec![], data: packed(b"{}\n").unwrap() };
        assert!(unpacked(&[block]).is_err());
    }
}
