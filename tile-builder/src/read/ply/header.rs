//! The header of a PLY file: its encoding, its elements and their properties, its textures.
//!
//! Follows Turk, The PLY Polygon File Format (1994), and the comments that `MeshLab` and Agisoft
//! write for textures.

use super::values;
use crate::read::obj::decoded_name;
use crate::read::scalar::Scalar;
use crate::read::soup::error::{Fault, Place, Read, within};

/// Most bytes, elements and properties of a header.
const MOST_BYTES: u64 = 1 << 20;
const MOST_ENTRIES: usize = 4096;

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Ascii,
    Little,
    Big,
}

/// What the header says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub(super) encoding: Encoding,
    pub(super) elements: Vec<Element>,
    pub(super) textures: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) count: u64,
    pub(super) properties: Vec<Property>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Property {
    pub(super) name: String,
    /// The type of a list's length, if it is a list.
    pub(super) list: Option<Scalar>,
    pub(super) scalar: Scalar,
}

/// Reads lines up to `end_header`. `next` gives a line without its end, or `None` at the file's end.
pub(super) fn read(mut next: impl FnMut() -> Read<Option<Vec<u8>>>) -> Read<Header> {
    let mut header = Header { encoding: Encoding::Ascii, elements: Vec::new(), textures: Vec::new() };
    let (mut number, mut size) = (0u64, 0u64);
    loop {
        number += 1;
        let Some(line) = next()? else { return Err(Fault::invalid("the header has no end")) };
        size += line.len() as u64 + 1;
        within("size of the header in bytes", size, MOST_BYTES)?;
        let line = line.trim_ascii();
        if number == 1 {
            if line != b"ply" {
                return Err(Fault::invalid("is not a PLY file"));
            }
        } else if line == b"end_header" {
            return Ok(header);
        } else {
            entry(&mut header, line).map_err(|fault| fault.at(|| Place::Line(number)))?;
        }
    }
}

fn entry(header: &mut Header, line: &[u8]) -> Read<()> {
    if let Some(file) = line.strip_prefix(b"comment TextureFile ") {
        within("count of textures", header.textures.len() as u64 + 1, MOST_ENTRIES as u64)?;
        header.textures.push(decoded_name(file));
        return Ok(());
    }
    let text = String::from_utf8_lossy(line);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words.as_slice() {
        ["comment" | "obj_info", ..] | [] => {}
        ["format", encoding, _] => {
            header.encoding = match *encoding {
                "ascii" => Encoding::Ascii,
                "binary_little_endian" => Encoding::Little,
                "binary_big_endian" => Encoding::Big,
                other => return Err(Fault::unsupported(format!("PLY format `{other}`"))),
            };
        }
        ["element", name, count] => {
            let count = count.parse().map_err(|_| Fault::invalid(format!("`{count}` is no count")))?;
            within("count of elements", header.elements.len() as u64 + 1, MOST_ENTRIES as u64)?;
            header.elements.push(Element { name: (*name).to_owned(), count, properties: Vec::new() });
        }
        ["property", "list", length, item, name] => {
            property(header, Some(values::scalar(length)?), values::scalar(item)?, name)?;
        }
        ["property", scalar, name] => property(header, None, values::scalar(scalar)?, name)?,
        _ => return Err(Fault::invalid(format!("`{text}` is not understood"))),
    }
    Ok(())
}

fn property(header: &mut Header, list: Option<Scalar>, scalar: Scalar, name: &str) -> Read<()> {
    let Some(element) = header.elements.last_mut() else {
        return Err(Fault::invalid(format!("property `{name}` stands before any element")));
    };
    within("count of properties", element.properties.len() as u64 + 1, MOST_ENTRIES as u64)?;
    element.properties.push(Property { name: name.to_owned(), list, scalar });
    Ok(())
}
