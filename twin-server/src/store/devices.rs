//! The registered devices: what a store can be asked of them.

use std::collections::BTreeMap;

use twin_schemas::live::Device;

use super::Answer;

/// What registering a device changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The device is new.
    Added,
    /// It was there and is different now.
    Updated,
    /// It was there just so.
    Unchanged,
}

/// The registered devices.
pub trait DeviceStore: Send + Sync {
    /// All devices, by id.
    fn devices(&self) -> Answer<'_, BTreeMap<String, Device>>;

    /// Registers devices, all or none; one answer a device, in their order.
    fn register<'a>(&'a self, devices: &'a [Device]) -> Answer<'a, Vec<Registered>>;

    /// Removes a device with its readings and status. False if there was none.
    fn remove<'a>(&'a self, id: &'a str) -> Answer<'a, bool>;
}
