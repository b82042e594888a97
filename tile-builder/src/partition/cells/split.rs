//! Faces to the files of their cells, through buffers of bounded size; no file stays open.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::record::{self, COUNT_AT, Faces, HEADER_BYTES};
use super::{Cell, CellError, CellId, CellPlan, CellRoot, DEEPEST, centroid};
use crate::geometry::Aabb;
use crate::read::soup::Face;

/// What buffers may take together unless the caller says otherwise.
const BUFFER_BYTES: u64 = 64 << 20;

/// Writes faces to the cells of a plan.
pub struct Splitter {
    folder: PathBuf,
    root: CellRoot,
    most_faces: u64,
    /// Ordered by cell.
    open: Vec<OpenCell>,
    /// Levels that have cells, coarsest first.
    levels: Vec<u8>,
    buffered: u64,
    most_buffered: u64,
}

struct OpenCell {
    cell: Cell,
    buffer: Vec<u8>,
    /// Whether the file is there.
    begun: bool,
}

impl Splitter {
    /// Begins to write the cells of a plan into a folder, which must exist. Files of cells that are
    /// there already are replaced.
    #[must_use]
    pub fn new(folder: &Path, plan: &CellPlan) -> Self {
        let mut open: Vec<_> = plan.leaves.iter().map(|&id| OpenCell::new(folder, id)).collect();
        open.sort_by_key(|open| open.cell.id);
        let mut levels: Vec<u8> = plan.leaves.iter().map(|id| id.level).collect();
        levels.sort_unstable();
        levels.dedup();
        Self {
            folder: folder.to_owned(),
            root: plan.root,
            most_faces: plan.most_faces,
            open,
            levels,
            buffered: 0,
            most_buffered: BUFFER_BYTES,
        }
    }

    /// Holds the buffers to so many bytes.
    #[must_use]
    pub fn buffering(mut self, most_bytes: u64) -> Self {
        self.most_buffered = most_bytes;
        self
    }

    /// Writes a face to the cell that holds its centroid.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add(&mut self, face: &Face) -> Result<(), CellError> {
        let at = self.place(face);
        let open = &mut self.open[at];
        let before = open.buffer.capacity();
        record::write(face, &mut open.buffer);
        self.buffered += (open.buffer.capacity() - before) as u64;
        open.cell.faces += 1;
        face.corners.iter().for_each(|corner| open.cell.bounds.add(&corner.position));
        if self.buffered > self.most_buffered {
            self.flush()?;
        }
        Ok(())
    }

    /// The cell of a face. A face that the census did not count gets a cell of its own.
    fn place(&mut self, face: &Face) -> usize {
        let middle = centroid(face);
        for &level in &self.levels {
            let id = self.root.cell(middle, level);
            if let Ok(at) = self.open.binary_search_by_key(&id, |open| open.cell.id) {
                return at;
            }
        }
        let finest = self.levels.last().copied().unwrap_or(0);
        let id = self.root.cell(middle, finest);
        let at = self.open.partition_point(|open| open.cell.id < id);
        self.open.insert(at, OpenCell::new(&self.folder, id));
        if self.levels.is_empty() {
            self.levels.push(finest);
        }
        at
    }

    fn flush(&mut self) -> Result<(), CellError> {
        self.open.iter_mut().try_for_each(OpenCell::flush)?;
        self.buffered = 0;
        Ok(())
    }

    /// Finishes the files. Cells above the plan's number of faces are divided, until none is left or
    /// the deepest level is reached. Ordered by cell.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(mut self) -> Result<Vec<Cell>, CellError> {
        self.flush()?;
        let mut cells = Vec::new();
        for open in std::mem::take(&mut self.open) {
            if let Some(cell) = open.finish()? {
                self.keep(cell, &mut cells)?;
            }
        }
        cells.sort_by_key(|cell| cell.id);
        Ok(cells)
    }

    fn keep(&self, cell: Cell, cells: &mut Vec<Cell>) -> Result<(), CellError> {
        if cell.faces <= self.most_faces || cell.id.level >= DEEPEST {
            cells.push(cell);
            return Ok(());
        }
        let plan =
            CellPlan { root: self.root, leaves: cell.id.children().to_vec(), most_faces: self.most_faces };
        let mut quarters = Self::new(&self.folder, &plan).buffering(self.most_buffered);
        let mut faces = Faces::open(&cell.path)?;
        while let Some(face) = faces.next()? {
            quarters.add(&face)?;
        }
        drop(faces);
        std::fs::remove_file(&cell.path).map_err(|source| io_error(&cell.path, source))?;
        cells.extend(quarters.finish()?);
        Ok(())
    }
}

impl OpenCell {
    fn new(folder: &Path, id: CellId) -> Self {
        let path = folder.join(format!("{id}.cell"));
        let cell = Cell { id, path, faces: 0, bounds: Aabb::EMPTY };
        Self { cell, buffer: Vec::new(), begun: false }
    }

    fn flush(&mut self) -> Result<(), CellError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let fail = |source| io_error(&self.cell.path, source);
        let mut file = if self.begun {
            OpenOptions::new().append(true).open(&self.cell.path).map_err(fail)?
        } else {
            let mut file = File::create(&self.cell.path).map_err(fail)?;
            let header = record::header(self.cell.id);
            debug_assert_eq!(header.len(), HEADER_BYTES);
            file.write_all(&header).map_err(fail)?;
            file
        };
        file.write_all(&self.buffer).map_err(fail)?;
        self.begun = true;
        // The room is given back: most cells are not met again soon.
        self.buffer = Vec::new();
        Ok(())
    }

    fn finish(mut self) -> Result<Option<Cell>, CellError> {
        self.flush()?;
        if !self.begun {
            return Ok(None);
        }
        let fail = |source| io_error(&self.cell.path, source);
        let mut file = OpenOptions::new().write(true).open(&self.cell.path).map_err(fail)?;
        file.seek(SeekFrom::Start(COUNT_AT)).map_err(fail)?;
        file.write_all(&self.cell.faces.to_le_bytes()).map_err(fail)?;
        Ok(Some(self.cell))
    }
}

fn io_error(path: &Path, source: std::io::Error) -> CellError {
    CellError::Io { path: path.display().to_string(), verb: "written", source }
}
