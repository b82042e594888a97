//! The words of OGC SensorThings API 1.1 (OGC 18-088): entity sets, resource paths, query options and
//! filters, as plain values. Text of requests comes in, checked values go out; nothing here knows the
//! framework, the store or the clock. Called by `api::sensorthings`.

pub mod filter;
pub mod geometry;
pub mod model;
pub mod options;
pub mod path;
pub mod query_text;
pub mod when;
