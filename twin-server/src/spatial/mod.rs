//! Where things are: rstar indexes over model objects and devices, in local metres on the ground.
//! Called by the publication (objects), by the live hub (devices) and by the API's questions.

mod devices;
mod objects;

pub use devices::DeviceIndex;
pub use objects::ObjectIndex;
