//! Which devices a list or a subscription covers.

use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceStatus};

use crate::domain::bounds::LocalRect;

/// All given conditions must hold; without any, every device is covered.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this status. Not for subscriptions: a device would vanish when it recovers.
    pub status: Option<DeviceStatus>,
    /// Only within this rectangle.
    pub bounds: Option<LocalRect>,
    /// Leaves out alarms, for those who may not read them.
    pub without_alarms: bool,
}

impl DeviceFilter {
    /// Whether kind and place are covered.
    #[must_use]
    pub fn covers(&self, device: &Device) -> bool {
        self.covers_at(&device.kind, &device.position)
    }

    /// Whether something of this kind at this place is covered.
    #[must_use]
    pub fn covers_at(&self, kind: &str, position: &LocalPoint) -> bool {
        self.kind.as_ref().is_none_or(|covered| covered == kind)
            && self.bounds.is_none_or(|bounds| bounds.contains(position))
    }
}
