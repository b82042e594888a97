//! How many connections there are, together and by address. Called by [`super::connections`].

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a connection is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// There are as many as the server takes.
    Server,
    /// There are as many from this address as one may have.
    Address,
}

/// The connections that there are.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    most_per_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    address: Option<IpAddr>,
}

impl Crowd {
    pub(super) fn new(most: usize, most_per_address: usize) -> Arc<Self> {
        Arc::new(Self { most, most_per_address, counts: Mutex::default() })
    }

    /// Takes a place for a connection.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Result<Place, Full> {
        let address = counted(peer);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= self.most {
            return Err(Full::Server);
        }
        if let Some(address) = address {
            let here = counts.by_address.entry(address).or_default();
            if *here >= self.most_per_address {
                return Err(Full::Address);
            }
            *here += 1;
        }
        counts.all += 1;
        Ok(Place { crowd: Arc::clone(self), address })
    }

    /// Connections that there are now.
    pub(super) fn count(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all = counts.all.saturating_sub(1);
        let Some(address) = self.address else { return };
        if let Some(here) = counts.by_address.get_mut(&address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}

/// What counts as one address: the network of an IPv6 address, because a client has all of it. Nothing
/// for loopback, from where a proxy speaks for everyone.
fn counted(peer: IpAddr) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    match peer {
        _ if peer.is_loopback() => None,
        IpAddr::V4(_) => Some(peer),
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(crowd: &Arc<Crowd>, peer: &str) -> Result<Place, Full> {
        crowd.enter(peer.parse().unwrap())
    }

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let crowd = Crowd::new(10, 2);
        let _first = enter(&crowd, "192.0.2.1").unwrap();
        let second = enter(&crowd, "::ffff:192.0.2.1").unwrap();
        assert_eq!(enter(&crowd, "192.0.2.1").unwrap_err(), Full::Address);
        let _other = enter(&crowd, "192.0.2.2").unwrap();
        drop(second);
        assert!(enter(&crowd, "192.0.2.1").is_ok());
        assert_eq!(crowd.count(), 2);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let crowd = Crowd::new(10, 1);
        let _first = enter(&crowd, "2001:db8:1:2::1").unwrap();
        assert_eq!(enter(&crowd, "2001:db8:1:2:ffff::9").unwrap_err(), Full::Address);
        assert!(enter(&crowd, "2001:db8:1:3::1").is_ok());
    }

    #[test]
    fn loopback_has_no_share_of_its_own_but_the_server_is_full_for_all() {
        let crowd = Crowd::new(3, 1);
        let _places: Vec<Place> = (0..3).map(|_| enter(&crowd, "127.0.0.1").unwrap()).collect();
        assert_eq!(enter(&crowd, "127.0.0.1").unwrap_err(), Full::Server);
        assert_eq!(enter(&crowd, "192.0.2.1").unwrap_err(), Full::Server);
    }

    #[test]
    fn an_address_that_left_is_forgotten() {
        let crowd = Crowd::new(3, 1);
        drop(enter(&crowd, "192.0.2.1").unwrap());
        assert!(crowd.counts.lock().unwrap().by_address.is_empty());
    }
}
