//! What the server knows about a community, as plain values and decisions: no framework, no SQL,
//! no clock. Everything here is given the instant that it decides for.

pub mod admission;
pub mod alarm;
pub mod audit;
mod backoff;
pub mod bounds;
pub mod checkup;
pub mod clock;
pub mod contact;
pub mod cycle;
pub mod display;
pub mod edit;
pub mod enu;
pub mod keys;
pub mod kinds;
pub mod message;
pub mod people;
pub mod permission;
pub mod privacy;
pub mod programming;
pub mod project;
pub mod reading;
pub mod refusal;
pub mod registration;
pub mod report;
pub mod retention;
pub mod state;
pub mod summary;
pub mod webhook;
