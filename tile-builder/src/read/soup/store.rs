//! A long list in bounded memory: records are appended, then read by number in any order.
//!
//! Records stand in blocks. As many blocks as the bound allows are held; the others are in a
//! temporary file without a name, which the system removes however the program ends. Which block
//! gives way is decided by a clock with second chances (Corbató 1968): the faces of a mesh return
//! to vertices that were used lately.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use bytemuck::Pod;

use super::error::{Fault, MeshErrorKind, Read};

/// Records in a block.
const BLOCK: usize = 4096;
/// Blocks that are held whatever the bound: enough for the corners of a triangle.
const FEWEST_BLOCKS: usize = 4;

/// The list.
pub(in crate::read) struct Store<T> {
    blocks: Vec<Block<T>>,
    /// The block that is being filled.
    tail: Vec<T>,
    /// Numbers of the blocks that are held.
    held: Vec<usize>,
    hand: usize,
    most_held: usize,
    file: Option<File>,
    folder: Option<std::path::PathBuf>,
}

struct Block<T> {
    records: Option<Box<[T]>>,
    used: bool,
    written: bool,
}

impl<T: Pod> Store<T> {
    /// An empty list that takes about `memory_bytes`, and beyond them a file in `folder`, or in the
    /// system's temporary folder.
    pub(in crate::read) fn new(memory_bytes: u64, folder: Option<&Path>) -> Self {
        let blocks = memory_bytes / (BLOCK * size_of::<T>()) as u64;
        Self {
            blocks: Vec::new(),
            tail: Vec::new(),
            held: Vec::new(),
            hand: 0,
            most_held: usize::try_from(blocks).unwrap_or(usize::MAX).max(FEWEST_BLOCKS),
            file: None,
            folder: folder.map(Path::to_owned),
        }
    }

    pub(in crate::read) fn len(&self) -> u64 {
        (self.blocks.len() * BLOCK + self.tail.len()) as u64
    }

    pub(in crate::read) fn push(&mut self, record: T) -> Read<()> {
        self.tail.push(record);
        if self.tail.len() == BLOCK {
            self.make_room()?;
            let records = std::mem::replace(&mut self.tail, Vec::with_capacity(BLOCK));
            self.held.push(self.blocks.len());
            self.blocks.push(Block {
                records: Some(records.into_boxed_slice()),
                used: false,
                written: false,
            });
        }
        Ok(())
    }

    /// The record of a number below [`Self::len`].
    pub(in crate::read) fn get(&mut self, number: u64) -> Read<T> {
        let (block, at) = (number as usize / BLOCK, number as usize % BLOCK);
        let Some(found) = self.blocks.get_mut(block) else { return Ok(self.tail[at]) };
        if let Some(records) = &found.records {
            found.used = true;
            return Ok(records[at]);
        }
        Ok(self.load(block)?[at])
    }

    fn load(&mut self, number: usize) -> Read<&[T]> {
        self.make_room()?;
        let mut records = vec![T::zeroed(); BLOCK];
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(offset::<T>(number))).map_err(|error| spool(&error))?;
            file.read_exact(bytemuck::cast_slice_mut(&mut records)).map_err(|error| spool(&error))?;
        }
        self.held.push(number);
        let block = &mut self.blocks[number];
        block.used = true;
        Ok(block.records.insert(records.into_boxed_slice()))
    }

    /// Lets a block go if as many are held as may be.
    fn make_room(&mut self) -> Read<()> {
        if self.held.len() < self.most_held {
            return Ok(());
        }
        loop {
            self.hand %= self.held.len();
            let number = self.held[self.hand];
            let block = &mut self.blocks[number];
            if !std::mem::take(&mut block.used) {
                break;
            }
            self.hand += 1;
        }
        let number = self.held.swap_remove(self.hand);
        let records = self.blocks[number].records.take();
        if let (Some(records), false) = (records, self.blocks[number].written) {
            self.write(number, &records)?;
        }
        Ok(())
    }

    fn write(&mut self, number: usize, records: &[T]) -> Read<()> {
        if self.file.is_none() {
            let opened = match &self.folder {
                Some(folder) => tempfile::tempfile_in(folder),
                None => tempfile::tempfile(),
            };
            self.file = Some(opened.map_err(|error| spool(&error))?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(offset::<T>(number))).map_err(|error| spool(&error))?;
        file.write_all(bytemuck::cast_slice(records)).map_err(|error| spool(&error))?;
        self.blocks[number].written = true;
        Ok(())
    }
}

fn offset<T>(block: usize) -> u64 {
    (block * BLOCK * size_of::<T>()) as u64
}

fn spool(error: &std::io::Error) -> Fault {
    let error = error.to_string();
    MeshErrorKind::Spool(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_beyond_the_memory_come_back_from_the_file() {
        let mut store = Store::<[u32; 2]>::new(0, None);
        let count = 100 * BLOCK as u64 + 17;
        for number in 0..count {
            store.push([number as u32, !(number as u32)]).unwrap();
        }
        assert_eq!(store.len(), count);
        assert_eq!(store.held.len(), FEWEST_BLOCKS);
        let mut number = 1u64;
        for _ in 0..20_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) % count;
            assert_eq!(store.get(number).unwrap(), [number as u32, !(number as u32)]);
            assert!(store.held.len() <= FEWEST_BLOCKS);
        }
    }

    #[test]
    fn within_the_memory_no_file_is_opened() {
        let mut store = Store::<u32>::new(1 << 20, None);
        (0..100_000).for_each(|number| store.push(number).unwrap());
        assert_eq!(store.get(99_999).unwrap(), 99_999);
        assert!(store.file.is_none());
    }
}
