//! The tile builder: surveys in, lightweight glTF in 3D Tiles 1.1 out.
//!
//! [`pipeline`] shows the stages in order: read → georef → lod → texture → encode → tileset → publish, with
//! `report` alongside. A stage takes the previous stage's type and imports no later stage.

pub mod cli;
pub mod encode;
pub mod geometry;
pub mod georef;
pub mod lod;
pub mod partition;
pub mod pipeline;
pub mod publish;
pub mod read;
pub mod report;
pub mod sample;
pub mod scene;
pub mod texture;
pub mod tileset;
pub mod traverse;
pub mod validate;
